/* SPDX-License-Identifier: Apache-2.0
 *
 * A connection whose login is asked for: db-login URL FILE password|token|files. FILE has the
 * secret each time somebody asks; files: nobody is asked, as in the program. Says how opening went
 * and how often it has asked; then for each line of standard input: "again": db_reopen. "commit": a
 * transaction, whose connection the caller ends when he has read its number, and then COMMIT. Run
 * by test_logins.py.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"

static struct srow_error e;

struct asked {
    const char *path;
    bool is_token;
    int times;
};

static enum srow_rc login(struct db_login *out, void *state, struct srow_error *error)
{
    struct asked *a = state;
    char line[4096] = "";
    FILE *f = fopen(a->path, "r");
    FAIL_IF(f == NULL, error, SROW_E_IO, "the login: there is no secret");
    if (fgets(line, sizeof line, f) == NULL) {
        line[0] = '\0';
    }
    fclose(f);
    a->times++;
    out->is_token = a->is_token;
    return bytes_dup_str(&out->secret, srow_str(line), error);
}

static void say(enum srow_rc rc, const struct asked *a)
{
    printf("%s, asked %d: %s\n", srow_rc_name(rc), a->times, rc == SROW_OK ? "" : e.text);
}

static enum srow_rc number(int64_t *out, struct db *db)
{
    bool more = false;
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    const char *sql = strcmp(db->ops->dialect->name, "mysql") == 0 ? "SELECT connection_id()"
                                                                   : "SELECT pg_backend_pid()";
    TRY(db_query(&rows, db, sql, NULL, 0, &e));
    TRY(db_next(&more, rows, &e));
    *out = rows->ops->value(rows, 0).integer;
    return SROW_OK;
}

static enum srow_rc commit(struct db *db)
{
    int64_t id = 0;
    AUTO(db_rollback) struct db_work work = {0};
    TRY(db_begin(&work, db, &e));
    TRY(number(&id, db));
    printf("%lld\n", (long long)id);
    fflush(stdout);
    struct pollfd p = {.fd = db->ops->socket(db), .events = POLLRDHUP};
    FAIL_IF(poll(&p, 1, 20000) != 1, &e, SROW_E_TIMEOUT, "nobody has ended the connection");
    return db_commit(&work, &e);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("usage: db-login URL FILE password|token|files\n", stderr);
        return 2;
    }
    struct asked asked = {argv[2], strcmp(argv[3], "token") == 0, 0};
    const struct db_options options = {strcmp(argv[3], "files") == 0 ? NULL : login, &asked};
    AUTO(db_free) struct db *db = NULL;
    enum srow_rc rc = db_open_with(&db, argv[1], &options, &e);
    say(rc, &asked);
    fflush(stdout);
    char line[16];
    while (rc == SROW_OK && fgets(line, sizeof line, stdin) != NULL) {
        say(strcmp(line, "commit\n") == 0 ? commit(db) : db_reopen(db, &e), &asked);
        fflush(stdout);
    }
    return 0;
}
