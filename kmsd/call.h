/* SPDX-License-Identifier: Apache-2.0
 *
 * One call of the KMS API: who asks what of which Region, and the answer as it grows.
 */
#ifndef KMSD_CALL_H
#define KMSD_CALL_H

#include "base/json.h"
#include "kmsd/refusal.h"
#include "kmsd/store.h"
#include "kmsd/uuid.h"

#define CALL_ACCOUNT "111122223333"

enum { CALL_ARN = 384, CALL_ABOUT = 2 };

/* A key or an alias that a call is about. */
struct call_about {
    char arn[CALL_ARN];
    char material[STORE_MATERIAL_HEX]; /* KeyMaterialId used, once known */
};

struct op;
struct principal;

struct call {
    /* asked: borrowed */
    struct store *store;
    const char *region;          /* the server's, not what the client says */
    const struct op *op;         /* NULL: none of ours */
    const char *event;           /* the operation's name, letters and digits of the client's */
    const struct principal *who; /* NULL: not authenticated */
    const json_node *in;         /* an object once it is parsed */

    /* answered: owned */
    struct srow_buf out; /* JSON; empty for operations without output */
    const struct refusal *refusal;
    struct srow_buf text;                /* of the refusal; may be empty */
    char id[UUID_ROOM];                  /* x-amzn-RequestId */
    struct call_about about[CALL_ABOUT]; /* as they become known; the key first */
};

void call_cleanup(struct call *call);

/* Refuses the call and returns the matching code of ours, for TRY. The first refusal stays. */
enum srow_rc call_refuse(struct call *call, enum refusal_kind kind, struct srow_error *e,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same without any text. */
enum srow_rc call_refuse_bare(struct call *call, enum refusal_kind kind, struct srow_error *e);

/* The body of the answer: `out`, or the refusal as JSON. */
void call_put_answer(struct srow_buf *body, struct call *call);

/* "arn:aws:kms:REGION:ACCOUNT:key/ID" */
void call_format_arn(char out[CALL_ARN], const char *region, const char *key_id);

/* "arn:aws:kms:REGION:ACCOUNT:alias/NAME" of a name that has "alias/" before it, cut at 256. */
void call_format_alias(char out[CALL_ARN], const char *region, struct srow_bytes name);

/* Writing JSON members in order. */
void call_put_text(struct srow_buf *out, const char *name, const char *value);
void call_put_base64(struct srow_buf *out, const char *name, struct srow_bytes value);

#endif
