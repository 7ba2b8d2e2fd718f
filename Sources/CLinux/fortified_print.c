// SPDX-License-Identifier: Apache-2.0
// Debian's static libseccomp is made for glibc with fortified printing; musl has no such function. Only what prints a filter for people
// calls it, which no program here does.
#include <features.h>

#ifndef __GLIBC__
#include <stdarg.h>
#include <stdio.h>

int __fprintf_chk(FILE *file, int flag, const char *format, ...) {
    va_list arguments;
    (void)flag;
    va_start(arguments, format);
    int count = vfprintf(file, format, arguments);
    va_end(arguments);
    return count;
}
#endif
