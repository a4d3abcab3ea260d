// SPDX-License-Identifier: MIT
#ifndef SINK_H
#define SINK_H

/// Serves HTTP/1.1 and gRPC on a free port of loopback until the process ends; prints the port as one line on standard
/// output.
///
/// `POST /v1/traces`, `/v1/logs`, `/v1/metrics` and gRPC's export of spans answer 200 and count what is in the body;
/// every other `POST` answers with one and the same chat completion; `GET /stats` answers with the counts as JSON:
/// `bytes` of OTLP, `spans`, `records`, `metrics`, `grpc_calls`.
///
/// Returns 1 when no socket can be opened.
int sink_run(void);

#endif
