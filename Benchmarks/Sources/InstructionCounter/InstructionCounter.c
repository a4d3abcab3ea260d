// SPDX-License-Identifier: MIT

// The processor's own counter. Unlike times it hardly changes with what else the machine does.

#include "InstructionCounter.h"

#if defined(__linux__)

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

static int counter = -1;

bool instruction_counter_open(void) {
    struct perf_event_attr event = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof event,
        .config = PERF_COUNT_HW_INSTRUCTIONS,
        .inherit = 1,
        .exclude_kernel = 1,
        .exclude_hv = 1,
    };
    counter = (int)syscall(SYS_perf_event_open, &event, 0, -1, -1, 0);
    return counter >= 0;
}

uint64_t instruction_counter_read(void) {
    uint64_t count = 0;
    if (counter < 0 || read(counter, &count, sizeof count) != sizeof count) return 0;
    return count;
}

#else

bool instruction_counter_open(void) { return false; }

uint64_t instruction_counter_read(void) { return 0; }

#endif
