/* SPDX-License-Identifier: Apache-2.0
 *
 * What a test of rows and jobs stands on: a configuration, its client, a KMS inside the process,
 * and a database in a file of SQLite. A program has one of each.
 */
#ifndef TESTS_SQL_WORLD_H
#define TESTS_SQL_WORLD_H

#include "client/client.h"
#include "db/db.h"
#include "fake/fake_kms.h"
#include "scratch.h"

#define US "us-east-1"
#define EU "eu-west-1"
#define AP "ap-south-1"
#define ARN(region) "arn:aws:kms:" region ":111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
#define MRK(region) "arn:aws:kms:" region ":111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"

static struct srow_config *config;
static struct kms *kms; /* a fake_kms of US, EU and AP */
static struct srow_client *client;
static struct db *db;

/* The client is at home in US and asks `front`; NULL: `kms` itself. There is no database yet. */
static inline void world_open(const char *yaml, struct kms *front)
{
    struct srow_error e = {0};
    scratch_make();
    kms = fake_kms_new((const char *const[]){US, EU, AP, NULL});
    struct client_options options = {.face = {.local_region = US},
                                     .kms = front == NULL ? kms : front};
    if (srow_config_parse(&config, srow_str(yaml), &e) != SROW_OK ||
        client_new(&client, config, &options, &e) != SROW_OK) {
        bail_out(e.text);
    }
}

static inline void world_close(void)
{
    db_free(&db);
    srow_client_free(client);
    kms_free(&kms);
    srow_config_free(config);
    scratch_remove();
}

static inline bool run(const char *sql)
{
    struct srow_error e = {0};
    if (db_exec(db, sql, NULL, 0, &e) != SROW_OK) {
        printf("# %s\n", e.text);
        return false;
    }
    return true;
}

/* What a statement asks for; -1: nothing. */
static inline int64_t number(const char *sql)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    if (db_query(&rows, db, sql, NULL, 0, NULL) != SROW_OK ||
        db_next(&more, rows, NULL) != SROW_OK || !more) {
        return -1;
    }
    return rows->ops->value(rows, 0).integer;
}

/* A new database with this table. */
static inline void world_fresh(const char *ddl)
{
    struct srow_error e = {0};
    db_free(&db);
    unlink(path);
    if (db_create(&db, url, &e) != SROW_OK || db_exec(db, ddl, NULL, 0, &e) != SROW_OK) {
        bail_out(e.text);
    }
}

#endif
