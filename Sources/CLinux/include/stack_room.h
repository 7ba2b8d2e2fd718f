// SPDX-License-Identifier: Apache-2.0
// Room on the stack for one call: Swift has none of more than a kilobyte.
#ifndef CLINUX_STACK_ROOM_H
#define CLINUX_STACK_ROOM_H

#include <stddef.h>

// `body` gets the room and `context`. Not inlined: the room must go when the call ends.
__attribute__((noinline)) static void clinux_with_stack_room(size_t size, void (*body)(void *room, void *context), void *context) {
    char room[size];
    body(room, context);
}

#endif
