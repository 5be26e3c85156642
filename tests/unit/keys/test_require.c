/* SPDX-License-Identifier: Apache-2.0
 *
 * The write requirement: each of them with each of three Regions well, declared down, unreachable
 * or refusing; who generates; who is asked first.
 */
#include "check.h"
#include "fake/fake_kms.h"
#include "keys/keyring_regions.h"
#include "kms/breaker.h"

#define EAST "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
#define WEST "arn:aws:kms:us-west-2:111122223333:key/9876fedc-12ab-34cd-56ef-1234567890ab"
#define DUBLIN "arn:aws:kms:eu-west-1:111122223333:key/5555fedc-12ab-34cd-56ef-1234567890ab"
#define OLD "arn:aws:kms:us-east-1:111122223333:key/0000fedc-12ab-34cd-56ef-1234567890ab"
#define MRK_EAST "arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"
#define MRK_WEST "arn:aws:kms:us-west-2:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab"

static const char *const names[] = {"us-east-1", "us-west-2", "eu-west-1", NULL};

/* What a test has declared down. */
struct outage {
    struct keyring_outage outage;
    bool down[3];
};

static void ask(struct keyring_outage *outage, bool *down, const char *const *regions, size_t n)
{
    const struct outage *o = (const struct outage *)outage;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < 3; k++) {
            down[i] = down[i] || (o->down[k] && strcmp(names[k], regions[i]) == 0);
        }
    }
}

static unsigned owed; /* calls since the last seal */
static bool owes[3];  /* what the last one named */

static void owe(struct keyring_outage *outage, const char *const *regions, size_t n)
{
    (void)outage;
    owed++;
    for (size_t k = 0; k < 3; k++) {
        owes[k] = false;
        for (size_t i = 0; i < n; i++) {
            owes[k] = owes[k] || strcmp(names[k], regions[i]) == 0;
        }
    }
}

struct scene {
    struct outage outage;
    struct kms *fake, *kms;
    struct srow_keyring *keyring;
    struct context context;
    struct key_watch watch;
    struct materials sealed, opened;
};

static unsigned refusals; /* told since the last seal */

static void count_refusal(struct key_watch *watch, const struct key_event *event)
{
    (void)watch;
    refusals += event->rc == SROW_E_KMS_DENIED;
}

static void scene_end(struct scene *s)
{
    materials_cleanup(&s->sealed);
    materials_cleanup(&s->opened);
    keyring_free(&s->keyring);
    kms_free(&s->kms);
    kms_free(&s->fake);
}

static const struct keyring_regions_key three[] = {
    {"us-east-1", EAST, false}, {"us-west-2", WEST, false}, {"eu-west-1", DUBLIN, false}};

struct rule {
    enum keyring_require require;
    uint32_t quorum;
};

/* No breaker sends anybody to find out while a test runs. */
static uint64_t stopped_clock(void)
{
    return 1000000;
}

/* In the caller's memory, for the keyring borrows the outage. */
static bool scene_start(struct scene *s, const struct keyring_regions_key *keys, size_t count,
                        struct rule rule)
{
    *s = (struct scene){.outage = {.outage = {ask, owe}}, .fake = fake_kms_new(names)};
    struct breaker_options breaker = {
        .kms = s->fake, .regions = names, .count = 3, .clock = stopped_clock};
    struct keyring_regions_options options = {.keys = keys,
                                              .count = count,
                                              .require = rule.require,
                                              .quorum = rule.quorum,
                                              .outage = &s->outage.outage};
    s->watch.seen = count_refusal;
    return breaker_new(&s->kms, &breaker, NULL) == SROW_OK &&
           keyring_regions_new(&s->keyring, s->kms, &options, NULL) == SROW_OK;
}

static struct materials asked(struct scene *s)
{
    return (struct materials){
        .suite = suite_find(0x0478), .context = &s->context, .watch = &s->watch};
}

static void seal(struct scene *s)
{
    refusals = owed = 0;
    materials_cleanup(&s->sealed);
    s->sealed = asked(s);
    keyring_wrap(s->keyring, &s->sealed, 1);
}

