/* SPDX-License-Identifier: Apache-2.0
 *
 * Sealrow: seal column values before they reach an SQL database, and open them in any Region.
 *
 * The application owns its database connections; this library never touches them. Every call is
 * safe from many threads on one client. Out parameters come first and are written only on success.
 * Views are never kept after return. Every owned buffer is wiped when freed.
 *
 * Values are AWS Encryption SDK messages, version 2, suite 0x0478 or 0x0578
 * (awslabs/aws-encryption-sdk-specification, data-format/message.md).
 */
#ifndef SEALROW_SEALROW_H
#define SEALROW_SEALROW_H

#include <sealrow/bytes.h>
#include <sealrow/error.h>
#include <sealrow/kms.h>

#ifdef __cplusplus
extern "C" {
#endif

enum srow_type {
    SROW_TYPE_TEXT = 1,
    SROW_TYPE_INTEGER = 2,
    SROW_TYPE_BYTES = 3,
    SROW_TYPE_NULL = 4
};

/* A typed value as the caller holds it. `integer` counts for SROW_TYPE_INTEGER, `bytes` for text
 * (UTF-8) and bytes. */
struct srow_value {
    uint32_t type; /* enum srow_type */
    uint32_t reserved;
    int64_t integer;
    struct srow_bytes bytes;
};

/* One bound column by its logical name, with the value the caller ASKED for: never one that came
 * back from the database. */
struct srow_bind {
    const char *name;
    struct srow_value value;
};

struct srow_cell {
    const char *column;           /* "table.column", logical names of the configuration */
    const struct srow_bind *bind; /* all of the table's bindings, in any order */
    size_t bind_count;
    uint64_t min_version; /* reserved for version columns: must be 0 */
    const char *via;      /* NULL: local Region first, then the others; else this one alone */
};

struct srow_sealed {
    struct srow_buf message; /* the bytes of a blob column */
    uint32_t wrapped;        /* Regions whose key wraps the data key */
    uint32_t missing;        /* promised Regions that do not: debt */
};

struct srow_config;
struct srow_client;

/* Options of a client; zeroed means defaults. Borrowed only during srow_client_new. */
struct srow_client_options {
    const char *local_region; /* NULL: SEALROW_LOCAL_REGION, AWS_REGION, AWS_DEFAULT_REGION */
    uint32_t deadline_ms;     /* 0: the configuration's limits.deadline */
    uint32_t reserved32;
    const struct srow_kms_ops *kms; /* own KMS functions, copied; NULL: over HTTP with the
                                       environment's credentials */
    void *reserved[5];
};

/* Version of the library, as "0.1.0". Static. */
SROW_API const char *srow_version(void);

/* Reads the configuration file at `path` (UTF-8 YAML). The caller owns *out: srow_config_free.
 * Errors: CONFIG_MISSING, CONFIG (line and column in the text), NOT_BUILT, PERMISSIONS, IO, NOMEM.
 */
SROW_MUST SROW_API enum srow_rc srow_config_load(struct srow_config **out, const char *path,
                                                 struct srow_error *e);
/* The same from memory. */
SROW_MUST SROW_API enum srow_rc srow_config_parse(struct srow_config **out, struct srow_bytes yaml,
                                                  struct srow_error *e);
SROW_API void srow_config_free(struct srow_config *config);

/* A client over a configuration, which is borrowed and must outlive it. Reads credentials from the
 * environment or the profile files; makes no request. Errors: REGION, CREDENTIALS, CONFIG, NOMEM.
 */
SROW_MUST SROW_API enum srow_rc srow_client_new(struct srow_client **out,
                                                const struct srow_config *config,
                                                const struct srow_client_options *options,
                                                struct srow_error *e);
/* Load and new with defaults, in one call; the client owns the configuration. */
SROW_MUST SROW_API enum srow_rc srow_client_open(struct srow_client **out, const char *path,
                                                 struct srow_error *e);
/* Waits for calls in flight, delivers queued alarms, wipes keys. NULL: nothing happens. */
SROW_API void srow_client_free(struct srow_client *client);

/* Seals one value: canonical text of the column's type, encrypted under a fresh data key that is
 * wrapped for each Region, bound to the cell. Up to 2^31 - 1 bytes. On success the caller owns
 * out->message: srow_sealed_free. Errors: COLUMN, BINDING, VALUE, LIMIT, CONTEXT_LIMIT, REGIONS
 * (nothing was written), the KMS codes, NOMEM, SELF_CHECK.
 * Specification: client-apis/encrypt.md. */
SROW_MUST SROW_API enum srow_rc srow_cell_seal(struct srow_sealed *out, struct srow_client *client,
                                               const struct srow_cell *cell,
                                               struct srow_bytes plaintext, struct srow_error *e);

/* Opens one value. The message's encryption context must equal the cell's before any KMS call and
 * before any plaintext leaves. The caller owns *out: srow_buf_free. Errors: COLUMN, BINDING, the
 * format, limit and integrity codes, the KMS codes, NOMEM. Specification: client-apis/decrypt.md.
 */
SROW_MUST SROW_API enum srow_rc srow_cell_open(struct srow_buf *out, struct srow_client *client,
                                               const struct srow_cell *cell,
                                               struct srow_bytes message, struct srow_error *e);

/* Opens the value and compares it with a candidate in constant time (for equal lengths); the
 * plaintext does not leave. *same is written only on success: 1 equal, 0 not. Errors: as open. */
SROW_MUST SROW_API enum srow_rc srow_cell_match(int *same, struct srow_client *client,
                                                const struct srow_cell *cell,
                                                struct srow_bytes message,
                                                struct srow_bytes candidate, struct srow_error *e);

/* Wipes and frees what a seal returned; empty or NULL: nothing happens. */
SROW_API void srow_sealed_free(struct srow_sealed *sealed);

static inline struct srow_value srow_text(const char *text)
{
    struct srow_value v = {SROW_TYPE_TEXT, 0, 0, {0, 0}};
    v.bytes = srow_str(text);
    return v;
}

static inline struct srow_value srow_integer(int64_t n)
{
    struct srow_value v = {SROW_TYPE_INTEGER, 0, 0, {0, 0}};
    v.integer = n;
    return v;
}

#ifdef __cplusplus
}
#endif
#endif
