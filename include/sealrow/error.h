/* SPDX-License-Identifier: Apache-2.0
 *
 * How everything in Sealrow fails: a code, its class, one line of text.
 *
 * Every function that can fail returns `enum srow_rc` and takes, last, a caller-owned
 * `struct srow_error *` (NULL is allowed). On SROW_OK the error is left as it was; on failure it
 * holds one line without a newline: what, where, what to do. It never holds plaintext, key bytes or
 * the values of a binding. Numbers of codes never change; new ones are added.
 */
#ifndef SEALROW_ERROR_H
#define SEALROW_ERROR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SROW_API __attribute__((visibility("default")))
#define SROW_MUST __attribute__((warn_unused_result))
#else
#define SROW_API
#define SROW_MUST
#endif

/* What a caller can do about a failure. Decides retry, exit code, HTTP status and log level. */
enum srow_class {
    SROW_CLASS_OK = 0,
    SROW_CLASS_USAGE = 1,         /* the call is wrong: change the program or the command */
    SROW_CLASS_CONFIGURATION = 2, /* file, environment or schema is wrong: change that */
    SROW_CLASS_FORMAT = 3,        /* these bytes are not what they should be */
    SROW_CLASS_LIMIT = 4,         /* too large, too many */
    SROW_CLASS_INTEGRITY = 5,     /* somebody moved or changed it: an alarm */
    SROW_CLASS_DENIED = 6,        /* a Region or the database refused explicitly */
    SROW_CLASS_NOT_FOUND = 7,     /* the row or the file is not there */
    SROW_CLASS_UNAVAILABLE = 8,   /* try again, or elsewhere */
    SROW_CLASS_CONFLICT = 9,      /* somebody else was there first, or stopped and resumable */
    SROW_CLASS_RESOURCE = 10,     /* memory, disk, descriptors */
    SROW_CLASS_INTERNAL = 11,     /* a mistake of ours */
    SROW_CLASS_INTERRUPTED = 12   /* by a signal */
};

enum srow_rc {
    SROW_OK = 0,

    SROW_E_USAGE = 1,   /* argument missing, unknown or of a wrong form */
    SROW_E_BINDING = 2, /* binding missing, unknown, empty or NULL */
    SROW_E_COLUMN = 3,  /* no such table or column in the configuration */

    SROW_E_CONFIG = 20,         /* the configuration file is wrong; the text has line and column */
    SROW_E_CONFIG_MISSING = 21, /* there is no configuration file */
    SROW_E_NOT_BUILT = 22,      /* a key or command that this version does not have */
    SROW_E_CREDENTIALS = 23,    /* no AWS credentials found, or of a kind that is not supported */
    SROW_E_REGION = 24,         /* unknown or no local Region */
    SROW_E_SCHEMA = 25,         /* the live schema does not fit the configuration */
    SROW_E_PERMISSIONS = 26,    /* a file that others may read or write */
    SROW_E_MASTER_KEY = 27,     /* the KMS's master key is missing or another */
    SROW_E_BOOKED = 28,         /* the database has booked a newer configuration, or not this one */

    SROW_E_TRUNCATED = 40,   /* ends too early */
    SROW_E_MALFORMED = 41,   /* a field has a value it cannot have */
    SROW_E_UNSUPPORTED = 42, /* unknown version, suite or content type */
    SROW_E_TRAILING = 43,    /* bytes after the message */
    SROW_E_NOT_MESSAGE = 44, /* plaintext, or base64 or hex of a message */
    SROW_E_VALUE = 45,       /* not a canonical value of its type */
    SROW_E_JSON = 46,        /* not JSON, or with duplicate members */

    SROW_E_LIMIT = 60,         /* larger than a limit allows */
    SROW_E_EDK_LIMIT = 61,     /* more encrypted data keys than allowed */
    SROW_E_CONTEXT_LIMIT = 62, /* encryption context too large */
    SROW_E_TOO_WIDE = 63,      /* the sealed value does not fit its column */

