/* SPDX-License-Identifier: Apache-2.0
 *
 * The public calls on cells: the cell's binding, its key set's tools, and the room cell.
 */
#include "client/client.h"

/* One call: everything it needs, from its beginning to its end. */
struct call {
    struct srow_client *client;
    struct bind bind;
    struct cell_tools tools;
};

static void call_cleanup(struct call *call)
{
    bind_cleanup(&call->bind);
    if (call->client != NULL) {
        client_leave(call->client);
    }
}

static enum srow_rc call_begin(struct call *call, struct srow_client *client,
                               const struct srow_cell *cell, struct srow_error *e)
{
    FAIL_IF(client == NULL || cell == NULL, e, SROW_E_USAGE, "no client or no cell is given");
    client_enter(client);
    call->client = client;
    TRY(bind_read(&call->bind, client_config(client), cell, e));
    return client_tools(&call->tools, client, call->bind.column->keys, cell->via, e);
}

static enum srow_rc check_bytes(struct srow_bytes b, const char *what, struct srow_error *e)
{
    FAIL_IF(b.at == NULL && b.len > 0, e, SROW_E_USAGE, "%s: bytes of a length, but none given",
            what);
    return SROW_OK;
}

static enum srow_rc seal(struct srow_sealed *out, struct srow_client *client,
                         const struct srow_cell *cell, struct srow_bytes plaintext,
                         struct srow_error *e)
{
    AUTO(call_cleanup) struct call call = {0};
    TRY(check_bytes(plaintext, "plaintext", e));
    FAIL_IF(plaintext.len > INT32_MAX, e, SROW_E_LIMIT,
            "a value of %zu bytes: at most %d can be sealed", plaintext.len, INT32_MAX);
    TRY(call_begin(&call, client, cell, e));
    TRY(client_check_sealing(cell, &call.bind, e));
    return cell_seal(out, &call.tools, &call.bind, plaintext, e);
}

static enum srow_rc open_cell(struct srow_buf *out, struct srow_client *client,
                              const struct srow_cell *cell, struct srow_bytes message,
                              struct srow_error *e)
{
    AUTO(call_cleanup) struct call call = {0};
    TRY(check_bytes(message, "message", e));
    TRY(call_begin(&call, client, cell, e));
    return cell_open(out, &call.tools, &call.bind, message, e);
}

static enum srow_rc match(int *same, struct srow_client *client, const struct srow_cell *cell,
                          struct srow_bytes message, struct srow_bytes candidate,
                          struct srow_error *e)
{
    AUTO(call_cleanup) struct call call = {0};
    bool equal = false;
    TRY(check_bytes(message, "message", e));
    TRY(check_bytes(candidate, "candidate", e));
    TRY(call_begin(&call, client, cell, e));
    TRY(cell_match(&equal, &call.tools, &call.bind, message, candidate, e));
    *same = equal;
    return SROW_OK;
}

/* Counts how a call ended; one without a client is nobody's. */
static enum srow_rc counted(struct srow_client *client, enum meter_call call, enum srow_rc rc)
{
    return client == NULL ? rc : client_count(client, call, rc);
}

enum srow_rc srow_cell_seal(struct srow_sealed *out, struct srow_client *client,
                            const struct srow_cell *cell, struct srow_bytes plaintext,
                            struct srow_error *e)
{
    return counted(client, METER_SEAL, seal(out, client, cell, plaintext, e));
}

enum srow_rc srow_cell_open(struct srow_buf *out, struct srow_client *client,
                            const struct srow_cell *cell, struct srow_bytes message,
                            struct srow_error *e)
{
    return counted(client, METER_OPEN, open_cell(out, client, cell, message, e));
}

enum srow_rc srow_cell_match(int *same, struct srow_client *client, const struct srow_cell *cell,
                             struct srow_bytes message, struct srow_bytes candidate,
                             struct srow_error *e)
{
    return counted(client, METER_MATCH, match(same, client, cell, message, candidate, e));
}

/* An unknown column is the later calls' to report. */
static enum srow_rc check_same_column(const struct srow_cell *from, const struct srow_cell *to,
                                      struct srow_error *e)
{
    FAIL_IF(from == NULL || to == NULL || from->column == NULL || to->column == NULL, e,
            SROW_E_USAGE, "no cell, or no column of it, is given");
    FAIL_IF(strcmp(from->column, to->column) != 0, e, SROW_E_USAGE,
            "a value moves between rows of one column, not from %s to %s", from->column,
            to->column);
    FAIL_IF(to->via != NULL, e, SROW_E_USAGE, "via is for opening: a value is sealed everywhere");
    return SROW_OK;
}

enum srow_rc srow_cell_rebind(struct srow_sealed *out, struct srow_client *client,
                              const struct srow_cell *from, const struct srow_cell *to,
                              struct srow_bytes message, struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf plaintext = {0};
    TRY(check_same_column(from, to, e));
    TRY(srow_cell_open(&plaintext, client, from, message, e));
    return srow_cell_seal(out, client, to, bytes_buf(&plaintext), e);
}

void srow_sealed_free(struct srow_sealed *sealed)
{
    if (sealed != NULL) {
        buf_cleanup(&sealed->message);
        *sealed = (struct srow_sealed){0};
    }
}
