/* SPDX-License-Identifier: Apache-2.0
 *
 * The polyglot of CVE-2020-8897: one message with two data keys, made so that header tag and body
 * tag are right under both, and that two readers would see two plaintexts. GCM allows it: a tag is
 * a sum with one block as free as the attacker wants. Key commitment is what forbids it, and the
 * test shows that nothing else does.
 *
 * The field arithmetic is that of NIST SP 800-38D, 6.3; the hash key of an AES key is not asked of
 * AES, but found from two tags that differ in one block: their difference is its square.
 */
#include "check.h"
#include "forge.h"

enum { BLOCK = 16, FREE = 32 /* bytes of the third wrapped key: a block somewhere inside */ };

/* -- GF(2^128) -- */

struct element {
    uint64_t high, low; /* the first bit of the block is the highest of `high` */
};

static struct element load(const uint8_t *at)
{
    struct element x = {0, 0};
    for (int i = 0; i < 8; i++) {
        x.high = x.high << 8 | at[i];
        x.low = x.low << 8 | at[8 + i];
    }
    return x;
}

static void store(uint8_t *at, struct element x)
{
    for (int i = 0; i < 8; i++) {
        at[i] = (uint8_t)(x.high >> (56 - 8 * i));
        at[8 + i] = (uint8_t)(x.low >> (56 - 8 * i));
    }
}

static struct element sum(struct element a, struct element b)
{
    return (struct element){a.high ^ b.high, a.low ^ b.low};
}

static struct element product(struct element a, struct element b)
{
    struct element z = {0, 0};
    for (int i = 0; i < 128; i++) {
        uint64_t bit = i < 64 ? a.high >> (63 - i) & 1 : a.low >> (127 - i) & 1;
        z = bit == 1 ? sum(z, b) : z;
        uint64_t carry = b.low & 1;
        b.low = b.low >> 1 | b.high << 63;
        b.high = b.high >> 1 ^ (carry == 1 ? UINT64_C(0xE1) << 56 : 0);
    }
    return z;
}

static struct element power(struct element a, size_t n)
{
    struct element one = {UINT64_C(1) << 63, 0};
    for (; n > 0; n--) {
        one = product(one, a);
    }
    return one;
}

/* a^(2^127), the square root, and a^(2^128 - 2), the inverse. */
static struct element root(struct element a)
{
    for (int i = 0; i < 127; i++) {
        a = product(a, a);
    }
    return a;
}

static struct element inverse(struct element a)
{
    struct element z = {UINT64_C(1) << 63, 0};
    for (int i = 0; i < 127; i++) {
        a = product(a, a);
        z = product(z, a);
    }
    return z;
}

/* -- tags -- */

/* The tag over `aad` and an encrypted text, whatever it decrypts to. */
static MUST enum srow_rc tag_of(uint8_t tag[GCM_TAG], const struct gcm_input *in,
                                struct srow_error *e)
{
    static const uint8_t zeros[256];
    uint8_t stream[256], text[256], again[256];
    FAIL_IF(in->text.len > sizeof stream, e, SROW_E_LIMIT, "a text too long");
    struct gcm_input other = {in->key, in->iv, in->aad, bytes_of(zeros, in->text.len)};
    TRY(gcm_encrypt(stream, tag, &other, e));
    for (size_t i = 0; i < in->text.len; i++) {
        text[i] = stream[i] ^ ((const uint8_t *)in->text.at)[i];
    }
    other.text = bytes_of(text, in->text.len);
    return gcm_encrypt(again, tag, &other, e);
}

static MUST enum srow_rc hash_key(struct element *out, const struct secret *key,
                                  struct srow_error *e)
{
    static const uint8_t iv[GCM_IV], zero[BLOCK], one[BLOCK] = {0x80};
    uint8_t a[GCM_TAG], b[GCM_TAG];
    struct gcm_input in = {key, iv, bytes_of(zero, BLOCK), bytes_of(NULL, 0)};
    TRY(tag_of(a, &in, e));
    in.aad = bytes_of(one, BLOCK);
    TRY(tag_of(b, &in, e));
    *out = root(sum(load(a), load(b)));
    return SROW_OK;
}

