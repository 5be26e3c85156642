/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes messages of both suites for another implementation to read: raw AES keys of all sizes, one
 * to four encrypted data keys, contexts of every kind, sizes about the frame length, and a
 * manifest.json of the form that build/tests/vectors reads.
 *
 * Usage: write-vectors FOLDER [COUNT [SEED]]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/random.h"
#include "message/inspect.h"
#include "message/message.h"

enum { KEYS = 4, PAIRS = 12, TEXT = 64 };

static const struct {
    const char *name, *id;
    size_t len;
} keys[KEYS] = {{"one", "key-128", 16},
                {"two", "key-192", 24},
                {"three", "key-256", 32},
                {"four", "\xD0\xBA\xD0\xBB\xD1\x8E\xD1\x87 \xF0\x9F\x98\x80", 32}};
static const char namespace[] = "sealrow-tests";

struct writer {
    const char *folder;
    struct secret key[KEYS];
    struct srow_buf manifest;
    uint64_t random; /* of the shapes, not of the keys: a seed repeats the shapes */
};

/* One message to be: what it is made of. */
struct shape {
    unsigned keys; /* bit set */
    struct context context;
    char text[PAIRS][2][TEXT];
    uint16_t suite;
    uint32_t frame_length;
    size_t len;
};

static void writer_cleanup(struct writer *w)
{
    for (size_t i = 0; i < KEYS; i++) {
        secret_cleanup(&w->key[i]);
    }
    buf_cleanup(&w->manifest);
}

static void shape_cleanup(struct shape *shape)
{
    context_cleanup(&shape->context);
}

/* A number below n (splitmix64). */
static size_t below(struct writer *w, size_t n)
{
    uint64_t x = w->random += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return (size_t)((x ^ x >> 31) % n);
}

static struct srow_bytes random_text(char *room, struct writer *w)
{
    static const struct {
        const char *at;
        size_t len;
    } parts[] = {{"a", 1},
                 {"Z", 1},
                 {"7", 1},
                 {"\0", 1},
                 {"\"\\", 2},
                 {"\n\t", 2},
                 {"\x7F", 1},
                 {"\xC3\xA9", 2},
                 {"e\xCC\x81", 3},
                 {"\xEF\xBF\xBD", 3},
                 {"\xF0\x9F\x98\x80", 4},
                 {"account", 7}};
    size_t len = 0;
    for (size_t n = below(w, 6); n > 0; n--) {
        size_t i = below(w, sizeof parts / sizeof *parts);
        memcpy(room + len, parts[i].at, parts[i].len);
        len += parts[i].len;
    }
    return bytes_of(room, len);
}

static MUST enum srow_rc random_shape(struct shape *out, struct writer *w, struct srow_error *e)
{
    static const uint32_t lengths[] = {0, 1, 16, 100, 512, 4096, 0xFFFFFFFF};
    out->keys = 1 + (unsigned)below(w, (1U << KEYS) - 1);
    for (size_t n = below(w, PAIRS); n > 0; n--) {
        struct srow_pair pair = {random_text(out->text[n][0], w), random_text(out->text[n][1], w)};
        enum srow_rc rc = context_add(&out->context, pair, e);
        if (rc != SROW_OK && rc != SROW_E_MALFORMED) { /* a key that is there already */
            return rc;
        }
    }
    out->suite = below(w, 2) == 0 ? 0x0478 : 0x0578;
    out->frame_length = lengths[below(w, sizeof lengths / sizeof *lengths)];
    size_t frame = out->frame_length > 4096 ? 4096 : out->frame_length;
    switch (below(w, 4)) {
    case 0:
        out->len = below(w, 8);
        break;
    case 1:
        out->len = frame * below(w, 4);
        break;
    case 2:
        out->len = frame * below(w, 4) + 1;
        break;
    default:
        out->len = below(w, 12000);
    }
    out->len = out->frame_length == 1 ? out->len % 200 : out->len;
    return SROW_OK;
}

static MUST enum srow_rc write_file(const struct writer *w, const char *name, struct srow_bytes b,
                                    struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf path = {0};
    buf_printf(&path, "%s/%s", w->folder, name);
    FILE *file = fopen(buf_cstr(&path), "wb");
    FAIL_IF(file == NULL, e, SROW_E_IO, "%s: %s", buf_cstr(&path), strerror(errno));
    bool ok = b.len == 0 || fwrite(b.at, 1, b.len, file) == b.len;
    ok = fclose(file) == 0 && ok;
    FAIL_IF(!ok, e, SROW_E_IO, "%s cannot be written", buf_cstr(&path));
    return SROW_OK;
}

static void put_keys(struct writer *w)
{
    buf_put_str(&w->manifest, "{\n \"client\": {\"name\": \"sealrow\", \"version\": ");
    json_put_string(&w->manifest, srow_str(SROW_VERSION));
    buf_put_str(&w->manifest, "},\n \"keys\": {");
    for (size_t i = 0; i < KEYS; i++) {
        buf_printf(&w->manifest, "%s\n  \"%s\": {\"key-id\": ", i == 0 ? "" : ",", keys[i].name);
        json_put_string(&w->manifest, srow_str(keys[i].id));
        buf_printf(&w->manifest,
                   ", \"encrypt\": true, \"decrypt\": true, \"algorithm\": \"aes\", \"type\": "
                   "\"symmetric\", \"bits\": %zu, \"encoding\": \"base64\", \"material\": \"",
                   8 * keys[i].len);
        text_put_base64(&w->manifest, secret_bytes(&w->key[i]));
        buf_put_str(&w->manifest, "\"}");
    }
    buf_put_str(&w->manifest, "\n },\n \"tests\": {");
}

