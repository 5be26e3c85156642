/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of probes has a row a key set: its name, the keys it was sealed for, the message.
 */
#include "rows/rows_probe.h"

#include "client/client.h"
#include "client/outage.h"
#include "rows/held.h"
#include "schema/ddl.h"
#include "schema/live.h"

/* The ARNs that a new value of the set is wrapped for, one a line. */
static void put_keys(struct srow_buf *out, const struct config_key_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        if (!set->keys[i].open_only) {
            buf_printf(out, "%s\n", set->keys[i].arn);
        }
    }
}

/* A set that no column chooses has no probe. */
static bool is_used(const struct srow_config *config, const char *set)
{
    for (size_t t = 0; t < config->table_count; t++) {
        for (size_t c = 0; c < config->tables[t].column_count; c++) {
            if (strcmp(config->tables[t].columns[c].keys, set) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* What is stored (keys, message), and whether it is for the keys of today. */
static enum srow_rc load(struct held_row *out, bool *current, struct db *db,
                         const struct config_key_set *set, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf keys = {0};
    struct db_value name = db_text(set->name);
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    put_keys(&keys, set);
    TRY(buf_check(&keys, e));
    db_put_sql(&sql, db, "SELECT @c, message FROM " DDL_PROBE_TABLE " WHERE key_set = $1",
               &(struct db_words){.column = "keys"});
    const char *text = buf_cstr(&sql);
    TRY(buf_check(&sql, e));
    TRY(held_row_read(out, db, text, &name, 1, e));
    TRY(held_row_check(out, 2, e));
    *current = out->there && bytes_equal(bytes_buf(&out->values[0].bytes), bytes_buf(&keys));
    return SROW_OK;
}

static enum srow_rc store(const struct rows *rows, const struct config_key_set *set,
                          struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf message = {0}, keys = {0};
    put_keys(&keys, set);
    TRY(buf_check(&keys, e));
    TRY(client_probe_seal(&message, rows->client, set->name, e));
    struct db_value row[] = {db_text(set->name),
                             {.type = DB_TEXT, .bytes = bytes_buf(&keys)},
                             db_bytes(bytes_buf(&message))};
    const struct db_dialect *d = rows->db->ops->dialect;
    AUTO(buf_cleanup) struct srow_buf sql = {0};
    db_put_sql(&sql, rows->db,
               "INSERT INTO " DDL_PROBE_TABLE " (key_set, @c, message) VALUES ($1, $2, $3)",
               &(struct db_words){.column = "keys"});
    db_put_sql(&sql, rows->db, d->upsert, &(struct db_words){.table = "key_set"});
    db_put_sql(&sql, rows->db, d->upsert_column, &(struct db_words){.column = "keys"});
    buf_put_str(&sql, ", ");
    db_put_sql(&sql, rows->db, d->upsert_column, &(struct db_words){.column = "message"});
    const char *text = buf_cstr(&sql);
    TRY(buf_check(&sql, e));
    return db_exec(rows->db, text, row, 3, e);
}

enum srow_rc rows_probe_store(size_t *stored, const struct rows *rows, struct srow_error *e)
{
    size_t count = 0;
    for (size_t i = 0; i < rows->config->key_set_count; i++) {
        const struct config_key_set *set = &rows->config->key_sets[i];
        AUTO(held_row_cleanup) struct held_row row = {0};
        bool current = false;
        TRY(load(&row, &current, rows->db, set, e));
        if (!current && is_used(rows->config, set->name)) {
            TRY(store(rows, set, e));
            count++;
        }
    }
    *stored = count;
    return SROW_OK;
}

static enum srow_rc open_everywhere(struct finding_list *list, const struct rows *rows,
                                    const struct config_key_set *set, struct srow_bytes message,
                                    struct srow_error *e)
{
    for (size_t i = 0; i < set->count; i++) {
        struct srow_error why = {0};
        const struct config_key *key = &set->keys[i];
        if (key->open_only ||
            client_probe_open(rows->client, set->name, key->region, message, &why) == SROW_OK) {
            continue;
        }
        bool down = outage_read(client_outage(rows->client), key->region).down;
        if (down && why.cls == SROW_CLASS_UNAVAILABLE) {
            continue; /* a finding already: write-while-down */
        }
        TRY(finding_add(list, "probe-refused", set->name, e,
                        "the probe does not open in Region %s: %s: %s", key->region, why.text,
                        finding_kind_find("probe-refused")->repair));
    }
    return SROW_OK;
}

static enum srow_rc check_set(struct finding_list *list, const struct rows *rows,
                              const struct config_key_set *set, struct srow_error *e)
{
    AUTO(held_row_cleanup) struct held_row row = {0};
    bool current = false;
    TRY(load(&row, &current, rows->db, set, e));
    if (!row.there) {
        return finding_add(list, "probe-missing", set->name, e,
                           "there is no probe to open: let a migrator run sealrow init");
    }
    if (!current) {
        TRY(finding_add(list, "probe-stale", set->name, e,
                        "the probe was sealed for other keys: let a migrator run sealrow init"));
    }
    return open_everywhere(list, rows, set, bytes_buf(&row.values[1].bytes), e);
}

enum srow_rc rows_probe_check(struct finding_list *list, const struct rows *rows,
                              struct srow_error *e)
{
    AUTO(live_table_cleanup) struct live_table live = {0};
    TRY(live_table_read(&live, rows->db, NULL, DDL_PROBE_TABLE, e));
    if (live.name == NULL) {
        return finding_add(list, "probe-missing", DDL_PROBE_TABLE, e,
                           "the table of probes is not there, or this login may not read it: let a "
                           "migrator run sealrow init");
    }
    for (size_t i = 0; i < rows->config->key_set_count; i++) {
        const struct config_key_set *set = &rows->config->key_sets[i];
        if (is_used(rows->config, set->name)) {
            TRY(check_set(list, rows, set, e));
        }
    }
    return SROW_OK;
}
