/* SPDX-License-Identifier: Apache-2.0
 *
 * Several keyrings as one, for tests: all of them wrap, the first that can unwraps (spec:
 * framework/multi-keyring.md). A product's keyrings know better what to do when one fails.
 */
#ifndef VECTORS_MULTI_H
#define VECTORS_MULTI_H

#include "keys/keyring.h"

enum { MULTI_MOST = 400 };

struct multi {
    struct keyring keyring;
    struct keyring *part[MULTI_MOST]; /* owned */
    size_t count;
};

void multi_init(struct multi *m);
void multi_cleanup(struct multi *m);

#endif
