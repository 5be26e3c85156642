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
#include <sealrow/log.h>

#ifdef __cplusplus
extern "C" {
#endif

enum srow_type {
    SROW_TYPE_TEXT = 1,
    SROW_TYPE_INTEGER = 2,
    SROW_TYPE_BYTES = 3,
    SROW_TYPE_NULL = 4,
    SROW_TYPE_BOOLEAN = 5,   /* "true", "false" */
    SROW_TYPE_DATE = 6,      /* "2026-11-24": proleptic Gregorian, years 0001 to 9999 */
    SROW_TYPE_UUID = 7,      /* "123e4567-e89b-12d3-a456-426614174000", lower case */
    SROW_TYPE_DECIMAL = 8,   /* "-12.5": at most 35 digits before the point, 30 behind it */
    SROW_TYPE_TIMESTAMP = 9, /* "2026-11-24T08:30:00.120000Z": UTC, microseconds */
    SROW_TYPE_JSON = 10      /* a document; not of a binding */
};

/* A typed value as the caller holds it. `integer` counts for SROW_TYPE_INTEGER and
 * SROW_TYPE_BOOLEAN (0 or 1), `bytes` for text (UTF-8), bytes, and the text of all others. A
 * binding of any type but bytes may also be given as SROW_TYPE_TEXT. A decimal ("1.50"), a
 * timestamp (in any zone) or a document is brought into its canonical form (docs/format.md); all
 * other texts must be in theirs. */
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
    uint64_t version;     /* of a column with a version column: what that holds in this row, or
                             sealing: will hold, 1 or more; 0 elsewhere, and of values that were
                             sealed before the column had one */
    uint64_t min_version; /* opening: 0: any; else an older version is refused */
    const char *via;      /* NULL: local Region first, then the others; else this one alone */
    void *reserved[2];    /* zero */
};

struct srow_sealed {
    struct srow_buf message; /* the bytes of a blob column */
    uint32_t wrapped;        /* Regions whose key wraps the data key */
    uint32_t missing;        /* promised Regions that do not: debt */
};

/* One cell of a page, with what to seal into it or the message to open. */
struct srow_item {
    struct srow_cell cell;
    struct srow_bytes in;
};

/* What became of one item. error.rc is 0 when it succeeded; else nothing but the error is there. */
struct srow_result {
    struct srow_sealed sealed; /* sealing */
    struct srow_buf plaintext; /* opening */
    struct srow_error error;
    void *reserved[2];
};

enum srow_region_state {
    SROW_REGION_UNKNOWN = 0, /* not asked yet */
    SROW_REGION_ANSWERS = 1, /* the last request was answered; a refusal is an answer */
    SROW_REGION_FAILS = 2    /* the last request was not answered, or with a fault of the server */
};

/* How one Region does, by the requests there were. */
struct srow_region_health {
    const char *region;       /* as long as the client */
    uint32_t is_local;        /* 1: the local Region */
    uint32_t state;           /* enum srow_region_state */
    uint32_t last_error;      /* enum srow_rc of the last failure; 0: none yet */
    uint32_t latency_ms;      /* of the last answer */
    uint64_t since_answer_ms; /* UINT64_MAX: never */
    uint64_t since_error_ms;
    uint32_t declared_down; /* 1: no new value is wrapped there (srow_client_while_down) */
    uint32_t avoided;       /* 1: it has not answered of late, and others are asked first */
    void *reserved[1];
};

