/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of a new directory, made so that a start that was interrupted needs no hands: they grow
 * in `new/`, which becomes `made/` when all of them are on the disk, and go to their places from
 * there. Nothing is served before the last one is in its place, and nothing that is in its place is
 * ever replaced. To be called inside the directory, under its lock.
 */
#ifndef KMSD_NEWDIR_H
#define KMSD_NEWDIR_H

#include "base/error.h"

enum { NEWDIR_MASTER = 32 }; /* bytes of master.key */

/* Makes all files of an empty directory. Fails with IO, CRYPTO, NOMEM. */
MUST enum srow_rc newdir_make(struct srow_error *e);

/* Removes what an interrupted start left half made, and puts in its place what was made. Fails with
 * CONFLICT (a file is there already), IO. */
MUST enum srow_rc newdir_finish(struct srow_error *e);

#endif
