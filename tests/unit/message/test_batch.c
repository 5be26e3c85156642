/* SPDX-License-Identifier: Apache-2.0
 *
 * Several messages in one call: one question to the manager, a result for each.
 */
#include <stdlib.h>

#include "check.h"
#include "local.h"
#include "message/message.h"

enum { PAGE = 5 };

/* A manager that counts what it is asked, in front of another. */
struct counting {
    struct manager manager;
    struct manager *behind;
    size_t calls, widest;
};

static struct counting *count(struct manager *m, const struct materials *items, size_t n)
{
    struct counting *c = (struct counting *)m;
    size_t asked = 0;
    for (size_t i = 0; i < n; i++) {
        asked += items[i].rc == SROW_OK;
    }
    c->calls++;
    c->widest = asked > c->widest ? asked : c->widest;
    return c;
}

static void count_encrypt(struct manager *m, struct materials *items, size_t n)
{
    manager_encrypt(count(m, items, n)->behind, items, n);
}

static void count_decrypt(struct manager *m, struct materials *items, size_t n)
{
    manager_decrypt(count(m, items, n)->behind, items, n);
}

static const struct manager_ops counting_ops = {"counting", count_encrypt, count_decrypt, NULL};

struct page {
    struct local local;
    struct counting manager;
    char texts[PAGE][8];
    struct message_encrypt_job sealed[PAGE];
    struct message_decrypt_job opened[PAGE];
    struct srow_error e;
};

static void page_cleanup(struct page *p)
{
    for (size_t i = 0; i < PAGE; i++) {
        buf_cleanup(&p->sealed[i].made.bytes);
        buf_cleanup(&p->opened[i].plaintext);
    }
    local_cleanup(&p->local);
}

/* A page of sealed texts, and the jobs that open them. */
static bool page_init(struct page *p)
{
    if (local_init(&p->local, 1, &p->e) != SROW_OK) {
        return false;
    }
    p->manager = (struct counting){{&counting_ops}, p->local.manager, 0, 0};
    bool good = true;
    for (size_t i = 0; i < PAGE; i++) {
        snprintf(p->texts[i], sizeof p->texts[i], "text %zu", i);
        p->sealed[i] = (struct message_encrypt_job){.plaintext = srow_str(p->texts[i])};
    }
    message_encrypt_all(&p->manager.manager, p->sealed, PAGE);
    good = p->manager.calls == 1 && p->manager.widest == PAGE;
    for (size_t i = 0; i < PAGE; i++) {
        good = good && p->sealed[i].rc == SROW_OK;
        p->opened[i] = (struct message_decrypt_job){.message = bytes_buf(&p->sealed[i].made.bytes)};
    }
    p->manager.calls = p->manager.widest = 0;
    return good;
}

static bool is_open(const struct page *p, size_t i)
{
    return p->opened[i].rc == SROW_OK &&
           bytes_equal_str(bytes_buf(&p->opened[i].plaintext), p->texts[i]);
}

CASE(a_page_is_encrypted_and_decrypted_with_one_question_each)
{
    AUTO(page_cleanup) struct page p = {0};
    CHECK(page_init(&p));
    message_decrypt_all(&p.manager.manager, p.opened, PAGE);
    CHECK(p.manager.calls == 1 && p.manager.widest == PAGE);
    for (size_t i = 0; i < PAGE; i++) {
        CHECK(is_open(&p, i));
    }
}

CASE(an_altered_message_fails_alone)
{
    static const enum srow_rc wanted[PAGE] = {SROW_OK, SROW_E_BODY_TAG, SROW_OK, SROW_E_TRUNCATED,
                                              SROW_OK};
    AUTO(page_cleanup) struct page p = {0};
    CHECK(page_init(&p));
    char *last = p.sealed[1].made.bytes.at;
    last[p.sealed[1].made.bytes.len - 1] ^= 1;
    p.opened[3].message.len = 30;
    message_decrypt_all(&p.manager.manager, p.opened, PAGE);
    CHECK(p.manager.calls == 1 && p.manager.widest == PAGE - 1);
    for (size_t i = 0; i < PAGE; i++) {
        CHECK_RC(p.opened[i].rc, wanted[i]);
        CHECK(wanted[i] == SROW_OK ? is_open(&p, i) : p.opened[i].plaintext.at == NULL);
        CHECK(wanted[i] == SROW_OK || p.opened[i].error.rc == (uint32_t)wanted[i]);
    }
}

CASE(a_job_that_has_failed_before_is_left_alone_and_nobody_is_asked_for_failures)
{
    AUTO(page_cleanup) struct page p = {0};
    CHECK(page_init(&p));
    for (size_t i = 0; i < PAGE; i++) {
        p.opened[i].rc = SROW_E_BINDING;
        buf_cleanup(&p.sealed[i].made.bytes);
        p.sealed[i].rc = SROW_E_VALUE;
    }
    message_decrypt_all(&p.manager.manager, p.opened, PAGE);
    message_encrypt_all(&p.manager.manager, p.sealed, PAGE);
    CHECK(p.manager.calls == 0);
    for (size_t i = 0; i < PAGE; i++) {
        CHECK_RC(p.opened[i].rc, SROW_E_BINDING);
        CHECK_RC(p.sealed[i].rc, SROW_E_VALUE);
        CHECK(p.sealed[i].made.bytes.at == NULL && p.opened[i].plaintext.at == NULL);
    }
}

CASE(no_message_at_all_is_no_mistake)
{
    AUTO(page_cleanup) struct page p = {0};
    CHECK(page_init(&p));
    message_encrypt_all(&p.manager.manager, NULL, 0);
    message_decrypt_all(&p.manager.manager, NULL, 0);
    CHECK(p.manager.calls == 0);
}

int main(void)
{
    RUN(a_page_is_encrypted_and_decrypted_with_one_question_each);
    RUN(an_altered_message_fails_alone);
    RUN(a_job_that_has_failed_before_is_left_alone_and_nobody_is_asked_for_failures);
    RUN(no_message_at_all_is_no_mistake);
    return check_done();
}
