/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>

#include "check.h"
#include "face.h"
#include "fake/fake_region.h"

enum { PAGE = 16 };

/* A page of rows, each with its own account and text. */
struct page {
    struct srow_bind binds[PAGE];
    struct srow_item items[PAGE];
    struct srow_result sealed[PAGE], opened[PAGE];
    char texts[PAGE][24];
};

static void page_cleanup(struct page *p)
{
    srow_cells_free(p->sealed, PAGE);
    srow_cells_free(p->opened, PAGE);
}

static void fill(struct page *p, const char *column)
{
    for (size_t i = 0; i < PAGE; i++) {
        snprintf(p->texts[i], sizeof p->texts[i], "%zu", 100 + i);
        p->items[i].cell = face_cell(&p->binds[i], column, (int64_t)i);
        p->items[i].in = srow_str(p->texts[i]);
    }
}

/* The same cells, with the messages that sealing gave. */
static void turn(struct page *p)
{
    for (size_t i = 0; i < PAGE; i++) {
        p->items[i].in = bytes_buf(&p->sealed[i].sealed.message);
    }
}

static bool is_open(const struct page *p, size_t i)
{
    return p->opened[i].error.rc == 0 &&
           bytes_equal_str(bytes_buf(&p->opened[i].plaintext), p->texts[i]);
}

CASE(a_page_is_sealed_and_opened_with_all_requests_in_one_call_each)
{
    AUTO(face_cleanup) struct face f = face_of();
    AUTO(page_cleanup) struct page p = {0};
    CHECK(f.client != NULL);
    fill(&p, "profile.userid");
    CHECK_OK(srow_cells_seal(p.sealed, f.client, p.items, PAGE, &f.e), f.e);
    CHECK(fake_kms_widest(f.kms) == PAGE);
    CHECK(fake_kms_count(f.kms, "us-east-1", KMS_GENERATE) == PAGE);
    CHECK(fake_kms_count(f.kms, "eu-west-1", KMS_ENCRYPT) == PAGE);
    CHECK(p.sealed[3].sealed.wrapped == 2 && p.sealed[3].sealed.missing == 0);
    turn(&p);
    fake_kms_reset(f.kms);
    CHECK_OK(srow_cells_open(p.opened, f.client, p.items, PAGE, &f.e), f.e);
    CHECK(fake_kms_widest(f.kms) == PAGE && fake_kms_total(f.kms, "us-east-1") == PAGE);
    for (size_t i = 0; i < PAGE; i++) {
        CHECK(is_open(&p, i));
    }
}

CASE(what_a_page_sealed_one_call_opens_and_the_reverse)
{
    AUTO(face_cleanup) struct face f = face_of();
    AUTO(page_cleanup) struct page p = {0};
    struct srow_buf plain = {0};
    CHECK(f.client != NULL);
    fill(&p, "profile.userid");
    CHECK_OK(srow_cells_seal(p.sealed, f.client, p.items, PAGE, &f.e), f.e);
    turn(&p);
    CHECK_OK(srow_cell_open(&plain, f.client, &p.items[5].cell, p.items[5].in, &f.e), f.e);
    CHECK(bytes_equal_str(bytes_buf(&plain), p.texts[5]));
    srow_sealed_free(&p.sealed[5].sealed);
    CHECK_OK(
        srow_cell_seal(&p.sealed[5].sealed, f.client, &p.items[5].cell, bytes_buf(&plain), &f.e),
        f.e);
    srow_buf_free(&plain);
    turn(&p);
    CHECK_OK(srow_cells_open(p.opened, f.client, p.items, PAGE, &f.e), f.e);
}

