// SPDX-License-Identifier: MIT
//
// Lets ThreadSanitizer see Swift's Mutex on Linux; preloaded by Scripts/check-threads.
//
// The uncontended path of Synchronization.Mutex is inlined into our code: an atomic that the sanitizer instruments. The
// contended path is in libswiftSynchronization, which is not instrumented: its compare-and-exchange and its futex calls
// order the threads, but the sanitizer does not know. Every report of "race" inside `withLock` comes from there. These
// two functions stand in front of the library's own and tell the sanitizer what the mutex has done, no more: a race on
// memory that no mutex guards is still reported.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// Of the sanitizer's runtime; absent in programs that are not instrumented.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

typedef SWIFT void (*LockSlow)(uint32_t thread, SELF void *mutex);
typedef SWIFT void (*UnlockSlow)(SELF void *mutex);

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) __asm__(LOCK_SLOW);
SWIFT void unlock_slow(SELF void *mutex) __asm__(UNLOCK_SLOW);

static LockSlow next_lock_slow;
static UnlockSlow next_unlock_slow;

__attribute__((constructor)) static void find(void) {
    next_lock_slow = (LockSlow)dlsym(RTLD_NEXT, LOCK_SLOW);
    next_unlock_slow = (UnlockSlow)dlsym(RTLD_NEXT, UNLOCK_SLOW);
}

SWIFT void lock_slow(uint32_t thread, SELF void *mutex) {
    next_lock_slow(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT void unlock_slow(SELF void *mutex) {
    if (__tsan_release) __tsan_release(mutex);
    next_unlock_slow(mutex);
}
