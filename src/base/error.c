/* SPDX-License-Identifier: Apache-2.0
 *
 * Error texts and the table of codes: enum, class, name and meaning stand in one list.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ROW(code, class, text)                                                                     \
    {                                                                                              \
        SROW_E_##code, SROW_CLASS_##class, #code, text                                             \
    }

const struct error_row error_table[] = {
    ROW(USAGE, USAGE, "an argument is missing, unknown or of a wrong form"),
    ROW(BINDING, USAGE, "a binding is missing, unknown, empty or NULL"),
    ROW(COLUMN, USAGE, "the configuration has no such table or column"),
    ROW(CONFIG, CONFIGURATION, "the configuration file is wrong"),
    ROW(CONFIG_MISSING, CONFIGURATION, "there is no configuration file"),
    ROW(NOT_BUILT, CONFIGURATION, "this version does not have it"),
    ROW(CREDENTIALS, CONFIGURATION, "no AWS credentials that can be used"),
    ROW(REGION, CONFIGURATION, "the Region is unknown, or no local Region is named"),
    ROW(SCHEMA, CONFIGURATION, "the live schema does not fit the configuration"),
    ROW(PERMISSIONS, CONFIGURATION, "a file is open to others"),
    ROW(MASTER_KEY, CONFIGURATION, "the KMS's master key is missing or another"),
    ROW(TRUNCATED, FORMAT, "it ends too early"),
    ROW(MALFORMED, FORMAT, "a field has a value it cannot have"),
    ROW(UNSUPPORTED, FORMAT, "unknown version, algorithm suite or content type"),
    ROW(TRAILING, FORMAT, "there are bytes after the message"),
    ROW(NOT_MESSAGE, FORMAT, "these bytes are no message"),
    ROW(VALUE, FORMAT, "not a value of its type"),
    ROW(JSON, FORMAT, "not JSON, or with duplicate members"),
    ROW(LIMIT, LIMIT, "larger than allowed"),
    ROW(EDK_LIMIT, LIMIT, "more encrypted data keys than allowed"),
    ROW(CONTEXT_LIMIT, LIMIT, "the encryption context is too large"),
    ROW(TOO_WIDE, LIMIT, "the sealed value does not fit its column"),
    ROW(CONTEXT, INTEGRITY, "the encryption context is not the expected one"),
    ROW(NO_DATA_KEY, INTEGRITY, "no wrapping key opens any of its encrypted data keys"),
    ROW(COMMITMENT, INTEGRITY, "the key commitment differs"),
    ROW(HEADER_TAG, INTEGRITY, "the header's tag is wrong"),
    ROW(SEQUENCE, INTEGRITY, "frames are out of order"),
    ROW(BODY_TAG, INTEGRITY, "a tag of the body is wrong"),
    ROW(POLICY, INTEGRITY, "this algorithm suite or layout is not allowed here"),
    ROW(SELF_CHECK, INTERNAL, "what was written does not read back as asked"),
    ROW(NULL_CELL, INTEGRITY, "NULL where a sealed value must be"),
    ROW(KMS_KEY_ID, INTEGRITY, "KMS answered for another key"),
    ROW(KMS_DATA_KEY, INTEGRITY, "KMS answered with a data key of a wrong length"),
    ROW(KMS_CIPHERTEXT, INTEGRITY, "KMS refused the encrypted data key"),
    ROW(KMS_DENIED, DENIED, "KMS denied access"),
    ROW(KMS_DISABLED, DENIED, "the KMS key cannot be used in its state"),
    ROW(KMS_AUTH, DENIED, "KMS did not accept the credentials"),
    ROW(DB_DENIED, DENIED, "the database refused"),
    ROW(NOT_FOUND, NOT_FOUND, "it is not there"),
    ROW(KMS_NOT_FOUND, NOT_FOUND, "KMS has no such key in that Region"),
    ROW(DB_MISSING, NOT_FOUND, "there is no such database"),
    ROW(CONNECT, UNAVAILABLE, "no connection"),
    ROW(TIMEOUT, UNAVAILABLE, "no answer in time"),
    ROW(TLS, UNAVAILABLE, "the server's certificate was not accepted"),
    ROW(KMS_SERVICE, UNAVAILABLE, "KMS failed or throttles"),
    ROW(KMS_REPLY, UNAVAILABLE, "KMS gave an answer that cannot be understood"),
    ROW(REGIONS, UNAVAILABLE, "a Region that the write requirement asks for is missing"),
    ROW(BUSY, UNAVAILABLE, "too much in flight, or locked by another"),
    ROW(DB, UNAVAILABLE, "the database failed"),
    ROW(CONFLICT, CONFLICT, "it is there with another value"),
    ROW(IN_USE, CONFLICT, "another process has it"),
    ROW(NOMEM, RESOURCE, "out of memory"),
    ROW(IO, RESOURCE, "reading or writing failed"),
    ROW(INTERNAL, INTERNAL, "a mistake in Sealrow"),
    ROW(CRYPTO, INTERNAL, "the cryptographic library failed"),
    ROW(INTERRUPTED, INTERRUPTED, "interrupted by a signal"),
    {SROW_OK, SROW_CLASS_OK, NULL, NULL},
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

/* Keeps a text to one line of whole characters; `wanted` is what vsnprintf would have written. */
static void tidy(char *text, size_t room, int wanted)
{
    size_t len = strlen(text);
    if (wanted >= 0 && (size_t)wanted >= room) {
        len = whole(text, len);
        text[len] = '\0';
    }
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == 0x7F) {
            text[i] = '?';
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
