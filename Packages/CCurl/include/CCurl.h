// SPDX-License-Identifier: MIT

// The part of libcurl's stable C interface that GenAIHTTP uses, found at run time in the libcurl that is loaded with
// FoundationNetworking. There is nothing to install for a build. Empty where there is no glibc.

#ifndef CCURL_H
#define CCURL_H

#if defined(__linux__)
#include <features.h>
#endif

#if defined(__GLIBC__)

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ccurl_easy ccurl_easy;
typedef struct ccurl_multi ccurl_multi;
typedef struct ccurl_list ccurl_list;

/// Takes, or fills, `size * count` bytes and says how many it was. For write, header and read functions.
typedef size_t (*ccurl_data_function)(char *bytes, size_t size, size_t count, void *context);
/// Goes to a place in the body to send, and says whether it could.
typedef int (*ccurl_seek_function)(void *context, int64_t offset, int origin);

// Results and answers of callbacks.
static const int CCURL_OK = 0, CCURL_TIMED_OUT = 28;
static const size_t CCURL_WRITE_PAUSE = 0x10000001;
static const size_t CCURL_READ_ABORT = 0x10000000;
static const int CCURL_SEEK_FAIL = 1;

// Options of a transfer. Ten thousands: 0 number, 1 pointer or text, 2 function, 3 offset.
static const int CCURL_WRITEDATA = 10001, CCURL_WRITEFUNCTION = 20011;
static const int CCURL_HEADERDATA = 10029, CCURL_HEADERFUNCTION = 20079;
static const int CCURL_READDATA = 10009, CCURL_READFUNCTION = 20012;
static const int CCURL_SEEKDATA = 10168, CCURL_SEEKFUNCTION = 20167;
static const int CCURL_PRIVATE = 10103, CCURL_ERRORBUFFER = 10010, CCURL_ERROR_SIZE = 256;
static const int CCURL_URL = 10002, CCURL_PATH_AS_IS = 234, CCURL_PROTOCOLS = 181;
static const int CCURL_CUSTOMREQUEST = 10036, CCURL_HTTPHEADER = 10023, CCURL_ACCEPT_ENCODING = 10102;
static const int CCURL_POST = 47, CCURL_POSTFIELDSIZE_LARGE = 30120, CCURL_NOBODY = 44;
static const int CCURL_HTTP_VERSION = 84, CCURL_HTTP_VERSION_1_1 = 2;
static const int CCURL_HTTP_VERSION_2_TLS = 4, CCURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE = 5;
static const int CCURL_SUPPRESS_CONNECT_HEADERS = 265;
static const int CCURL_NOSIGNAL = 99, CCURL_QUICK_EXIT = 322, CCURL_CONNECTTIMEOUT_MS = 156;
static const int CCURL_FRESH_CONNECT = 74, CCURL_FORBID_REUSE = 75, CCURL_TCP_KEEPALIVE = 213;
static const int CCURL_CAINFO = 10065, CCURL_CAPATH = 10097, CCURL_SSLCERT = 10025, CCURL_SSLKEY = 10087;

// An option of a set of transfers.
static const int CCURL_MULTI_MAXCONNECTS = 6;

/// Finds libcurl, once, and says whether it is there and can do all that is asked of it: 7.68 or newer, with TLS,
/// zlib and name resolution that does not block. Nothing below may be called before it has said so.
bool ccurl_load(void);
/// The version as 0xXXYYZZ.
unsigned ccurl_version(void);
/// Whether this libcurl can do HTTP/2.
bool ccurl_has_http2(void);
/// What a result of a transfer means, or `NULL`.
const char *ccurl_explanation(int result);

/// A thread that uses libcurl enters before and leaves after; while it waits it counts as outside. Once the process
/// has begun to exit, entering does not return.
void ccurl_enter(void);
void ccurl_leave(void);

ccurl_easy *ccurl_easy_new(void);
void ccurl_easy_free(ccurl_easy *easy);
int ccurl_set_number(ccurl_easy *easy, int option, long value);
int ccurl_set_offset(ccurl_easy *easy, int option, int64_t value);
int ccurl_set_pointer(ccurl_easy *easy, int option, const void *value);
int ccurl_set_data_function(ccurl_easy *easy, int option, ccurl_data_function value);
int ccurl_set_seek_function(ccurl_easy *easy, int option, ccurl_seek_function value);
/// What was set as `CCURL_PRIVATE`.
void *ccurl_private(ccurl_easy *easy);
/// Lets a transfer go on whose write function asked for a pause.
int ccurl_unpause(ccurl_easy *easy);

/// Adds a copy of `text`, and returns the list; `NULL`, with the list unchanged, if there is no memory.
ccurl_list *ccurl_list_append(ccurl_list *list, const char *text);
void ccurl_list_free(ccurl_list *list);

ccurl_multi *ccurl_multi_new(void);
void ccurl_multi_free(ccurl_multi *multi);
int ccurl_multi_set_number(ccurl_multi *multi, int option, long value);
int ccurl_multi_add(ccurl_multi *multi, ccurl_easy *easy);
int ccurl_multi_remove(ccurl_multi *multi, ccurl_easy *easy);
int ccurl_multi_perform(ccurl_multi *multi);
/// Waits for sockets, timers of libcurl's own and `ccurl_multi_wake`.
int ccurl_multi_wait(ccurl_multi *multi, int milliseconds);
/// Ends the wait, or the next one. The only function for all threads.
int ccurl_multi_wake(ccurl_multi *multi);
/// A transfer that has ended, with its result, or `NULL`.
ccurl_easy *ccurl_multi_next_ended(ccurl_multi *multi, int *result);

/// Runs `body` on a new thread on which no signal is delivered that is not its own fault.
bool ccurl_start_thread(void *(*body)(void *), void *context);

#endif
#endif