static bool opens(struct scene *s, const char *via)
{
    materials_cleanup(&s->opened);
    s->opened = asked(s);
    s->opened.offered = &s->sealed.edks;
    s->opened.via = via;
    keyring_unwrap(s->keyring, &s->opened, 1);
    return s->opened.rc == SROW_OK &&
           bytes_equal(secret_bytes(&s->opened.data_key), secret_bytes(&s->sealed.data_key));
}

/* -- the matrix -- */

enum state { WELL, DOWN, GONE, REFUSES, STATES };

/* The requirement as its definition says it. */
static bool is_met(struct rule rule, const enum state state[3])
{
    uint32_t wrapped = 0, wanted = 0;
    for (size_t i = 0; i < 3; i++) {
        wrapped += state[i] == WELL;
        wanted += state[i] != DOWN;
    }
    if (rule.require == REQUIRE_QUORUM) {
        return wrapped >= rule.quorum;
    }
    if (rule.require == REQUIRE_LOCAL) {
        return state[0] == DOWN ? wrapped > 0 : state[0] == WELL;
    }
    return wrapped > 0 && wrapped == wanted;
}

/* Sealed for those that are well and nobody else, or not at all; nobody down was asked. */
static bool behaves(struct scene *s, struct rule rule, const enum state state[3])
{
    static const enum srow_rc answers[] = {SROW_OK, SROW_OK, SROW_E_CONNECT, SROW_E_KMS_DENIED};
    uint32_t well = 0;
    for (size_t i = 0; i < 3; i++) {
        s->outage.down[i] = state[i] == DOWN;
        fake_kms_set(s->fake, names[i], answers[state[i]]);
        well += state[i] == WELL;
    }
    seal(s);
    for (size_t i = 0; i < 3; i++) {
        if (state[i] == DOWN && fake_kms_total(s->fake, names[i]) > 0) {
            return false;
        }
    }
    if (!is_met(rule, state)) {
        enum srow_rc rc = refusals > 0 ? SROW_E_KMS_DENIED : SROW_E_REGIONS;
        return s->sealed.rc == rc && s->sealed.edks.count == 0 && s->sealed.data_key.len == 0 &&
               s->sealed.wrapped + s->sealed.missing == 0 && owed == 0;
    }
    bool good = s->sealed.rc == SROW_OK && s->sealed.edks.count == well &&
                s->sealed.wrapped == well && s->sealed.missing == 3 - well && owed == (well < 3);
    for (size_t i = 0; i < 3; i++) {
        good = good && (well == 3 || owes[i] == (state[i] != WELL));
        good = good && opens(s, names[i]) == (state[i] == WELL);
    }
    return good;
}

CASE(every_requirement_with_every_state_of_three_Regions)
{
    static const struct rule rules[] = {{REQUIRE_ALL, 0},
                                        {REQUIRE_QUORUM, 1},
                                        {REQUIRE_QUORUM, 2},
                                        {REQUIRE_QUORUM, 3},
                                        {REQUIRE_LOCAL, 0}};
    for (size_t r = 0; r < sizeof rules / sizeof rules[0]; r++) {
        for (unsigned n = 0; n < STATES * STATES * STATES; n++) {
            enum state state[3] = {(enum state)(n % STATES), (enum state)(n / STATES % STATES),
                                   (enum state)(n / STATES / STATES)};
            AUTO(scene_end) struct scene s = {0};
            CHECK(scene_start(&s, three, 3, rules[r]));
            if (!behaves(&s, rules[r], state)) {
                printf("# requirement %zu, states %d %d %d: %s\n", r, (int)state[0], (int)state[1],
                       (int)state[2], s.sealed.error.text);
                CHECK(false);
            }
        }
    }
}

/* -- who is asked -- */

