/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of operations with the members each knows, and what all handlers share. Ranges and
 * words are those of the service model kms/2014-11-01.
 */
#include "kmsd/op.h"

#include "kmsd/blob.h"
#include "kmsd/lookup.h"
#include "kmsd/principal.h"

static const char *const algorithms[] = {"SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1",
                                         "RSAES_OAEP_SHA_256", "SM2PKE", NULL};
static const char *const data_key_specs[] = {"AES_256", "AES_128", NULL};
static const char *const usages[] = {"SIGN_VERIFY", "ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC",
                                     "KEY_AGREEMENT", NULL};
static const char *const origins[] = {"AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE",
                                      NULL};
static const char *const key_specs[] = {"RSA_2048",
                                        "RSA_3072",
                                        "RSA_4096",
                                        "ECC_NIST_P256",
                                        "ECC_NIST_P384",
                                        "ECC_NIST_P521",
                                        "ECC_SECG_P256K1",
                                        "SYMMETRIC_DEFAULT",
                                        "HMAC_224",
                                        "HMAC_256",
                                        "HMAC_384",
                                        "HMAC_512",
                                        "SM2",
                                        "ML_DSA_44",
                                        "ML_DSA_65",
                                        "ML_DSA_87",
                                        "ECC_NIST_EDWARDS25519",
                                        NULL};

#define KEY_ID                                                                                     \
    {                                                                                              \
        .name = "KeyId", .least = 1, .most = 2048, .required = true                                \
    }
#define PAGE                                                                                       \
    {.name = "Limit", .type = MEMBER_NUMBER, .least = 1, .most = 1000},                            \
    {                                                                                              \
        .name = "Marker", .least = 1, .most = 1024                                                 \
    }
#define ALIAS                                                                                      \
    {                                                                                              \
        .name = "AliasName", .least = 1, .most = 256, .required = true, .marks = ":/_-"            \
    }
#define CONTEXT                                                                                    \
    {                                                                                              \
        .name = "EncryptionContext", .type = MEMBER_MAP                                            \
    }
#define GRANT_TOKENS                                                                               \
    {                                                                                              \
        .name = "GrantTokens", .type = MEMBER_LIST, .most = 10                                     \
    }
#define DRY_RUN                                                                                    \
    {                                                                                              \
        .name = "DryRun", .type = MEMBER_FLAG                                                      \
    }
#define ALGORITHM                                                                                  \
    {                                                                                              \
        .name = "EncryptionAlgorithm", .words = algorithms                                         \
    }
#define RECIPIENT                                                                                  \
    {                                                                                              \
        .name = "Recipient", .type = MEMBER_MAP, .unsupported = true                               \
    }
#define DATA_KEY                                                                                   \
    KEY_ID, CONTEXT, GRANT_TOKENS, DRY_RUN, {.name = "KeySpec", .words = data_key_specs},          \
    {                                                                                              \
        .name = "NumberOfBytes", .type = MEMBER_NUMBER, .least = 1, .most = 1024                   \
    }

static const struct member create_key[] = {
    {.name = "Description", .most = 8192},
    {.name = "KeyUsage", .words = usages},
    {.name = "KeySpec", .words = key_specs},
    {.name = "CustomerMasterKeySpec", .words = key_specs},
    {.name = "Origin", .words = origins},
    {.name = "Policy", .least = 1, .most = 131072, .unsupported = true},
    {.name = "Tags", .type = MEMBER_LIST, .most = 50, .unsupported = true},
    {.name = "MultiRegion", .type = MEMBER_FLAG, .unsupported = true},
    {.name = "BypassPolicyLockoutSafetyCheck", .type = MEMBER_FLAG, .unsupported = true},
    {.name = "CustomKeyStoreId", .least = 1, .most = 64, .unsupported = true},
    {.name = "XksKeyId", .least = 1, .most = 128, .unsupported = true},
    {0},
};
static const struct member one_key[] = {KEY_ID, {0}};
static const struct member describe_key[] = {KEY_ID, GRANT_TOKENS, {0}};
static const struct member list_keys[] = {PAGE, {0}};
static const struct member encrypt[] = {KEY_ID,
                                        {.name = "Plaintext",
                                         .type = MEMBER_SECRET,
                                         .least = 1,
                                         .most = BLOB_MOST_PLAIN,
                                         .required = true},
                                        CONTEXT,
                                        GRANT_TOKENS,
                                        DRY_RUN,
                                        ALGORITHM,
                                        {0}};
static const struct member decrypt[] = {{.name = "CiphertextBlob",
                                         .type = MEMBER_SECRET,
                                         .least = 1,
                                         .most = BLOB_MOST,
                                         .required = true},
                                        {.name = "KeyId", .least = 1, .most = 2048},
                                        CONTEXT,
                                        GRANT_TOKENS,
                                        DRY_RUN,
                                        ALGORITHM,
                                        RECIPIENT,
                                        {0}};
static const struct member generate[] = {DATA_KEY, RECIPIENT, {0}};
static const struct member generate_wrapped[] = {DATA_KEY, {0}};

