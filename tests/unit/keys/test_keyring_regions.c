/* SPDX-License-Identifier: Apache-2.0
 *
 * The KMS keyrings over a KMS inside this process: which requests go where, what is written, what
 * fails and how, who is told.
 */
#include "keys/keyring_regions.h"

#include <stdio.h>

#include "check.h"
#include "fake/fake_kms.h"
#include "keys/keyring_kms.h"

#define EAST "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
#define WEST "arn:aws:kms:us-west-2:111122223333:key/9876fedc-12ab-34cd-56ef-1234567890ab"
#define DUBLIN "arn:aws:kms:eu-west-1:111122223333:key/5555fedc-12ab-34cd-56ef-1234567890ab"
#define OLD "arn:aws:kms:us-east-1:111122223333:key/0000fedc-12ab-34cd-56ef-1234567890ab"
#define MRK_EAST "arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"
#define MRK_WEST "arn:aws:kms:us-west-2:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"

/* Remembers what a keyring tells. */
struct witness {
    struct key_watch watch;
    unsigned count;
    enum srow_rc last;
    char region[32], key[128];
};

static void seen(struct key_watch *watch, const struct key_event *event)
{
    struct witness *w = (struct witness *)watch;
    w->count++;
    w->last = event->rc;
    snprintf(w->region, sizeof w->region, "%s", event->region);
    snprintf(w->key, sizeof w->key, "%.*s", (int)event->key.len, (const char *)event->key.at);
}

struct scene {
    struct kms *kms;
    struct srow_keyring *keyring;
    struct context context;
    struct witness witness;
    struct materials sealed, opened;
};

static void scene_end(struct scene *s)
{
    materials_cleanup(&s->sealed);
    materials_cleanup(&s->opened);
    keyring_free(&s->keyring);
    kms_free(&s->kms);
    context_cleanup(&s->context);
}

static struct scene scene_of(const struct keyring_regions_key *keys, size_t count, int failover)
{
    static const char *const regions[] = {"us-east-1", "us-west-2", "eu-west-1", NULL};
    struct keyring_regions_options options = {.keys = keys, .count = count};
    options.failover = failover == 0   ? FAILOVER_ANY
                       : failover == 1 ? FAILOVER_UNAVAILABLE
                                       : FAILOVER_NONE;
    struct scene s = {.kms = fake_kms_new(regions), .witness = {.watch = {seen}}};
    struct srow_pair pair = {srow_str("user"), srow_str("12345678")};
    if (keyring_regions_new(&s.keyring, s.kms, &options, NULL) != SROW_OK ||
        context_add(&s.context, pair, NULL) != SROW_OK) {
        printf("# no scene\n");
    }
    return s;
}

static const struct keyring_regions_key three[] = {
    {"us-east-1", EAST, false}, {"us-west-2", WEST, false}, {"eu-west-1", DUBLIN, false}};

static struct materials asked(struct scene *s)
{
    return (struct materials){
        .suite = suite_find(0x0478), .context = &s->context, .watch = &s->witness.watch};
}

static void seal(struct scene *s)
{
    s->sealed = asked(s);
    keyring_wrap(s->keyring, &s->sealed, 1);
}

static void open_via(struct scene *s, const char *via)
{
    materials_cleanup(&s->opened);
    s->opened = asked(s);
    s->opened.offered = &s->sealed.edks;
    s->opened.via = via;
    keyring_unwrap(s->keyring, &s->opened, 1);
}

static bool opened_right(const struct scene *s)
{
    return s->opened.rc == SROW_OK &&
           bytes_equal(secret_bytes(&s->opened.data_key), secret_bytes(&s->sealed.data_key));
}

CASE(a_data_key_is_generated_in_the_first_Region_and_encrypted_in_the_others)
{
    AUTO(scene_end) struct scene s = scene_of(three, 3, 0);
    seal(&s);
    CHECK_OK(s.sealed.rc, s.sealed.error);
    CHECK(s.sealed.data_key.len == 32 && s.sealed.edks.count == 3);
    CHECK(s.sealed.wrapped == 3 && s.sealed.missing == 0);
    for (size_t i = 0; i < 3; i++) {
        CHECK(bytes_equal_str(s.sealed.edks.edk[i].provider, "aws-kms"));
        CHECK(bytes_equal_str(s.sealed.edks.edk[i].info, three[i].arn));
    }
    CHECK(fake_kms_count(s.kms, "us-east-1", KMS_GENERATE) == 1);
    CHECK(fake_kms_count(s.kms, "us-west-2", KMS_ENCRYPT) == 1);
    CHECK(fake_kms_count(s.kms, "eu-west-1", KMS_ENCRYPT) == 1);
    CHECK(fake_kms_widest(s.kms) == 2);
}

