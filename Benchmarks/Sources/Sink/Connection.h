// SPDX-License-Identifier: MIT

// What the two versions of HTTP share.

#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *at;
    const uint8_t *end;
} bytes;

typedef struct {
    int socket;
    char *data;
    size_t count;
    size_t capacity;
} connection;

// Reads until at least so many bytes are there.
bool fill(connection *c, size_t count);
// Forgets the first bytes.
void drop(connection *c, size_t count);

// Counts an export of spans that came over gRPC.
void count_grpc_export(bytes message);

// Serves gRPC over HTTP/2, from the client's preface on.
void serve_http2(connection *c);

#endif