CASE(the_first_healthy_Region_generates_and_is_not_asked_to_encrypt)
{
    AUTO(scene_end) struct scene s = {0};
    CHECK(scene_start(&s, three, 3, (struct rule){REQUIRE_QUORUM, 1}));
    s.outage.down[0] = true;
    fake_kms_set(s.fake, "us-west-2", SROW_E_CONNECT);
    seal(&s);
    CHECK_OK(s.sealed.rc, s.sealed.error);
    CHECK(s.sealed.wrapped == 1 && s.sealed.missing == 2);
    CHECK(bytes_equal_str(s.sealed.edks.edk[0].info, DUBLIN));
    CHECK(fake_kms_total(s.fake, "us-west-2") == 1);
    CHECK(fake_kms_count(s.fake, "us-west-2", KMS_GENERATE) == 1);
    CHECK(fake_kms_total(s.fake, "eu-west-1") == 1);
    CHECK(fake_kms_count(s.fake, "eu-west-1", KMS_GENERATE) == 1);
}

CASE(what_cannot_be_met_asks_nobody)
{
    AUTO(scene_end) struct scene s = {0};
    CHECK(scene_start(&s, three, 3, (struct rule){REQUIRE_QUORUM, 2}));
    s.outage.down[0] = s.outage.down[2] = true;
    seal(&s);
    CHECK_RC(s.sealed.rc, SROW_E_REGIONS);
    CHECK(strcmp(s.sealed.error.text,
                 "not wrapped in 2 Regions, as the write requires: Region us-east-1 is declared "
                 "down; Region eu-west-1 is declared down: try again; declare a lost Region down "
                 "(write.while_down), or let write.require ask for fewer") == 0);
    CHECK(fake_kms_total(s.fake, "us-west-2") == 0);
}

CASE(a_refusal_below_all_is_an_alarm_and_a_debt)
{
    AUTO(scene_end) struct scene s = {0};
    CHECK(scene_start(&s, three, 3, (struct rule){REQUIRE_QUORUM, 2}));
    fake_kms_set(s.fake, "us-east-1", SROW_E_KMS_DENIED);
    seal(&s);
    CHECK_OK(s.sealed.rc, s.sealed.error);
    CHECK(s.sealed.wrapped == 2 && s.sealed.missing == 1 && refusals == 1);
}

CASE(a_quorum_that_the_keys_cannot_give_is_refused)
{
    static const struct {
        uint32_t quorum;
        size_t keys;
        enum srow_rc rc;
    } rows[] = {{0, 3, SROW_E_CONFIG},
                {1, 3, SROW_OK},
                {3, 3, SROW_OK},
                {4, 3, SROW_E_CONFIG},
                {2, 1, SROW_E_CONFIG}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(keyring_free) struct srow_keyring *k = NULL;
        AUTO(kms_free) struct kms *kms = fake_kms_new(names);
        struct keyring_regions_options options = {.keys = three,
                                                  .count = rows[i].keys,
                                                  .require = REQUIRE_QUORUM,
                                                  .quorum = rows[i].quorum};
        CHECK_RC(keyring_regions_new(&k, kms, &options, NULL), rows[i].rc);
    }
    AUTO(keyring_free) struct srow_keyring *k = NULL;
    AUTO(kms_free) struct kms *kms = fake_kms_new(names);
    static const struct keyring_regions_key old[] = {{"us-east-1", OLD, true},
                                                     {"us-west-2", WEST, false}};
    struct keyring_regions_options options = {
        .keys = old, .count = 2, .require = REQUIRE_QUORUM, .quorum = 2};
    CHECK_RC(keyring_regions_new(&k, kms, &options, NULL), SROW_E_CONFIG);
}