/* The entry of one message; `reader` is the key that opens it. */
static void put_entry(struct writer *w, const struct shape *shape, size_t number, size_t reader,
                      const struct message_inspected *m)
{
    buf_printf(&w->manifest,
               "%s\n  \"m%zu\": {\"ciphertext\": \"file://m%zu.bin\", \"master-keys\": [{\"type\": "
               "\"raw\", \"key\": \"%s\", \"provider-id\": \"%s\", \"encryption-algorithm\": "
               "\"aes\"}], \"algorithm\": \"%04x\", \"framed\": true, \"frame-length\": %u, "
               "\"encrypted-data-keys\": %zu, \"encryption-context\": {",
               number == 0 ? "" : ",", number, number, keys[reader].name, namespace,
               m->header.suite->id, m->header.frame_length, m->header.edks.count);
    for (size_t i = 0; i < shape->context.count; i++) {
        buf_put_str(&w->manifest, i == 0 ? "" : ", ");
        json_put_string(&w->manifest, shape->context.pairs[i].key);
        buf_put_str(&w->manifest, ": ");
        json_put_string(&w->manifest, shape->context.pairs[i].value);
    }
    buf_printf(&w->manifest, "}, \"result\": {\"output\": {\"plaintext\": \"file://m%zu.txt\"}}}",
               number);
}

/* One keyring over the keys of a set: the first makes the data key. */
static MUST enum srow_rc make_keyring(struct srow_keyring **out, const struct writer *w,
                                      unsigned set, struct srow_error *e)
{
    struct srow_keyring *all[KEYS];
    size_t count = 0;
    enum srow_rc rc = SROW_OK;
    for (size_t i = 0; rc == SROW_OK && i < KEYS; i++) {
        if ((set >> i & 1) != 0) {
            rc = srow_keyring_aes_new(&all[count], namespace, keys[i].id, secret_bytes(&w->key[i]),
                                      e);
            count += rc == SROW_OK;
        }
    }
    if (rc == SROW_OK) {
        const struct srow_keyring_parts parts = {
            .generator = all[0], .children = all + 1, .count = count - 1};
        rc = srow_keyring_multi_new(out, &parts, e);
    }
    while (rc != SROW_OK && count > 0) {
        srow_keyring_free(all[--count]);
    }
    return rc;
}

/* Encrypts the plaintext as the shape says and writes both and the entry. */
static MUST enum srow_rc write_message(struct writer *w, const struct shape *shape, size_t number,
                                       struct srow_bytes plaintext, struct srow_error *e)
{
    AUTO(keyring_free) struct srow_keyring *keyring = NULL;
    AUTO(manager_free) struct manager *manager = NULL;
    AUTO(message_inspected_cleanup) struct message_inspected m = {0};
    TRY(make_keyring(&keyring, w, shape->keys, e));
    TRY(manager_default_new(&manager, keyring, e));
    struct message_encrypt_options options = {
        .suite = shape->suite, .frame_length = shape->frame_length, .context = &shape->context};
    struct message_encrypted made;
    TRY(message_encrypt(&made, manager, &options, plaintext, e));
    AUTO(buf_cleanup) struct srow_buf message = made.bytes;
    TRY(message_inspect(&m, bytes_buf(&message), e));
    char name[32];
    snprintf(name, sizeof name, "m%zu.bin", number);
    TRY(write_file(w, name, bytes_buf(&message), e));
    snprintf(name, sizeof name, "m%zu.txt", number);
    TRY(write_file(w, name, plaintext, e));
    size_t reader = below(w, KEYS);
    while ((shape->keys >> reader & 1) == 0) {
        reader = (reader + 1) % KEYS;
    }
    put_entry(w, shape, number, reader, &m);
    return SROW_OK;
}

static MUST enum srow_rc write_one(struct writer *w, size_t number, struct srow_error *e)
{
    static uint8_t plaintext[3 * 4096 + 1];
    AUTO(shape_cleanup) struct shape shape = {0};
    TRY(random_shape(&shape, w, e));
    TRY(random_bytes(plaintext, sizeof plaintext, e));
    return write_message(w, &shape, number, bytes_of(plaintext, shape.len), e);
}

static MUST enum srow_rc write_all(struct writer *w, size_t count, struct srow_error *e)
{
    FAIL_IF(mkdir(w->folder, 0777) != 0 && errno != EEXIST, e, SROW_E_IO, "%s: %s", w->folder,
            strerror(errno));
    for (size_t i = 0; i < KEYS; i++) {
        TRY(secret_new(&w->key[i], keys[i].len, e));
        TRY(random_bytes(w->key[i].at, keys[i].len, e));
    }
    put_keys(w);
    for (size_t i = 0; i < count; i++) {
        TRY(write_one(w, i, e));
    }
    buf_put_str(&w->manifest, "\n }\n}\n");
    TRY(buf_check(&w->manifest, e));
    return write_file(w, "manifest.json", bytes_buf(&w->manifest), e);
}

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 4) {
        fprintf(stderr, "usage: write-vectors FOLDER [COUNT [SEED]]\n");
        return 2;
    }
    size_t count = argc > 2 ? strtoul(argv[2], NULL, 10) : 300;
    AUTO(writer_cleanup) struct writer w = {.folder = argv[1]};
    struct srow_error e = {0};
    enum srow_rc rc = SROW_OK;
    if (argc > 3) {
        w.random = strtoull(argv[3], NULL, 10);
    } else {
        rc = random_bytes(&w.random, sizeof w.random, &e);
    }
    printf("%zu messages, seed %llu\n", count, (unsigned long long)w.random);
    if (rc != SROW_OK || write_all(&w, count, &e) != SROW_OK) {
        fprintf(stderr, "write-vectors: %s\n", e.text);
        return 1;
    }
    return 0;
}
