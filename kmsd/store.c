/* SPDX-License-Identifier: Apache-2.0
 *
 * The store's file. Two keys are derived from the master key: one wraps materials, one makes the
 * check value that tells a wrong master key at once. Changes are counted in the file and, once they
 * are on the disk, beside it: a file put back from an older backup is behind that count.
 */
#include "kmsd/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "crypto/equal.h"
#include "crypto/hash.h"

enum { DIGITS = 20 };

void store_free(struct store **store)
{
    if (*store != NULL) {
        db_free(&(*store)->db);
        secret_cleanup(&(*store)->wrapping);
        pthread_mutex_destroy(&(*store)->lock);
        if ((*store)->changes_file > 0) {
            close((*store)->changes_file);
        }
        free(*store);
        *store = NULL;
    }
}

pthread_mutex_t *store_hold(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    return &store->lock;
}

void store_release(pthread_mutex_t **lock)
{
    pthread_mutex_unlock(*lock);
}

/* -- changes -- */

enum srow_rc store_change_begin(struct store_change *change, struct store *store,
                                struct srow_error *e)
{
    store_hold(store);
    change->store = store;
    return db_begin(&change->work, store->db, e);
}

static enum srow_rc count_changes(int64_t *out, struct db *db, struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    bool more;
    TRY(db_query(&rows, db, "SELECT value FROM meta WHERE name = 'changes'", NULL, 0, e));
    TRY(db_next(&more, rows, e));
    FAIL_IF(!more, e, SROW_E_UNSUPPORTED, "the key file has no count of changes: it is not ours");
    *out = rows->ops->value(rows, 0).integer;
    return SROW_OK;
}

/* Always as long, in place: needs no room on the disk that is not there yet. */
static enum srow_rc write_count(int fd, int64_t count, struct srow_error *e)
{
    char text[DIGITS + 2];
    snprintf(text, sizeof text, "%0*" PRId64 "\n", DIGITS, count);
    FAIL_IF(pwrite(fd, text, DIGITS + 1, 0) != DIGITS + 1 || fdatasync(fd) != 0, e, SROW_E_IO,
            "changes: %s", strerror(errno));
    return SROW_OK;
}

enum srow_rc store_change_commit(struct store_change *change, struct srow_error *e)
{
    struct store *store = change->store;
    int64_t count = 0;
    TRY(db_exec(store->db, "UPDATE meta SET value = value + 1 WHERE name = 'changes'", NULL, 0, e));
    TRY(count_changes(&count, store->db, e));
    TRY(db_commit(&change->work, e));
    return store->changes_file > 0 ? write_count(store->changes_file, count, e) : SROW_OK;
}

void store_change_end(struct store_change *change)
{
    if (change->store != NULL) {
        db_rollback(&change->work);
        pthread_mutex_unlock(&change->store->lock);
        change->store = NULL;
    }
}

/* A count that is ahead of the file is a file from before that count. */
static enum srow_rc compare_count(int fd, int64_t in_file, struct srow_error *e)
{
    char text[DIGITS];
    uint64_t beside = 0;
    ssize_t got = pread(fd, text, DIGITS, 0);
    FAIL_IF(got < 0, e, SROW_E_IO, "changes: %s", strerror(errno));
    FAIL_IF(got > 0 &&
                text_parse_size(&beside, bytes_of(text, (size_t)got), INT64_MAX, NULL) != SROW_OK,
            e, SROW_E_MALFORMED, "changes: not a number of %d digits: put the right one back",
            DIGITS);
    FAIL_IF((int64_t)beside > in_file, e, SROW_E_CONFLICT,
            "kmsd.db is %" PRId64 " changes behind this directory: put the newest back, or remove "
            "the file 'changes' to go on without them",
            (int64_t)beside - in_file);
    return SROW_OK;
}

enum srow_rc store_follow(struct store *store, const char *path, struct srow_error *e)
{
    int64_t count = 0;
    AUTO(store_release) pthread_mutex_t *lock = store_hold(store);
    (void)lock;
    TRY(count_changes(&count, store->db, e));
    store->changes_file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    FAIL_IF(store->changes_file < 0, e, SROW_E_IO, "changes: %s", strerror(errno));
    TRY(compare_count(store->changes_file, count, e));
    return write_count(store->changes_file, count, e);
}

