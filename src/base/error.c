/* SPDX-License-Identifier: Apache-2.0
 *
 * Error texts and the table of codes: enum, class, name, meaning, cause and repair stand in
 * one list.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ROW(code, class, ...)                                                                      \
    {                                                                                              \
        SROW_E_##code, SROW_CLASS_##class, #code, __VA_ARGS__                                      \
    }

const struct error_row error_table[] = {
    ROW(USAGE, USAGE, "an argument is missing, unknown or of a wrong form",
        "a word of the command line, or an argument of a call, is not what it takes",
        "read the text: it names the argument; `sealrow COMMAND --help` shows what the command "
        "takes"),
    ROW(BINDING, USAGE, "a binding is missing, unknown, empty or NULL",
        "the call does not give every binding of its table once, with a value",
        "give each binding that the configuration lists under the table's `bind`, by its logical "
        "name"),
    ROW(COLUMN, USAGE, "the configuration has no such table or column",
        "the name is not a logical name of the configuration: a typing mistake, or the name of the "
        "database",
        "use the names under `tables` and `columns`, or add the column there"),
    ROW(CONFIG, CONFIGURATION, "the configuration file is wrong",
        "a key or value that cannot be, a doubled key, YAML that is not plain, a file that is too "
        "large",
        "correct the file at the line and column that the text names; `man sealrow.yaml` has every "
        "key"),
    ROW(CONFIG_MISSING, CONFIGURATION, "there is no configuration file",
        "no file where -c, SEALROW_CONFIG or the default sealrow.yaml point to",
        "name the file with -c or SEALROW_CONFIG, or go to the folder in which it is"),
    ROW(NOT_BUILT, CONFIGURATION, "this version does not have it",
        "the configuration or the command asks for what a later version, or another build, has",
        "take the setting out, or use a version that has it; `sealrow version` tells this one's"),
    ROW(CREDENTIALS, CONFIGURATION, "no AWS credentials that can be used",
        "no access key in the environment and none in the profile, or a profile of a kind that is "
        "not read",
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE for the credentials file"),
    ROW(REGION, CONFIGURATION, "the Region is unknown, or no local Region is named",
        "a Region that the configuration does not list, or nothing that says which one this is",
        "set AWS_REGION or --local-region to a Region under `regions`"),
    ROW(SCHEMA, CONFIGURATION, "the live schema does not fit the configuration",
        "a table or column of the configuration is missing in the database, or is not binary",
        "run `sealrow check`; `sealrow init --print` shows the statements that are missing"),
    ROW(PERMISSIONS, CONFIGURATION, "a file is open to others",
        "other users may write the configuration, read a secret, or replace files in an output "
        "folder",
        "take the rights away with the chmod that the text shows, or move the file"),
    ROW(MASTER_KEY, CONFIGURATION, "the KMS's master key is missing or another",
        "the KMS's data directory and its master key do not belong together, or the key is lost",
        "put the right master key back from its backup; a new one would lose every key, so none is "
        "made"),
    ROW(BOOKED, CONFIGURATION, "the database has booked another configuration",
        "`sealrow init` has booked a newer configuration, or never this one",
        "deploy the newer configuration; run `sealrow init` with a new one, then deploy it "
        "everywhere"),
    ROW(TRUNCATED, FORMAT, "it ends too early",
        "the value was cut: a column that is too short, a copy that broke off",
        "restore it from a backup; `sealrow check` compares the column's width"),
    ROW(MALFORMED, FORMAT, "a field has a value it cannot have",
        "bytes were changed, or whoever wrote them did not follow the format",
        "find who wrote or changed it; restore the value from a backup"),
    ROW(UNSUPPORTED, FORMAT, "unknown version, algorithm suite or content type",
        "a message of another version, or of an algorithm suite that this version does not read",
        "find who wrote it; write it again with suite 0478"),
    ROW(TRAILING, FORMAT, "there are bytes after the message",
        "two values were joined, or something was appended",
        "restore the value from a backup, or find who appends"),
    ROW(NOT_MESSAGE, FORMAT, "these bytes are no message",
        "plaintext was stored, or the value was encoded as base64 or hex on its way",
        "find the writer that does not seal, or decode the value before it is opened"),
    ROW(VALUE, FORMAT, "not a value of its type",
        "the value is not of the type that the configuration gives the column or binding",
        "give the value in the canonical text of its type (docs/format.md)"),
    ROW(JSON, FORMAT, "not JSON, or with duplicate members",
        "an answer or a file that should be JSON is not, or names a member twice",
        "see what stands at that place: a proxy's page, a file that was cut"),
    ROW(LIMIT, LIMIT, "larger than allowed",
        "the value, file or answer has more bytes than this version handles",
        "split it, or raise the limit that the text names"),
    ROW(EDK_LIMIT, LIMIT, "more encrypted data keys than allowed",
        "the message has more encrypted data keys than limits.wrapped_keys or --max-edks allow",
        "raise limits.wrapped_keys or --max-edks if the message is trusted; each key may cost a "
        "request"),
    ROW(CONTEXT_LIMIT, LIMIT, "the encryption context is too large",
        "the names and values of the binding together are too long",
        "bind shorter values, or raise limits.context_bytes; KMS itself takes 8 KiB"),
    ROW(TOO_WIDE, LIMIT, "the sealed value does not fit its column",
        "the sealed value has more bytes than the column declares",
        "shorten the value, or widen the column; `sealrow init --print` shows the width"),
    ROW(CONTEXT, INTEGRITY, "the encryption context is not the expected one",
        "the value was moved here from another row, column, table or domain, or the wrong row was "
        "asked for",
        "check the binding or context that was asked for; if it is right, somebody has moved the "
        "value: an alarm"),
    ROW(NO_DATA_KEY, INTEGRITY, "no wrapping key opens any of its encrypted data keys",
        "the value was wrapped by keys that the key set does not have, or all that do refused",
        "add the old key with `use: open`; `sealrow inspect` shows which keys wrap the value"),
    ROW(COMMITMENT, INTEGRITY, "the key commitment differs",
        "the message was made so that two keys open it differently, or was changed",
        "an alarm: restore the value from a backup and find who wrote it"),
    ROW(HEADER_TAG, INTEGRITY, "the header's tag is wrong",
        "the header was changed after it was sealed", "an alarm: restore the value from a backup"),
    ROW(SEQUENCE, INTEGRITY, "frames are out of order",
        "frames were reordered, dropped or repeated", "an alarm: restore the value from a backup"),
    ROW(BODY_TAG, INTEGRITY, "a tag of the body is wrong",
        "the encrypted bytes were changed after they were sealed",
        "an alarm: restore the value from a backup"),
    ROW(POLICY, INTEGRITY, "this algorithm suite or layout is not allowed here",
        "the message is of a kind that a cell or file here does not accept, such as a suite "
        "without key commitment",
        "seal the value again under a suite that is allowed"),
    ROW(SELF_CHECK, INTERNAL, "what was written does not read back as asked",
        "the database or a mistake of ours changed what was written; nothing was stored",
        "look for triggers and converting types on the column; otherwise report it"),
    ROW(NULL_CELL, INTEGRITY, "NULL where a sealed value must be",
        "somebody has deleted the value, or the row was written without it",
        "restore the value; or take `required` away if NULL is meant"),
    ROW(KMS_KEY_ID, INTEGRITY, "KMS answered for another key",
        "what answers is not the KMS that was asked, or it is confused",
        "check the Region's endpoint and what stands between; nothing was opened"),
    ROW(KMS_DATA_KEY, INTEGRITY, "KMS answered with a data key of a wrong length",
        "what answers is not KMS, or answers another request",
        "check the Region's endpoint and what stands between; nothing was opened"),
    ROW(KMS_CIPHERTEXT, INTEGRITY, "KMS refused the encrypted data key",
        "the encrypted data key was changed, or belongs to another encryption context or key",
        "an alarm: restore the value from a backup; other Regions' keys were tried"),
    ROW(SIGNATURE, INTEGRITY, "the signature is missing or wrong",
        "a signed message was changed, or its footer is of another message",
        "find out who wrote it; restore the value from a backup"),
    ROW(OLD_VERSION, INTEGRITY, "an older version of the value than was asked for",
        "somebody has put an older value and its version back, or the row was read from a replica "
        "that lags",
        "read at the primary; if it says the same, restore the row: an alarm"),
    ROW(KMS_DENIED, DENIED, "KMS denied access",
        "the key's policy, a grant or IAM does not allow the operation to these credentials",
        "allow kms:GenerateDataKey, Encrypt, Decrypt or DescribeKey on this key to the principal"),
    ROW(KMS_DISABLED, DENIED, "the KMS key cannot be used in its state",
        "somebody has disabled the key, or its deletion is pending",
        "enable the key again, or cancel its deletion, in that Region"),
    ROW(KMS_AUTH, DENIED, "KMS did not accept the credentials",
        "an unknown or expired access key, a wrong secret, or a clock that is minutes off",
        "check the credentials and the clock (`date -u`)"),
    ROW(DB_DENIED, DENIED, "the database refused what was to be stored",
        "a constraint, a trigger, or a value that its column does not take",
        "read the database's own words in the text, and satisfy the constraint"),
    ROW(DB_RIGHTS, DENIED, "the database refused this login, or it lacks a right",
        "a wrong user or password, a locked account, or a right that was not granted",
        "correct the login in DATABASE_URL, or grant the right that the text names"),
    ROW(NOT_FOUND, NOT_FOUND, "it is not there", "no row has this binding, or no file this name",
        "check the values of the binding, or the path"),
    ROW(KMS_NOT_FOUND, NOT_FOUND, "KMS has no such key in that Region",
        "the ARN names another account, another Region, or a key that was deleted",
        "correct the ARN under `keys`; `sealrow check` tries every key"),
    ROW(DB_MISSING, NOT_FOUND, "there is no such database",
        "the path or name in DATABASE_URL leads to nothing",
        "correct the address; a database is never made"),
    ROW(CONNECT, UNAVAILABLE, "no connection",
        "the Region, the network or the endpoint is down, or the endpoint is wrong",
        "try again, or mend the way to it; open.failover says which Regions a read asks"),
    ROW(TIMEOUT, UNAVAILABLE, "no answer in time",
        "the Region is slow or unreachable, or the limit is too short",
        "try again; see limits.attempt and limits.deadline"),
    ROW(TLS, UNAVAILABLE, "the server's certificate was not accepted",
        "the certificate is not of that host, has expired, or its authority is unknown here",
        "check the endpoint's name, the clock and the authorities of this machine"),
    ROW(KMS_SERVICE, UNAVAILABLE, "KMS failed or throttles",
        "KMS answered with a fault of its own, or that there are too many requests",
        "try again later; if it throttles, ask for a higher quota"),
    ROW(KMS_REPLY, UNAVAILABLE, "KMS gave an answer that cannot be understood",
        "a proxy or another service answers in KMS's place, or KMS refused the form of the request",
        "check the Region's endpoint; the text has what was said"),
    ROW(REGIONS, UNAVAILABLE, "a Region that the write requirement asks for is missing",
        "a Region in which the value must be wrapped did not answer; nothing was written",
        "try again; see write.require for a disaster"),
    ROW(BUSY, UNAVAILABLE, "too much in flight, or locked by another",
        "more requests to one Region than limits.in_flight, or another writer holds the database",
        "try again; ask less at a time, or raise limits.in_flight"),
    ROW(DB, UNAVAILABLE, "the database failed",
        "the database file is damaged or not a database, or its server went away",
        "read the database's own words in the text"),
    ROW(COMMIT_UNKNOWN, UNAVAILABLE, "it is not known whether the change is stored",
        "the connection to the database was lost between COMMIT and its answer, and could not be "
        "made again to look",
        "do the same again: what is there is found, and nothing is stored twice"),
    ROW(NOT_REPLICATED, UNAVAILABLE, "this server has not come as far as was asked for",
        "a replica that lags behind the position that get --after names, or does not replicate",
        "wait longer with --wait, read at the primary, or look at the replication"),
    ROW(CONFLICT, CONFLICT, "it is there with another value",
        "a row or file of that name is there and holds something else; nothing was changed",
        "compare the two; --replace or --overwrite take the place of what is there"),
    ROW(IN_USE, CONFLICT, "another process has it",
        "another server has the directory, or something listens at the address",
        "stop the other one, or choose another directory or address"),
    ROW(STOPPED, CONFLICT, "a job was stopped before its end",
        "a signal, as Ctrl-C or a service manager sends it",
        "run it again: it goes on with what is left to do"),
    ROW(NOMEM, RESOURCE, "out of memory",
        "the machine or a limit of the process has no more memory",
        "free memory, or raise the limit (ulimit -v, the container's)"),
    ROW(IO, RESOURCE, "reading or writing failed",
        "a disk that is full, a file that cannot be read, standard output closed",
        "read the system's own words in the text"),
    ROW(INTERNAL, INTERNAL, "a mistake in Sealrow", "a mistake in Sealrow",
        "report it with the whole line and what was asked"),
    ROW(CRYPTO, INTERNAL, "the cryptographic library failed",
        "OpenSSL refuses an algorithm (a FIPS setting, a damaged installation), or has no memory",
        "check the installation: `openssl version -a`, `openssl list -providers`"),
    ROW(INTERRUPTED, INTERRUPTED, "interrupted by a signal",
        "somebody pressed Ctrl-C, or the system is shutting down",
        "run it again: what was not finished was not stored"),
    {SROW_OK, SROW_CLASS_OK, NULL, NULL, NULL, NULL},
};

static const struct error_row *find(enum srow_rc rc)
{
    for (const struct error_row *row = error_table; row->name != NULL; row++) {
        if (row->rc == rc) {
            return row;
        }
    }
    return NULL;
}

enum srow_class srow_rc_class(enum srow_rc rc)
{
    if (rc == SROW_OK) {
        return SROW_CLASS_OK;
    }
    const struct error_row *row = find(rc);
    return row == NULL ? SROW_CLASS_INTERNAL : row->cls;
}

const char *srow_rc_name(enum srow_rc rc)
{
    if (rc == SROW_OK) {
        return "OK";
    }
    const struct error_row *row = find(rc);
    return row == NULL ? "?" : row->name;
}

const char *error_class_name(enum srow_class cls)
{
    static const char *const names[] = {
        [SROW_CLASS_OK] = "ok",
        [SROW_CLASS_USAGE] = "usage",
        [SROW_CLASS_CONFIGURATION] = "configuration",
        [SROW_CLASS_FORMAT] = "format",
        [SROW_CLASS_LIMIT] = "limit",
        [SROW_CLASS_INTEGRITY] = "integrity",
        [SROW_CLASS_DENIED] = "denied",
        [SROW_CLASS_NOT_FOUND] = "not found",
        [SROW_CLASS_UNAVAILABLE] = "unavailable",
        [SROW_CLASS_CONFLICT] = "conflict",
        [SROW_CLASS_RESOURCE] = "resource",
        [SROW_CLASS_INTERNAL] = "internal",
        [SROW_CLASS_INTERRUPTED] = "interrupted",
    };
    return (size_t)cls < sizeof names / sizeof names[0] ? names[cls] : "internal";
}

int error_exit(enum srow_class cls)
{
    static const int exits[] = {
        [SROW_CLASS_OK] = 0,
        [SROW_CLASS_USAGE] = 2,
        [SROW_CLASS_CONFIGURATION] = 78,
        [SROW_CLASS_FORMAT] = 65,
        [SROW_CLASS_LIMIT] = 65,
        [SROW_CLASS_INTEGRITY] = 65,
        [SROW_CLASS_DENIED] = 77,
        [SROW_CLASS_NOT_FOUND] = 66,
        [SROW_CLASS_UNAVAILABLE] = 69,
        [SROW_CLASS_CONFLICT] = 75,
        [SROW_CLASS_RESOURCE] = 71,
        [SROW_CLASS_INTERNAL] = 70,
        [SROW_CLASS_INTERRUPTED] = 130,
    };
    return (size_t)cls < sizeof exits / sizeof exits[0] ? exits[cls] : 70;
}

/* Length of a text that was cut, without a character cut in two at its end. */
static size_t whole(const char *text, size_t len)
{
    size_t lead = len;
    while (lead > 0 && ((unsigned char)text[lead - 1] & 0xC0) == 0x80) {
        lead--;
    }
    if (lead == 0) {
        return len;
    }
    unsigned char first = (unsigned char)text[lead - 1];
    size_t wanted = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    return len - (lead - 1) < wanted ? lead - 1 : len;
}

