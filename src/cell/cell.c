/* SPDX-License-Identifier: Apache-2.0
 *
 * Seal, open, match. The error's text gets the cell's name here, once.
 */
#include "cell/cell.h"

#include "cell/type.h"
#include "crypto/equal.h"

static enum srow_rc named(struct event_relay *relay, enum srow_rc rc, struct srow_error *e)
{
    if (rc == SROW_OK) {
        return rc;
    }
    event_result(relay, rc, e);
    return error_wrap(e, rc, "%s", bind_name(relay->bind));
}

enum srow_rc cell_seal(struct srow_sealed *out, const struct cell_tools *tools,
                       const struct bind *bind, struct srow_bytes value, struct srow_error *e)
{
    struct srow_error own = {0};
    e = e == NULL ? &own : e;
    struct event_relay relay = event_relay_of(tools->config, bind, tools->watch);
    struct message_encrypt_options options = {
        .context = &bind->context,
        .max_edks = tools->config->wrapped_keys,
        .deadline = tools->deadline,
        .watch = &relay.keys,
    };
    struct message_encrypted sealed = {0};
    enum srow_rc rc = type_check(bind->column->type, value, e);
    if (rc == SROW_OK) {
        rc = message_encrypt(&sealed, tools->manager, &options, value, e);
    }
    if (rc != SROW_OK) {
        return error_wrap(e, rc, "%s", bind_name(bind));
    }
    *out = (struct srow_sealed){buf_take(&sealed.bytes), sealed.wrapped, sealed.missing};
    return SROW_OK;
}

/* Suites without key commitment may be read by other rooms one day, never as a cell: a message of
 * theirs can be made to open to two values. */
static enum srow_rc check_suite(struct srow_bytes message, struct srow_error *e)
{
    const uint8_t *at = message.at;
    bool version_1 = message.len >= 4 && at[0] == 1 && at[1] == 0x80 && at[2] <= 0x03;
    FAIL_IF(version_1, e, SROW_E_POLICY,
            "a message of version 1, without key commitment: not allowed in a cell");
    return SROW_OK;
}

static enum srow_rc decrypt(struct srow_buf *out, const struct cell_tools *tools,
                            struct event_relay *relay, struct srow_bytes message,
                            struct srow_error *e)
{
    struct message_decrypt_options options = {
        .expected = &relay->bind->context,
        .or_expected = relay->bind->column->accepts_no_cell ? &relay->bind->no_cell : NULL,
        .max_edks = tools->config->wrapped_keys,
        .via = tools->via,
        .deadline = tools->deadline,
        .watch = &relay->keys,
    };
    AUTO(buf_cleanup) struct srow_buf plaintext = {0};
    TRY(check_suite(message, e));
    TRY(message_decrypt(&plaintext, tools->manager, &options, message, e));
    TRY(type_check(relay->bind->column->type, bytes_buf(&plaintext), e));
    *out = buf_take(&plaintext);
    return SROW_OK;
}

enum srow_rc cell_open(struct srow_buf *out, const struct cell_tools *tools,
                       const struct bind *bind, struct srow_bytes message, struct srow_error *e)
{
    struct srow_error own = {0};
    e = e == NULL ? &own : e; /* the event wants its text */
    struct event_relay relay = event_relay_of(tools->config, bind, tools->watch);
    return named(&relay, decrypt(out, tools, &relay, message, e), e);
}

enum srow_rc cell_match(bool *same, const struct cell_tools *tools, const struct bind *bind,
                        struct srow_bytes message, struct srow_bytes candidate,
                        struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf value = {0};
    enum srow_rc rc = type_check(bind->column->type, candidate, e);
    if (rc != SROW_OK) {
        return error_wrap(e, rc, "%s: candidate", bind_name(bind));
    }
    TRY(cell_open(&value, tools, bind, message, e));
    *same = equal_bytes(bytes_buf(&value), candidate);
    return SROW_OK;
}

enum srow_rc cell_null(const struct cell_tools *tools, const struct bind *bind,
                       struct srow_error *e)
{
    struct srow_error own = {0};
    e = e == NULL ? &own : e;
    struct event_relay relay = event_relay_of(tools->config, bind, tools->watch);
    if (!bind->column->required) {
        return SROW_OK;
    }
    return named(
        &relay, error_set(e, SROW_E_NULL_CELL, "NULL where the configuration requires a value"), e);
}
