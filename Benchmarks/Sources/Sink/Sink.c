// SPDX-License-Identifier: MIT

// A server that costs as little as possible, so that what is measured is the sender. One thread per connection, no
// decompression; items are counted by skipping from field to field of the protobuf, without reading what is in them.

#define _GNU_SOURCE
#include "Connection.h"
#include "Sink.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static atomic_long otlp_bytes, span_count, record_count, metric_count, grpc_call_count;

static const char chat_answer[] =
    "{\"id\":\"chatcmpl-AbCdEfGhIjKlMnOpQrStUvWxYz012\",\"object\":\"chat.completion\",\"created\":1790000000,"
    "\"model\":\"gpt-4o-2024-08-06\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
    "\"It is sunny with a light breeze in Paris today, around 21 degrees.\",\"refusal\":null},\"logprobs\":null,"
    "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1234,\"completion_tokens\":567,\"total_tokens\":1801},"
    "\"service_tier\":\"default\",\"system_fingerprint\":\"fp_abc\"}";

// MARK: - Counting

static uint64_t take_varint(bytes *rest) {
    uint64_t value = 0;
    for (int shift = 0; rest->at < rest->end && shift < 64; shift += 7) {
        uint8_t byte = *rest->at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) break;
    }
    return value;
}

// Takes one field; its content if it has a length, else nothing.
static uint64_t take_field(bytes *rest, bytes *content) {
    uint64_t tag = take_varint(rest);
    uint64_t length = 0;
    *content = (bytes){rest->at, rest->at};
    switch (tag & 7) {
    case 0: take_varint(rest); return tag >> 3;
    case 1: length = 8; break;
    case 5: length = 4; break;
    case 2: length = take_varint(rest); break;
    default: rest->at = rest->end; return 0;
    }
    if (length > (uint64_t)(rest->end - rest->at)) length = (uint64_t)(rest->end - rest->at);
    *content = (bytes){rest->at, rest->at + length};
    rest->at += length;
    return (tag & 7) == 2 ? tag >> 3 : 0;
}

// The requests of all three signals nest alike: resource_spans = 1, scope_spans = 2, spans = 2.
static long items_in(bytes message, int level) {
    static const uint64_t path[] = {1, 2, 2};
    long count = 0;
    while (message.at < message.end) {
        bytes content;
        if (take_field(&message, &content) != path[level]) continue;
        count += level == 2 ? 1 : items_in(content, level + 1);
    }
    return count;
}

static void count_export(const char *path, bytes message) {
    otlp_bytes += message.end - message.at;
    bool is_logs = strstr(path, " /v1/logs") != NULL;
    bool is_metrics = strstr(path, " /v1/metrics") != NULL;
    *(is_logs ? &record_count : is_metrics ? &metric_count : &span_count) += items_in(message, 0);
}

void count_grpc_export(bytes message) {
    grpc_call_count++;
    otlp_bytes += message.end - message.at;
    span_count += items_in(message, 0);
}

// MARK: - HTTP

bool fill(connection *c, size_t count) {
    if (c->capacity < count + 1) {
        c->capacity = count * 2;
        c->data = realloc(c->data, c->capacity);
        if (c->data == NULL) return false;
    }
    while (c->count < count) {
        ssize_t received = read(c->socket, c->data + c->count, c->capacity - c->count - 1);
        if (received <= 0) return false;
        c->count += (size_t)received;
    }
    return true;
}

void drop(connection *c, size_t count) {
    c->count -= count;
    memmove(c->data, c->data + count, c->count);
}

// Reads a request's head; how long it is, or 0 when the connection has ended.
static size_t read_head(connection *c) {
    for (;;) {
        c->data[c->count] = 0;
        char *end = strstr(c->data, "\r\n\r\n");
        if (end != NULL) {
            *end = 0;
            return (size_t)(end - c->data) + 4;
        }
        if (!fill(c, c->count + 1)) return 0;
    }
}

static size_t content_length(const char *head) {
    const char *field = strcasestr(head, "\r\ncontent-length:");
    return field == NULL ? 0 : strtoul(field + strlen("\r\ncontent-length:"), NULL, 10);
}

static bool answer(int socket, const char *body) {
    char text[2048];
    int length = snprintf(
        text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
        strlen(body), body);
    return write(socket, text, (size_t)length) == length;
}

static bool handle(connection *c, bytes body) {
    if (strncmp(c->data, "GET ", 4) == 0) {
        char counts[200];
        snprintf(
            counts, sizeof counts, "{\"bytes\":%ld,\"spans\":%ld,\"records\":%ld,\"metrics\":%ld,\"grpc_calls\":%ld}",
            (long)otlp_bytes, (long)span_count, (long)record_count, (long)metric_count, (long)grpc_call_count);
        return answer(c->socket, counts);
    }
    if (strstr(c->data, " /v1/traces") == NULL && strstr(c->data, " /v1/logs") == NULL
        && strstr(c->data, " /v1/metrics") == NULL)
        return answer(c->socket, chat_answer);
    count_export(c->data, body);
    static const char ok[] =
        "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n";
    return write(c->socket, ok, sizeof ok - 1) == sizeof ok - 1;
}

static void serve_http1(connection *c) {
    size_t head;
    while ((head = read_head(c)) > 0) {
        size_t body = content_length(c->data);
        if (strcasestr(c->data, "expect: 100-continue") != NULL) {
            static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
            if (write(c->socket, go_on, sizeof go_on - 1) < 0) return;
        }
        if (!fill(c, head + body)) return;
        const uint8_t *start = (const uint8_t *)c->data + head;
        if (!handle(c, (bytes){start, start + body})) return;
        drop(c, head + body);
    }
}

static void *serve(void *argument) {
    connection c = {.socket = (int)(intptr_t)argument, .capacity = 1 << 16};
    c.data = malloc(c.capacity);
    int one = 1;
    setsockopt(c.socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (c.data != NULL && fill(&c, 4)) memcmp(c.data, "PRI ", 4) == 0 ? serve_http2(&c) : serve_http1(&c);
    close(c.socket);
    free(c.data);
    return NULL;
}

int sink_run(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 64) < 0
        || getsockname(listener, (struct sockaddr *)&address, &length) < 0)
        return 1;
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int socket = accept(listener, NULL, NULL);
        pthread_t thread;
        if (socket < 0) continue;
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)socket) != 0) {
            close(socket);
            continue;
        }
        pthread_detach(thread);
    }
}