/* One text whose tag shall be the same under two keys. */
struct collision {
    const struct secret *keys[2];
    const uint8_t *iv;
    struct srow_bytes aad, text;
    uint8_t *free; /* a block inside aad or text, all zero */
    size_t behind; /* blocks from it on, itself included, up to the end of its part or the text */
    uint8_t tag[GCM_TAG];
};

static MUST enum srow_rc collide(struct collision *c, struct srow_error *e)
{
    struct element tag[2], h[2];
    uint8_t bytes[GCM_TAG];
    for (int i = 0; i < 2; i++) {
        struct gcm_input in = {c->keys[i], c->iv, c->aad, c->text};
        TRY(tag_of(bytes, &in, e));
        tag[i] = load(bytes);
        TRY(hash_key(&h[i], c->keys[i], e));
    }
    /* X (H^k + H'^k) = T + T', where the lengths are one block more */
    struct element slope = sum(power(h[0], c->behind + 1), power(h[1], c->behind + 1));
    store(c->free, product(sum(tag[0], tag[1]), inverse(slope)));
    struct gcm_input in = {c->keys[0], c->iv, c->aad, c->text};
    return tag_of(c->tag, &in, e);
}

/* -- the message -- */

struct polyglot {
    struct srow_keyring *reader[2];
    struct materials m[2]; /* each with its own data key, wrapped by its own keyring */
    struct edk_list edks;
    struct signer signer;
    struct context context;
    struct secret body_key[2];
    struct srow_buf message;
};

static void polyglot_cleanup(struct polyglot *p)
{
    for (int i = 0; i < 2; i++) {
        keyring_free(&p->reader[i]);
        materials_cleanup(&p->m[i]);
        secret_cleanup(&p->body_key[i]);
    }
    edk_list_cleanup(&p->edks);
    signer_cleanup(&p->signer);
    context_cleanup(&p->context);
    buf_cleanup(&p->message);
}

static MUST enum srow_rc make_keys(struct polyglot *p, uint16_t suite, struct srow_error *e)
{
    static const uint8_t zeros[FREE];
    static const char *const names[] = {"a", "b"};
    const struct context *context = &p->context;
    if (suite_find(suite)->is_signed) {
        TRY(signer_make(&p->signer, &p->context, e));
        context = &p->signer.context;
    }
    for (int i = 0; i < 2; i++) {
        TRY(forge_keyring(&p->reader[i], names[i], e));
        p->m[i] = (struct materials){.suite = suite_find(suite), .context = context};
        keyring_wrap(p->reader[i], &p->m[i], 1);
        TRY(materials_result(&p->m[i], e));
        TRY(edk_list_add(&p->edks, &p->m[i].edks.edk[0], e));
    }
    struct edk third = {srow_str("x"), srow_str(""), bytes_of(zeros, FREE), {0}};
    return edk_list_add(&p->edks, &third, e);
}

/* Header with a free block in the third wrapped key; its commitment is to the first data key. */
static MUST enum srow_rc put_header(struct polyglot *p, const uint8_t id[HEADER_MESSAGE_ID],
                                    struct srow_error *e)
{
    static const uint8_t iv[GCM_IV];
    uint8_t commitment[HEADER_COMMITMENT], other[HEADER_COMMITMENT];
    struct header h = {p->m[0].suite,
                       bytes_of(id, HEADER_MESSAGE_ID),
                       *p->m[0].context,
                       p->edks,
                       HEADER_FRAMED,
                       4096,
                       bytes_of(commitment, 32),
                       {0},
                       {0}};
    TRY(derive_keys(&p->body_key[0], commitment, &h, &p->m[0].data_key, e));
    TRY(derive_keys(&p->body_key[1], other, &h, &p->m[1].data_key, e));
    header_write(&p->message, &h);
    TRY(buf_check(&p->message, e));
    size_t behind = 1 + 4 + 32, end = p->message.len - behind; /* of the third ciphertext */
    size_t at = end / BLOCK * BLOCK - BLOCK;                   /* a whole block before it */
    struct collision c = {
        .keys = {&p->body_key[0], &p->body_key[1]},
        .iv = iv,
        .aad = bytes_buf(&p->message),
        .free = (uint8_t *)p->message.at + at,
        .behind = (p->message.len + BLOCK - 1) / BLOCK - at / BLOCK,
    };
    TRY(collide(&c, e));
    buf_put(&p->message, bytes_of(c.tag, GCM_TAG));
    return buf_check(&p->message, e);
}