/* Not in another Region in silence; reading goes on, and needs no key in the local Region. */
CASE(a_set_without_a_key_for_new_values_in_the_local_Region_is_not_written_locally)
{
    static const struct keyring_regions_key keys[] = {
        {"us-east-1", OLD, true}, {"us-west-2", WEST, false}, {"us-east-1", EAST, false}};
    static const struct {
        const char *local;
        size_t keys;
        enum srow_rc rc;
    } rows[] = {{"eu-west-1", 2, SROW_E_REGION},
                {"us-east-1", 2, SROW_E_REGION},
                {"us-east-1", 3, SROW_OK},
                {"us-west-2", 3, SROW_OK}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(scene_end) struct scene s = {0};
        struct srow_keyring *local = NULL;
        CHECK(scene_start(&s, keys, rows[i].keys, (struct rule){.require = REQUIRE_ALL}));
        seal(&s);
        CHECK_OK(s.sealed.rc, s.sealed.error);
        struct keyring_regions_options options = {
            .keys = keys, .count = rows[i].keys, .local = rows[i].local, .require = REQUIRE_LOCAL};
        CHECK_OK(keyring_regions_new(&local, s.kms, &options, NULL), s.sealed.error);
        keyring_free(&s.keyring);
        s.keyring = local;
        CHECK(opens(&s, NULL));
        unsigned asked_before = fake_kms_total(s.fake, "us-west-2");
        seal(&s);
        CHECK_RC(s.sealed.rc, rows[i].rc);
        CHECK(s.sealed.rc == SROW_OK ||
              (s.sealed.edks.count == 0 && strstr(s.sealed.error.text, rows[i].local) != NULL &&
               fake_kms_total(s.fake, "us-west-2") == asked_before));
    }
}

CASE(a_Region_with_two_keys_has_the_value_when_both_open_it)
{
    static const struct keyring_regions_key keys[] = {
        {"us-east-1", EAST, false}, {"us-east-1", OLD, false}, {"us-west-2", WEST, false}};
    AUTO(scene_end) struct scene s = {0};
    CHECK(scene_start(&s, keys, 3, (struct rule){REQUIRE_QUORUM, 1}));
    fake_kms_set_key(s.fake, OLD, SROW_E_KMS_DENIED);
    seal(&s);
    CHECK_OK(s.sealed.rc, s.sealed.error);
    CHECK(s.sealed.edks.count == 2 && s.sealed.wrapped == 1 && s.sealed.missing == 1);
}

CASE(a_multi_Region_key_leaves_no_debt_where_one_of_its_Regions_is_down)
{
    static const struct keyring_regions_key keys[] = {{"us-east-1", MRK_EAST, false},
                                                      {"us-west-2", MRK_WEST, false},
                                                      {"eu-west-1", DUBLIN, false}};
    AUTO(scene_end) struct scene s = {0};
    CHECK(scene_start(&s, keys, 3, (struct rule){REQUIRE_ALL, 0}));
    s.outage.down[0] = true;
    seal(&s);
    CHECK_OK(s.sealed.rc, s.sealed.error);
    CHECK(s.sealed.edks.count == 2 && s.sealed.wrapped == 3 && s.sealed.missing == 0);
    CHECK(fake_kms_total(s.fake, "us-east-1") == 0);
    CHECK(bytes_equal_str(s.sealed.edks.edk[0].info, MRK_WEST));
}

CASE(a_set_whose_Regions_are_all_declared_down_is_not_written)
{
    AUTO(scene_end) struct scene s = {0};
    CHECK(scene_start(&s, three, 1, (struct rule){REQUIRE_ALL, 0}));
    s.outage.down[0] = true;
    seal(&s);
    CHECK_RC(s.sealed.rc, SROW_E_REGIONS);
    CHECK(fake_kms_total(s.fake, "us-east-1") == 0);
}

CASE(reading_asks_a_Region_that_is_declared_down_last)
{
    AUTO(scene_end) struct scene s = {0};
    CHECK(scene_start(&s, three, 2, (struct rule){REQUIRE_ALL, 0}));
    seal(&s);
    s.outage.down[0] = true;
    fake_kms_reset(s.fake);
    CHECK(opens(&s, NULL));
    CHECK(fake_kms_total(s.fake, "us-east-1") == 0 && fake_kms_total(s.fake, "us-west-2") == 1);
    fake_kms_set(s.fake, "us-west-2", SROW_E_CONNECT);
    CHECK(opens(&s, NULL));
    CHECK(fake_kms_total(s.fake, "us-east-1") == 1);
    CHECK(opens(&s, "us-east-1"));
}

/* -- Regions that have not answered of late -- */

