// SPDX-License-Identifier: MIT

#define _GNU_SOURCE
#include "CCurl.h"

#if defined(__GLIBC__)

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

// What the documentation of libcurl says of its interface (so number 4), in our own words.
static const long GLOBAL_ALL = 3;
static const int VERSION_FIRST = 0, INFO_PRIVATE = 0x100000 + 21, MESSAGE_DONE = 1, PAUSE_NOTHING = 0;
static const unsigned OLDEST_VERSION = 0x074400;
static const int NEEDED_FEATURES = 1 << 2 | 1 << 3 | 1 << 7;  // TLS, zlib, names resolved in the background
static const int FEATURE_HTTP2 = 1 << 16;

typedef struct {
    int message;
    ccurl_easy *easy;
    union {
        void *pointer;
        int result;
    } data;
} ended_message;

typedef struct {
    int age;
    const char *version;
    unsigned version_number;
    const char *host;
    int features;
} version_info;

static struct {
    int (*global_init)(long);
    version_info *(*version_info)(int);
    const char *(*easy_strerror)(int);
    ccurl_easy *(*easy_init)(void);
    void (*easy_cleanup)(ccurl_easy *);
    int (*easy_setopt)(ccurl_easy *, int, ...);
    int (*easy_getinfo)(ccurl_easy *, int, ...);
    int (*easy_pause)(ccurl_easy *, int);
    ccurl_list *(*slist_append)(ccurl_list *, const char *);
    void (*slist_free_all)(ccurl_list *);
    ccurl_multi *(*multi_init)(void);
    int (*multi_cleanup)(ccurl_multi *);
    int (*multi_setopt)(ccurl_multi *, int, ...);
    int (*multi_add_handle)(ccurl_multi *, ccurl_easy *);
    int (*multi_remove_handle)(ccurl_multi *, ccurl_easy *);
    int (*multi_perform)(ccurl_multi *, int *);
    int (*multi_poll)(ccurl_multi *, void *, unsigned, int, int *);
    int (*multi_wakeup)(ccurl_multi *);
    ended_message *(*multi_info_read)(ccurl_multi *, int *);
} curl;

static bool is_loaded = false;
static unsigned loaded_version = 0;
static bool has_http2 = false;
static pthread_once_t load_once = PTHREAD_ONCE_INIT;

// The end of the process

// Held for reading by threads inside libcurl. A writer who waits keeps new readers out.
static pthread_rwlock_t inside = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pid_t process;

void ccurl_enter(void) { pthread_rwlock_rdlock(&inside); }
void ccurl_leave(void) { pthread_rwlock_unlock(&inside); }

// On exit a TLS library frees what it has, whoever still uses it, and the process crashes or hangs. This runs before,
// because it is registered after, and keeps the lock for good: it waits until nobody is inside and lets nobody in.
static void keep_out(void) {
    if (getpid() != process) return;  // a fork, without the threads that would leave
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 1;
    pthread_rwlock_timedwrlock(&inside, &limit);
}

// Finding libcurl

static void *open_library(void) {
    // The first is what FoundationNetworking is linked with.
    const char *names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4"};
    for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
        void *library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
        if (library) return library;
    }
    return NULL;
}

static bool find(void *library, const char *name, void *function) {
    void *found = dlsym(library, name);
    *(void **)function = found;
    return found != NULL;
}

static void load(void) {
    void *library = open_library();
    if (!library) return;
    bool has_all = find(library, "curl_global_init", &curl.global_init)
        && find(library, "curl_version_info", &curl.version_info)
        && find(library, "curl_easy_strerror", &curl.easy_strerror)
        && find(library, "curl_easy_init", &curl.easy_init)
        && find(library, "curl_easy_cleanup", &curl.easy_cleanup)
        && find(library, "curl_easy_setopt", &curl.easy_setopt)
        && find(library, "curl_easy_getinfo", &curl.easy_getinfo)
        && find(library, "curl_easy_pause", &curl.easy_pause)
        && find(library, "curl_slist_append", &curl.slist_append)
        && find(library, "curl_slist_free_all", &curl.slist_free_all)
        && find(library, "curl_multi_init", &curl.multi_init)
        && find(library, "curl_multi_cleanup", &curl.multi_cleanup)
        && find(library, "curl_multi_setopt", &curl.multi_setopt)
        && find(library, "curl_multi_add_handle", &curl.multi_add_handle)
        && find(library, "curl_multi_remove_handle", &curl.multi_remove_handle)
        && find(library, "curl_multi_perform", &curl.multi_perform)
        && find(library, "curl_multi_poll", &curl.multi_poll)
        && find(library, "curl_multi_wakeup", &curl.multi_wakeup)
        && find(library, "curl_multi_info_read", &curl.multi_info_read);
    if (!has_all || curl.global_init(GLOBAL_ALL) != CCURL_OK) return;
    version_info *version = curl.version_info(VERSION_FIRST);
    process = getpid();
    if (atexit(keep_out) != 0 || !version) return;
    loaded_version = version->version_number;
    has_http2 = (version->features & FEATURE_HTTP2) != 0;
    is_loaded = loaded_version >= OLDEST_VERSION && (version->features & NEEDED_FEATURES) == NEEDED_FEATURES;
}