struct srow_health {
    struct srow_region_health *regions; /* the local one first */
    size_t count;
    void *reserved[2];
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

/* Credentials, connections and keys now, so that a program fails at its start and not at its first
 * customer: each key of each key set is described in its Region, all at once, and must be enabled.
 * `deadline_ms` 0: the configuration's. Fails with the first failure, the local Region's before
 * others'; a program that must start while a Region is gone takes class UNAVAILABLE as a warning.
 * Own KMS functions without `describe` are not asked. */
SROW_MUST SROW_API enum srow_rc srow_client_warm(struct srow_client *client, uint32_t deadline_ms,
                                                 struct srow_error *e);

/* How each Region did when it was last asked; makes no request. The caller owns *out:
 * srow_health_free. NOMEM. */
SROW_MUST SROW_API enum srow_rc srow_client_health(struct srow_health *out,
                                                   struct srow_client *client,
                                                   struct srow_error *e);
SROW_API void srow_health_free(struct srow_health *health);

/* The client's counters in Prometheus's text format; the application has the port. The caller owns
 * *out: srow_buf_free. NOMEM. */
SROW_MUST SROW_API enum srow_rc srow_client_metrics(struct srow_buf *out,
                                                    struct srow_client *client,
                                                    struct srow_error *e);

/* Declares Regions down, or up again, in a running program: what write.while_down said at the start
 * is replaced by `regions`, which ends with NULL and may be NULL; the watched file adds to it. New
 * values are not wrapped there and no write asks there; what they lack is their debt
 * (srow_sealed.missing). Each change is a line of the log and a metric. Errors: REGION (unknown),
 * USAGE (no Region would be left), NOMEM. */
SROW_MUST SROW_API enum srow_rc srow_client_while_down(struct srow_client *client,
                                                       const char *const *regions,
                                                       struct srow_error *e);

/* Waits for calls in flight, then wipes what is kept for the next: connections with their buffers
 * and TLS sessions, and this thread's cipher contexts and pool of random bytes (no key is in them
 * between calls). The client works on and connects anew; calls that begin meanwhile do so at once,
 * and while this waits limits.in_flight counts for them alone. */
SROW_API void srow_client_forget(struct srow_client *client);

/* Seals one value: the text of the column's type in its canonical form, encrypted under a fresh
 * data key that is wrapped for each Region, bound to the cell. Up to 2^31 - 1 bytes. On success the
 * caller owns out->message: srow_sealed_free. Errors: COLUMN, BINDING, VALUE, LIMIT, CONTEXT_LIMIT,
 * REGIONS (nothing was written), the KMS codes, NOMEM, SELF_CHECK. Specification:
 * client-apis/encrypt.md. */
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

/* The row's key or tenant changes: opens the value under `from` and seals it anew, with a new
 * message id, under `to`; the plaintext does not leave. Both are cells of one column. `from->via`
 * counts. Errors: USAGE (two columns), as open, as seal. */
SROW_MUST SROW_API enum srow_rc srow_cell_rebind(struct srow_sealed *out,
                                                 struct srow_client *client,
                                                 const struct srow_cell *from,
                                                 const struct srow_cell *to,
                                                 struct srow_bytes message, struct srow_error *e);

/* Seal, or open, a page of cells: the requests of all items of one key set are in flight at once,
 * up to limits.in_flight in each Region; key sets follow one another. One deadline counts for all.
 * out[i] is the result of items[i], and is written for each item, whatever becomes of the others:
 * one altered row does not hide the rest. OK if all succeeded; else the error of the first that did
 * not, with its place. USAGE (NULL given), NOMEM: nothing is written. The caller owns what the
 * results hold: srow_cells_free. */
SROW_MUST SROW_API enum srow_rc srow_cells_seal(struct srow_result *out, struct srow_client *client,
                                                const struct srow_item *items, size_t n,
                                                struct srow_error *e);
SROW_MUST SROW_API enum srow_rc srow_cells_open(struct srow_result *out, struct srow_client *client,
                                                const struct srow_item *items, size_t n,
                                                struct srow_error *e);
/* Wipes and frees what n results hold, not the array. */
SROW_API void srow_cells_free(struct srow_result *results, size_t n);

/* Wipes and frees what a seal returned; empty or NULL: nothing happens. */
SROW_API void srow_sealed_free(struct srow_sealed *sealed);

static inline struct srow_value srow_text(const char *text)
{
    struct srow_value v = {SROW_TYPE_TEXT, 0, 0, {0, 0}};
    v.bytes = srow_str(text);
    return v;
}

static inline struct srow_value srow_boolean(int truth)
{
    struct srow_value v = {SROW_TYPE_BOOLEAN, 0, 0, {0, 0}};
    v.integer = truth != 0;
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