static const struct member generate_random[] = {
    {.name = "NumberOfBytes", .type = MEMBER_NUMBER, .least = 1, .most = 1024, .required = true},
    {.name = "CustomKeyStoreId", .least = 1, .most = 64, .unsupported = true},
    RECIPIENT,
    {0},
};
static const struct member re_encrypt[] = {
    {.name = "CiphertextBlob",
     .type = MEMBER_SECRET,
     .least = 1,
     .most = BLOB_MOST,
     .required = true},
    {.name = "SourceEncryptionContext", .type = MEMBER_MAP},
    {.name = "SourceKeyId", .least = 1, .most = 2048},
    {.name = "DestinationKeyId", .least = 1, .most = 2048, .required = true},
    {.name = "DestinationEncryptionContext", .type = MEMBER_MAP},
    {.name = "SourceEncryptionAlgorithm", .words = algorithms},
    {.name = "DestinationEncryptionAlgorithm", .words = algorithms},
    GRANT_TOKENS,
    DRY_RUN,
    {0},
};
static const struct member one_alias[] = {ALIAS, {0}};
static const struct member alias_and_key[] = {
    ALIAS,
    {.name = "TargetKeyId", .least = 1, .most = 2048, .required = true},
    {0},
};
static const struct member list_aliases[] = {
    {.name = "KeyId", .least = 1, .most = 2048},
    PAGE,
    {0},
};

const struct op op_table[] = {
    {"CreateAlias", OP_MANAGE, false, alias_and_key, op_alias_create, NULL},
    {"CreateKey", OP_MANAGE, false, create_key, op_key_create, NULL},
    {"Decrypt", OP_USE, true, decrypt, op_crypt_decrypt, NULL},
    {"DeleteAlias", OP_MANAGE, false, one_alias, op_alias_delete, NULL},
    {"DescribeKey", OP_USE, true, describe_key, op_key_describe, NULL},
    {"DisableKey", OP_MANAGE, false, one_key, op_key_disable, NULL},
    {"EnableKey", OP_MANAGE, false, one_key, op_key_enable, NULL},
    {"Encrypt", OP_USE, true, encrypt, op_crypt_encrypt, NULL},
    {"GenerateDataKey", OP_USE, true, generate, op_crypt_generate, NULL},
    {"GenerateDataKeyWithoutPlaintext", OP_USE, true, generate_wrapped, op_crypt_generate_wrapped,
     NULL},
    {"GenerateRandom", OP_MANAGE, true, generate_random, op_crypt_random, NULL},
    {"ListAliases", OP_MANAGE, true, list_aliases, op_alias_list, NULL},
    {"ListKeys", OP_MANAGE, true, list_keys, op_key_list, NULL},
    {"ReEncrypt", OP_USE, true, re_encrypt, op_crypt_re_encrypt, "ReEncryptFrom"},
    {"UpdateAlias", OP_MANAGE, false, alias_and_key, op_alias_update, NULL},
    {0},
};

const struct op *op_find(struct srow_bytes name)
{
    for (const struct op *op = op_table; op->name != NULL; op++) {
        if (bytes_equal_str(name, op->name)) {
            return op;
        }
    }
    return NULL;
}

/* -- checks -- */

enum srow_rc op_check_grants(struct call *call, struct srow_error *e)
{
    if (json_count(json_get(call->in, "GrantTokens")) > 0) {
        return call_refuse(call, REFUSAL_INVALID_GRANT_TOKEN, e, "Invalid grant token.");
    }
    return SROW_OK;
}

enum srow_rc op_check_dry_run(struct call *call, struct srow_error *e)
{
    if (member_flag(call, "DryRun")) {
        return call_refuse(call, REFUSAL_DRY_RUN, e,
                           "The request would have succeeded, but the DryRun option is set.");
    }
    return SROW_OK;
}

/* -- running -- */

/* The key that a refused request names, whether it is there or not. */
static void note_key(struct call *call)
{
    AUTO(store_key_cleanup) struct store_key key = {0};
    struct srow_bytes text;
    struct call probe = {.region = call->region, .store = call->store};
    if (member_text(&text, call, "KeyId") || member_text(&text, call, "TargetKeyId")) {
        enum srow_rc rc = lookup_key_or_alias(&key, &probe, 0, text, NULL);
        (void)rc;
        call->about[0] = probe.about[0];
    }
    call_cleanup(&probe);
}

static enum srow_rc authorize(struct call *call, struct srow_error *e)
{
    char arn[PRINCIPAL_ARN];
    const char *permission = call->op->permission ? call->op->permission : call->op->name;
    if (principal_may(call->who, call->op->cls)) {
        return SROW_OK;
    }
    principal_format_arn(arn, call->who);
    note_key(call);
    return call_refuse(call, REFUSAL_ACCESS_DENIED, e,
                       "User: %s is not authorized to perform: kms:%s on resource: %s because no "
                       "identity-based policy allows the kms:%s action",
                       arn, permission, call->about[0].arn[0] == '\0' ? "*" : call->about[0].arn,
                       permission);
}

static enum srow_rc run(struct call *call, struct srow_error *e)
{
    TRY(member_check(call, call->op->members, e));
    TRY(authorize(call, e));
    TRY(call->op->run(call, e));
    return buf_check(&call->out, e);
}

enum srow_rc op_run(struct call *call, struct srow_error *e)
{
    enum srow_rc rc = run(call, e);
    if (rc != SROW_OK && call->refusal == NULL) {
        struct srow_error ignored;
        enum srow_rc refused = call_refuse_bare(call, REFUSAL_INTERNAL, &ignored);
        (void)refused;
    }
    return rc;
}
