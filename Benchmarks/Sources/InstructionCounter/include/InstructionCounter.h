// SPDX-License-Identifier: MIT
#ifndef INSTRUCTION_COUNTER_H
#define INSTRUCTION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Begins to count the instructions of this thread and of all threads it starts from now on, directly or not.
///
/// Returns false where the system does not let us; then all counts stay zero.
bool instruction_counter_open(void);

/// How many instructions there were so far, outside of the kernel.
uint64_t instruction_counter_read(void);

#endif
