/* SPDX-License-Identifier: Apache-2.0
 *
 * Seal, open, match. The error's text gets the cell's name here, once.
 */
#include "cell/cell.h"

#include <stdlib.h>

#include "cell/pad.h"
#include "cell/type.h"
#include "crypto/equal.h"

enum { UNSIGNED = 0x0478, SIGNED = 0x0578 };

/* Out of memory for a page: no job that could have been done is done. */
static void fail_all(struct cell_job *jobs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (jobs[i].rc == SROW_OK) {
            jobs[i].rc = error_set(&jobs[i].error, SROW_E_NOMEM, "no memory for %zu cells", n);
        }
    }
}

/* The message's result as the job's; the text gets the cell's name. */
static enum srow_rc result(struct cell_job *job, enum srow_rc rc, const struct srow_error *error)
{
    if (rc != SROW_OK) {
        job->error = *error;
        error_wrap(&job->error, rc, "%s", bind_name(job->bind));
    }
    return rc;
}

/* -- seal -- */

struct sealing {
    struct event_relay *relays; /* one a job */
    struct message_encrypt_job *messages;
    struct rewritten *values;
};

/* What is encrypted, where it is not what was given. */
struct rewritten {
    struct srow_buf canonical, padded;
};

static void rewritten_cleanup(struct rewritten *r)
{
    buf_cleanup(&r->canonical);
    buf_cleanup(&r->padded);
}

static enum srow_rc read_value(struct message_encrypt_job *message, struct rewritten *value,
                               const struct cell_job *job)
{
    const struct config_column *column = job->bind->column;
    TRY(type_text(&message->plaintext, &value->canonical, column->type, job->in, &message->error));
    if (column->pad > 0) {
        TRY(pad_put(&value->padded, message->plaintext, column->pad, &message->error));
        message->plaintext = bytes_buf(&value->padded);
    }
    return SROW_OK;
}

static void begin_seal(struct sealing *s, size_t i, const struct cell_tools *tools,
                       const struct cell_job *job)
{
    struct message_encrypt_job *message = &s->messages[i];
    struct event_relay *relay = &s->relays[i];
    *relay = event_relay_of(tools->config, job->bind, tools->watch);
    message->options = (struct message_encrypt_options){
        .suite = job->bind->column->is_signed ? SIGNED : UNSIGNED,
        .context = &job->bind->context,
        .max_edks = tools->config->wrapped_keys,
        .deadline = tools->deadline,
        .watch = &relay->keys,
    };
    message->rc = read_value(message, &s->values[i], job);
}

static void finish_seal(struct cell_job *job, struct message_encrypt_job *message)
{
    job->rc = result(job, message->rc, &message->error);
    if (job->rc == SROW_OK) {
        job->sealed = (struct srow_sealed){buf_take(&message->made.bytes), message->made.wrapped,
                                           message->made.missing};
    }
}

static void seal_all(const struct cell_tools *tools, struct cell_job *jobs, struct sealing *s,
                     size_t n)
{
    for (size_t i = 0; i < n; i++) {
        s->messages[i].rc = jobs[i].rc;
        if (jobs[i].rc == SROW_OK) {
            begin_seal(s, i, tools, &jobs[i]);
        }
    }
    message_encrypt_all(tools->manager, s->messages, n);
    for (size_t i = 0; i < n; i++) {
        if (jobs[i].rc == SROW_OK) {
            finish_seal(&jobs[i], &s->messages[i]);
        }
        rewritten_cleanup(&s->values[i]);
    }
}

void cell_seal_all(const struct cell_tools *tools, struct cell_job *jobs, size_t n)
{
    struct sealing s = {calloc(n, sizeof *s.relays), calloc(n, sizeof *s.messages),
                        calloc(n, sizeof *s.values)};
    if (s.relays != NULL && s.messages != NULL && s.values != NULL) {
        seal_all(tools, jobs, &s, n);
    } else {
        fail_all(jobs, n);
    }
    free(s.relays);
    free(s.messages);
    free(s.values);
}

enum srow_rc cell_seal(struct srow_sealed *out, const struct cell_tools *tools,
                       const struct bind *bind, struct srow_bytes value, struct srow_error *e)
{
    struct event_relay relay;
    struct message_encrypt_job message = {0};
    struct rewritten rewritten = {0};
    struct sealing s = {&relay, &message, &rewritten};
    struct cell_job job = {.bind = bind, .in = value};
    seal_all(tools, &job, &s, 1);
    if (job.rc == SROW_OK) {
        *out = job.sealed;
    } else if (e != NULL) {
        *e = job.error;
    }
    return job.rc;
}

/* -- open -- */

struct opening {
    struct event_relay *relays; /* one a job */
    struct message_decrypt_job *messages;
};

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

