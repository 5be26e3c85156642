/* SPDX-License-Identifier: Apache-2.0 */
#include "cell/bind.h"
#include "check.h"

static const char yaml[] =
    "version: 1\n"
    "domain: bank\n"
    "regions: {us-east-1: {}}\n"
    "keys: {default: {us-east-1: [\"arn:aws:kms:us-east-1:111122223333:key/a\"]}}\n"
    "limits: {context_bytes: 200}\n"
    "tables:\n"
    "  profile:\n"
    "    bind: {account: text, tenant: integer}\n"
    "    columns: {userid: {}, note: {}, counted: {version: {column: v}}}\n";

static struct srow_config *config;

static enum srow_rc bind_of(struct bind *out, const char *column, const struct srow_bind *binds,
                            size_t count, struct srow_error *e)
{
    struct srow_cell cell = {.column = column, .bind = binds, .bind_count = count};
    return bind_read(out, config, &cell, e);
}

CASE(the_context_is_the_bindings_and_the_cells_name)
{
    struct srow_error e = {0};
    AUTO(bind_cleanup) struct bind b = {0};
    struct srow_bind given[] = {{"tenant", srow_integer(7)}, {"account", srow_text("12")}};
    CHECK_OK(bind_of(&b, "profile.userid", given, 2, &e), e);
    CHECK(strcmp(bind_name(&b), "bank.profile.userid") == 0);
    CHECK(b.context.count == 3);
    CHECK(bytes_equal_str(*context_get(&b.context, "account"), "12"));
    CHECK(bytes_equal_str(*context_get(&b.context, "tenant"), "7"));
    CHECK(bytes_equal_str(*context_get(&b.context, "sealrow:cell"), "bank.profile.userid"));
}

