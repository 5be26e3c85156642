/* SPDX-License-Identifier: Apache-2.0
 *
 * See causes.h. Texts are cut evenly rather than lost: the code and the Regions matter most.
 */
#include "keys/causes.h"

#include <stdio.h>

static bool is_alarm(enum srow_rc rc)
{
    return kms_is_refusal(rc) || rc == SROW_E_KMS_KEY_ID || rc == SROW_E_KMS_DATA_KEY;
}

static void put(struct causes *c, const char *text)
{
    int n = snprintf(c->text + c->used, sizeof c->text - c->used, "%s%s", c->count == 0 ? "" : "; ",
                     text);
    c->used += n < 0 ? 0 : (size_t)n;
    c->used = c->used < sizeof c->text ? c->used : sizeof c->text - 1;
    c->count++;
}

void causes_add_down(struct causes *c, const char *region)
{
    char text[80];
    snprintf(text, sizeof text, "Region %s is declared down", region);
    put(c, text);
    c->down = c->down == SROW_OK ? SROW_E_REGIONS : c->down;
}

void causes_put(struct causes *c, enum srow_rc rc, const struct srow_error *e)
{
    bool down = srow_rc_class(rc) == SROW_CLASS_UNAVAILABLE;
    enum srow_rc *first = down ? &c->down : &c->other;
    *first = *first == SROW_OK ? rc : *first;
    if (e->retry_after_ms > c->retry_after_ms) {
        c->retry_after_ms = e->retry_after_ms;
    }
    put(c, e->text);
}

void causes_add(struct causes *c, const struct materials *m, const struct kms_request *failed)
{
    const struct srow_error *e = &failed->error;
    causes_put(c, failed->rc, e);
    if (is_alarm(failed->rc)) {
        struct key_event event = {failed->rc, failed->region, srow_str(failed->key_arn), e->text};
        materials_tell(m, &event);
    }
}

void causes_settle(const struct causes *c, struct materials *m, const char *what, enum srow_rc down)
{
    enum srow_rc rc = c->other != SROW_OK ? c->other : down != SROW_OK ? down : c->down;
    if (c->count == 1 && down == SROW_OK) {
        materials_fail(m, rc, "%s", c->text);
    } else {
        materials_fail(m, rc, "%s: %s", what, c->text);
    }
    m->error.retry_after_ms = c->retry_after_ms;
}

void causes_advise(const struct causes *c, struct materials *m, const char *advice)
{
    struct srow_error *e = &m->error;
    size_t len = strlen(e->text);
    if (c->other == SROW_OK) {
        snprintf(e->text + len, sizeof e->text - len, ": %s", advice);
    }
}
