/* SPDX-License-Identifier: Apache-2.0 */
#include "cell/cell.h"
#include "check.h"
#include "fake/fake_kms.h"
#include "format/header.h"
#include "keys/keyring_regions.h"

#define ARN_US "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
#define ARN_EU "arn:aws:kms:eu-west-1:111122223333:key/9876fedc-12ab-34cd-56ef-1234567890ab"
#define YAML(domain)                                                                               \
    "version: 1\ndomain: " domain "\nregions: {us-east-1: {}, eu-west-1: {}}\n"                    \
    "keys: {default: {us-east-1: [\"" ARN_US "\"], eu-west-1: [\"" ARN_EU "\"]}}\n"                \
    "tables:\n"                                                                                    \
    "  profile:\n"                                                                                 \
    "    bind: {account: text}\n"                                                                  \
    "    columns:\n"                                                                               \
    "      userid: {required: true}\n"                                                             \
    "      note: {}\n"                                                                             \
    "      balance: {type: integer}\n"                                                             \
    "      old: {accept: [context:no-cell]}\n"                                                     \
    "      contract: {signed: true, accept: [context:no-cell]}\n"                                  \
    "      diagnosis: {pad: 32}\n"                                                                 \
    "      limit: {version: {column: limit_version}}\n"                                            \
    "  archive: {bind: {account: text}, columns: {userid: {}}}\n"

/* A watch that counts and keeps the last. */
struct ear {
    struct event_watch watch;
    unsigned count;
    enum srow_rc rc;
    char name[32], region[32], cell[64], bindings[128], key[96];
};

static struct ear ear;
static struct srow_config *config, *staging;
static struct kms *kms;
static struct srow_keyring *keyring;
static struct manager *manager;

static void hear(struct event_watch *watch, const struct event *event)
{
    struct ear *to = (struct ear *)watch;
    to->count++;
    to->rc = event->rc;
    snprintf(to->name, sizeof to->name, "%s", event->name);
    snprintf(to->region, sizeof to->region, "%s", event->region);
    snprintf(to->cell, sizeof to->cell, "%s", event->cell);
    snprintf(to->bindings, sizeof to->bindings, "%s", event->bindings);
    snprintf(to->key, sizeof to->key, "%.*s", (int)event->key.len, (const char *)event->key.at);
}

static struct cell_tools tools_of(const struct srow_config *c)
{
    ear = (struct ear){{hear}, 0, SROW_OK, "", "", "", "", ""};
    return (struct cell_tools){.config = c, .manager = manager, .watch = &ear.watch};
}

static struct bind bound(const struct srow_config *c, const char *column, const char *account)
{
    struct bind b = {0};
    struct srow_bind given[] = {{"account", srow_text(account)}};
    struct srow_cell cell = {.column = column, .bind = given, .bind_count = 1};
    (void)!bind_read(&b, c, &cell, NULL);
    return b;
}

static unsigned requests(void)
{
    return fake_kms_total(kms, "us-east-1") + fake_kms_total(kms, "eu-west-1");
}

static void reset(void)
{
    fake_kms_set(kms, "us-east-1", SROW_OK);
    fake_kms_set(kms, "eu-west-1", SROW_OK);
    fake_kms_reset(kms);
}

static enum srow_rc seal(struct srow_sealed *out, const char *value, struct srow_error *e)
{
    AUTO(bind_cleanup) struct bind b = bound(config, "profile.userid", "1");
    struct cell_tools tools = tools_of(config);
    reset();
    enum srow_rc rc = cell_seal(out, &tools, &b, srow_str(value), e);
    fake_kms_reset(kms);
    return rc;
}

static void sealed_cleanup(struct srow_sealed *s)
{
    buf_cleanup(&s->message);
}

CASE(a_value_is_sealed_everywhere_and_opens)
{
    struct srow_error e = {0};
    static const char *const values[] = {"abc123", "", "\xC3\xA4"};
    for (size_t i = 0; i < 3; i++) {
        AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
        AUTO(buf_cleanup) struct srow_buf plain = {0};
        AUTO(bind_cleanup) struct bind b = bound(config, "profile.userid", "1");
        CHECK_OK(seal(&sealed, values[i], &e), e);
        CHECK(sealed.wrapped == 2 && sealed.missing == 0);
        struct cell_tools tools = tools_of(config);
        CHECK_OK(cell_open(&plain, &tools, &b, bytes_buf(&sealed.message), &e), e);
        CHECK(bytes_equal_str(bytes_buf(&plain), values[i]));
        CHECK(ear.count == 0 && fake_kms_total(kms, "us-east-1") == 1);
        CHECK(fake_kms_total(kms, "eu-west-1") == 0);
    }
}

