// SPDX-License-Identifier: Apache-2.0
// libarchive's reader of tar archives.
#ifndef CARCHIVE_CALLS_H
#define CARCHIVE_CALLS_H

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

// Macros with a cast in them are not seen by Swift.
enum {
    CARCHIVE_REGULAR = AE_IFREG,
    CARCHIVE_LINK = AE_IFLNK,
    CARCHIVE_SOCKET = AE_IFSOCK,
    CARCHIVE_CHARACTER = AE_IFCHR,
    CARCHIVE_BLOCK = AE_IFBLK,
    CARCHIVE_DIRECTORY = AE_IFDIR,
    CARCHIVE_FIFO = AE_IFIFO,
};

// libarchive turns the names of pax headers, which are UTF-8, into the locale's characters; in this locale they stay as they are.
static inline int carchive_use_utf8(void) { return setlocale(LC_CTYPE, "C.UTF-8") != NULL; }

#endif