/* Keeps a text to one line of whole characters, none of which a terminal takes for an order;
 * `wanted` is what vsnprintf would have written. */
static void tidy(char *text, size_t room, int wanted)
{
    size_t len = strlen(text);
    if (wanted >= 0 && (size_t)wanted >= room) {
        len = whole(text, len);
        text[len] = '\0';
    }
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i], next = (unsigned char)text[i + 1];
        if (c < 0x20 || c == 0x7F) {
            text[i] = '?';
        } else if (c == 0xC2 && next >= 0x80 && next < 0xA0) { /* U+0080 to U+009F */
            text[i] = text[i + 1] = '?';
        }
    }
}

enum srow_rc error_set(struct srow_error *e, enum srow_rc rc, const char *format, ...)
{
    if (e == NULL) {
        return rc;
    }
    *e = (struct srow_error){.rc = (uint32_t)rc, .cls = (uint32_t)srow_rc_class(rc)};
    snprintf(e->event, sizeof e->event, "SROW-%03u", (unsigned)rc);
    va_list args;
    va_start(args, format);
    int wanted = vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    tidy(e->text, sizeof e->text, wanted);
    return rc;
}

enum srow_rc error_wrap(struct srow_error *e, enum srow_rc rc, const char *format, ...)
{
    if (e == NULL || e->rc == 0) {
        return rc;
    }
    char old[sizeof e->text];
    memcpy(old, e->text, sizeof old);
    va_list args;
    va_start(args, format);
    int wanted = vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    size_t used = strlen(e->text);
    if (wanted >= 0 && used < sizeof e->text) {
        wanted = snprintf(e->text + used, sizeof e->text - used, ": %s", old) + (int)used;
    }
    tidy(e->text, sizeof e->text, wanted);
    return rc;
}