CASE(what_the_caller_asked_for_must_be_whole)
{
    const struct srow_value null = {SROW_TYPE_NULL, 0, 0, {NULL, 0}};
    const struct srow_bind good[] = {{"account", srow_text("12")}, {"tenant", srow_integer(7)}};
    const struct srow_bind doubled[] = {{"account", srow_text("12")}, {"account", srow_text("12")}};
    const struct srow_bind unknown[] = {{"account", srow_text("12")}, {"tenent", srow_integer(7)}};
    const struct srow_bind empty[] = {{"account", srow_text("")}, {"tenant", srow_integer(7)}};
    const struct srow_bind of_null[] = {{"account", null}, {"tenant", srow_integer(7)}};
    const struct srow_bind nameless[] = {{NULL, srow_text("a")}, {"tenant", srow_integer(7)}};
    const struct {
        const char *column;
        const struct srow_bind *binds;
        size_t count;
        enum srow_rc rc;
        const char *text;
    } rows[] = {
        {"profile.userid", good, 1, SROW_E_BINDING,
         "binding \"tenant\" of table \"profile\" is missing: give its value"},
        {"profile.userid", NULL, 0, SROW_E_BINDING,
         "binding \"account\" of table \"profile\" is missing: give its value"},
        {"profile.userid", NULL, 1, SROW_E_USAGE, "the cell counts bindings and has none"},
        {"profile.userid", doubled, 2, SROW_E_BINDING,
         "binding \"account\" is given twice: give it once"},
        {"profile.userid", unknown, 2, SROW_E_BINDING,
         "table \"profile\" has no binding \"tenent\": give the bindings of the configuration"},
        {"profile.userid", empty, 2, SROW_E_BINDING,
         "binding \"account\" is empty: give the value that names the row"},
        {"profile.userid", of_null, 2, SROW_E_BINDING,
         "binding \"account\" is NULL: a row without it cannot be told from others"},
        {"profile.userid", nameless, 2, SROW_E_BINDING, "a binding has no name"},
        {"profile.user", good, 2, SROW_E_COLUMN,
         "the configuration has no column \"user\" in table \"profile\": correct the name, or add "
         "it "
         "under columns"},
        {"people.userid", good, 2, SROW_E_COLUMN,
         "the configuration has no table \"people\": correct the name, or add it under tables"},
        {"userid", good, 2, SROW_E_COLUMN, "\"userid\" is no column: write TABLE.COLUMN"},
        {NULL, good, 2, SROW_E_USAGE, "the cell names no column: name TABLE.COLUMN"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct srow_error e = {0};
        struct bind b = {0};
        CHECK_RC(bind_of(&b, rows[i].column, rows[i].binds, rows[i].count, &e), rows[i].rc);
        CHECK(strcmp(e.text, rows[i].text) == 0);
        CHECK(b.texts == NULL);
    }
}

CASE(a_version_is_part_of_the_context_of_a_column_that_has_one)
{
    AUTO(bind_cleanup) struct bind b = {0};
    AUTO(bind_cleanup) struct bind first = {0};
    struct srow_error e = {0};
    struct srow_bind good[] = {{"account", srow_text("12")}, {"tenant", srow_integer(7)}};
    struct srow_cell cell = {.column = "profile.userid", .bind = good, .bind_count = 2};
    CHECK_RC(bind_read(&b, config, NULL, NULL), SROW_E_USAGE);
    cell.min_version = 1;
    CHECK_RC(bind_read(&b, config, &cell, &e), SROW_E_USAGE);
    CHECK(strstr(e.text, "profile.userid has no version column") != NULL);
    cell = (struct srow_cell){
        .column = "profile.counted", .bind = good, .bind_count = 2, .version = 10};
    CHECK_OK(bind_read(&b, config, &cell, &e), e);
    CHECK(b.context.count == 4 && !b.too_old);
    CHECK(bytes_equal_str(*context_get(&b.context, "sealrow:version"), "10"));
    cell.min_version = 10;
    cell.version = 0;
    CHECK_OK(bind_read(&first, config, &cell, &e), e);
    CHECK(first.context.count == 3 && first.too_old);
    cell.version = UINT64_C(1) << 63;
    CHECK_RC(bind_read(&b, config, &cell, NULL), SROW_E_USAGE);
}

CASE(a_context_over_the_limit_is_refused_before_anything_is_asked)
{
    struct bind b = {0};
    char account[200] = "";
    memset(account, '1', sizeof account - 1);
    struct srow_bind given[] = {{"account", srow_text(account)}, {"tenant", srow_integer(7)}};
    CHECK_RC(bind_of(&b, "profile.userid", given, 2, NULL), SROW_E_CONTEXT_LIMIT);
    account[100] = '\0';
    given[0].value = srow_text(account);
    struct srow_error e = {0};
    CHECK_OK(bind_of(&b, "profile.userid", given, 2, &e), e);
    bind_cleanup(&b);
    bind_cleanup(&b);
}

CASE(values_that_run_into_each_other_make_different_contexts)
{
    AUTO(bind_cleanup) struct bind a = {0}, b = {0};
    struct srow_error e = {0};
    struct srow_bind first[] = {{"account", srow_text("1")}, {"tenant", srow_integer(12)}};
    struct srow_bind second[] = {{"account", srow_text("11")}, {"tenant", srow_integer(2)}};
    CHECK_OK(bind_of(&a, "profile.userid", first, 2, &e), e);
    CHECK_OK(bind_of(&b, "profile.userid", second, 2, &e), e);
    CHECK(!context_equal(&a.context, &b.context));
}

CASE(a_digest_is_stable_and_differs_with_name_and_value)
{
    AUTO(bind_cleanup) struct bind a = {0}, b = {0};
    AUTO(buf_cleanup) struct srow_buf d1 = {0}, d2 = {0}, d3 = {0}, d4 = {0};
    struct srow_error e = {0};
    struct srow_bind first[] = {{"account", srow_text("7")}, {"tenant", srow_integer(7)}};
    struct srow_bind second[] = {{"account", srow_text("8")}, {"tenant", srow_integer(7)}};
    CHECK_OK(bind_of(&a, "profile.userid", first, 2, &e), e);
    CHECK_OK(bind_of(&b, "profile.note", second, 2, &e), e);
    CHECK_OK(bind_put_digest(&d1, config, &a, 0, &e), e);
    CHECK_OK(bind_put_digest(&d2, config, &a, 1, &e), e);
    CHECK_OK(bind_put_digest(&d3, config, &b, 0, &e), e);
    CHECK_OK(bind_put_digest(&d4, config, &b, 1, &e), e);
    CHECK(d1.len == 16 && !bytes_equal(bytes_buf(&d1), bytes_buf(&d2)));
    CHECK(!bytes_equal(bytes_buf(&d1), bytes_buf(&d3)));
    CHECK_BYTES(bytes_buf(&d2), bytes_buf(&d4));
    /* printf 'bank\0tenant\0007' | sha256sum */
    CHECK(bytes_equal_str(bytes_buf(&d2), "01235e065a55bf95"));
}

int main(void)
{
    if (srow_config_parse(&config, srow_str(yaml), NULL) != SROW_OK) {
        return 1;
    }
    RUN(the_context_is_the_bindings_and_the_cells_name);
    RUN(what_the_caller_asked_for_must_be_whole);
    RUN(a_version_is_part_of_the_context_of_a_column_that_has_one);
    RUN(a_context_over_the_limit_is_refused_before_anything_is_asked);
    RUN(values_that_run_into_each_other_make_different_contexts);
    RUN(a_digest_is_stable_and_differs_with_name_and_value);
    srow_config_free(config);
    return check_done();
}
