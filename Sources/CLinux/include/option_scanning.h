// SPDX-License-Identifier: Apache-2.0
// getopt_long(3): its state lives in global variables, which Swift cannot touch under strict concurrency.
#ifndef CLINUX_OPTION_SCANNING_H
#define CLINUX_OPTION_SCANNING_H

#include <getopt.h>
#include <stdlib.h>

// Starts a scan from the first word; 0 makes the C library forget everything about an earlier one.
static inline void clinux_option_scan_start(void) {
    optind = 0;
    opterr = 0;
}

// One step. Returns the option's value, '?' on a fault, or -1 at the end. The letter '?' itself is not in `short_options`: libc
// answers with the same value for a fault, but only for "-?" does it leave that letter in optopt.
static inline int clinux_option_scan_next(int count, char *const *words, const char *short_options, const struct option *long_options,
                                          char **argument, int *faulty) {
    optarg = NULL;
    int value = getopt_long(count, words, short_options, long_options, NULL);
    *argument = optarg;
    *faulty = value == '?' && optopt != '?';
    return value;
}

// Index of the first word that is no option, once the scan has returned -1.
static inline int clinux_option_scan_rest(void) { return optind; }

#endif