CASE(items_that_fail_do_not_hide_the_others)
{
    static const enum srow_rc wanted[PAGE] = {
        [2] = SROW_E_BODY_TAG,  [4] = SROW_E_CONTEXT, [6] = SROW_E_COLUMN, [8] = SROW_E_BINDING,
        [9] = SROW_E_TRUNCATED, [11] = SROW_E_REGION, [13] = SROW_E_USAGE,
    };
    AUTO(face_cleanup) struct face f = face_of();
    AUTO(page_cleanup) struct page p = {0};
    CHECK(f.client != NULL);
    fill(&p, "profile.userid");
    CHECK_OK(srow_cells_seal(p.sealed, f.client, p.items, PAGE, &f.e), f.e);
    turn(&p);
    char *last = p.sealed[2].sealed.message.at;
    last[p.sealed[2].sealed.message.len - 1] ^= 1;
    p.items[4].in = p.items[5].in;
    p.items[6].cell.column = "profile.nobody";
    p.items[8].cell.bind_count = 0;
    p.items[9].in.len = 40;
    p.items[11].cell.via = "us-west-9";
    p.items[13].in.at = NULL;
    CHECK_RC(srow_cells_open(p.opened, f.client, p.items, PAGE, &f.e), SROW_E_BODY_TAG);
    CHECK(strstr(f.e.text, "7 of 16 cells failed, cell 3: bank.profile.userid: ") == f.e.text);
    for (size_t i = 0; i < PAGE; i++) {
        CHECK_RC((enum srow_rc)p.opened[i].error.rc, wanted[i]);
        CHECK(wanted[i] == SROW_OK ? is_open(&p, i) : p.opened[i].plaintext.at == NULL);
    }
    CHECK(client_events(f.client, SROW_E_BODY_TAG) == 1);
    CHECK(client_events(f.client, SROW_E_CONTEXT) == 1);
}

CASE(a_page_is_matched_and_no_plaintext_leaves)
{
    AUTO(face_cleanup) struct face f = face_of();
    AUTO(page_cleanup) struct page p = {0};
    struct client_match matches[PAGE] = {0};
    CHECK(f.client != NULL);
    fill(&p, "profile.balance");
    for (size_t i = 0; i < PAGE; i++) {
        snprintf(p.texts[i], sizeof p.texts[i], "%zu", i);
        p.items[i].in = matches[i].candidate = srow_str(p.texts[i]);
    }
    CHECK_OK(srow_cells_seal(p.sealed, f.client, p.items, PAGE, &f.e), f.e);
    turn(&p);
    matches[3].candidate = srow_str("5");
    matches[4].candidate = srow_str("04");
    p.items[6].in = p.items[7].in;
    fake_kms_reset(f.kms);
    CHECK_RC(cells_match(p.opened, matches, f.client, p.items, PAGE, &f.e), SROW_E_VALUE);
    CHECK(fake_kms_widest(f.kms) == PAGE - 1);
    for (size_t i = 0; i < PAGE; i++) {
        enum srow_rc wanted = i == 4 ? SROW_E_VALUE : i == 6 ? SROW_E_CONTEXT : SROW_OK;
        CHECK_RC((enum srow_rc)p.opened[i].error.rc, wanted);
        CHECK(matches[i].same == (wanted == SROW_OK && i != 3));
        CHECK(p.opened[i].plaintext.at == NULL);
    }
}

CASE(a_value_that_cannot_be_sealed_fails_alone)
{
    AUTO(face_cleanup) struct face f = face_of();
    AUTO(page_cleanup) struct page p = {0};
    CHECK(f.client != NULL);
    fill(&p, "profile.balance");
    p.items[7].in = srow_str("007");
    p.items[8].cell.via = "us-east-1";
    CHECK_RC(srow_cells_seal(p.sealed, f.client, p.items, PAGE, &f.e), SROW_E_VALUE);
    for (size_t i = 0; i < PAGE; i++) {
        enum srow_rc wanted = i == 7 ? SROW_E_VALUE : i == 8 ? SROW_E_USAGE : SROW_OK;
        CHECK_RC((enum srow_rc)p.sealed[i].error.rc, wanted);
        CHECK((p.sealed[i].sealed.message.len > 0) == (wanted == SROW_OK));
    }
}

CASE(columns_of_several_key_sets_share_a_page)
{
    AUTO(face_cleanup) struct face f = face_of();
    AUTO(page_cleanup) struct page p = {0};
    CHECK(f.client != NULL);
    fill(&p, "profile.userid");
    for (size_t i = 0; i < PAGE; i += 2) {
        p.items[i].cell.column = "profile.card";
    }
    CHECK_OK(srow_cells_seal(p.sealed, f.client, p.items, PAGE, &f.e), f.e);
    CHECK(p.sealed[0].sealed.wrapped == 1 && p.sealed[1].sealed.wrapped == 2);
    turn(&p);
    CHECK_OK(srow_cells_open(p.opened, f.client, p.items, PAGE, &f.e), f.e);
    for (size_t i = 0; i < PAGE; i++) {
        CHECK(is_open(&p, i));
    }
}

