// SPDX-License-Identifier: MIT
#ifndef CURL_FLOOR_H
#define CURL_FLOOR_H

/// Sends chat requests with libcurl alone, so many at a time, and throws the answers away: the least that a client on
/// top of it can take.
///
/// Returns how many were answered with status 200, or -1 where there is no libcurl.
long curl_floor_run(const char *url, int parallel, long count);

#endif
