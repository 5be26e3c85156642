/* SPDX-License-Identifier: Apache-2.0
 *
 * Events are read from the last one back: one query.
 */
#include "schema/booked.h"

#include "base/text.h"
#include "base/time.h"
#include "crypto/hash.h"
#include "schema/live.h"

struct state {
    bool table, last, earlier;
    char at[24]; /* when the last one was booked */
};

static enum srow_rc put_digest(struct srow_buf *out, const struct srow_config *config,
                               struct srow_error *e)
{
    uint8_t digest[HASH_SHA256];
    TRY(hash_sha256(digest, srow_str(config->canonical), e));
    text_put_hex(out, bytes_of(digest, sizeof digest));
    return buf_check(out, e);
}

static enum srow_rc read_events(struct state *out, struct db *db, struct srow_bytes digest,
                                struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more = false;
    TRY(db_query(&rows, db,
                 "SELECT digest, booked_at FROM " BOOKED_TABLE
                 " WHERE event = 'configuration' ORDER BY number DESC",
                 NULL, 0, e));
    TRY(db_next(&more, rows, e));
    for (bool first = true; more && !out->last && !out->earlier; first = false) {
        struct db_value booked = rows->ops->value(rows, 0), at = rows->ops->value(rows, 1);
        bool mine = booked.type == DB_TEXT && bytes_equal(booked.bytes, digest);
        out->last = mine && first;
        out->earlier = mine && !first;
        if (first && at.type == DB_TEXT && at.bytes.len < sizeof out->at) {
            memcpy(out->at, at.bytes.at, at.bytes.len);
        }
        TRY(db_next(&more, rows, e));
    }
    return SROW_OK;
}

/* Whether there is a table is only asked where there seems to be none. MariaDB shows none to who
 * may not read it, and refuses him one that is not there. */
static enum srow_rc read_state(struct state *out, struct db *db, const struct srow_config *config,
                               struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf digest = {0};
    AUTO(live_table_cleanup) struct live_table live = {0};
    struct srow_error why = {0};
    struct state s = {.table = true};
    TRY(put_digest(&digest, config, e));
    enum srow_rc rc = read_events(&s, db, bytes_buf(&digest), &why);
    FAIL_IF(rc == SROW_E_DB_RIGHTS, e, rc,
            "this login may not read the table " BOOKED_TABLE ", which says what may write: let it "
            "SELECT there, or run sealrow init if there is none: %s",
            why.text);
    if (rc != SROW_OK) {
        TRY(live_table_read(&live, db, NULL, BOOKED_TABLE, e));
        s.table = live.name != NULL;
        FAIL_IF(s.table, e, rc, "%s", why.text);
    }
    *out = s;
    return SROW_OK;
}

enum srow_rc booked_may_write(struct db *db, const struct srow_config *config, struct srow_error *e)
{
    struct state s = {0};
    TRY(read_state(&s, db, config, e));
    FAIL_IF(!s.table, e, SROW_E_BOOKED,
            "there is no table " BOOKED_TABLE ", so it does not write: run sealrow init");
    FAIL_IF(s.earlier, e, SROW_E_BOOKED,
            "this configuration is older than the one booked on %s: deploy the newer one", s.at);
    FAIL_IF(!s.last, e, SROW_E_BOOKED,
            "this configuration is not booked in the database: run sealrow init with it, then "
            "deploy it everywhere");
    return SROW_OK;
}

enum srow_rc booked_put(struct srow_buf *out, struct db *db, const struct srow_config *config,
                        const struct booked_how *how, struct srow_error *e)
{
    struct state s = {0};
    char now[21];
    if (!how->made) {
        TRY(read_state(&s, db, config, e));
    }
    if (s.last) {
        return SROW_OK;
    }
    FAIL_IF(s.earlier && !how->again, e, SROW_E_BOOKED,
            "this configuration is older than the one booked on %s: deploy the newer one, or say "
            "--rebook to go back to this one",
            s.at);
    time_format_iso(now, time_wall_ms() / 1000);
    buf_put_str(out, "INSERT INTO " BOOKED_TABLE " (number, event, digest, booked_at, version) "
                     "SELECT coalesce(max(number), 0) + 1, 'configuration', '");
    TRY(put_digest(out, config, e));
    buf_printf(out, "', '%s', '%s' FROM " BOOKED_TABLE, now, srow_version());
    return buf_check(out, e);
}

enum srow_rc booked_look(struct finding_list *list, const struct srow_config *config, struct db *db,
                         struct srow_error *e)
{
    struct state s = {0};
    TRY(read_state(&s, db, config, e));
    if (s.earlier) {
        return finding_add(list, "config-older", BOOKED_TABLE, e,
                           "this configuration is older than the one booked on %s, and does not "
                           "write: deploy the newer one",
                           s.at);
    }
    return s.last ? SROW_OK
                  : finding_add(list, "config-unbooked", BOOKED_TABLE, e,
                                "this configuration is not booked in the database, and does not "
                                "write: run sealrow init");
}