CASE(a_page_needs_a_client_items_and_room)
{
    AUTO(face_cleanup) struct face f = face_of();
    AUTO(page_cleanup) struct page p = {0};
    CHECK(f.client != NULL);
    fill(&p, "profile.userid");
    CHECK_RC(srow_cells_seal(p.sealed, NULL, p.items, PAGE, &f.e), SROW_E_USAGE);
    CHECK_RC(srow_cells_seal(p.sealed, f.client, NULL, PAGE, &f.e), SROW_E_USAGE);
    CHECK_RC(srow_cells_open(NULL, f.client, p.items, PAGE, NULL), SROW_E_USAGE);
    CHECK_OK(srow_cells_open(NULL, f.client, NULL, 0, &f.e), f.e);
    CHECK(fake_kms_total(f.kms, "us-east-1") == 0);
    srow_cells_free(NULL, 3);
}

/* -- what the text of a failed open says -- */

#define CANARY "CANARY-7f3a"
enum { ACCOUNT = 987654321, OTHER = 123454321 };

/* Opens what was sealed for ACCOUNT after something was done to it. */
static enum srow_rc open_after(struct face *f, int64_t account, size_t cut, size_t flip,
                               enum srow_rc kms)
{
    struct srow_bind bind;
    struct srow_buf plain = {0};
    struct srow_sealed sealed = {0};
    struct srow_cell cell = face_cell(&bind, "profile.userid", ACCOUNT);
    enum srow_rc rc = srow_cell_seal(&sealed, f->client, &cell, srow_str(CANARY), &f->e);
    if (rc != SROW_OK) {
        return SROW_E_INTERNAL;
    }
    cell = face_cell(&bind, "profile.userid", account);
    struct srow_bytes message = bytes_buf(&sealed.message);
    message.len -= cut;
    ((uint8_t *)sealed.message.at)[sealed.message.len - 1 - flip] ^= flip > 0;
    fake_kms_set(f->kms, "us-east-1", kms);
    fake_kms_set(f->kms, "eu-west-1", kms);
    rc = srow_cell_open(&plain, f->client, &cell, message, &f->e);
    fake_kms_set(f->kms, "us-east-1", SROW_OK);
    fake_kms_set(f->kms, "eu-west-1", SROW_OK);
    srow_sealed_free(&sealed);
    srow_buf_free(&plain);
    return rc;
}

CASE(the_error_of_a_failed_open_shows_no_plaintext_and_no_context_and_the_public_one_no_cause)
{
    static const struct {
        int64_t account;
        size_t cut, flip;
        enum srow_rc kms, rc;
    } rows[] = {
        {OTHER, 0, 0, SROW_OK, SROW_E_CONTEXT},
        {ACCOUNT, 0, 1, SROW_OK, SROW_E_BODY_TAG},
        {ACCOUNT, 3, 0, SROW_OK, SROW_E_TRUNCATED},
        {ACCOUNT, 0, 0, SROW_E_KMS_CIPHERTEXT, SROW_E_KMS_CIPHERTEXT},
        {ACCOUNT, 0, 0, SROW_E_KMS_DENIED, SROW_E_KMS_DENIED},
        {ACCOUNT, 0, 0, SROW_E_KMS_NOT_FOUND, SROW_E_KMS_NOT_FOUND},
    };
    AUTO(face_cleanup) struct face f = face_of();
    CHECK(f.client != NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK_RC(open_after(&f, rows[i].account, rows[i].cut, rows[i].flip, rows[i].kms),
                 rows[i].rc);
        CHECK(strstr(f.e.text, CANARY) == NULL && strstr(f.e.text, "98765") == NULL);
        CHECK(strstr(f.e.text, "1234543") == NULL && strchr(f.e.text, '\n') == NULL);
        CHECK(strcmp(srow_error_public(&f.e), "the value cannot be processed") == 0);
    }
}

/* -- over HTTP -- */

/* Lets nobody through before `wanted` are there. */
struct barrier {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned there, wanted;
};

static void meet(void *state)
{
    struct barrier *b = state;
    pthread_mutex_lock(&b->lock);
    b->there++;
    pthread_cond_broadcast(&b->changed);
    while (b->there < b->wanted) {
        pthread_cond_wait(&b->changed, &b->lock);
    }
    pthread_mutex_unlock(&b->lock);
}