static MUST enum srow_rc put_body(struct polyglot *p, const uint8_t id[HEADER_MESSAGE_ID],
                                  struct srow_error *e)
{
    uint8_t cipher[3 * BLOCK] = {0}, aad[FRAME_AAD], iv[GCM_IV] = {0};
    iv[GCM_IV - 1] = 1;
    struct frame frame = {FRAME_FINAL, 1, {0}, bytes_of(cipher, sizeof cipher), {0}};
    struct collision c = {
        .keys = {&p->body_key[0], &p->body_key[1]},
        .iv = iv,
        .aad = frame_aad(aad, bytes_of(id, HEADER_MESSAGE_ID), &frame),
        .text = bytes_of(cipher, sizeof cipher),
        .free = cipher + BLOCK,
        .behind = 2,
    };
    TRY(collide(&c, e));
    frame_write_head(&p->message, FRAME_FINAL, 1, sizeof cipher);
    buf_put(&p->message, bytes_of(cipher, sizeof cipher));
    buf_put(&p->message, bytes_of(c.tag, GCM_TAG));
    return buf_check(&p->message, e);
}

static MUST enum srow_rc make(struct polyglot *p, uint16_t suite, struct srow_error *e)
{
    uint8_t id[HEADER_MESSAGE_ID];
    TRY(context_add(&p->context, (struct srow_pair){srow_str("k"), srow_str("v")}, e));
    TRY(random_public(id, sizeof id, e));
    TRY(make_keys(p, suite, e));
    TRY(put_header(p, id, e));
    TRY(put_body(p, id, e));
    return suite_find(suite)->is_signed ? forge_put_footer(&p->message, &p->signer.key, e)
                                        : SROW_OK;
}

/* Header tag and frame under one of the keys, without regard to the commitment. */
static MUST enum srow_rc open_without_commitment(uint8_t text[3 * BLOCK], const struct polyglot *p,
                                                 int which, struct srow_error *e)
{
    static const uint8_t header_iv[GCM_IV];
    AUTO(header_cleanup) struct header h = {0};
    uint8_t aad[FRAME_AAD];
    struct frame frame;
    struct reader r = reader_of(bytes_buf(&p->message));
    TRY(header_read(&h, &r, 0, e));
    struct frame_walk walk = frame_walk_of(&h);
    TRY(frame_read(&frame, &walk, &r, e));
    struct gcm_input head = {&p->body_key[which], header_iv, h.authenticated, {0}};
    TRY(gcm_decrypt(NULL, h.tag.at, &head, e));
    struct gcm_input body = {&p->body_key[which], frame.iv.at, frame_aad(aad, h.message_id, &frame),
                             frame.ciphertext};
    return gcm_decrypt(text, frame.tag.at, &body, e);
}

static void check_polyglot(uint16_t suite)
{
    AUTO(polyglot_cleanup) struct polyglot p = {0};
    AUTO(buf_cleanup) struct srow_buf first = {0}, second = {0};
    struct srow_error e = {0};
    uint8_t text[2][3 * BLOCK];
    CHECK_OK(make(&p, suite, &e), e);
    CHECK_OK(open_without_commitment(text[0], &p, 0, &e), e); /* it is a polyglot */
    CHECK_OK(open_without_commitment(text[1], &p, 1, &e), e);
    CHECK(memcmp(text[0], text[1], sizeof text[0]) != 0);
    struct srow_bytes message = bytes_buf(&p.message);
    CHECK_OK(forge_decrypt(&first, message, p.reader[0], &e), e);
    CHECK_BYTES(bytes_buf(&first), bytes_of(text[0], sizeof text[0]));
    CHECK_RC(forge_decrypt(&second, message, p.reader[1], &e), SROW_E_COMMITMENT);
    CHECK(second.at == NULL);
}

CASE(M59_and_M60_an_unsigned_polyglot_opens_under_its_committed_key_alone)
{
    check_polyglot(0x0478);
}

CASE(M59_and_M60_a_signed_polyglot_opens_under_its_committed_key_alone)
{
    check_polyglot(0x0578);
}

int main(void)
{
    RUN(M59_and_M60_an_unsigned_polyglot_opens_under_its_committed_key_alone);
    RUN(M59_and_M60_a_signed_polyglot_opens_under_its_committed_key_alone);
    return check_done();
}