bool ccurl_load(void) {
    pthread_once(&load_once, load);
    return is_loaded;
}

unsigned ccurl_version(void) { return loaded_version; }
bool ccurl_has_http2(void) { return has_http2; }
const char *ccurl_explanation(int result) { return curl.easy_strerror(result); }

// One transfer

ccurl_easy *ccurl_easy_new(void) { return curl.easy_init(); }
void ccurl_easy_free(ccurl_easy *easy) { curl.easy_cleanup(easy); }

int ccurl_set_number(ccurl_easy *easy, int option, long value) { return curl.easy_setopt(easy, option, value); }
int ccurl_set_offset(ccurl_easy *easy, int option, int64_t value) { return curl.easy_setopt(easy, option, value); }
int ccurl_set_pointer(ccurl_easy *easy, int option, const void *value) {
    return curl.easy_setopt(easy, option, value);
}
int ccurl_set_data_function(ccurl_easy *easy, int option, ccurl_data_function value) {
    return curl.easy_setopt(easy, option, value);
}
int ccurl_set_seek_function(ccurl_easy *easy, int option, ccurl_seek_function value) {
    return curl.easy_setopt(easy, option, value);
}

void *ccurl_private(ccurl_easy *easy) {
    void *value = NULL;
    curl.easy_getinfo(easy, INFO_PRIVATE, &value);
    return value;
}

int ccurl_unpause(ccurl_easy *easy) { return curl.easy_pause(easy, PAUSE_NOTHING); }

ccurl_list *ccurl_list_append(ccurl_list *list, const char *text) { return curl.slist_append(list, text); }
void ccurl_list_free(ccurl_list *list) { curl.slist_free_all(list); }

// Many transfers

ccurl_multi *ccurl_multi_new(void) { return curl.multi_init(); }
void ccurl_multi_free(ccurl_multi *multi) { curl.multi_cleanup(multi); }
int ccurl_multi_set_number(ccurl_multi *multi, int option, long value) {
    return curl.multi_setopt(multi, option, value);
}
int ccurl_multi_add(ccurl_multi *multi, ccurl_easy *easy) { return curl.multi_add_handle(multi, easy); }
int ccurl_multi_remove(ccurl_multi *multi, ccurl_easy *easy) { return curl.multi_remove_handle(multi, easy); }
int ccurl_multi_wake(ccurl_multi *multi) { return curl.multi_wakeup(multi); }

int ccurl_multi_perform(ccurl_multi *multi) {
    int running_count;
    return curl.multi_perform(multi, &running_count);
}

int ccurl_multi_wait(ccurl_multi *multi, int milliseconds) {
    ccurl_leave();
    int result = curl.multi_poll(multi, NULL, 0, milliseconds, NULL);
    ccurl_enter();
    return result;
}

ccurl_easy *ccurl_multi_next_ended(ccurl_multi *multi, int *result) {
    int waiting_count;
    ended_message *message;
    while ((message = curl.multi_info_read(multi, &waiting_count))) {
        if (message->message != MESSAGE_DONE) continue;
        *result = message->data.result;
        return message->easy;
    }
    return NULL;
}

// The thread

bool ccurl_start_thread(void *(*body)(void *), void *context) {
    // A new thread inherits the mask. Without SIGPIPE, because a TLS library may write to a socket that is closed;
    // without the rest, because the program's handlers expect its own threads. What a fault raises stays deliverable.
    sigset_t blocked, before;
    sigfillset(&blocked);
    const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
    for (size_t index = 0; index < sizeof faults / sizeof *faults; index++) sigdelset(&blocked, faults[index]);
    if (pthread_sigmask(SIG_SETMASK, &blocked, &before) != 0) return false;
    pthread_t thread;
    bool is_started = pthread_create(&thread, NULL, body, context) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!is_started) return false;
    pthread_setname_np(thread, "genai-http");
    pthread_detach(thread);
    return true;
}

#endif
