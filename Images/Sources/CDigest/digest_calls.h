// SPDX-License-Identifier: Apache-2.0
// OpenSSL's message digests.
#ifndef CDIGEST_CALLS_H
#define CDIGEST_CALLS_H

#include <openssl/evp.h>

#endif