CASE(any_one_Region_opens_and_via_asks_no_other)
{
    AUTO(scene_end) struct scene s = scene_of(three, 3, 0);
    seal(&s);
    for (size_t i = 0; i < 3; i++) {
        fake_kms_reset(s.kms);
        open_via(&s, three[i].region);
        CHECK(opened_right(&s));
        for (size_t k = 0; k < 3; k++) {
            CHECK(fake_kms_total(s.kms, three[k].region) == (k == i ? 1U : 0U));
        }
    }
    open_via(&s, "ap-south-1");
    CHECK_RC(s.opened.rc, SROW_E_REGION);
}

CASE(a_batch_is_in_flight_at_once_in_each_round)
{
    AUTO(scene_end) struct scene s = scene_of(three, 3, 0);
    struct materials many[16];
    for (size_t i = 0; i < 16; i++) {
        many[i] = asked(&s);
    }
    many[5].rc = SROW_E_BINDING; /* failed before: not asked for, left as it is */
    keyring_wrap(s.keyring, many, 16);
    bool good = fake_kms_widest(s.kms) == 30;
    for (size_t i = 0; i < 16; i++) {
        good = good && many[i].edks.count == (i == 5 ? 0 : 3);
        good = good && many[i].rc == (i == 5 ? SROW_E_BINDING : SROW_OK);
        materials_cleanup(&many[i]);
    }
    CHECK(good);
    CHECK(fake_kms_total(s.kms, "eu-west-1") == 15);
}

