// SPDX-License-Identifier: Apache-2.0
// libcurl, whose setters take any type and so cannot be called from Swift.
#ifndef CTRANSFER_CALLS_H
#define CTRANSFER_CALLS_H

#include <curl/curl.h>

static inline CURLcode ctransfer_set_number(CURL *handle, CURLoption option, long value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode ctransfer_set_size(CURL *handle, CURLoption option, curl_off_t value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode ctransfer_set_text(CURL *handle, CURLoption option, const char *value) { return curl_easy_setopt(handle, option, value); }

typedef size_t (*ctransfer_sink)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode ctransfer_set_sink(CURL *handle, ctransfer_sink sink, void *context)
{
    CURLcode result = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, sink);
    return result != CURLE_OK ? result : curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

static inline long ctransfer_status(CURL *handle)
{
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

// How many bytes the answer announces; -1 when it does not say.
static inline curl_off_t ctransfer_announced(CURL *handle)
{
    curl_off_t length = -1;
    curl_easy_getinfo(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    return length;
}

#endif
