// SPDX-License-Identifier: MIT

#define _GNU_SOURCE
#include "CurlFloor.h"

#if defined(__linux__)

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

// Numbers of libcurl's stable interface (so number 4), found at run time like the package does: nothing to install.
enum { URL = 10002, POSTFIELDS = 10015, POSTFIELDSIZE = 60, HTTPHEADER = 10023, WRITEFUNCTION = 20011 };
enum { RESPONSE_CODE = 0x200002, MESSAGE_DONE = 1, MAXCONNECTS = 6, MOST_PARALLEL = 256 };

typedef struct {
    int message;
    void *easy;
    union {
        void *pointer;
        int result;
    } data;
} ended_message;

static const char body[] =
    "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"system\",\"content\":\"You are a helpful assistant.\"},"
    "{\"role\":\"user\",\"content\":\"What is the weather in Paris today?\"}],\"temperature\":0.7,\"top_p\":0.95,"
    "\"max_completion_tokens\":1024}";

static size_t forget(char *data, size_t size, size_t count, void *context) {
    (void)data, (void)context;
    return size * count;
}

long curl_floor_run(const char *url, int parallel, long count) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW);
    if (library == NULL || parallel > MOST_PARALLEL) return -1;
    int (*global_init)(long) = (int (*)(long))dlsym(library, "curl_global_init");
    void *(*easy_init)(void) = (void *(*)(void))dlsym(library, "curl_easy_init");
    int (*setopt)(void *, int, ...) = (int (*)(void *, int, ...))dlsym(library, "curl_easy_setopt");
    int (*getinfo)(void *, int, ...) = (int (*)(void *, int, ...))dlsym(library, "curl_easy_getinfo");
    void *(*append)(void *, const char *) = (void *(*)(void *, const char *))dlsym(library, "curl_slist_append");
    void *(*multi_init)(void) = (void *(*)(void))dlsym(library, "curl_multi_init");
    int (*multi_setopt)(void *, int, ...) = (int (*)(void *, int, ...))dlsym(library, "curl_multi_setopt");
    int (*add)(void *, void *) = (int (*)(void *, void *))dlsym(library, "curl_multi_add_handle");
    int (*remove)(void *, void *) = (int (*)(void *, void *))dlsym(library, "curl_multi_remove_handle");
    int (*perform)(void *, int *) = (int (*)(void *, int *))dlsym(library, "curl_multi_perform");
    int (*poll)(void *, void *, unsigned, int, int *) =
        (int (*)(void *, void *, unsigned, int, int *))dlsym(library, "curl_multi_poll");
    ended_message *(*next)(void *, int *) = (ended_message * (*)(void *, int *)) dlsym(library, "curl_multi_info_read");
    if (!global_init || !easy_init || !setopt || !getinfo || !append || !multi_init || !multi_setopt || !add || !remove
        || !perform || !poll || !next || global_init(3) != 0)
        return -1;

    void *multi = multi_init();
    multi_setopt(multi, MAXCONNECTS, (long)parallel);
    void *fields = append(append(NULL, "Content-Type: application/json"), "Authorization: Bearer sk-x");
    long started = 0, ended = 0, answered = 0;
    for (; started < parallel && started < count; started++) {
        void *easy = easy_init();
        setopt(easy, URL, url);
        setopt(easy, HTTPHEADER, fields);
        setopt(easy, POSTFIELDS, body);
        setopt(easy, POSTFIELDSIZE, (long)(sizeof body - 1));
        setopt(easy, WRITEFUNCTION, forget);
        add(multi, easy);
    }
    while (ended < count) {
        int running = 0, waiting = 0;
        if (perform(multi, &running) != 0) return -1;
        for (ended_message *message; (message = next(multi, &waiting)) != NULL;) {
            if (message->message != MESSAGE_DONE) continue;
            void *easy = message->easy;
            long status = 0;
            getinfo(easy, RESPONSE_CODE, &status);
            ended++;
            answered += status == 200;
            remove(multi, easy);
            if (started < count) started++, add(multi, easy);
        }
        if (ended < count && running > 0) poll(multi, NULL, 0, 1000, NULL);
    }
    return answered;
}

#else

long curl_floor_run(const char *url, int parallel, long count) {
    (void)url, (void)parallel, (void)count;
    return -1;
}

#endif