CASE(a_write_fails_whole_with_every_missing_Region_and_its_cause)
{
    static const struct {
        enum srow_rc west, dublin, wanted;
        unsigned told;
    } rows[] = {
        {SROW_E_CONNECT, SROW_OK, SROW_E_REGIONS, 0},
        {SROW_E_CONNECT, SROW_E_TIMEOUT, SROW_E_REGIONS, 0},
        {SROW_E_KMS_DISABLED, SROW_OK, SROW_E_KMS_DISABLED, 1},
        {SROW_E_CONNECT, SROW_E_KMS_DENIED, SROW_E_KMS_DENIED, 1},
        {SROW_E_KMS_KEY_ID, SROW_OK, SROW_E_KMS_KEY_ID, 1},
        {SROW_E_KMS_SERVICE, SROW_E_KMS_REPLY, SROW_E_REGIONS, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(scene_end) struct scene s = scene_of(three, 3, 0);
        fake_kms_set(s.kms, "us-west-2", rows[i].west);
        fake_kms_set(s.kms, "eu-west-1", rows[i].dublin);
        seal(&s);
        CHECK_RC(s.sealed.rc, rows[i].wanted);
        CHECK(s.sealed.edks.count == 0 && s.sealed.data_key.len == 0);
        CHECK((strstr(s.sealed.error.text, "us-west-2") != NULL) == (rows[i].west != SROW_OK));
        CHECK((strstr(s.sealed.error.text, "eu-west-1") != NULL) == (rows[i].dublin != SROW_OK));
        CHECK(s.witness.count == rows[i].told);
    }
}

CASE(a_failed_generator_fails_the_write_and_asks_nobody_else)
{
    AUTO(scene_end) struct scene s = scene_of(three, 3, 0);
    fake_kms_set(s.kms, "us-east-1", SROW_E_CONNECT);
    seal(&s);
    CHECK_RC(s.sealed.rc, SROW_E_REGIONS);
    CHECK(strstr(s.sealed.error.text, "us-east-1") != NULL);
    CHECK(fake_kms_total(s.kms, "us-west-2") == 0);
}

CASE(reading_goes_on_in_the_next_Region_as_failover_says)
{
    static const struct {
        enum srow_rc first;
        int failover; /* any, unavailable, none */
        enum srow_rc wanted;
        unsigned told;
    } rows[] = {
        {SROW_E_CONNECT, 0, SROW_OK, 0},
        {SROW_E_KMS_DENIED, 0, SROW_OK, 1},
        {SROW_E_KMS_CIPHERTEXT, 0, SROW_OK, 1},
        {SROW_E_KMS_DATA_KEY, 0, SROW_OK, 1},
        {SROW_E_TIMEOUT, 1, SROW_OK, 0},
        {SROW_E_KMS_REPLY, 1, SROW_OK, 0},
        {SROW_E_KMS_DENIED, 1, SROW_E_KMS_DENIED, 1},
        {SROW_E_KMS_NOT_FOUND, 1, SROW_E_KMS_NOT_FOUND, 1},
        {SROW_E_CONNECT, 2, SROW_E_CONNECT, 0},
        {SROW_E_KMS_DISABLED, 2, SROW_E_KMS_DISABLED, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(scene_end) struct scene s = scene_of(three, 3, rows[i].failover);
        seal(&s);
        fake_kms_reset(s.kms);
        fake_kms_set(s.kms, "us-east-1", rows[i].first);
        open_via(&s, NULL);
        CHECK_RC(s.opened.rc, rows[i].wanted);
        CHECK(opened_right(&s) == (rows[i].wanted == SROW_OK));
        CHECK(s.witness.count == rows[i].told);
        CHECK(fake_kms_total(s.kms, "us-east-1") == 1);
        CHECK(fake_kms_total(s.kms, "us-west-2") == (rows[i].wanted == SROW_OK ? 1U : 0U));
        CHECK(fake_kms_total(s.kms, "eu-west-1") == 0);
    }
}

CASE(when_no_Region_opens_all_causes_are_named_and_a_refusal_decides)
{
    static const struct {
        enum srow_rc east, west, dublin, wanted;
    } rows[] = {
        {SROW_E_CONNECT, SROW_E_TIMEOUT, SROW_E_TLS, SROW_E_CONNECT},
        {SROW_E_TIMEOUT, SROW_E_CONNECT, SROW_E_KMS_SERVICE, SROW_E_TIMEOUT},
        {SROW_E_CONNECT, SROW_E_KMS_DENIED, SROW_E_CONNECT, SROW_E_KMS_DENIED},
        {SROW_E_KMS_DISABLED, SROW_E_KMS_DENIED, SROW_E_CONNECT, SROW_E_KMS_DISABLED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(scene_end) struct scene s = scene_of(three, 3, 0);
        seal(&s);
        fake_kms_set(s.kms, "us-east-1", rows[i].east);
        fake_kms_set(s.kms, "us-west-2", rows[i].west);
        fake_kms_set(s.kms, "eu-west-1", rows[i].dublin);
        open_via(&s, NULL);
        CHECK_RC(s.opened.rc, rows[i].wanted);
        CHECK(s.opened.data_key.len == 0);
        for (size_t k = 0; k < 3; k++) {
            CHECK(strstr(s.opened.error.text, three[k].region) != NULL);
        }
    }
}

CASE(a_strangers_key_causes_no_request_and_is_told)
{
    AUTO(scene_end) struct scene s = scene_of(three, 2, 0);
    s.sealed = asked(&s);
    struct edk stranger = {.provider = srow_str("aws-kms"),
                           .info = srow_str(DUBLIN),
                           .ciphertext = srow_str("wrapped")};
    CHECK_OK(edk_list_add(&s.sealed.edks, &stranger, &s.sealed.error), s.sealed.error);
    open_via(&s, NULL);
    CHECK_RC(s.opened.rc, SROW_E_NO_DATA_KEY);
    CHECK(s.witness.count == 1 && s.witness.last == SROW_E_NO_DATA_KEY);
    CHECK(strcmp(s.witness.key, DUBLIN) == 0);
    CHECK(fake_kms_total(s.kms, "us-east-1") + fake_kms_total(s.kms, "us-west-2") +
              fake_kms_total(s.kms, "eu-west-1") ==
          0);
}

CASE(a_value_that_lacks_the_Region_asked_for_is_no_strangers)
{
    AUTO(scene_end) struct scene s = scene_of(three, 3, 0);
    s.sealed = asked(&s);
    struct edk edk = {
        .provider = srow_str("aws-kms"), .info = srow_str(EAST), .ciphertext = srow_str("wrapped")};
    CHECK_OK(edk_list_add(&s.sealed.edks, &edk, &s.sealed.error), s.sealed.error);
    open_via(&s, "us-west-2");
    CHECK_RC(s.opened.rc, SROW_E_NO_DATA_KEY);
    CHECK(strstr(s.opened.error.text, "us-west-2") != NULL);
    CHECK(s.witness.count == 0);
}

CASE(provider_and_key_of_an_encrypted_data_key_are_taken_exactly)
{
    static const struct {
        const char *provider, *info;
        enum srow_rc rc;
    } rows[] = {
        {"aws-kms", "arn:aws:kms:us-east-1:111122223333:alias/mrk-1234", SROW_E_MALFORMED},
        {"aws-kms", "1234abcd-12ab-34cd-56ef-1234567890ab", SROW_E_MALFORMED},
        {"aws-kms", "", SROW_E_MALFORMED},
        {"aws-kms", "arn:aws:kms:us-east-1:111122223333", SROW_E_MALFORMED},
        {"aws-kms", "arn:aws:kms:us-east-1:111122223333:key:1234", SROW_E_MALFORMED},
        {"aws-kms", "arn:aws:s3:us-east-1:111122223333:key/1234", SROW_E_MALFORMED},
        {"aws-kms", "ARN:aws:kms:us-east-1:111122223333:key/1234", SROW_E_MALFORMED},
        {"aws-kms", "arn:aws:kms:us-east-1:111122223333:key/\xC3\xA4", SROW_E_MALFORMED},
        {"aws-kms",
         "arn:aws-cn:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
         SROW_E_NO_DATA_KEY},
        {"aws-kms", EAST "0", SROW_E_NO_DATA_KEY},
        {"AWS-KMS", EAST, SROW_E_NO_DATA_KEY},
        {"aws-kms2", EAST, SROW_E_NO_DATA_KEY},
        {"aws-kms-hierarchy", EAST, SROW_E_NO_DATA_KEY},
        {"aws-km", EAST, SROW_E_NO_DATA_KEY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(scene_end) struct scene s = scene_of(three, 3, 0);
        s.sealed = asked(&s);
        struct edk edk = {.provider = srow_str(rows[i].provider),
                          .info = srow_str(rows[i].info),
                          .ciphertext = srow_str("wrapped")};
        CHECK_OK(edk_list_add(&s.sealed.edks, &edk, &s.sealed.error), s.sealed.error);
        open_via(&s, NULL);
        CHECK_RC(s.opened.rc, rows[i].rc);
        CHECK(fake_kms_total(s.kms, "us-east-1") == 0);
    }
}

CASE(an_old_key_opens_and_wraps_nothing_new)
{
    static const struct keyring_regions_key before[] = {{"us-east-1", OLD, false}};
    static const struct keyring_regions_key after[] = {{"us-east-1", OLD, true},
                                                       {"us-east-1", EAST, false}};
    AUTO(scene_end) struct scene old = scene_of(before, 1, 0);
    AUTO(scene_end) struct scene s = scene_of(after, 2, 0);
    seal(&old);
    seal(&s);
    CHECK(s.sealed.edks.count == 1 && bytes_equal_str(s.sealed.edks.edk[0].info, EAST));
    materials_cleanup(&s.sealed);
    s.sealed = old.sealed;
    old.sealed = (struct materials){0};
    open_via(&s, NULL);
    CHECK(opened_right(&s));

    AUTO(scene_end) struct scene none = scene_of(after, 1, 0);
    seal(&none);
    CHECK_RC(none.sealed.rc, SROW_E_USAGE);
}

CASE(a_multi_Region_key_is_wrapped_once_and_opens_in_each_of_its_Regions)
{
    static const struct keyring_regions_key mrk[] = {{"us-east-1", MRK_EAST, false},
                                                     {"us-west-2", MRK_WEST, false}};
    AUTO(scene_end) struct scene s = scene_of(mrk, 2, 0);
    seal(&s);
    CHECK(s.sealed.edks.count == 1 && s.sealed.wrapped == 2);
    CHECK(fake_kms_total(s.kms, "us-west-2") == 0);
    open_via(&s, "us-west-2");
    CHECK(opened_right(&s));
    open_via(&s, "us-east-1");
    CHECK(opened_right(&s));
    CHECK(fake_kms_count(s.kms, "us-east-1", KMS_DECRYPT) == 1);
    CHECK(fake_kms_count(s.kms, "us-west-2", KMS_DECRYPT) == 1);
}

CASE(a_multi_Region_key_is_written_in_its_next_Region_when_the_first_is_down)
{
    static const struct keyring_regions_key keys[] = {{"us-east-1", MRK_EAST, false},
                                                      {"us-west-2", MRK_WEST, false},
                                                      {"eu-west-1", DUBLIN, false}};
    AUTO(scene_end) struct scene s = scene_of(keys, 3, 0);
    fake_kms_set(s.kms, "us-east-1", SROW_E_CONNECT);
    seal(&s);
    CHECK_OK(s.sealed.rc, s.sealed.error);
    CHECK(s.sealed.edks.count == 2);
    CHECK(bytes_equal_str(s.sealed.edks.edk[0].info, MRK_WEST));
    open_via(&s, NULL);
    CHECK(opened_right(&s));
    fake_kms_set(s.kms, "us-west-2", SROW_E_TIMEOUT);
    materials_cleanup(&s.sealed);
    seal(&s);
    CHECK_RC(s.sealed.rc, SROW_E_REGIONS);
}

CASE(a_data_key_that_is_there_is_wrapped_by_a_strict_keyring_and_refused_by_a_set)
{
    AUTO(scene_end) struct scene s = scene_of(three, 3, 0);
    AUTO(keyring_free) struct srow_keyring *strict = NULL;
    CHECK_OK(keyring_kms_new(&strict, s.kms, EAST, &s.sealed.error), s.sealed.error);
    s.sealed = asked(&s);
    CHECK_OK(secret_new(&s.sealed.data_key, 32, &s.sealed.error), s.sealed.error);
    keyring_wrap(s.keyring, &s.sealed, 1);
    CHECK_RC(s.sealed.rc, SROW_E_USAGE);
    s.sealed.rc = SROW_OK;
    keyring_wrap(strict, &s.sealed, 1);
    CHECK_OK(s.sealed.rc, s.sealed.error);
    CHECK(s.sealed.edks.count == 1 && s.sealed.data_key.at[0] == 0);
    CHECK(fake_kms_count(s.kms, "us-east-1", KMS_ENCRYPT) == 1);
    open_via(&s, NULL);
    CHECK(opened_right(&s));
}

CASE(a_strict_keyring_says_its_own_cause)
{
    AUTO(scene_end) struct scene s = scene_of(three, 3, 0);
    AUTO(keyring_free) struct srow_keyring *strict = NULL;
    CHECK_OK(keyring_kms_new(&strict, s.kms, EAST, &s.sealed.error), s.sealed.error);
    fake_kms_set(s.kms, "us-east-1", SROW_E_TIMEOUT);
    s.sealed = asked(&s);
    keyring_wrap(strict, &s.sealed, 1);
    CHECK_RC(s.sealed.rc, SROW_E_TIMEOUT);
}

CASE(a_value_of_another_context_does_not_open)
{
    AUTO(scene_end) struct scene s = scene_of(three, 3, 0);
    seal(&s);
    struct srow_pair more = {srow_str("tenant"), srow_str("7")};
    CHECK_OK(context_add(&s.context, more, &s.sealed.error), s.sealed.error);
    open_via(&s, NULL);
    CHECK_RC(s.opened.rc, SROW_E_KMS_CIPHERTEXT);
    CHECK(s.witness.count == 3);
}

CASE(wrong_key_sets_are_refused)
{
    static const struct {
        struct keyring_regions_key keys[2];
        size_t count;
    } rows[] = {
        {{{NULL, NULL, false}}, 0},
        {{{"us-east-1", "arn:aws:kms:us-east-1:111122223333:alias/a", false}}, 1},
        {{{"us-east-1", WEST, false}}, 1},
        {{{"us-east-1", EAST, false}, {"us-east-1", EAST, true}}, 2},
    };
    AUTO(scene_end) struct scene s = scene_of(three, 3, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct srow_error e = {0};
        struct srow_keyring *keyring = NULL;
        struct keyring_regions_options options = {.keys = rows[i].keys, .count = rows[i].count};
        CHECK_RC(keyring_regions_new(&keyring, s.kms, &options, &e), SROW_E_USAGE);
        CHECK(keyring == NULL);
        CHECK_RC(keyring_kms_new(&keyring, s.kms, "alias/a", &e), SROW_E_USAGE);
    }
}

int main(void)
{
    RUN(a_data_key_is_generated_in_the_first_Region_and_encrypted_in_the_others);
    RUN(any_one_Region_opens_and_via_asks_no_other);
    RUN(a_batch_is_in_flight_at_once_in_each_round);
    RUN(a_write_fails_whole_with_every_missing_Region_and_its_cause);
    RUN(a_failed_generator_fails_the_write_and_asks_nobody_else);
    RUN(reading_goes_on_in_the_next_Region_as_failover_says);
    RUN(when_no_Region_opens_all_causes_are_named_and_a_refusal_decides);
    RUN(a_strangers_key_causes_no_request_and_is_told);
    RUN(a_value_that_lacks_the_Region_asked_for_is_no_strangers);
    RUN(provider_and_key_of_an_encrypted_data_key_are_taken_exactly);
    RUN(an_old_key_opens_and_wraps_nothing_new);
    RUN(a_multi_Region_key_is_wrapped_once_and_opens_in_each_of_its_Regions);
    RUN(a_multi_Region_key_is_written_in_its_next_Region_when_the_first_is_down);
    RUN(a_data_key_that_is_there_is_wrapped_by_a_strict_keyring_and_refused_by_a_set);
    RUN(a_strict_keyring_says_its_own_cause);
    RUN(a_value_of_another_context_does_not_open);
    RUN(wrong_key_sets_are_refused);
    return check_done();
}
