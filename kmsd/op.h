/* SPDX-License-Identifier: Apache-2.0
 *
 * The operations of the API, one row each.
 */
#ifndef KMSD_OP_H
#define KMSD_OP_H

#include "kmsd/member.h"

/* What a principal must be allowed to do. */
enum op_class { OP_USE, OP_MANAGE };

struct op {
    const char *name; /* "Decrypt", behind "TrentService." */
    enum op_class cls;
    bool read_only; /* as CloudTrail says */
    const struct member *members;
    enum srow_rc (*run)(struct call *call, struct srow_error *e);
    const char *permission; /* behind "kms:"; NULL: the operation's name */
};

/* Ends with a row whose name is NULL. */
extern const struct op op_table[];

/* NULL if there is none of that name. */
const struct op *op_find(struct srow_bytes name);

/* Runs a call whose `who` and `in` are set: members, permission, handler. What fails otherwise than
 * by a refusal becomes KMSInternalException; its text stays in *e, for the log. */
MUST enum srow_rc op_run(struct call *call, struct srow_error *e);

/* GrantTokens: there are no grants here, so every token is one that was not given. */
MUST enum srow_rc op_check_grants(struct call *call, struct srow_error *e);

/* DryRun: refuses with DryRunOperationException when all else has passed. */
MUST enum srow_rc op_check_dry_run(struct call *call, struct srow_error *e);

/* Rows of the other files. */
enum srow_rc op_key_create(struct call *call, struct srow_error *e);
enum srow_rc op_key_describe(struct call *call, struct srow_error *e);
enum srow_rc op_key_list(struct call *call, struct srow_error *e);
enum srow_rc op_key_enable(struct call *call, struct srow_error *e);
enum srow_rc op_key_disable(struct call *call, struct srow_error *e);
enum srow_rc op_alias_create(struct call *call, struct srow_error *e);
enum srow_rc op_alias_update(struct call *call, struct srow_error *e);
enum srow_rc op_alias_delete(struct call *call, struct srow_error *e);
enum srow_rc op_alias_list(struct call *call, struct srow_error *e);
enum srow_rc op_crypt_encrypt(struct call *call, struct srow_error *e);
enum srow_rc op_crypt_decrypt(struct call *call, struct srow_error *e);
enum srow_rc op_crypt_generate(struct call *call, struct srow_error *e);
enum srow_rc op_crypt_generate_wrapped(struct call *call, struct srow_error *e);
enum srow_rc op_crypt_re_encrypt(struct call *call, struct srow_error *e);
enum srow_rc op_crypt_random(struct call *call, struct srow_error *e);

#endif
