// SPDX-License-Identifier: MIT
#ifndef SINK_H
#define SINK_H

/// Serves HTTP/1.1 on a free port of loopback until the process ends; prints the port as one line on standard output.
///
/// `POST …/v1/traces` answers 200 and counts the spans in the body; `POST …/chat/completions` answers with one and
/// the same chat completion; `GET /stats` answers with the counts as JSON.
///
/// Returns 1 when no socket can be opened.
int sink_run(void);

#endif