static enum srow_rc check_version(const struct bind *bind, struct srow_error *e)
{
    FAIL_IF(bind->too_old, e, SROW_E_OLD_VERSION,
            "its version is older than the least that was asked for: somebody has put an older "
            "value back, or this is a replica that lags");
    return SROW_OK;
}

static void begin_open(struct message_decrypt_job *message, struct event_relay *relay,
                       const struct cell_tools *tools, const struct cell_job *job)
{
    const struct bind *bind = job->bind;
    *relay = event_relay_of(tools->config, bind, tools->watch);
    message->message = job->in;
    message->options = (struct message_decrypt_options){
        .expected = &bind->context,
        .or_expected = bind->column->accepts_no_cell ? &bind->no_cell : NULL,
        .max_edks = tools->config->wrapped_keys,
        .signed_only = bind->column->is_signed,
        .via = job->via,
        .deadline = tools->deadline,
        .watch = &relay->keys,
    };
    message->rc = check_version(bind, &message->error);
    if (message->rc == SROW_OK) {
        message->rc = check_suite(job->in, &message->error);
    }
}

static void finish_open(struct cell_job *job, struct message_decrypt_job *message,
                        struct event_relay *relay)
{
    const struct config_column *column = job->bind->column;
    enum srow_rc rc = message->rc;
    if (rc == SROW_OK && column->pad > 0) {
        rc = pad_strip(&message->plaintext, column->pad, &message->error);
    }
    if (rc == SROW_OK) {
        rc = type_check(column->type, bytes_buf(&message->plaintext), &message->error);
    }
    if (rc == SROW_OK) {
        job->plaintext = buf_take(&message->plaintext);
    } else {
        event_result(relay, rc, &message->error);
        error_advise(&message->error);
    }
    buf_cleanup(&message->plaintext);
    job->rc = result(job, rc, &message->error);
}

static void open_all(const struct cell_tools *tools, struct cell_job *jobs, struct opening *o,
                     size_t n)
{
    for (size_t i = 0; i < n; i++) {
        o->messages[i].rc = jobs[i].rc;
        if (jobs[i].rc == SROW_OK) {
            begin_open(&o->messages[i], &o->relays[i], tools, &jobs[i]);
        }
    }
    message_decrypt_all(tools->manager, o->messages, n);
    for (size_t i = 0; i < n; i++) {
        if (jobs[i].rc == SROW_OK) {
            finish_open(&jobs[i], &o->messages[i], &o->relays[i]);
        }
    }
}

void cell_open_all(const struct cell_tools *tools, struct cell_job *jobs, size_t n)
{
    struct opening o = {calloc(n, sizeof *o.relays), calloc(n, sizeof *o.messages)};
    if (o.relays != NULL && o.messages != NULL) {
        open_all(tools, jobs, &o, n);
    } else {
        fail_all(jobs, n);
    }
    free(o.relays);
    free(o.messages);
}

enum srow_rc cell_open(struct srow_buf *out, const struct cell_tools *tools,
                       const struct bind *bind, struct srow_bytes message, struct srow_error *e)
{
    struct event_relay relay;
    struct message_decrypt_job inner = {0};
    struct opening o = {&relay, &inner};
    struct cell_job job = {.bind = bind, .in = message, .via = tools->via};
    open_all(tools, &job, &o, 1);
    if (job.rc == SROW_OK) {
        *out = job.plaintext;
    } else if (e != NULL) {
        *e = job.error;
    }
    return job.rc;
}

/* -- match, NULL -- */

enum srow_rc cell_match(bool *same, const struct cell_tools *tools, const struct bind *bind,
                        struct srow_bytes message, struct srow_bytes candidate,
                        struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf value = {0}, room = {0};
    struct srow_bytes text;
    enum srow_rc rc = type_text(&text, &room, bind->column->type, candidate, e);
    if (rc != SROW_OK) {
        return error_wrap(e, rc, "%s: candidate", bind_name(bind));
    }
    TRY(cell_open(&value, tools, bind, message, e));
    *same = equal_bytes(bytes_buf(&value), text);
    return SROW_OK;
}

enum srow_rc cell_null(const struct cell_tools *tools, const struct bind *bind,
                       struct srow_error *e)
{
    struct srow_error own = {0};
    e = e == NULL ? &own : e; /* the event wants its text */
    enum srow_rc rc = check_version(bind, e);
    if (rc == SROW_OK && !bind->column->required) {
        return SROW_OK;
    }
    struct event_relay relay = event_relay_of(tools->config, bind, tools->watch);
    if (rc == SROW_OK) {
        rc = error_set(e, SROW_E_NULL_CELL, "NULL where the configuration requires a value");
    }
    event_result(&relay, rc, e);
    error_advise(e);
    return error_wrap(e, rc, "%s", bind_name(bind));
}