static void let(struct barrier *b, unsigned wanted)
{
    pthread_mutex_lock(&b->lock);
    b->there = 0;
    b->wanted = wanted;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
}

CASE(a_server_sees_sixteen_requests_open_for_sixteen_items)
{
    struct fake_region us = {0}, eu = {0};
    struct barrier b = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, PAGE};
    AUTO(page_cleanup) struct page p = {0};
    struct face f = {0};
    char yaml[2048];
    fake_region_start(&us, "us-east-1");
    fake_region_start(&eu, "eu-west-1");
    us.before = meet;
    us.state = &b;
    setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    snprintf(yaml, sizeof yaml,
             "version: 1\ndomain: bank\nregions: {us-east-1: {endpoint: \"%s\"}, eu-west-1: "
             "{endpoint: \"%s\"}}\nlimits: {attempt: 5s, deadline: 10s}\n" FACE_REST,
             fake_http_url(us.server), fake_http_url(eu.server));
    struct srow_client_options options = {.local_region = "us-east-1"};
    enum srow_rc sealed = SROW_E_INTERNAL, opened = SROW_E_INTERNAL;
    if (srow_config_parse(&f.config, srow_str(yaml), &f.e) == SROW_OK &&
        srow_client_new(&f.client, f.config, &options, &f.e) == SROW_OK) {
        fill(&p, "profile.userid");
        sealed = srow_cells_seal(p.sealed, f.client, p.items, PAGE, &f.e);
        let(&b, PAGE);
        turn(&p);
        opened = srow_cells_open(p.opened, f.client, p.items, PAGE, &f.e);
    }
    let(&b, 0);
    face_cleanup(&f);
    fake_region_stop(&us);
    fake_region_stop(&eu);
    CHECK_OK(sealed, f.e);
    CHECK_OK(opened, f.e);
    CHECK(is_open(&p, 0) && is_open(&p, PAGE - 1));
}

/* Its key set has no key in eu-west-1: nobody is asked in place of the local Region. */
CASE(without_failover_a_cell_without_a_local_key_does_not_open)
{
    static const char *const regions[] = {"us-east-1", "eu-west-1", NULL};
    struct face f = {.kms = fake_kms_new(regions)};
    struct srow_sealed sealed = {0};
    struct srow_buf plain = {0};
    struct srow_bind bind;
    struct srow_cell cell = face_cell(&bind, "profile.card", 7);
    struct client_options options = {.face = {.local_region = "eu-west-1"}, .kms = f.kms};
    bool good = srow_config_parse(&f.config, srow_str(FACE_YAML "open: {failover: none}\n"),
                                  &f.e) == SROW_OK &&
                client_new(&f.client, f.config, &options, &f.e) == SROW_OK &&
                srow_cell_seal(&sealed, f.client, &cell, srow_str("x"), &f.e) == SROW_OK;
    enum srow_rc rc = srow_cell_open(&plain, f.client, &cell, bytes_buf(&sealed.message), &f.e);
    unsigned asked = fake_kms_count(f.kms, "us-east-1", KMS_DECRYPT);
    srow_sealed_free(&sealed);
    face_cleanup(&f);
    CHECK(good);
    CHECK_RC(rc, SROW_E_REGION);
    CHECK(strstr(f.e.text, "no key is configured in Region eu-west-1") != NULL);
    CHECK(asked == 0 && plain.at == NULL);
}

int main(void)
{
    RUN(a_page_is_sealed_and_opened_with_all_requests_in_one_call_each);
    RUN(what_a_page_sealed_one_call_opens_and_the_reverse);
    RUN(items_that_fail_do_not_hide_the_others);
    RUN(a_page_is_matched_and_no_plaintext_leaves);
    RUN(a_value_that_cannot_be_sealed_fails_alone);
    RUN(columns_of_several_key_sets_share_a_page);
    RUN(a_page_needs_a_client_items_and_room);
    RUN(the_error_of_a_failed_open_shows_no_plaintext_and_no_context_and_the_public_one_no_cause);
    RUN(a_server_sees_sixteen_requests_open_for_sixteen_items);
    RUN(without_failover_a_cell_without_a_local_key_does_not_open);
    return check_done();
}