/* -- opening -- */

static const char *const schema[] = {
    "CREATE TABLE meta (name TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL)",
    "CREATE TABLE kms_alias (region TEXT NOT NULL, name TEXT NOT NULL, key_id TEXT NOT NULL, "
    "created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, PRIMARY KEY (region, name))",
    "CREATE TABLE kms_key (region TEXT NOT NULL, id TEXT NOT NULL, material_id BLOB NOT NULL, "
    "wrapped BLOB NOT NULL, enabled INTEGER NOT NULL, created_ms INTEGER NOT NULL, "
    "description TEXT NOT NULL, PRIMARY KEY (region, id))",
};

static enum srow_rc create(struct db *db, struct srow_bytes check, struct srow_error *e)
{
    AUTO(db_rollback) struct db_work work = {0};
    TRY(db_begin(&work, db, e));
    for (size_t i = 0; i < sizeof schema / sizeof schema[0]; i++) {
        TRY(db_exec(db, schema[i], NULL, 0, e));
    }
    struct db_value rows[] = {db_text("version"), db_bytes(srow_str("1")), db_text("check"),
                              db_bytes(check),    db_text("changes"),      db_integer(0)};
    TRY(db_exec(db, "INSERT INTO meta VALUES ($1, $2), ($3, $4), ($5, $6)", rows, 6, e));
    return db_commit(&work, e);
}

static enum srow_rc read_meta(struct srow_buf *out, struct db *db, const char *name,
                              struct srow_error *e)
{
    AUTO(db_rows_free) struct db_rows *rows = NULL;
    struct db_value param = db_text(name);
    bool more;
    TRY(db_query(&rows, db, "SELECT value FROM meta WHERE name = $1", &param, 1, e));
    TRY(db_next(&more, rows, e));
    FAIL_IF(!more, e, SROW_E_UNSUPPORTED, "the key file has no %s: it is not one of ours", name);
    buf_put(out, rows->ops->value(rows, 0).bytes);
    return buf_check(out, e);
}

static enum srow_rc compare(struct db *db, struct srow_bytes check, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf version = {0}, stored = {0};
    TRY(read_meta(&version, db, "version", e));
    FAIL_IF(!bytes_equal_str(bytes_buf(&version), "1"), e, SROW_E_UNSUPPORTED,
            "the key file is of a newer version: use that version's sealrow-kmsd");
    TRY(read_meta(&stored, db, "check", e));
    FAIL_IF(!equal_bytes(bytes_buf(&stored), check), e, SROW_E_MASTER_KEY,
            "master.key is not the key this directory was made with: put the right one back");
    return SROW_OK;
}

enum srow_rc store_open(struct store **out, const char *path, const struct secret *master,
                        bool fresh, struct srow_error *e)
{
    uint8_t check[HASH_SHA256];
    AUTO(buf_cleanup) struct srow_buf url = {0};
    AUTO(store_free) struct store *store = calloc(1, sizeof *store);
    FAIL_IF(store == NULL, e, SROW_E_NOMEM, "no memory for the key file");
    pthread_mutex_init(&store->lock, NULL);
    TRY(secret_new(&store->wrapping, HASH_SHA256, e));
    TRY(hash_hmac_sha256(store->wrapping.at, secret_bytes(master),
                         srow_str("sealrow-kmsd wrapping 1"), e));
    TRY(hash_hmac_sha256(check, secret_bytes(master), srow_str("sealrow-kmsd check 1"), e));
    buf_printf(&url, "sqlite:%s", path);
    TRY(buf_check(&url, e));
    if (fresh) {
        TRY(db_create(&store->db, buf_cstr(&url), e));
        TRY(create(store->db, bytes_of(check, sizeof check), e));
    } else {
        TRY(db_open(&store->db, buf_cstr(&url), e));
        TRY(compare(store->db, bytes_of(check, sizeof check), e));
    }
    *out = store;
    store = NULL;
    return SROW_OK;
}