static void break_first(struct scene *s)
{
    fake_kms_set(s->fake, "us-east-1", SROW_E_CONNECT);
    for (int i = 0; i < 3; i++) {
        (void)opens(s, NULL);
    }
    fake_kms_reset(s->fake);
}

CASE(after_the_breaker_opens_reads_go_straight_to_the_next_Region)
{
    AUTO(scene_end) struct scene s = {0};
    CHECK(scene_start(&s, three, 3, (struct rule){REQUIRE_ALL, 0}));
    seal(&s);
    break_first(&s);
    CHECK(opens(&s, NULL));
    CHECK(fake_kms_total(s.fake, "us-east-1") == 0 && fake_kms_total(s.fake, "us-west-2") == 1);
    fake_kms_set(s.fake, "us-east-1", SROW_OK);
    CHECK(opens(&s, "us-east-1")); /* via goes there all the same */
}

CASE(where_nobody_else_opens_a_Region_is_asked_all_the_same)
{
    AUTO(scene_end) struct scene s = {0};
    CHECK(scene_start(&s, three, 3, (struct rule){REQUIRE_ALL, 0}));
    seal(&s);
    break_first(&s);
    fake_kms_set(s.fake, "us-east-1", SROW_OK);
    fake_kms_set(s.fake, "us-west-2", SROW_E_CONNECT);
    fake_kms_set(s.fake, "eu-west-1", SROW_E_KMS_DENIED);
    CHECK(opens(&s, NULL));
}

CASE(a_write_leaves_out_who_has_not_answered_of_late_if_the_requirement_allows)
{
    AUTO(scene_end) struct scene s = {0};
    CHECK(scene_start(&s, three, 3, (struct rule){REQUIRE_QUORUM, 2}));
    seal(&s);
    break_first(&s);
    seal(&s);
    CHECK_OK(s.sealed.rc, s.sealed.error);
    CHECK(s.sealed.wrapped == 2 && fake_kms_total(s.fake, "us-east-1") == 0);
    fake_kms_set(s.fake, "us-east-1", SROW_OK); /* it is back, and now it is needed */
    fake_kms_set(s.fake, "eu-west-1", SROW_E_CONNECT);
    seal(&s);
    CHECK_OK(s.sealed.rc, s.sealed.error);
    CHECK(s.sealed.wrapped == 2 && fake_kms_count(s.fake, "us-east-1", KMS_ENCRYPT) == 1);
}

CASE(a_write_that_needs_every_Region_asks_every_Region)
{
    AUTO(scene_end) struct scene s = {0};
    CHECK(scene_start(&s, three, 3, (struct rule){REQUIRE_ALL, 0}));
    seal(&s);
    break_first(&s);
    fake_kms_set(s.fake, "us-east-1", SROW_OK);
    seal(&s);
    CHECK_OK(s.sealed.rc, s.sealed.error);
    CHECK(s.sealed.wrapped == 3 && fake_kms_total(s.fake, "us-east-1") == 1);
}

int main(void)
{
    RUN(every_requirement_with_every_state_of_three_Regions);
    RUN(the_first_healthy_Region_generates_and_is_not_asked_to_encrypt);
    RUN(what_cannot_be_met_asks_nobody);
    RUN(a_refusal_below_all_is_an_alarm_and_a_debt);
    RUN(a_quorum_that_the_keys_cannot_give_is_refused);
    RUN(a_set_without_a_key_for_new_values_in_the_local_Region_is_not_written_locally);
    RUN(a_Region_with_two_keys_has_the_value_when_both_open_it);
    RUN(a_multi_Region_key_leaves_no_debt_where_one_of_its_Regions_is_down);
    RUN(a_set_whose_Regions_are_all_declared_down_is_not_written);
    RUN(reading_asks_a_Region_that_is_declared_down_last);
    RUN(after_the_breaker_opens_reads_go_straight_to_the_next_Region);
    RUN(where_nobody_else_opens_a_Region_is_asked_all_the_same);
    RUN(a_write_leaves_out_who_has_not_answered_of_late_if_the_requirement_allows);
    RUN(a_write_that_needs_every_Region_asks_every_Region);
    return check_done();
}
