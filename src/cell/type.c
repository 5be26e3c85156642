/* SPDX-License-Identifier: Apache-2.0
 *
 * One text for one value: two texts of the same value would be two rows, two values of the same
 * text one.
 */
#include "cell/type.h"

#include "base/text.h"

const char *type_name(enum srow_type type)
{
    static const char *const names[] = {"?",    "text",    "integer", "bytes",
                                        "null", "boolean", "date",    "uuid"};
    return (size_t)type < sizeof names / sizeof names[0] ? names[type] : "?";
}

/* As many digits as there are; -1 if one of them is none. */
static int number(const char *digits, size_t count)
{
    int n = 0;
    for (size_t i = 0; i < count; i++) {
        if (digits[i] < '0' || digits[i] > '9') {
            return -1;
        }
        n = 10 * n + (digits[i] - '0');
    }
    return n;
}

static bool is_date(struct srow_bytes value)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const char *at = value.at;
    if (value.len != 10 || at[4] != '-' || at[7] != '-') {
        return false;
    }
    int year = number(at, 4), month = number(at + 5, 2), day = number(at + 8, 2);
    if (year < 1 || month < 1 || month > 12) {
        return false;
    }
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day >= 1 && day <= days[month - 1] + (month == 2 && leap);
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
        FAIL_IF(!is_date(value), e, SROW_E_VALUE,
                "the value is no date: YYYY-MM-DD, a day that exists, years 0001 to 9999");
        return SROW_OK;
    case SROW_TYPE_UUID:
        FAIL_IF(!is_uuid(value), e, SROW_E_VALUE,
                "the value is no canonical UUID: 8-4-4-4-12 lower-case hexadecimal digits");
        return SROW_OK;
    case SROW_TYPE_NULL:
        break;
    }
    FAIL(e, SROW_E_VALUE, "the value has no type that can be sealed");
}

/* The value's own text, before its form is checked. */
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
    if (type == SROW_TYPE_BYTES) {
        text_put_hex(out, value->bytes);
    } else {
        buf_put(out, value->bytes);
    }
    return buf_check(out, e);
}

enum srow_rc type_bind(struct srow_buf *out, enum srow_type type, const struct srow_value *value,
                       const char *name, struct srow_error *e)
{
    FAIL_IF(value->type == SROW_TYPE_NULL || (value->bytes.at == NULL && value->bytes.len > 0), e,
            SROW_E_BINDING, "binding \"%s\" is NULL: a row without it cannot be told from others",
            name);
    size_t before = out->len;
    TRY(put(out, type, value, name, e));
    struct srow_bytes text = bytes_of((const char *)out->at + before, out->len - before);
    enum srow_rc rc = type_check(type, text, e);
    return rc == SROW_OK ? rc : error_wrap(e, rc, "binding \"%s\"", name);
}
