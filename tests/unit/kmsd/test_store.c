/* SPDX-License-Identifier: Apache-2.0 */
#include "kmsd/store.h"

#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "crypto/random.h"
#include "db/db.h"

struct place {
    char folder[64], path[96];
    struct secret master;
    struct store *store;
};

static void place_cleanup(struct place *p)
{
    store_free(&p->store);
    secret_cleanup(&p->master);
    unlink(p->path);
    rmdir(p->folder);
}

static enum srow_rc place_open(struct place *p, struct srow_error *e)
{
    snprintf(p->folder, sizeof p->folder, "/tmp/kmsd-store-XXXXXX");
    FAIL_IF(mkdtemp(p->folder) == NULL, e, SROW_E_IO, "no folder");
    snprintf(p->path, sizeof p->path, "%s/kmsd.db", p->folder);
    TRY(secret_new(&p->master, 32, e));
    TRY(random_bytes(p->master.at, 32, e));
    return store_open(&p->store, p->path, &p->master, true, e);
}

static enum srow_rc reopen(struct place *p, struct srow_error *e)
{
    store_free(&p->store);
    return store_open(&p->store, p->path, &p->master, false, e);
}

CASE(a_key_comes_back_as_it_was_made)
{
    AUTO(place_cleanup) struct place p = {0};
    AUTO(store_key_cleanup) struct store_key made = {0}, got = {0}, off = {0};
    struct srow_error e = {0};
    CHECK_OK(place_open(&p, &e), e);
    CHECK_OK(store_add(&made, p.store, "r1", srow_str("it's a \"key\""), &e), e);
    CHECK_OK(reopen(&p, &e), e);
    CHECK_OK(store_get(&got, p.store, "r1", made.id, &e), e);
    CHECK_BYTES(secret_bytes(&got.material), secret_bytes(&made.material));
    CHECK(memcmp(got.material_id, made.material_id, sizeof got.material_id) == 0);
    CHECK(strcmp(got.description, "it's a \"key\"") == 0);
    CHECK(got.enabled && got.created_ms == made.created_ms);
    CHECK_OK(store_set_enabled(p.store, "r1", made.id, false, &e), e);
    CHECK_OK(reopen(&p, &e), e);
    CHECK_OK(store_get(&off, p.store, "r1", made.id, &e), e);
    CHECK(!off.enabled);
}

CASE(a_key_is_of_its_region)
{
    AUTO(place_cleanup) struct place p = {0};
    AUTO(store_key_cleanup) struct store_key made = {0}, got = {0};
    struct srow_error e = {0};
    CHECK_OK(place_open(&p, &e), e);
    CHECK_OK(store_add(&made, p.store, "r1", srow_str(""), &e), e);
    CHECK_RC(store_get(&got, p.store, "r2", made.id, &e), SROW_E_NOT_FOUND);
    CHECK_RC(store_set_enabled(p.store, "r2", made.id, false, &e), SROW_E_NOT_FOUND);
}

CASE(another_master_key_is_refused)
{
    AUTO(place_cleanup) struct place p = {0};
    struct srow_error e = {0};
    CHECK_OK(place_open(&p, &e), e);
    p.master.at[31] ^= 1;
    CHECK_RC(reopen(&p, &e), SROW_E_MASTER_KEY);
    p.master.at[31] ^= 1;
    CHECK_OK(reopen(&p, &e), e);
}

/* Each statement moves or alters a key's row as somebody with the file could. */
CASE(an_altered_row_does_not_open)
{
    static const char *const altered[] = {
        "UPDATE kms_key SET region = 'r2'",
        "UPDATE kms_key SET material_id = zeroblob(32)",
        "UPDATE kms_key SET material_id = zeroblob(31)",
        "UPDATE kms_key SET wrapped = zeroblob(60)",
        "UPDATE kms_key SET wrapped = x'00'",
    };
    for (size_t i = 0; i < sizeof altered / sizeof altered[0]; i++) {
        AUTO(place_cleanup) struct place p = {0};
        AUTO(store_key_cleanup) struct store_key made = {0}, got = {0};
        AUTO(db_free) struct db *db = NULL;
        struct srow_error e = {0};
        char url[128];
        CHECK_OK(place_open(&p, &e), e);
        CHECK_OK(store_add(&made, p.store, "r1", srow_str(""), &e), e);
        snprintf(url, sizeof url, "sqlite:%s", p.path);
        CHECK_OK(db_open(&db, url, &e), e);
        CHECK_OK(db_exec(db, altered[i], NULL, 0, &e), e);
        CHECK_RC(store_get(&got, p.store, i == 0 ? "r2" : "r1", made.id, &e), SROW_E_MASTER_KEY);
    }
}

CASE(a_file_of_a_newer_version_is_refused)
{
    AUTO(place_cleanup) struct place p = {0};
    AUTO(db_free) struct db *db = NULL;
    struct srow_error e = {0};
    char url[128];
    CHECK_OK(place_open(&p, &e), e);
    snprintf(url, sizeof url, "sqlite:%s", p.path);
    CHECK_OK(db_open(&db, url, &e), e);
    CHECK_OK(db_exec(db, "UPDATE meta SET value = x'32' WHERE name = 'version'", NULL, 0, &e), e);
    CHECK_RC(reopen(&p, &e), SROW_E_UNSUPPORTED);
}

CASE(keys_are_listed_in_order_page_by_page)
{
    AUTO(place_cleanup) struct place p = {0};
    AUTO(store_page_cleanup) struct store_page one = {0}, two = {0};
    struct srow_error e = {0};
    CHECK_OK(place_open(&p, &e), e);
    for (int i = 0; i < 3; i++) {
        AUTO(store_key_cleanup) struct store_key made = {0};
        CHECK_OK(store_add(&made, p.store, "r1", srow_str(""), &e), e);
    }
    CHECK_OK(store_list(&one, p.store, "r1", "", 2, &e), e);
    CHECK(one.count == 2 && one.more && strcmp(one.ids[0], one.ids[1]) < 0);
    CHECK_OK(store_list(&two, p.store, "r1", one.ids[1], 2, &e), e);
    CHECK(two.count == 1 && !two.more && strcmp(one.ids[1], two.ids[0]) < 0);
}

int main(void)
{
    RUN(a_key_comes_back_as_it_was_made);
    RUN(a_key_is_of_its_region);
    RUN(another_master_key_is_refused);
    RUN(an_altered_row_does_not_open);
    RUN(a_file_of_a_newer_version_is_refused);
    RUN(keys_are_listed_in_order_page_by_page);
    return check_done();
}
