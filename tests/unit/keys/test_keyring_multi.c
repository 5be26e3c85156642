/* SPDX-License-Identifier: Apache-2.0
 *
 * spec: framework/multi-keyring.md
 */
#include "check.h"
#include "keys/keyring.h"

static const struct context empty;

static struct materials asked(const struct edk_list *offered)
{
    return (struct materials){.suite = suite_find(0x0478), .context = &empty, .offered = offered};
}

/* -- keyrings that do as they are told -- */

struct scripted {
    struct srow_keyring keyring;
    enum srow_rc rc; /* OK: it does nothing */
    int asked, freed;
};

static void answer(struct srow_keyring *k, struct materials *m, size_t n)
{
    struct scripted *s = (struct scripted *)k;
    for (size_t i = 0; i < n; i++) {
        if (m[i].rc == SROW_OK) {
            s->asked++;
            if (s->rc != SROW_OK) {
                materials_fail(&m[i], s->rc, "cause %d", (int)s->rc);
            }
        }
    }
}

static void count_free(struct srow_keyring *k)
{
    ((struct scripted *)k)->freed++;
}

static const struct keyring_ops scripted_ops = {"scripted", answer, answer, count_free};

static struct scripted scripted(enum srow_rc rc)
{
    return (struct scripted){.keyring = {&scripted_ops}, .rc = rc};
}

static MUST enum srow_rc aes(struct srow_keyring **out, const char *name, struct srow_error *e)
{
    uint8_t key[32];
    memset(key, name[0], sizeof key);
    return srow_keyring_aes_new(out, "ns", name, bytes_of(key, sizeof key), e);
}

/* A multi-keyring of AES keys; the first generates if `generates`. `names`: a letter each. */
static MUST enum srow_rc make(struct srow_keyring **out, const char *names, bool generates,
                              struct srow_error *e)
{
    struct srow_keyring *parts[8];
    size_t count = 0;
    for (; names[count] != '\0'; count++) {
        char name[2] = {names[count], '\0'};
        TRY(aes(&parts[count], name, e));
    }
    struct srow_keyring_parts all = {
        generates ? parts[0] : NULL, parts + generates, count - generates, {0}};
    return srow_keyring_multi_new(out, &all, e);
}

CASE(each_part_opens_what_all_have_wrapped)
{
    static const char *const readers[] = {"a", "b", "c", "xa", "xyc", "cba"};
    AUTO(keyring_free) struct srow_keyring *k = NULL, *stranger = NULL;
    AUTO(materials_cleanup) struct materials made = asked(NULL), none = asked(&made.edks);
    struct srow_error e = {0};
    CHECK_OK(make(&k, "abc", true, &e), e);
    keyring_wrap(k, &made, 1);
    CHECK_OK(made.rc, made.error);
    CHECK(made.data_key.len == 32 && made.edks.count == 3 && made.wrapped == 3);
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        AUTO(keyring_free) struct srow_keyring *reader = NULL;
        AUTO(materials_cleanup) struct materials got = asked(&made.edks);
        CHECK_OK(make(&reader, readers[i], false, &e), e);
        keyring_unwrap(reader, &got, 1);
        CHECK_OK(got.rc, got.error);
        CHECK_BYTES(secret_bytes(&got.data_key), secret_bytes(&made.data_key));
    }
    CHECK_OK(make(&stranger, "xyz", true, &e), e);
    keyring_unwrap(stranger, &none, 1);
    CHECK_RC(none.rc, SROW_E_NO_DATA_KEY);
    CHECK(strstr(none.error.text, "\"x\"") != NULL && strstr(none.error.text, "\"z\"") != NULL);
}

CASE(many_materials_go_their_own_ways_in_one_call)
{
    enum { N = 6 };
    AUTO(keyring_free) struct srow_keyring *a = NULL, *b = NULL, *nested = NULL;
    struct srow_error e = {0};
    CHECK_OK(make(&a, "a", true, &e), e);
    CHECK_OK(make(&b, "b", true, &e), e);
    struct srow_keyring *inner[2];
    CHECK_OK(aes(&inner[0], "a", &e), e);
    CHECK_OK(make(&inner[1], "xb", false, &e), e);
    struct srow_keyring_parts parts = {.children = inner, .count = 2};
    CHECK_OK(srow_keyring_multi_new(&nested, &parts, &e), e);
    struct materials made[N], got[N];
    for (size_t i = 0; i < N; i++) { /* a b a b a b; the fourth has failed before */
        made[i] = asked(NULL);
        keyring_wrap(i % 2 == 0 ? a : b, &made[i], 1);
        got[i] = asked(&made[i].edks);
    }
    got[3].rc = SROW_E_TIMEOUT;
    keyring_unwrap(nested, got, N);
    for (size_t i = 0; i < N; i++) {
        CHECK(got[i].rc == (i == 3 ? SROW_E_TIMEOUT : SROW_OK));
        CHECK(i == 3
                  ? got[i].data_key.len == 0
                  : bytes_equal(secret_bytes(&got[i].data_key), secret_bytes(&made[i].data_key)));
        materials_cleanup(&got[i]);
        materials_cleanup(&made[i]);
    }
}

