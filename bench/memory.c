/* SPDX-License-Identifier: Apache-2.0
 *
 * usage: memory FOLDER [ROWS]
 *
 * Whether rows go in and come out in constant memory: 10,000 rows against ROWS (default 100,000),
 * and 16 values of 1 MiB against 64, into SQLite files in FOLDER, each in a process of its own
 * whose peak the system tells. KMS is in the process. Prints TAP.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "table.h"

enum { FEW = 10000, MANY = 100000, ALLOWED_KIB = 2048 };

typedef void task(struct table *t, size_t count, size_t bytes);

static void load(struct table *t, size_t count, size_t bytes)
{
    table_clear(t);
    table_load(t, count, bytes);
}

/* The peak of a process in KiB; -1 if it failed. */
static long peak(const char *folder, task *what, size_t count, size_t bytes)
{
    struct rusage usage = {0};
    int status = 1;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        char url[4096];
        struct table t;
        snprintf(url, sizeof url, "sqlite:%s/%zu-%zu.db", folder, count, bytes);
        table_open(&t, url, NULL);
        what(&t, count, bytes);
        table_close(&t);
        _exit(0);
    }
    return pid > 0 && wait4(pid, &status, 0, &usage) == pid && status == 0 ? usage.ru_maxrss : -1;
}

static bool compare(int number, const char *folder, task *what, const size_t counts[2],
                    size_t bytes)
{
    long few = peak(folder, what, counts[0], bytes), many = peak(folder, what, counts[1], bytes);
    bool ok = few > 0 && many > 0 && many - few <= ALLOWED_KIB;
    printf("%s %d - %s %zu and %zu rows of %zu bytes: at most %ld and %ld KiB\n",
           ok ? "ok" : "not ok", number, what == load ? "put --from" : "get --list", counts[0],
           counts[1], bytes, few, many);
    return ok;
}

int main(int argc, char **argv)
{
    size_t rows = argc > 2 ? strtoul(argv[2], NULL, 10) : MANY;
    if (argc < 2 || rows < FEW) {
        fprintf(stderr, "usage: memory FOLDER [ROWS], %d rows or more\n", FEW);
        return 2;
    }
    const size_t counts[] = {FEW, rows}, large[] = {16, 64};
    bool ok = compare(1, argv[1], load, counts, 16);
    ok = compare(2, argv[1], table_list, counts, 16) && ok;
    ok = compare(3, argv[1], load, large, 1 << 20) && ok;
    ok = compare(4, argv[1], table_list, large, 1 << 20) && ok;
    printf("1..4\n");
    return ok ? 0 : 1;
}
