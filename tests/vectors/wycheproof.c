/* SPDX-License-Identifier: Apache-2.0
 *
 * The published test cases of Project Wycheproof through our own faces of the primitives: what is
 * valid must be accepted and made again, what is not must be refused. Cases that a face has no room
 * for are skipped and counted: other IV and tag lengths, outputs of more than one block.
 *
 * Usage: wycheproof FOLDER
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "crypto/ecdsa.h"
#include "crypto/equal.h"
#include "crypto/gcm.h"
#include "crypto/hkdf.h"
#include "hex.h"

enum verdict { REFUSED, ACCEPTED, SKIPPED };

/* -- fields -- */

static int64_t number(const json_node *node, const char *name)
{
    int64_t n = -1;
    return json_as_integer(&n, json_get(node, name)) ? n : -1;
}

/* The bytes of a field in hex; a vector that has none ends the program. */
static struct srow_buf bytes(const json_node *node, const char *name)
{
    struct srow_bytes text;
    struct srow_buf out = {0};
    if (!json_as_string(&text, json_get(node, name)) || text.len % 2 != 0) {
        fprintf(stderr, "wycheproof: a case without %s in hex\n", name);
        exit(2);
    }
    for (const char *at = text.at, *end = at + text.len; at < end; at += 2) {
        buf_put_u8(&out, (uint8_t)(hex_digit(at[0]) << 4 | hex_digit(at[1])));
    }
    return out;
}

/* -- one function a primitive: what our face says to a case -- */

static enum verdict gcm(const json_node *group, const json_node *test)
{
    if (number(group, "ivSize") != 8 * GCM_IV || number(group, "tagSize") != 8 * GCM_TAG) {
        return SKIPPED;
    }
    AUTO(buf_cleanup) struct srow_buf key = bytes(test, "key"), iv = bytes(test, "iv");
    AUTO(buf_cleanup) struct srow_buf aad = bytes(test, "aad"), msg = bytes(test, "msg");
    AUTO(buf_cleanup) struct srow_buf ct = bytes(test, "ct"), tag = bytes(test, "tag");
    AUTO(secret_cleanup) struct secret secret = {0};
    uint8_t opened[4096], sealed[4096], made[GCM_TAG];
    if (secret_of(&secret, bytes_buf(&key), NULL) != SROW_OK || ct.len > sizeof opened) {
        return SKIPPED;
    }
    struct gcm_input in = {&secret, iv.at, bytes_buf(&aad), bytes_buf(&ct)};
    if (gcm_decrypt(opened, tag.at, &in, NULL) != SROW_OK) {
        return REFUSED;
    }
    in.text = bytes_buf(&msg);
    bool same = bytes_equal(bytes_of(opened, ct.len), bytes_buf(&msg)) &&
                gcm_encrypt(sealed, made, &in, NULL) == SROW_OK &&
                bytes_equal(bytes_of(sealed, msg.len), bytes_buf(&ct)) &&
                bytes_equal(bytes_of(made, GCM_TAG), bytes_buf(&tag));
    return same ? ACCEPTED : REFUSED;
}

static enum verdict hkdf(const json_node *group, const json_node *test)
{
    (void)group;
    AUTO(buf_cleanup) struct srow_buf ikm = bytes(test, "ikm"), salt = bytes(test, "salt");
    AUTO(buf_cleanup) struct srow_buf info = bytes(test, "info"), okm = bytes(test, "okm");
    AUTO(secret_cleanup) struct secret secret = {0};
    uint8_t made[64];
    int64_t size = number(test, "size");
    if (size > (int64_t)sizeof made || secret_of(&secret, bytes_buf(&ikm), NULL) != SROW_OK) {
        return SKIPPED;
    }
    struct hkdf_output out = {made, (size_t)size, bytes_buf(&info)};
    if (hkdf_sha512(&out, 1, &secret, bytes_buf(&salt), NULL) != SROW_OK) {
        return REFUSED;
    }
    return bytes_equal(bytes_of(made, out.len), bytes_buf(&okm)) ? ACCEPTED : REFUSED;
}

static enum verdict hmac(const json_node *group, const json_node *test)
{
    AUTO(buf_cleanup) struct srow_buf key = bytes(test, "key"), msg = bytes(test, "msg");
    AUTO(buf_cleanup) struct srow_buf tag = bytes(test, "tag");
    uint8_t made[HASH_SHA256];
    size_t len = (size_t)number(group, "tagSize") / 8; /* the beginning of a tag, for some */
    if (len > sizeof made ||
        hash_hmac_sha256(made, bytes_buf(&key), bytes_buf(&msg), NULL) != SROW_OK) {
        return REFUSED;
    }
    return equal_bytes(bytes_of(made, len), bytes_buf(&tag)) ? ACCEPTED : REFUSED;
}

