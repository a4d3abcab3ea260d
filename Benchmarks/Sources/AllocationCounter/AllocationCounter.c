// SPDX-License-Identifier: MIT

// Takes the place of malloc and its relatives in the whole process: symbols of the program go before those of the
// shared libraries it uses. Only glibc offers its own functions under second names to pass the calls on to.

#include "AllocationCounter.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

static atomic_bool is_counting;
static atomic_uint_fast64_t total_count;
static atomic_uint_fast64_t total_bytes;

#if defined(__linux__) && defined(__GLIBC__)

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

// Off, this is one load and one branch that is never taken, so that timed runs stay as they are.
static inline void note(size_t bytes) {
    if (!atomic_load_explicit(&is_counting, memory_order_relaxed)) return;
    atomic_fetch_add_explicit(&total_count, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&total_bytes, bytes, memory_order_relaxed);
}

void *malloc(size_t size) {
    note(size);
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    note(count * size);
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    note(size);
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    note(size);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note(size);
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    note(size);
    void *result = __libc_memalign(alignment, size);
    if (result == NULL) return ENOMEM;
    *memory = result;
    return 0;
}

bool allocation_counter_is_available(void) { return true; }

#else

bool allocation_counter_is_available(void) { return false; }

#endif

void allocation_counter_start(void) {
    atomic_store(&total_count, 0);
    atomic_store(&total_bytes, 0);
    atomic_store(&is_counting, true);
}

allocation_counts allocation_counter_stop(void) {
    atomic_store(&is_counting, false);
    return (allocation_counts){atomic_load(&total_count), atomic_load(&total_bytes)};
}
