// SPDX-License-Identifier: Apache-2.0
// Umbrella of the kernel headers and calls that the C library does not offer to Swift.
#ifndef CLINUX_H
#define CLINUX_H

#include "option_scanning.h"
#include "path_resolution.h"
#include "regular_expressions.h"
#include "window_size.h"

#endif
