// SPDX-License-Identifier: MIT
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// What was asked of malloc and its relatives since the last start.
typedef struct {
    uint64_t count;
    uint64_t bytes;
} allocation_counts;

/// Whether allocations can be counted here; false means that all counts stay zero.
bool allocation_counter_is_available(void);

/// Sets the counts to zero and begins to count, on all threads.
void allocation_counter_start(void);

/// Ends counting.
allocation_counts allocation_counter_stop(void);

#endif
