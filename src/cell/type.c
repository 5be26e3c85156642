/* SPDX-License-Identifier: Apache-2.0
 *
 * One text for one value: two texts of the same value would be two rows, two values of the same
 * text one.
 */
#include "cell/type.h"

#include "base/text.h"

const char *type_name(enum srow_type type)
{
    static const char *const names[] = {"?", "text", "integer", "bytes", "null"};
    return (size_t)type < sizeof names / sizeof names[0] ? names[type] : "?";
}

enum srow_rc type_check(enum srow_type type, struct srow_bytes value, struct srow_error *e)
{
    int64_t ignored;
    switch (type) {
    case SROW_TYPE_TEXT:
        FAIL_IF(!text_is_utf8(value), e, SROW_E_VALUE, "the value is no UTF-8 text");
        return SROW_OK;
    case SROW_TYPE_INTEGER:
        FAIL_IF(text_parse_integer(&ignored, value, NULL) != SROW_OK, e, SROW_E_VALUE,
                "the value is no canonical integer: digits without leading zero or +, within 64 "
                "bits");
        return SROW_OK;
    case SROW_TYPE_BYTES:
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
    bool digits = type == SROW_TYPE_INTEGER && value->type == SROW_TYPE_TEXT;
    FAIL_IF(value->type != type && !digits, e, SROW_E_BINDING,
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