CASE(one_part_that_fails_fails_the_wrapping_and_leaves_no_data_key)
{
    static const enum srow_rc codes[] = {SROW_E_KMS_DENIED, SROW_E_TIMEOUT};
    for (size_t i = 0; i < 2; i++) {
        struct scripted fails = scripted(codes[i]), after = scripted(SROW_OK);
        AUTO(keyring_free) struct srow_keyring *k = NULL;
        AUTO(materials_cleanup) struct materials made = asked(NULL);
        struct srow_keyring *generator = NULL, *children[] = {&fails.keyring, &after.keyring};
        struct srow_error e = {0};
        CHECK_OK(aes(&generator, "a", &e), e);
        struct srow_keyring_parts parts = {generator, children, 2, {0}};
        CHECK_OK(srow_keyring_multi_new(&k, &parts, &e), e);
        keyring_wrap(k, &made, 1);
        CHECK_RC(made.rc, codes[i]);
        CHECK(made.data_key.len == 0 && fails.asked == 1 && after.asked == 0);
    }
}

CASE(a_generator_makes_the_data_key_and_nobody_else)
{
    struct scripted lazy = scripted(SROW_OK);
    AUTO(keyring_free) struct srow_keyring *k = NULL, *without = NULL, *with = NULL;
    AUTO(materials_cleanup)
    struct materials none = asked(NULL), again = asked(NULL), bare = asked(NULL);
    struct srow_error e = {0};
    struct srow_keyring_parts parts = {.generator = &lazy.keyring};
    CHECK_OK(srow_keyring_multi_new(&k, &parts, &e), e);
    keyring_wrap(k, &none, 1);
    CHECK_RC(none.rc, SROW_E_INTERNAL); /* it made none */

    CHECK_OK(make(&without, "ab", false, &e), e);
    keyring_wrap(without, &bare, 1);
    CHECK_RC(bare.rc, SROW_E_USAGE);

    CHECK_OK(make(&with, "ab", true, &e), e);
    CHECK_OK(secret_new(&again.data_key, 32, &e), e);
    keyring_wrap(with, &again, 1);
    CHECK_RC(again.rc, SROW_E_USAGE); /* there is one already */
    again.rc = SROW_OK;
    CHECK(again.edks.count == 0);
}

CASE(why_nobody_could_unwrap_is_told_by_the_cause_that_matters_most)
{
    static const struct {
        enum srow_rc parts[3], rc;
    } table[] = {
        {{SROW_E_NO_DATA_KEY, SROW_E_NO_DATA_KEY, SROW_E_NO_DATA_KEY}, SROW_E_NO_DATA_KEY},
        {{SROW_E_NO_DATA_KEY, SROW_E_TIMEOUT, SROW_E_NO_DATA_KEY}, SROW_E_TIMEOUT},
        {{SROW_E_TIMEOUT, SROW_E_KMS_DENIED, SROW_E_NO_DATA_KEY}, SROW_E_KMS_DENIED},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct scripted parts[3];
        struct srow_keyring *children[3];
        AUTO(keyring_free) struct srow_keyring *k = NULL;
        AUTO(materials_cleanup) struct materials got = asked(NULL);
        struct srow_error e = {0};
        for (size_t part = 0; part < 3; part++) {
            parts[part] = scripted(table[i].parts[part]);
            children[part] = &parts[part].keyring;
        }
        struct srow_keyring_parts all = {.children = children, .count = 3};
        CHECK_OK(srow_keyring_multi_new(&k, &all, &e), e);
        keyring_unwrap(k, &got, 1);
        CHECK_RC(got.rc, table[i].rc);
        for (size_t part = 0; part < 3; part++) {
            char cause[32];
            snprintf(cause, sizeof cause, "cause %d", (int)table[i].parts[part]);
            CHECK(parts[part].asked == 1 && strstr(got.error.text, cause) != NULL);
        }
    }
}

CASE(its_parts_are_its_own_only_once_it_is_made)
{
    struct scripted one = scripted(SROW_OK), two = scripted(SROW_OK);
    struct srow_keyring *twice[] = {&one.keyring, &one.keyring}, *hole[] = {&one.keyring, NULL};
    struct srow_keyring *pair[] = {&one.keyring, &two.keyring}, *k = NULL;
    const struct srow_keyring_parts bad[] = {
        {0},
        {.children = twice, .count = 2},
        {.children = hole, .count = 2},
        {.generator = &one.keyring, .count = 1},
        {.generator = &one.keyring, .children = pair, .count = 2},
    };
    struct srow_error e = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK_RC(srow_keyring_multi_new(&k, &bad[i], &e), SROW_E_USAGE);
    }
    CHECK_RC(srow_keyring_multi_new(&k, NULL, &e), SROW_E_USAGE);
    CHECK(k == NULL && one.freed == 0);
    const struct srow_keyring_parts good = {.children = pair, .count = 2};
    CHECK_OK(srow_keyring_multi_new(&k, &good, &e), e);
    srow_keyring_free(k);
    CHECK(one.freed == 1 && two.freed == 1);
}

int main(void)
{
    RUN(each_part_opens_what_all_have_wrapped);
    RUN(many_materials_go_their_own_ways_in_one_call);
    RUN(one_part_that_fails_fails_the_wrapping_and_leaves_no_data_key);
    RUN(a_generator_makes_the_data_key_and_nobody_else);
    RUN(why_nobody_could_unwrap_is_told_by_the_cause_that_matters_most);
    RUN(its_parts_are_its_own_only_once_it_is_made);
    return check_done();
}
