/* SPDX-License-Identifier: Apache-2.0
 *
 * The file of a test program for an SQLite database, in a folder of its own.
 */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64], path[128], url[160];

/* The test cannot go on. */
static inline void bail_out(const char *text)
{
    printf("Bail out! %s\n", text);
    unlink(path);
    rmdir(folder);
    exit(1);
}

/* The folder is made, the file is not. */
static inline void scratch_make(void)
{
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/sealrow-test-XXXXXX", parent == NULL ? "/tmp" : parent);
    if (mkdtemp(folder) == NULL) {
        bail_out("no folder for a database");
    }
    snprintf(path, sizeof path, "%s/t.db", folder);
    snprintf(url, sizeof url, "sqlite:%s", path);
}

static inline void scratch_remove(void)
{
    unlink(path);
    rmdir(folder);
}

#endif
