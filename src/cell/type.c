/* SPDX-License-Identifier: Apache-2.0
 *
 * One text for one value: two texts of the same value would be two rows, two values of the same
 * text one.
 */
#include "cell/type.h"

#include "base/text.h"
#include "cell/decimal.h"
#include "cell/document.h"
#include "cell/moment.h"

const char *type_name(enum srow_type type)
{
    static const char *const names[] = {"?",    "text", "integer", "bytes",     "null", "boolean",
                                        "date", "uuid", "decimal", "timestamp", "json"};
    return (size_t)type < sizeof names / sizeof names[0] ? names[type] : "?";
}

static bool is_uuid(struct srow_bytes value)
{
    const char *at = value.at;
    bool good = value.len == 36;
    for (size_t i = 0; good && i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (at[i] >= '0' && at[i] <= '9') || (at[i] >= 'a' && at[i] <= 'f');
        good = dash ? at[i] == '-' : hex;
    }
    return good;
}

static enum srow_rc check_rewritten(enum srow_type type, struct srow_bytes value,
                                    struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf room = {0};
    struct srow_bytes text;
    TRY(type_text(&text, &room, type, value, e));
    FAIL_IF(!bytes_equal(text, value), e, SROW_E_VALUE,
            "the value is a %s, not in its canonical form: see docs/format.md", type_name(type));
    return SROW_OK;
}

enum srow_rc type_check(enum srow_type type, struct srow_bytes value, struct srow_error *e)
{
    int64_t ignored;
    switch (type) {
    case SROW_TYPE_TEXT:
        FAIL_IF(!text_is_utf8(value), e, SROW_E_VALUE,
                "the value is no UTF-8 text: encode it, or give the column type: bytes");
        return SROW_OK;
    case SROW_TYPE_INTEGER:
        FAIL_IF(text_parse_integer(&ignored, value, NULL) != SROW_OK, e, SROW_E_VALUE,
                "the value is no canonical integer: digits without leading zero or +, within 64 "
                "bits");
        return SROW_OK;
    case SROW_TYPE_BYTES:
        return SROW_OK;
    case SROW_TYPE_BOOLEAN:
        FAIL_IF(!bytes_equal_str(value, "true") && !bytes_equal_str(value, "false"), e,
                SROW_E_VALUE, "the value is no boolean: true or false");
        return SROW_OK;
    case SROW_TYPE_DATE:
        FAIL_IF(!moment_is_date(value), e, SROW_E_VALUE,
                "the value is no date: YYYY-MM-DD, a day that exists, years 0001 to 9999");
        return SROW_OK;
    case SROW_TYPE_UUID:
        FAIL_IF(!is_uuid(value), e, SROW_E_VALUE,
                "the value is no canonical UUID: 8-4-4-4-12 lower-case hexadecimal digits");
        return SROW_OK;
    case SROW_TYPE_DECIMAL:
    case SROW_TYPE_TIMESTAMP:
    case SROW_TYPE_JSON:
        return check_rewritten(type, value, e);
    case SROW_TYPE_NULL:
        break;
    }
    FAIL(e, SROW_E_VALUE, "the value has no type that can be sealed");
}

enum srow_rc type_text(struct srow_bytes *out, struct srow_buf *room, enum srow_type type,
                       struct srow_bytes value, struct srow_error *e)
{
    switch (type) {
    case SROW_TYPE_DECIMAL:
        TRY(decimal_put(room, value, e));
        break;
    case SROW_TYPE_TIMESTAMP:
        TRY(moment_put(room, value, false, e));
        break;
    case SROW_TYPE_JSON:
        TRY(document_put(room, value, e));
        break;
    default:
        TRY(type_check(type, value, e));
        *out = value;
        return SROW_OK;
    }
    *out = bytes_buf(room);
    return SROW_OK;
}

enum srow_rc type_put_stored(struct srow_buf *out, enum srow_type type, struct srow_bytes value,
                             struct srow_error *e)
{
    if (type == SROW_TYPE_TIMESTAMP) {
        return moment_put(out, value, true, e);
    }
    if (type == SROW_TYPE_DECIMAL) {
        return decimal_put(out, value, e);
    }
    if (type == SROW_TYPE_JSON) {
        return document_put(out, value, e);
    }
    if (type == SROW_TYPE_BOOLEAN && bytes_equal_str(value, "1")) {
        value = srow_str("true");
    } else if (type == SROW_TYPE_BOOLEAN && bytes_equal_str(value, "0")) {
        value = srow_str("false");
    }
    TRY(type_check(type, value, e));
    buf_put(out, value);
    return buf_check(out, e);
}

/* Integers and booleans of the machine, bytes, and what is given as text. */
static enum srow_rc put(struct srow_buf *out, enum srow_type type, const struct srow_value *value,
                        const char *name, struct srow_error *e)
{
    if (type == SROW_TYPE_INTEGER && value->type == SROW_TYPE_INTEGER) {
        buf_printf(out, "%lld", (long long)value->integer);
        return buf_check(out, e);
    }
    if (type == SROW_TYPE_BOOLEAN && value->type == SROW_TYPE_BOOLEAN) {
        FAIL_IF(value->integer != 0 && value->integer != 1, e, SROW_E_VALUE,
                "binding \"%s\" is a boolean of neither 0 nor 1", name);
        buf_put_str(out, value->integer == 1 ? "true" : "false");
        return buf_check(out, e);
    }
    bool as_text = value->type == SROW_TYPE_TEXT && type != SROW_TYPE_BYTES;
    FAIL_IF(value->type != type && !as_text, e, SROW_E_BINDING,
            "binding \"%s\" is of type %s in the configuration, not %s", name, type_name(type),
            type_name((enum srow_type)value->type));
    FAIL_IF(value->bytes.len == 0, e, SROW_E_BINDING,
            "binding \"%s\" is empty: give the value that names the row", name);
    FAIL_IF(type == SROW_TYPE_JSON, e, SROW_E_BINDING,
            "binding \"%s\" is of type json, which no database compares by its text", name);
    if (type == SROW_TYPE_BYTES) {
        text_put_hex(out, value->bytes);
        return buf_check(out, e);
    }
    AUTO(buf_cleanup) struct srow_buf room = {0};
    struct srow_bytes text;
    enum srow_rc rc = type_text(&text, &room, type, value->bytes, e);
    if (rc != SROW_OK) {
        return error_wrap(e, rc, "binding \"%s\"", name);
    }
    buf_put(out, text);
    return buf_check(out, e);
}

enum srow_rc type_bind(struct srow_buf *out, enum srow_type type, const struct srow_value *value,
                       const char *name, struct srow_error *e)
{
    FAIL_IF(value->type == SROW_TYPE_NULL || (value->bytes.at == NULL && value->bytes.len > 0), e,
            SROW_E_BINDING, "binding \"%s\" is NULL: a row without it cannot be told from others",
            name);
    return put(out, type, value, name, e);
}
