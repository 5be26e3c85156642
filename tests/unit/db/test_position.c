/* SPDX-License-Identifier: Apache-2.0
 *
 * Positions of every engine, said by a file of SQLite; `position URL` and `wait URL POSITION MS`
 * ask a server (tests/databases/test_positions.py).
 */
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "db/db_position.h"

static struct srow_error e;
static struct db *db;

static const struct row {
    const char *have, *want;
    enum srow_rc rc;
} rows[] = {
    {"sqlite:0", "sqlite:0", SROW_OK},
    {"sqlite:0", "sqlite:1", SROW_E_USAGE},
    {"sqlite:0", "postgresql:0/1", SROW_E_USAGE},
    {"postgresql:0/16B3748", "postgresql:0/16B3748", SROW_OK},
    {"postgresql:0/16B3748", "postgresql:0/16B3749", SROW_E_TIMEOUT},
    {"postgresql:1/0", "postgresql:0/FFFFFFFF", SROW_OK},
    {"postgresql:0/FFFFFFFF", "postgresql:1/0", SROW_E_TIMEOUT},
    {"postgresql:9/30", "postgresql:10/2", SROW_E_TIMEOUT},
    {"postgresql:0/2000", "postgresql:0/2018", SROW_OK}, /* a page's header */
    {"postgresql:0/1000000", "postgresql:0/1000028", SROW_OK},
    {"postgresql:0/2000", "postgresql:0/2028", SROW_E_TIMEOUT},
    {"postgresql:0/2000", "postgresql:0", SROW_E_USAGE},
    {"postgresql:0/2000", "postgresql:0/", SROW_E_USAGE},
    {"postgresql:0/2000", "postgresql:0/1'; DROP TABLE t; --", SROW_E_USAGE},
    {"postgresql:0/2000", "postgresql:0/123456789", SROW_E_USAGE},
    {"postgresql:0/2000", "mariadb:0-1-1", SROW_E_USAGE},
    {"mariadb:0-1-42", "mariadb:0-1-42", SROW_OK},
    {"mariadb:0-2-43", "mariadb:0-1-42", SROW_OK}, /* another server writes now */
    {"mariadb:0-1-41", "mariadb:0-1-42", SROW_E_TIMEOUT},
    {"mariadb:0-1-9,1-1-5", "mariadb:1-1-5,0-1-9", SROW_OK},
    {"mariadb:0-1-9", "mariadb:0-1-9,1-1-5", SROW_E_TIMEOUT},
    {"mariadb:1-1-5", "mariadb:0-1-9,1-1-5", SROW_E_TIMEOUT},
    {"mariadb:0-1-9", "mariadb:", SROW_E_USAGE},
    {"mariadb:0-1-9", "mariadb:0-1", SROW_E_USAGE},
    {"mariadb:0-1-9", "mariadb:0-1--9", SROW_E_USAGE},
    {"mariadb:0-1-9", "mariadb:0-1-99999999999999999999", SROW_E_USAGE},
    {"mysql:3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5:9",
     "mysql:3e11fa47-71ca-11e1-9e33-c80aa9429562:2-5:9", SROW_OK},
    {"mysql:3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5:9",
     "mysql:3E11FA47-71CA-11E1-9E33-C80AA9429562:1-6", SROW_E_TIMEOUT},
    {"mysql:3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5",
     "mysql:3E11FA47-71CA-11E1-9E33-C80AA9429563:1", SROW_E_TIMEOUT},
    {"mysql:3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5,3E11FA47-71CA-11E1-9E33-C80AA9429563:1-7",
     "mysql:3E11FA47-71CA-11E1-9E33-C80AA9429563:7,3E11FA47-71CA-11E1-9E33-C80AA9429562:1",
     SROW_OK},
    {"mysql:3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5",
     "mysql:3E11FA47-71CA-11E1-9E33-C80AA9429563:7,3E11FA47-71CA-11E1-9E33-C80AA9429562:1",
     SROW_E_TIMEOUT},
    {"mysql:3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5", "mysql:3E11FA47:1", SROW_E_USAGE},
    {"mysql:3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5", "mysql:3E11FA47-71CA-11E1-9E33-C80AA9429562",
     SROW_E_USAGE},
    {"mysql:3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5", "mysql::5", SROW_E_USAGE},
    {"mysql::5", "mysql:3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5", SROW_E_USAGE},
    {"mariadb:", "mariadb:0-1-1", SROW_E_USAGE}, /* no binary log */
    {"sqlite:0", "", SROW_E_USAGE},
    {"sqlite:0", "oracle:1", SROW_E_USAGE},
};

CASE(a_server_has_come_to_a_position_or_not)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char query[256];
        snprintf(query, sizeof query, "SELECT '%s'", rows[i].have);
        struct db_dialect dialect = *db->ops->dialect;
        struct db_ops ops = *db->ops;
        const struct db_ops *real = db->ops;
        dialect.position = query;
        ops.dialect = &dialect;
        db->ops = &ops;
        enum srow_rc rc = db_position_wait(db, rows[i].want, 0, &e);
        db->ops = real;
        if (rc != rows[i].rc) {
            printf("# %s, %s: %s\n", rows[i].have, rows[i].want, srow_rc_name(rc));
            CHECK(false);
        }
        CHECK(rc == SROW_OK || strstr(e.text, "DROP") == NULL);
    }
}

CASE(a_file_of_sqlite_is_always_as_far)
{
    AUTO(buf_cleanup) struct srow_buf position = {0};
    CHECK_OK(db_position_read(&position, db, &e), e);
    CHECK_OK(db_position_wait(db, buf_cstr(&position), 0, &e), e);
}

static int ask_server(char **argv)
{
    AUTO(buf_cleanup) struct srow_buf position = {0};
    enum srow_rc rc = db_open(&db, argv[2], &e);
    if (rc == SROW_OK && strcmp(argv[1], "wait") == 0) {
        rc = db_position_wait(db, argv[3], strtoull(argv[4], NULL, 10), &e);
    } else if (rc == SROW_OK) {
        rc = db_position_read(&position, db, &e);
    }
    printf("%s %s\n", srow_rc_name(rc), rc == SROW_OK ? buf_cstr(&position) : e.text);
    db_free(&db);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 2) {
        return ask_server(argv);
    }
    char file[] = "/tmp/sealrow-position-XXXXXX", url[64];
    int fd = mkstemp(file);
    snprintf(url, sizeof url, "sqlite:%s", file);
    if (db_open(&db, url, &e) != SROW_OK) {
        printf("Bail out! %s\n", e.text);
        return 1;
    }
    RUN(a_server_has_come_to_a_position_or_not);
    RUN(a_file_of_sqlite_is_always_as_far);
    db_free(&db);
    close(fd);
    unlink(file);
    return check_done();
}