/* Whether whoever wrote the text knew what to do. */
static bool is_advised(const struct srow_error *e)
{
    switch (e->cls) {
    case SROW_CLASS_FORMAT:
        return e->rc == SROW_E_VALUE || e->rc == SROW_E_NOT_MESSAGE;
    case SROW_CLASS_LIMIT:
        return e->rc == SROW_E_LIMIT;
    case SROW_CLASS_UNAVAILABLE:
        return e->rc == SROW_E_BUSY;
    case SROW_CLASS_INTEGRITY:
        return false;
    default:
        return true;
    }
}

void error_advise(struct srow_error *e)
{
    const struct error_row *row = e == NULL ? NULL : find((enum srow_rc)e->rc);
    if (row == NULL || is_advised(e)) {
        return;
    }
    size_t advice = strlen(row->repair) + 2, len = strlen(e->text);
    if (len + advice >= sizeof e->text) {
        len = whole(e->text, sizeof e->text - 1 - advice);
    }
    snprintf(e->text + len, sizeof e->text - len, ": %s", row->repair);
}

const char *srow_error_public(const struct srow_error *e)
{
    switch (e == NULL ? SROW_OK : e->rc) {
    case SROW_OK:
        return "";
    case SROW_E_NOT_FOUND:
        return "there is no such value";
    case SROW_E_KMS_NOT_FOUND:
        return "the value cannot be processed"; /* a key that is gone is a key that is wrong */
    default:
        break;
    }
    switch (srow_rc_class((enum srow_rc)e->rc)) {
    case SROW_CLASS_USAGE:
        return "the request is not valid";
    case SROW_CLASS_FORMAT:
    case SROW_CLASS_LIMIT:
    case SROW_CLASS_INTEGRITY:
    case SROW_CLASS_DENIED:
        return "the value cannot be processed";
    case SROW_CLASS_UNAVAILABLE:
        return "temporarily unavailable: try again";
    case SROW_CLASS_CONFLICT:
        return "the value was changed meanwhile: try again";
    default:
        return "internal error";
    }
}