    SROW_E_CONTEXT = 80,      /* the message's encryption context is not the expected one */
    SROW_E_NO_DATA_KEY = 81,  /* no wrapping key opened any of its encrypted data keys */
    SROW_E_COMMITMENT = 82,   /* key commitment differs */
    SROW_E_HEADER_TAG = 83,   /* the header's tag is wrong */
    SROW_E_SEQUENCE = 84,     /* frame numbers out of order */
    SROW_E_BODY_TAG = 85,     /* the tag of a frame or body is wrong */
    SROW_E_POLICY = 86,       /* suite or layout not allowed here */
    SROW_E_SELF_CHECK = 87,   /* what was written does not read back as asked */
    SROW_E_NULL_CELL = 88,    /* NULL where a sealed value is required */
    SROW_E_KMS_KEY_ID = 89,   /* KMS answered for another key than the one asked */
    SROW_E_KMS_DATA_KEY = 90, /* KMS answered with a data key of a wrong length */
    SROW_E_KMS_CIPHERTEXT =
        91,                  /* KMS refused the wrapped key: altered, or another context or key */
    SROW_E_SIGNATURE = 92,   /* the signature is missing or not the signer's */
    SROW_E_OLD_VERSION = 93, /* the value's version is less than the least asked for */

    SROW_E_KMS_DENIED = 100,   /* KMS: access denied */
    SROW_E_KMS_DISABLED = 101, /* KMS: the key is disabled, or pending deletion */
    SROW_E_KMS_AUTH = 102,     /* KMS: unknown access key, wrong signature, clock */
    SROW_E_DB_DENIED = 103,    /* the database refused what was to be stored: a constraint */
    SROW_E_DB_RIGHTS = 104,    /* the database refused the login, or it lacks a right */

    SROW_E_NOT_FOUND = 120,     /* no such row or file */
    SROW_E_KMS_NOT_FOUND = 121, /* KMS: no such key in that Region */
    SROW_E_DB_MISSING = 122,    /* no such database */

    SROW_E_CONNECT = 140,     /* no connection */
    SROW_E_TIMEOUT = 141,     /* no answer in time */
    SROW_E_TLS = 142,         /* the server's certificate was not accepted */
    SROW_E_KMS_SERVICE = 143, /* KMS: server fault or throttled */
    SROW_E_KMS_REPLY = 144,   /* KMS: an answer that cannot be understood */
    SROW_E_REGIONS = 145,     /* a Region that the write requirement asks for is missing */
    SROW_E_BUSY = 146,        /* too many requests in flight to one Region, or database locked */
    SROW_E_DB = 147,          /* the database failed */
    /* the answer to a COMMIT was lost */
    SROW_E_COMMIT_UNKNOWN = 148,
    SROW_E_NOT_REPLICATED = 149, /* this server has not come as far as was asked for */

    SROW_E_CONFLICT = 160, /* the row is there with another value */
    SROW_E_IN_USE = 161,   /* another server has this directory or address */
    SROW_E_STOPPED = 162,  /* a job was stopped: run again, it goes on with what is left */

    SROW_E_NOMEM = 180, /* out of memory */
    SROW_E_IO = 181,    /* reading or writing failed; disk full */

    SROW_E_INTERNAL = 200, /* cannot happen */
    SROW_E_CRYPTO = 201,   /* the cryptographic library failed */

    SROW_E_INTERRUPTED = 220 /* a signal */
};

struct srow_error {
    uint32_t rc;             /* enum srow_rc */
    uint32_t cls;            /* enum srow_class */
    uint32_t retry_after_ms; /* 0: unknown */
    uint32_t reserved;
    char event[16]; /* stable event code, as "SROW-080"; "" when rc is 0 */
    char text[480]; /* one line, UTF-8, NUL-terminated */
};

/* Class of a code; SROW_CLASS_INTERNAL for a number that is no code. Cannot fail. */
SROW_API enum srow_class srow_rc_class(enum srow_rc rc);

/* Name of a code without its prefix, as "CONTEXT"; "?" for a number that is no code. Static. */
SROW_API const char *srow_rc_name(enum srow_rc rc);

/* What may be told to a remote caller: one text a class, without names, Regions or causes. Wrong
 * key, wrong context, wrong tag, damage and refusal by KMS have one and the same, so that nobody
 * learns from an answer what is wrong with a value he has altered; e->text is for the operator's
 * log. NULL or no error: "". Static. */
SROW_API const char *srow_error_public(const struct srow_error *e);

#ifdef __cplusplus
}
#endif
#endif