CASE(a_message_of_another_cell_is_refused_without_a_request)
{
    struct srow_error e = {0};
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
    CHECK_OK(seal(&sealed, "abc123", &e), e);
    const struct {
        const struct srow_config *config;
        const char *column, *account;
    } rows[] = {
        {config, "profile.userid", "2"},
        {config, "profile.note", "1"},
        {config, "archive.userid", "1"},
        {staging, "profile.userid", "1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct srow_buf plain = {0};
        AUTO(bind_cleanup) struct bind b = bound(rows[i].config, rows[i].column, rows[i].account);
        struct cell_tools tools = tools_of(rows[i].config);
        CHECK_RC(cell_open(&plain, &tools, &b, bytes_buf(&sealed.message), &e), SROW_E_CONTEXT);
        CHECK(plain.at == NULL && requests() == 0);
        CHECK(ear.count == 1 && ear.rc == SROW_E_CONTEXT);
        CHECK(strcmp(ear.name, "cell.context") == 0);
        CHECK(strcmp(ear.cell, bind_name(&b)) == 0);
        CHECK(strncmp(ear.bindings, "{\"account\":\"", 12) == 0 && strlen(ear.bindings) == 30);
        CHECK(strncmp(e.text, bind_name(&b), strlen(bind_name(&b))) == 0);
    }
}

/* A message of another writer: any pairs, in the order of their keys. */
static enum srow_rc write_with(struct srow_buf *out, const char *const (*pairs)[2], size_t n,
                               struct srow_error *e)
{
    AUTO(context_cleanup) struct context context = {0};
    struct message_encrypted made = {0};
    reset();
    for (size_t i = 0; i < n; i++) {
        struct srow_pair pair = {srow_str(pairs[i][0]), srow_str(pairs[i][1])};
        TRY(context_add(&context, pair, e));
    }
    struct message_encrypt_options options = {.context = &context};
    TRY(message_encrypt(&made, manager, &options, srow_str("abc123"), e));
    fake_kms_reset(kms);
    *out = buf_take(&made.bytes);
    return SROW_OK;
}

CASE(a_value_without_a_cells_name_opens_where_it_is_accepted_and_only_so)
{
    static const struct {
        const char *column, *pairs[3][2];
        size_t count;
        enum srow_rc rc;
    } rows[] = {
        {"profile.old", {{"account", "1"}}, 1, SROW_OK},
        {"profile.old", {{"account", "1"}, {"sealrow:cell", "bank.profile.old"}}, 2, SROW_OK},
        {"profile.note", {{"account", "1"}}, 1, SROW_E_CONTEXT},
        {"profile.note", {{NULL, NULL}}, 0, SROW_E_CONTEXT},
        {"archive.userid", {{"account", "1"}}, 1, SROW_E_CONTEXT},
        {"profile.old", {{"account", "2"}}, 1, SROW_E_CONTEXT},
        {"profile.old", {{"account", "1"}, {"more", ""}}, 2, SROW_E_CONTEXT},
        {"profile.old", {{"more", "1"}}, 1, SROW_E_CONTEXT},
        {"profile.old",
         {{"account", "1"}, {"sealrow:cell", "bank.profile.note"}},
         2,
         SROW_E_CONTEXT},
        {"profile.old", {{"account", "1"}, {"sealrow:cell", ""}}, 2, SROW_E_CONTEXT},
        {"profile.old", {{NULL, NULL}}, 0, SROW_E_CONTEXT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct srow_error e = {0};
        AUTO(buf_cleanup) struct srow_buf message = {0}, plain = {0};
        AUTO(bind_cleanup) struct bind b = bound(config, rows[i].column, "1");
        CHECK_OK(write_with(&message, rows[i].pairs, rows[i].count, &e), e);
        struct cell_tools tools = tools_of(config);
        CHECK_RC(cell_open(&plain, &tools, &b, bytes_buf(&message), &e), rows[i].rc);
        CHECK(requests() == (rows[i].rc == SROW_OK ? 1 : 0));
        CHECK((plain.at == NULL) == (rows[i].rc != SROW_OK));
    }
}

CASE(what_is_sealed_where_such_values_are_accepted_has_its_cells_name)
{
    struct srow_error e = {0};
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
    AUTO(bind_cleanup) struct bind b = bound(config, "profile.old", "1");
    AUTO(header_cleanup) struct header h = {0};
    struct cell_tools tools = tools_of(config);
    reset();
    CHECK_OK(cell_seal(&sealed, &tools, &b, srow_str("abc123"), &e), e);
    struct reader r = reader_of(bytes_buf(&sealed.message));
    CHECK_OK(header_read(&h, &r, 0, &e), e);
    CHECK(bytes_equal_str(*context_get(&h.context, "sealrow:cell"), "bank.profile.old"));
}

CASE(a_changed_message_is_refused_and_told)
{
    struct srow_error e = {0};
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
    CHECK_OK(seal(&sealed, "abc123", &e), e);
    AUTO(bind_cleanup) struct bind b = bound(config, "profile.userid", "1");
    struct cell_tools tools = tools_of(config);
    struct srow_buf plain = {0};
    uint8_t *at = sealed.message.at;
    at[sealed.message.len - 1] ^= 1;
    CHECK_RC(cell_open(&plain, &tools, &b, bytes_buf(&sealed.message), &e), SROW_E_BODY_TAG);
    CHECK(ear.count == 1 && strcmp(ear.name, "cell.tag") == 0);
    at[sealed.message.len - 1] ^= 1;

    tools = tools_of(config);
    CHECK_RC(cell_open(&plain, &tools, &b, bytes_of(at, sealed.message.len - 1), &e),
             SROW_E_TRUNCATED);
    CHECK(ear.count == 1 && strcmp(ear.name, "cell.damaged") == 0);

    tools = tools_of(config);
    CHECK_RC(cell_open(&plain, &tools, &b, srow_str("abc123"), &e), SROW_E_NOT_MESSAGE);
    CHECK(ear.count == 1 && strcmp(ear.name, "cell.plaintext") == 0);
    CHECK(plain.at == NULL);
}

CASE(a_suite_without_commitment_is_not_for_cells)
{
    static const uint8_t version_1[] = {0x01, 0x80, 0x03, 0x78, 0, 0, 0, 0};
    static const uint8_t other[] = {0x02, 0x03, 0x78, 0, 0, 0, 0, 0};
    struct srow_buf plain = {0};
    AUTO(bind_cleanup) struct bind b = bound(config, "profile.userid", "1");
    struct cell_tools tools = tools_of(config);
    CHECK_RC(cell_open(&plain, &tools, &b, bytes_of(version_1, sizeof version_1), NULL),
             SROW_E_POLICY);
    CHECK(ear.count == 1 && strcmp(ear.name, "cell.policy") == 0);
    CHECK_RC(cell_open(&plain, &tools, &b, bytes_of(other, sizeof other), NULL),
             SROW_E_UNSUPPORTED);
    CHECK(ear.count == 2 && strcmp(ear.name, "cell.policy") == 0);
}

static void check_told(enum srow_rc refusal)
{
    struct srow_error e = {0};
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
    AUTO(buf_cleanup) struct srow_buf plain = {0};
    AUTO(bind_cleanup) struct bind b = bound(config, "profile.userid", "1");
    CHECK_OK(seal(&sealed, "abc123", &e), e);
    fake_kms_set(kms, "us-east-1", refusal);
    struct cell_tools tools = tools_of(config);
    CHECK_OK(cell_open(&plain, &tools, &b, bytes_buf(&sealed.message), &e), e);
    CHECK(bytes_equal_str(bytes_buf(&plain), "abc123"));
    CHECK(ear.count == 1 && ear.rc == refusal);
    CHECK(strcmp(ear.name, "kms.refused") == 0 && strcmp(ear.region, "us-east-1") == 0);

    buf_cleanup(&plain);
    tools = tools_of(config);
    tools.via = "us-east-1";
    CHECK_RC(cell_open(&plain, &tools, &b, bytes_buf(&sealed.message), &e), refusal);
    CHECK(ear.count == 1); /* told once */

    fake_kms_set(kms, "us-east-1", SROW_E_CONNECT);
    tools = tools_of(config);
    CHECK_OK(cell_open(&plain, &tools, &b, bytes_buf(&sealed.message), &e), e);
    CHECK(ear.count == 0); /* no sign of an attack */
}

CASE(a_refusal_is_told_although_another_region_opened)
{
    check_told(SROW_E_KMS_DISABLED);
    check_told(SROW_E_KMS_AUTH);
}

CASE(a_strangers_wrapped_key_is_told_and_causes_no_request)
{
    static const struct keyring_regions_key keys[] = {
        {"us-east-1", "arn:aws:kms:us-east-1:999922223333:key/stranger", false}};
    struct keyring_regions_options options = {.keys = keys, .count = 1};
    struct srow_error e = {0};
    AUTO(keyring_free) struct srow_keyring *his = NULL;
    AUTO(manager_free) struct manager *forger = NULL;
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
    AUTO(bind_cleanup) struct bind b = bound(config, "profile.userid", "1");
    struct srow_buf plain = {0};
    CHECK_OK(keyring_regions_new(&his, kms, &options, &e), e);
    CHECK_OK(manager_default_new(&forger, his, &e), e);
    struct cell_tools tools = tools_of(config);
    tools.manager = forger;
    reset();
    CHECK_OK(cell_seal(&sealed, &tools, &b, srow_str("forged"), &e), e);
    fake_kms_reset(kms);
    tools = tools_of(config);
    CHECK_RC(cell_open(&plain, &tools, &b, bytes_buf(&sealed.message), &e), SROW_E_NO_DATA_KEY);
    CHECK(requests() == 0 && plain.at == NULL);
    CHECK(ear.count == 1 && strcmp(ear.name, "cell.stranger") == 0);
    CHECK(strcmp(ear.key, keys[0].arn) == 0); /* whose it is, so that somebody can be asked */
}

CASE(an_answer_of_kms_that_does_not_fit_is_told)
{
    static const enum srow_rc codes[] = {SROW_E_KMS_KEY_ID, SROW_E_KMS_DATA_KEY};
    for (size_t i = 0; i < 2; i++) {
        struct srow_error e = {0};
        AUTO(sealed_cleanup) struct srow_sealed sealed = {0}, refused = {0};
        AUTO(buf_cleanup) struct srow_buf plain = {0};
        AUTO(bind_cleanup) struct bind b = bound(config, "profile.userid", "1");
        CHECK_OK(seal(&sealed, "abc123", &e), e);
        fake_kms_set(kms, "us-east-1", codes[i]);
        struct cell_tools tools = tools_of(config);
        (void)!cell_open(&plain, &tools, &b, bytes_buf(&sealed.message), &e);
        CHECK(ear.count == 1 && ear.rc == codes[i] && strcmp(ear.name, "kms.answer") == 0);
        tools = tools_of(config);
        CHECK(cell_seal(&refused, &tools, &b, srow_str("a"), &e) != SROW_OK);
        CHECK(ear.count == 1 && ear.rc == codes[i] && strcmp(ear.region, "us-east-1") == 0);
    }
}

CASE(match_says_equal_or_not_and_checks_its_candidate)
{
    struct srow_error e = {0};
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
    AUTO(bind_cleanup) struct bind b = bound(config, "profile.userid", "1");
    CHECK_OK(seal(&sealed, "abc123", &e), e);
    struct cell_tools tools = tools_of(config);
    struct srow_bytes message = bytes_buf(&sealed.message);
    bool same = false;
    CHECK_OK(cell_match(&same, &tools, &b, message, srow_str("abc123"), &e), e);
    CHECK(same);
    CHECK_OK(cell_match(&same, &tools, &b, message, srow_str("abc124"), &e), e);
    CHECK(!same);
    CHECK_OK(cell_match(&same, &tools, &b, message, srow_str(""), &e), e);
    CHECK(!same);
    same = true;
    fake_kms_reset(kms);
    CHECK_RC(cell_match(&same, &tools, &b, message, srow_str("\xFF"), &e), SROW_E_VALUE);
    CHECK(same && requests() == 0);
}

CASE(a_value_of_another_type_is_neither_sealed_nor_opened)
{
    struct srow_error e = {0};
    struct srow_sealed sealed = {0};
    struct srow_buf plain = {0};
    AUTO(bind_cleanup) struct bind b = bound(config, "profile.balance", "1");
    struct cell_tools tools = tools_of(config);
    reset();
    CHECK_RC(cell_seal(&sealed, &tools, &b, srow_str("12.50"), &e), SROW_E_VALUE);
    CHECK(strstr(e.text, "12.50") == NULL && sealed.message.at == NULL && requests() == 0);

    AUTO(buf_cleanup) struct srow_buf text = {0};
    struct message_encrypt_options options = {.context = &b.context};
    struct message_encrypted other = {0};
    CHECK_OK(message_encrypt(&other, manager, &options, srow_str("12.50"), &e), e);
    text = buf_take(&other.bytes);
    CHECK_RC(cell_open(&plain, &tools, &b, bytes_buf(&text), &e), SROW_E_VALUE);
    CHECK(plain.at == NULL && strstr(e.text, "12.50") == NULL);
}

/* Seals in one column, then opens under the same context as the other would have it. */
static enum srow_rc open_as(const char *column, const char *suite_of, struct srow_buf *plain,
                            struct srow_error *e)
{
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
    AUTO(bind_cleanup)
    struct bind writer = bound(config, column, "1"), reader = bound(config, column, "1");
    struct config_column other = *config_column_find(writer.table, srow_str(suite_of));
    struct cell_tools tools = tools_of(config);
    reset();
    writer.column = &other;
    TRY(cell_seal(&sealed, &tools, &writer, srow_str("secret"), e));
    return cell_open(plain, &tools, &reader, bytes_buf(&sealed.message), e);
}

CASE(a_signed_column_opens_nothing_unsigned_and_an_unsigned_one_both)
{
    static const struct {
        const char *column, *sealed_as;
        enum srow_rc rc;
    } rows[] = {
        {"profile.contract", "contract", SROW_OK},
        {"profile.contract", "note", SROW_E_POLICY},
        {"profile.note", "contract", SROW_OK},
        {"profile.note", "note", SROW_OK},
    };
    struct srow_error e = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(buf_cleanup) struct srow_buf plain = {0};
        CHECK_RC(open_as(rows[i].column, rows[i].sealed_as, &plain, &e), rows[i].rc);
        CHECK(ear.count == (rows[i].rc == SROW_OK ? 0 : 1));
        CHECK(rows[i].rc != SROW_OK || bytes_equal_str(bytes_buf(&plain), "secret"));
    }
    CHECK(strcmp(ear.name, "cell.policy") == 0 || ear.count == 0);
}

CASE(a_signed_value_whose_signature_was_changed_is_told)
{
    AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
    AUTO(buf_cleanup) struct srow_buf plain = {0};
    AUTO(bind_cleanup) struct bind b = bound(config, "profile.contract", "1");
    struct cell_tools tools = tools_of(config);
    struct srow_error e = {0};
    reset();
    CHECK_OK(cell_seal(&sealed, &tools, &b, srow_str("secret"), &e), e);
    CHECK(memcmp(sealed.message.at, "\x02\x05\x78", 3) == 0);
    ((uint8_t *)sealed.message.at)[sealed.message.len - 1] ^= 1;
    CHECK_RC(cell_open(&plain, &tools, &b, bytes_buf(&sealed.message), &e), SROW_E_SIGNATURE);
    CHECK(ear.count == 1 && strcmp(ear.name, "cell.signature") == 0 && plain.at == NULL);
}

CASE(padded_values_of_one_step_have_one_length_and_open_without_their_padding)
{
    static const char *const values[] = {"", "flu", "a rather long chronic one"};
    struct srow_error e = {0};
    size_t len = 0;
    for (size_t i = 0; i < 3; i++) {
        AUTO(sealed_cleanup) struct srow_sealed sealed = {0};
        AUTO(buf_cleanup) struct srow_buf plain = {0};
        AUTO(bind_cleanup) struct bind b = bound(config, "profile.diagnosis", "1");
        struct cell_tools tools = tools_of(config);
        bool same = false;
        reset();
        CHECK_OK(cell_seal(&sealed, &tools, &b, srow_str(values[i]), &e), e);
        CHECK(i == 0 || sealed.message.len == len);
        len = sealed.message.len;
        CHECK_OK(cell_open(&plain, &tools, &b, bytes_buf(&sealed.message), &e), e);
        CHECK(bytes_equal_str(bytes_buf(&plain), values[i]));
        CHECK_OK(cell_match(&same, &tools, &b, bytes_buf(&sealed.message), srow_str(values[i]), &e),
                 e);
        CHECK(same);
    }
    AUTO(buf_cleanup) struct srow_buf none = {0};
    CHECK_RC(open_as("profile.diagnosis", "note", &none, &e), SROW_E_VALUE);
    CHECK(none.at == NULL && strstr(e.text, "secret") == NULL);
}

CASE(null_is_refused_where_a_value_is_required)
{
    AUTO(bind_cleanup) struct bind required = bound(config, "profile.userid", "1");
    AUTO(bind_cleanup) struct bind optional = bound(config, "profile.note", "1");
    struct cell_tools tools = tools_of(config);
    CHECK_RC(cell_null(&tools, &optional, NULL), SROW_OK);
    CHECK(ear.count == 0);
    CHECK_RC(cell_null(&tools, &required, NULL), SROW_E_NULL_CELL);
    CHECK(ear.count == 1 && strcmp(ear.name, "cell.null") == 0);
}

static struct bind versioned(uint64_t version, uint64_t least)
{
    struct bind b = {0};
    struct srow_bind given[] = {{"account", srow_text("1")}};
    struct srow_cell cell = {.column = "profile.limit",
                             .bind = given,
                             .bind_count = 1,
                             .version = version,
                             .min_version = least};
    (void)!bind_read(&b, config, &cell, NULL);
    return b;
}

CASE(an_older_value_is_refused_alone_and_with_its_version_where_a_newer_one_is_known)
{
    AUTO(sealed_cleanup) struct srow_sealed old = {0};
    AUTO(buf_cleanup) struct srow_buf plain = {0};
    AUTO(bind_cleanup) struct bind one = versioned(1, 0), two = versioned(2, 0);
    AUTO(bind_cleanup) struct bind least = versioned(1, 2), none = versioned(0, 0);
    struct srow_error e = {0};
    struct cell_tools tools = tools_of(config);
    reset();
    CHECK_OK(cell_seal(&old, &tools, &one, srow_str("100"), &e), e);
    unsigned before = requests();
    CHECK_RC(cell_open(&plain, &tools, &two, bytes_buf(&old.message), &e), SROW_E_CONTEXT);
    CHECK_RC(cell_open(&plain, &tools, &none, bytes_buf(&old.message), &e), SROW_E_CONTEXT);
    CHECK(ear.count == 2 && strcmp(ear.name, "cell.context") == 0);
    CHECK_RC(cell_open(&plain, &tools, &least, bytes_buf(&old.message), &e), SROW_E_OLD_VERSION);
    CHECK(ear.count == 3 && strcmp(ear.name, "cell.version") == 0);
    CHECK_RC(cell_null(&tools, &least, &e), SROW_E_OLD_VERSION);
    CHECK(ear.count == 4 && plain.at == NULL && requests() == before);
    CHECK_OK(cell_open(&plain, &tools, &one, bytes_buf(&old.message), &e), e);
}

static bool set_up(void)
{
    static const char *const regions[] = {"us-east-1", "eu-west-1", NULL};
    static const struct keyring_regions_key keys[] = {{"us-east-1", ARN_US, false},
                                                      {"eu-west-1", ARN_EU, false}};
    struct keyring_regions_options options = {.keys = keys, .count = 2};
    kms = fake_kms_new(regions);
    return srow_config_parse(&config, srow_str(YAML("bank")), NULL) == SROW_OK &&
           srow_config_parse(&staging, srow_str(YAML("staging")), NULL) == SROW_OK &&
           keyring_regions_new(&keyring, kms, &options, NULL) == SROW_OK &&
           manager_default_new(&manager, keyring, NULL) == SROW_OK;
}

int main(void)
{
    if (!set_up()) {
        return 1;
    }
    RUN(a_value_is_sealed_everywhere_and_opens);
    RUN(a_message_of_another_cell_is_refused_without_a_request);
    RUN(a_value_without_a_cells_name_opens_where_it_is_accepted_and_only_so);
    RUN(what_is_sealed_where_such_values_are_accepted_has_its_cells_name);
    RUN(a_changed_message_is_refused_and_told);
    RUN(a_suite_without_commitment_is_not_for_cells);
    RUN(a_refusal_is_told_although_another_region_opened);
    RUN(a_strangers_wrapped_key_is_told_and_causes_no_request);
    RUN(an_answer_of_kms_that_does_not_fit_is_told);
    RUN(match_says_equal_or_not_and_checks_its_candidate);
    RUN(a_value_of_another_type_is_neither_sealed_nor_opened);
    RUN(a_signed_column_opens_nothing_unsigned_and_an_unsigned_one_both);
    RUN(a_signed_value_whose_signature_was_changed_is_told);
    RUN(padded_values_of_one_step_have_one_length_and_open_without_their_padding);
    RUN(null_is_refused_where_a_value_is_required);
    RUN(an_older_value_is_refused_alone_and_with_its_version_where_a_newer_one_is_known);
    manager_free(&manager);
    keyring_free(&keyring);
    kms_free(&kms);
    srow_config_free(config);
    srow_config_free(staging);
    return check_done();
}
