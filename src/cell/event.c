/* SPDX-License-Identifier: Apache-2.0
 *
 * Which codes are events, and how they are told.
 */
#include "cell/event.h"

#include "base/json.h"

struct row {
    enum srow_rc rc;
    const char *name;
};

static const struct row names[] = {
    {SROW_E_CONTEXT, "cell.context"},       {SROW_E_HEADER_TAG, "cell.tag"},
    {SROW_E_BODY_TAG, "cell.tag"},          {SROW_E_SEQUENCE, "cell.tag"},
    {SROW_E_COMMITMENT, "cell.commitment"}, {SROW_E_SIGNATURE, "cell.signature"},
    {SROW_E_NO_DATA_KEY, "cell.stranger"},  {SROW_E_EDK_LIMIT, "cell.limit"},
    {SROW_E_POLICY, "cell.policy"},         {SROW_E_UNSUPPORTED, "cell.policy"},
    {SROW_E_OLD_VERSION, "cell.version"},   {SROW_E_NULL_CELL, "cell.null"},
    {SROW_E_NOT_MESSAGE, "cell.plaintext"}, {SROW_E_TRUNCATED, "cell.damaged"},
    {SROW_E_MALFORMED, "cell.damaged"},     {SROW_E_TRAILING, "cell.damaged"},
    {SROW_E_KMS_KEY_ID, "kms.answer"},      {SROW_E_KMS_DATA_KEY, "kms.answer"},
    {SROW_E_KMS_CIPHERTEXT, "kms.refused"}, {SROW_E_KMS_DENIED, "kms.refused"},
    {SROW_E_KMS_DISABLED, "kms.refused"},   {SROW_E_KMS_NOT_FOUND, "kms.refused"},
    {SROW_E_KMS_AUTH, "kms.refused"},
};

enum { NAMES = sizeof names / sizeof names[0] };
_Static_assert(NAMES <= 32, "one bit a row");

static size_t row_of(enum srow_rc rc)
{
    size_t i = 0;
    while (i < NAMES && names[i].rc != rc) {
        i++;
    }
    return i;
}

const char *event_name(enum srow_rc rc)
{
    size_t row = row_of(rc);
    return row < NAMES ? names[row].name : NULL;
}

/* {"account_number":"0123456789abcdef"}; what cannot be made is left out. */
static void put_bindings(struct srow_buf *out, const struct event_relay *r)
{
    buf_put_str(out, "{");
    for (size_t i = 0; i < r->bind->table->bind_count; i++) {
        AUTO(buf_cleanup) struct srow_buf digest = {0};
        if (bind_put_digest(&digest, r->config, r->bind, i, NULL) == SROW_OK) {
            buf_put_str(out, out->len > 1 ? "," : "");
            json_put_string(out, srow_str(r->bind->table->binds[i].name));
            buf_put_str(out, ":");
            json_put_string(out, bytes_buf(&digest));
        }
    }
    buf_put_str(out, "}");
}

static void tell(struct event_relay *r, struct event *event)
{
    size_t row = row_of(event->rc);
    if (row == NAMES || r->watch == NULL) {
        return;
    }
    AUTO(buf_cleanup) struct srow_buf bindings = {0};
    put_bindings(&bindings, r);
    r->told |= UINT32_C(1) << row;
    event->name = names[row].name;
    event->cell = bind_name(r->bind);
    event->bindings = buf_check(&bindings, NULL) == SROW_OK ? buf_cstr(&bindings) : "{}";
    r->watch->seen(r->watch, event);
}

static void key_seen(struct key_watch *watch, const struct key_event *seen)
{
    struct event_relay *r = (struct event_relay *)watch;
    struct event event = {
        .rc = seen->rc,
        .region = seen->region == NULL ? "" : seen->region,
        .key = seen->key,
        .text = seen->text == NULL ? "" : seen->text,
    };
    tell(r, &event);
}

struct event_relay event_relay_of(const struct srow_config *config, const struct bind *bind,
                                  struct event_watch *watch)
{
    return (struct event_relay){{key_seen}, config, bind, watch, 0};
}

void event_result(struct event_relay *r, enum srow_rc rc, const struct srow_error *e)
{
    size_t row = row_of(rc);
    if (row == NAMES || (r->told & UINT32_C(1) << row) != 0) {
        return;
    }
    struct event event = {.rc = rc, .region = "", .text = e == NULL ? "" : e->text};
    tell(r, &event);
}
