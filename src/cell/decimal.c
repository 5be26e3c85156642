/* SPDX-License-Identifier: Apache-2.0
 *
 * Decimal numbers as digits: nothing is computed, so nothing is rounded.
 */
#include "cell/decimal.h"

/* Takes the digits that `r` begins with. */
static struct srow_bytes digits(struct srow_bytes *r)
{
    const char *at = r->at;
    size_t n = 0;
    while (n < r->len && at[n] >= '0' && at[n] <= '9') {
        n++;
    }
    *r = bytes_of(at + n, r->len - n);
    return bytes_of(at, n);
}

static bool takes(struct srow_bytes *r, char c)
{
    bool found = r->len > 0 && *(const char *)r->at == c;
    if (found) {
        *r = bytes_of((const char *)r->at + 1, r->len - 1);
    }
    return found;
}

enum srow_rc decimal_put(struct srow_buf *out, struct srow_bytes text, struct srow_error *e)
{
    bool minus = takes(&text, '-');
    struct srow_bytes whole = digits(&text), fraction = {0};
    bool point = takes(&text, '.');
    if (point) {
        fraction = digits(&text);
    }
    FAIL_IF(whole.len == 0 || (point && fraction.len == 0) || text.len > 0, e, SROW_E_VALUE,
            "the value is no decimal: digits with - before and a point between, no exponent");
    while (takes(&whole, '0')) {
    }
    while (fraction.len > 0 && ((const char *)fraction.at)[fraction.len - 1] == '0') {
        fraction.len--;
    }
    FAIL_IF(whole.len > DECIMAL_WHOLE || fraction.len > DECIMAL_FRACTION, e, SROW_E_VALUE,
            "the value is a decimal with more than %d digits before the point or %d behind it",
            DECIMAL_WHOLE, DECIMAL_FRACTION);
    buf_put_str(out, minus && whole.len + fraction.len > 0 ? "-" : "");
    buf_put(out, whole.len > 0 ? whole : srow_str("0"));
    buf_put_str(out, fraction.len > 0 ? "." : "");
    buf_put(out, fraction);
    return buf_check(out, e);
}
