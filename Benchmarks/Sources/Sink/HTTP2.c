// SPDX-License-Identifier: MIT

// As much of HTTP/2 (RFC 9113) as takes exports over gRPC: header blocks are skipped unread, since all that is asked of
// this server is to count spans.

#include "Connection.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DATA = 0, HEADERS = 1, RESET = 3, SETTINGS = 4, PING = 6, WINDOW_UPDATE = 8 };
enum { END_STREAM = 1, ACK = 1, END_HEADERS = 4, PADDED = 8 };

// Requests that are not whole yet: gRPC sends a batch at a time, Python's and ours a few at most.
typedef struct {
    uint32_t id;
    uint8_t *data;
    size_t count;
    size_t capacity;
} stream;

enum { MOST_STREAMS = 64 };

static uint32_t number32(const char *at) {
    const uint8_t *b = (const uint8_t *)at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static size_t put_frame(uint8_t *to, int type, int flags, uint32_t id, const void *content, size_t length) {
    const uint8_t head[] = {
        (uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length, (uint8_t)type, (uint8_t)flags,
        (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id,
    };
    memcpy(to, head, sizeof head);
    if (length > 0) memcpy(to + sizeof head, content, length);
    return sizeof head + length;
}

static bool send_all(int socket, const uint8_t *data, size_t count) {
    return write(socket, data, count) == (ssize_t)count;
}

static bool send_frame(int socket, int type, int flags, uint32_t id, const void *content, size_t length) {
    uint8_t frame[64];
    return send_all(socket, frame, put_frame(frame, type, flags, id, content, length));
}

// An empty ExportTraceServiceResponse with status 0, in one piece.
static bool answer(int socket, uint32_t id) {
    // HPACK without compression: ":status: 200" from the static table, the others as literals.
    static const uint8_t head[] = "\x88\x00\x0c" "content-type" "\x10" "application/grpc";
    static const uint8_t trailer[] = "\x00\x0b" "grpc-status" "\x01" "0";
    static const uint8_t message[5] = {0};
    uint8_t frames[128];
    size_t count = put_frame(frames, HEADERS, END_HEADERS, id, head, sizeof head - 1);
    count += put_frame(frames + count, DATA, 0, id, message, sizeof message);
    count += put_frame(frames + count, HEADERS, END_HEADERS | END_STREAM, id, trailer, sizeof trailer - 1);
    return send_all(socket, frames, count);
}

static stream *find(stream *streams, uint32_t id) {
    for (int i = 0; i < MOST_STREAMS; i++)
        if (streams[i].id == id) return &streams[i];
    return NULL;
}

static bool append(stream *s, const char *data, size_t count) {
    if (s->count + count > s->capacity) {
        s->capacity = (s->count + count) * 2;
        uint8_t *grown = realloc(s->data, s->capacity);
        if (grown == NULL) return false;
        s->data = grown;
    }
    memcpy(s->data + s->count, data, count);
    s->count += count;
    return true;
}

static bool finish(int socket, stream *s) {
    // Five bytes of gRPC before the message: whether it is compressed, and its length.
    if (s->count >= 5) count_grpc_export((bytes){s->data + 5, s->data + s->count});
    uint32_t id = s->id;
    s->id = 0;
    s->count = 0;
    return answer(socket, id);
}

static bool handle_data(int socket, stream *streams, uint32_t id, int flags, const char *content, size_t length) {
    stream *s = find(streams, id);
    size_t padding = flags & PADDED && length > 0 ? 1 + (size_t)(uint8_t)content[0] : 0;
    if (s == NULL || padding > length) return false;
    if (!append(s, content + (padding > 0), length - padding)) return false;
    if (flags & END_STREAM) return finish(socket, s);
    return true;
}

static bool handle_frame(int socket, stream *streams, const char *frame, size_t length) {
    int type = frame[3], flags = frame[4];
    uint32_t id = number32(frame + 5) & 0x7FFFFFFF;
    const char *content = frame + 9;
    switch (type) {
    case SETTINGS: return flags & ACK || send_frame(socket, SETTINGS, ACK, 0, NULL, 0);
    case PING: return flags & ACK || send_frame(socket, PING, ACK, 0, content, length < 8 ? length : 8);
    case HEADERS: {
        stream *s = find(streams, id);
        if (s == NULL) s = find(streams, 0);
        if (s == NULL) return false;
        s->id = id;
        return flags & END_STREAM ? finish(socket, s) : true;
    }
    case RESET: {
        stream *s = find(streams, id);
        if (s != NULL) s->id = 0, s->count = 0;
        return true;
    }
    case DATA: return handle_data(socket, streams, id, flags, content, length);
    default: return true;
    }
}

void serve_http2(connection *c) {
    static const size_t preface = 24;
    // SETTINGS_INITIAL_WINDOW_SIZE (4) of 2^31 - 1 for streams; the connection's own window takes an update.
    static const uint8_t settings[] = {0, 4, 0x7F, 0xFF, 0xFF, 0xFF};
    static const uint8_t window[] = {0x7F, 0x00, 0x00, 0x00};
    if (!fill(c, preface)) return;
    drop(c, preface);
    if (!send_frame(c->socket, SETTINGS, 0, 0, settings, sizeof settings)) return;
    if (!send_frame(c->socket, WINDOW_UPDATE, 0, 0, window, sizeof window)) return;
    stream *streams = calloc(MOST_STREAMS, sizeof(stream));
    uint64_t received = 0;
    while (streams != NULL && fill(c, 9)) {
        size_t length = number32(c->data) >> 8;
        if (!fill(c, 9 + length)) break;
        // The window is given back in large pieces.
        received += length;
        if (received >= 1 << 30) {
            uint8_t more[] = {(uint8_t)(received >> 24), (uint8_t)(received >> 16), (uint8_t)(received >> 8), (uint8_t)received};
            if (!send_frame(c->socket, WINDOW_UPDATE, 0, 0, more, sizeof more)) break;
            received = 0;
        }
        if (!handle_frame(c->socket, streams, c->data, length)) break;
        drop(c, 9 + length);
    }
    for (int i = 0; streams != NULL && i < MOST_STREAMS; i++) free(streams[i].data);
    free(streams);
}
