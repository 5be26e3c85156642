/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

static const char own_yaml[] =
    "version: 1\n"
    "domain: bench\n"
    "regions: {us-east-1: {}, eu-west-1: {}}\n"
    "keys:\n"
    "  default:\n"
    "    us-east-1: [arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab]\n"
    "    eu-west-1: [arn:aws:kms:eu-west-1:111122223333:key/9876fedc-12ab-34cd-56ef-1234567890ab]\n"
    "tables:\n"
    "  bench: {bind: {id: integer}, columns: {note: {}}}\n";

void must_ok(enum srow_rc rc, const struct srow_error *e)
{
    if (rc != SROW_OK) {
        fprintf(stderr, "bench: %s\n", e->text);
        exit(70);
    }
}

void must(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "bench: %s\n", what);
        exit(70);
    }
}

/* -- KMS functions -- */

/* Wrapped is what everybody can undo; as long as a real one. */
enum { WRAPPED = 184, DATA_KEY = 32 };

static void name_key(struct srow_kms_call *call)
{
    call->key_id.len = strlen(call->key_arn);
    memcpy(call->key_id.at, call->key_arn, call->key_id.len);
}

static enum srow_rc encrypt(void *state, struct srow_kms_call *call)
{
    (void)state;
    name_key(call);
    memset(call->wrapped.at, 'w', WRAPPED);
    memcpy(call->wrapped.at, call->data_key_in.at, DATA_KEY);
    call->wrapped.len = WRAPPED;
    return SROW_OK;
}

static enum srow_rc generate(void *state, struct srow_kms_call *call)
{
    if (getrandom(call->data_key.at, DATA_KEY, 0) != DATA_KEY) {
        return SROW_E_KMS_SERVICE;
    }
    call->data_key.len = DATA_KEY;
    call->data_key_in = (struct srow_bytes){call->data_key.at, DATA_KEY};
    enum srow_rc rc = encrypt(state, call);
    call->data_key_in = (struct srow_bytes){0};
    return rc;
}

static enum srow_rc decrypt(void *state, struct srow_kms_call *call)
{
    (void)state;
    name_key(call);
    if (call->wrapped_in.len != WRAPPED) {
        return SROW_E_KMS_CIPHERTEXT;
    }
    memcpy(call->data_key.at, call->wrapped_in.at, DATA_KEY);
    call->data_key.len = DATA_KEY;
    return SROW_OK;
}

/* -- the table -- */

void table_open(struct table *t, const char *url, const char *config)
{
    static const struct srow_kms_ops own = {
        .generate = generate, .encrypt = encrypt, .decrypt = decrypt};
    struct srow_client_options options = {0};
    struct srow_error e = {0};
    *t = (struct table){0};
    if (config != NULL) {
        must_ok(srow_config_load(&t->config, config, &e), &e);
    } else {
        must_ok(srow_config_parse(&t->config, srow_str(own_yaml), &e), &e);
        options = (struct srow_client_options){.local_region = "us-east-1", .kms = &own};
    }
    must_ok(srow_client_new(&t->client, t->config, &options, &e), &e);
    bool sqlite = strncmp(url, "sqlite:", strlen("sqlite:")) == 0;
    must_ok(sqlite ? db_create(&t->db, url, &e) : db_open(&t->db, url, &e), &e);
    if (sqlite) {
        AUTO(db_rows_free) struct db_rows *rows = NULL; /* it answers with a row */
        must_ok(db_query(&rows, t->db, "PRAGMA journal_mode = WAL", NULL, 0, &e), &e);
    }
}

void table_close(struct table *t)
{
    db_free(&t->db);
    srow_client_free(t->client);
    srow_config_free(t->config);
    *t = (struct table){0};
}

static void run(struct table *t, const char *sql)
{
    struct srow_error e = {0};
    must_ok(db_exec(t->db, sql, NULL, 0, &e), &e);
}

void table_clear(struct table *t)
{
    char sql[200];
    const struct db_dialect *d = t->db->ops->dialect;
    snprintf(sql, sizeof sql, "CREATE TABLE bench (id BIGINT NOT NULL PRIMARY KEY, note_sealed %s)",
             d->blob_huge);
    run(t, "DROP TABLE IF EXISTS bench");
    run(t, sql);
}

/* -- rows in -- */

struct csv {
    size_t next, count, bytes; /* row 0 is the header */
    struct srow_buf line;
    size_t at;
};

static enum srow_rc read_csv(size_t *got, void *state, void *at, size_t room, struct srow_error *e)
{
    struct csv *c = state;
    if (c->at == c->line.len && c->next <= c->count) {
        buf_clear(&c->line);
        c->at = 0;
        buf_printf(&c->line, c->next == 0 ? "id,note" : "%zu,", c->next);
        char *note = c->next == 0 ? NULL : buf_room(&c->line, c->bytes);
        if (note != NULL) {
            memset(note, 'x', c->bytes);
            buf_grew(&c->line, c->bytes);
        }
        buf_put_str(&c->line, "\n");
        c->next++;
    }
    TRY(buf_check(&c->line, e));
    size_t left = c->line.len - c->at;
    *got = left < room ? left : room;
    memcpy(at, (const char *)c->line.at + c->at, *got);
    c->at += *got;
    return SROW_OK;
}

void table_load(struct table *t, size_t count, size_t bytes)
{
    struct csv csv = {.count = count, .bytes = bytes};
    struct rows rows = {t->config, t->client, t->db};
    struct rows_load load = {
        .table = "bench", .input = {read_csv, &csv, "rows"}, .format = ROWS_CSV};
    struct rows_counts counts = {0};
    struct srow_error e = {0};
    enum srow_rc rc = rows_load(&counts, &rows, &load, &e);
    buf_cleanup(&csv.line);
    must_ok(rc, &e);
    must(counts.inserted == count, "not all rows were inserted");
}

/* -- rows out -- */

struct listed {
    size_t count, bytes;
};

static enum srow_rc head(void *state, const struct rows_row *row, struct srow_error *e)
{
    (void)state;
    (void)row;
    (void)e;
    return SROW_OK;
}

static enum srow_rc see(void *state, const struct rows_row *row, struct srow_error *e)
{
    struct listed *l = state;
    FAIL_IF(row->fields[1].value.len != l->bytes, e, SROW_E_INTERNAL, "another text came back");
    l->count++;
    return SROW_OK;
}

static enum srow_rc bad(void *state, const struct rows_row *row, const struct srow_error *error,
                        struct srow_error *e)
{
    (void)state;
    (void)row;
    FAIL(e, (enum srow_rc)error->rc, "%s", error->text);
}

void table_list(struct table *t, size_t count, size_t bytes)
{
    struct listed listed = {.bytes = bytes};
    struct rows rows = {t->config, t->client, t->db};
    struct rows_list list = {
        .table = "bench", .state = &listed, .head = head, .row = see, .bad = bad};
    struct srow_error e = {0};
    must_ok(rows_list(&rows, &list, &e), &e);
    must(listed.count == count, "not all rows were listed");
}