static enum verdict ecdsa(const json_node *group, const json_node *test)
{
    AUTO(buf_cleanup) struct srow_buf key = bytes(json_get(group, "publicKey"), "uncompressed");
    AUTO(buf_cleanup) struct srow_buf msg = bytes(test, "msg"), signature = bytes(test, "sig");
    uint8_t hash[HASH_SHA384], *point = key.at;
    if (key.len != 1 + 2 * 48 || hash_sha384(hash, bytes_buf(&msg), NULL) != SROW_OK) {
        return SKIPPED;
    }
    point[0] = (uint8_t)(2 + (point[key.len - 1] & 1)); /* compressed: x, and whether y is odd */
    enum srow_rc rc = ecdsa_verify(bytes_of(point, ECDSA_POINT), hash, bytes_buf(&signature), NULL);
    return rc == SROW_OK ? ACCEPTED : REFUSED;
}

/* -- files -- */

static const struct suite_file {
    const char *name;
    enum verdict (*judge)(const json_node *group, const json_node *test);
} files[] = {
    {"aes_gcm_test.json", gcm},
    {"hkdf_sha512_test.json", hkdf},
    {"hmac_sha256_test.json", hmac},
    {"ecdsa_secp384r1_sha384_test.json", ecdsa},
};

struct counts {
    size_t passed, failed, skipped;
};

static void run_case(struct counts *c, const struct suite_file *file, const json_node *group,
                     const json_node *test)
{
    struct srow_bytes result = {0};
    enum verdict verdict = file->judge(group, test);
    bool is_valid =
        json_as_string(&result, json_get(test, "result")) && bytes_equal_str(result, "valid");
    c->skipped += verdict == SKIPPED;
    c->passed += verdict != SKIPPED && is_valid == (verdict == ACCEPTED);
    if (verdict != SKIPPED && is_valid != (verdict == ACCEPTED)) {
        c->failed++;
        printf("FAILED: %s: case %lld: %s\n", file->name, (long long)number(test, "tcId"),
               verdict == ACCEPTED ? "accepted" : "refused");
    }
}

static MUST enum srow_rc load(json_node **out, const char *folder, const char *name,
                              struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf path = {0}, text = {0};
    char part[65536];
    size_t n;
    buf_printf(&path, "%s/%s", folder, name);
    FILE *file = fopen(buf_cstr(&path), "rb");
    FAIL_IF(file == NULL, e, SROW_E_NOT_FOUND, "%s cannot be opened", buf_cstr(&path));
    while ((n = fread(part, 1, sizeof part, file)) > 0) {
        buf_put(&text, bytes_of(part, n));
    }
    fclose(file);
    TRY(buf_check(&text, e));
    return json_parse(out, bytes_buf(&text), e);
}

static MUST enum srow_rc run_file(struct counts *all, const struct suite_file *file,
                                  const char *folder, struct srow_error *e)
{
    AUTO(json_free) json_node *document = NULL;
    struct counts c = {0};
    TRY(load(&document, folder, file->name, e));
    const json_node *groups = json_get(document, "testGroups");
    for (size_t g = 0; g < json_count(groups); g++) {
        const json_node *group = json_at(groups, g), *tests = json_get(group, "tests");
        for (size_t i = 0; i < json_count(tests); i++) {
            run_case(&c, file, group, json_at(tests, i));
        }
    }
    printf("%-34s %5zu passed %5zu failed %5zu skipped\n", file->name, c.passed, c.failed,
           c.skipped);
    all->passed += c.passed;
    all->failed += c.failed;
    all->skipped += c.skipped;
    return SROW_OK;
}

int main(int argc, char **argv)
{
    struct counts all = {0};
    struct srow_error e = {0};
    if (argc != 2) {
        fprintf(stderr, "usage: wycheproof FOLDER\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (run_file(&all, &files[i], argv[1], &e) != SROW_OK) {
            fprintf(stderr, "wycheproof: %s: %s\n", files[i].name, e.text);
            return 1;
        }
    }
    printf("%zu passed, %zu failed, %zu skipped\n", all.passed, all.failed, all.skipped);
    return all.failed == 0 && all.passed > 0 ? 0 : 1;
}
