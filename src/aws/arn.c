/* SPDX-License-Identifier: Apache-2.0
 *
 * KMS ARNs (spec: framework/aws-kms/aws-kms-key-arn.md): six parts between five colons; what
 * follows the first slash of the resource is its id, further slashes and colons included.
 */
#include "aws/arn.h"

#include <string.h>

/* Cuts `rest` at its first `mark`; false if there is none, or nothing before it. */
static bool cut(struct srow_bytes *part, struct srow_bytes *rest, char mark)
{
    const char *at = rest->at;
    const char *end = rest->len == 0 ? NULL : memchr(at, mark, rest->len);
    if (end == NULL || end == at) {
        return false;
    }
    size_t len = (size_t)(end - at);
    *part = bytes_of(at, len);
    *rest = bytes_of(end + 1, rest->len - len - 1);
    return true;
}

static bool parse(struct arn *out, struct srow_bytes rest)
{
    struct srow_bytes start;
    return cut(&start, &rest, ':') && bytes_equal_str(start, "arn") &&
           cut(&out->partition, &rest, ':') && cut(&out->service, &rest, ':') &&
           bytes_equal_str(out->service, "kms") && cut(&out->region, &rest, ':') &&
           cut(&out->account, &rest, ':') && cut(&out->resource_type, &rest, '/') &&
           (out->resource_id = rest).len > 0;
}

static bool printable(struct srow_bytes text)
{
    const unsigned char *at = text.at;
    for (size_t i = 0; i < text.len; i++) {
        if (at[i] <= 0x20 || at[i] >= 0x7F) {
            return false;
        }
    }
    return true;
}

enum srow_rc arn_parse(struct arn *out, struct srow_bytes text, struct srow_error *e)
{
    struct arn arn = {0};
    FAIL_IF(!printable(text) || !parse(&arn, text), e, SROW_E_VALUE,
            "not a KMS ARN: expected arn:PARTITION:kms:REGION:ACCOUNT:key/ID");
    FAIL_IF(!bytes_equal_str(arn.resource_type, "key") &&
                !bytes_equal_str(arn.resource_type, "alias"),
            e, SROW_E_VALUE, "not a KMS ARN: its resource is neither key/ nor alias/");
    *out = arn;
    return SROW_OK;
}

enum srow_rc arn_parse_key(struct arn *out, struct srow_bytes text, struct srow_error *e)
{
    struct arn arn;
    TRY(arn_parse(&arn, text, e));
    FAIL_IF(!bytes_equal_str(arn.resource_type, "key"), e, SROW_E_VALUE,
            "the ARN of an alias where a key's is required: name arn:...:key/ID");
    *out = arn;
    return SROW_OK;
}

bool arn_is_multi_region(const struct arn *arn)
{
    return bytes_equal_str(arn->resource_type, "key") && arn->resource_id.len > 4 &&
           memcmp(arn->resource_id.at, "mrk-", 4) == 0;
}

bool arn_matches(const struct arn *a, const struct arn *b)
{
    bool same = bytes_equal(a->partition, b->partition) && bytes_equal(a->service, b->service) &&
                bytes_equal(a->account, b->account) &&
                bytes_equal(a->resource_type, b->resource_type) &&
                bytes_equal(a->resource_id, b->resource_id);
    return same && (bytes_equal(a->region, b->region) || arn_is_multi_region(a));
}
