/* SPDX-License-Identifier: Apache-2.0
 *
 * Six messages, altered in every small way there is: none may be accepted. Two suites, each not
 * framed, in one frame and in four.
 */
#include "check.h"
#include "forge.h"

enum { MOST_FRAMES = 4, FRAME = 10 };

struct base {
    const char *name;
    uint16_t suite;
    enum header_content content;
    size_t frames;
};

/* The message, its sister under the same wrapping key, and what became of altered ones. */
struct run {
    struct srow_keyring *keyring;
    struct manager *manager;
    struct srow_buf message, sister;
    struct srow_bytes frame[MOST_FRAMES], sister_frame[MOST_FRAMES];
    size_t frames;
    size_t tried, accepted;
};

static void run_cleanup(struct run *r)
{
    manager_free(&r->manager);
    keyring_free(&r->keyring);
    buf_cleanup(&r->message);
    buf_cleanup(&r->sister);
}

/* -- one altered message -- */

static void try_bytes(struct run *r, const struct srow_buf *altered)
{
    AUTO(buf_cleanup) struct srow_buf back = {0};
    struct message_decrypt_options any = {0};
    struct srow_bytes b = bytes_buf(altered);
    if (bytes_equal(b, bytes_buf(&r->message)) || bytes_equal(b, bytes_buf(&r->sister))) {
        return;
    }
    r->tried++;
    r->accepted += message_decrypt(&back, r->manager, &any, b, NULL) == SROW_OK || back.at != NULL;
}

/* Puts parts together, each a view; ended by one without a place. */
static void try_parts(struct run *r, const struct srow_bytes *parts)
{
    AUTO(buf_cleanup) struct srow_buf altered = {0};
    for (; parts->at != NULL; parts++) {
        buf_put(&altered, *parts);
    }
    try_bytes(r, &altered);
}

static struct srow_bytes part(const struct srow_buf *from, size_t start, size_t end)
{
    return bytes_of((const uint8_t *)from->at + start, end - start);
}

/* -- every bit, end, byte too many or too few -- */

static void flip_bits(struct run *r)
{
    AUTO(buf_cleanup) struct srow_buf altered = {0};
    buf_put(&altered, bytes_buf(&r->message));
    for (size_t i = 0; i < 8 * altered.len; i++) {
        uint8_t *byte = (uint8_t *)altered.at + i / 8;
        *byte ^= (uint8_t)(1U << i % 8);
        try_bytes(r, &altered);
        *byte ^= (uint8_t)(1U << i % 8);
    }
}

static void cut_insert_delete(struct run *r)
{
    static const uint8_t values[] = {0x00, 0x01, 0x02, 0x7F, 0x80, 0xFF};
    const struct srow_buf *m = &r->message;
    for (size_t at = 0; at <= m->len; at++) {
        struct srow_bytes before = part(m, 0, at), behind = part(m, at, m->len);
        try_parts(r, (struct srow_bytes[]){before, {0}});
        for (size_t i = 0; i < sizeof values; i++) {
            try_parts(r, (struct srow_bytes[]){before, {&values[i], 1}, behind, {0}});
        }
        if (at < m->len) {
            try_parts(r, (struct srow_bytes[]){before, part(m, at, at + 1), behind, {0}});
            try_parts(r, (struct srow_bytes[]){before, part(m, at + 1, m->len), {0}});
        }
    }
}

/* -- frames in another order, dropped, doubled, and of the sister -- */

/* Header, the given frames, and what stands behind the frames. */
static void try_frames(struct run *r, const struct srow_bytes *frames, size_t count)
{
    AUTO(buf_cleanup) struct srow_buf altered = {0};
    const uint8_t *start = r->message.at;
    const struct srow_bytes *last = &r->frame[r->frames - 1];
    size_t head = (size_t)((const uint8_t *)r->frame[0].at - start);
    size_t end = (size_t)((const uint8_t *)last->at - start) + last->len;
    buf_put(&altered, part(&r->message, 0, head));
    for (size_t i = 0; i < count; i++) {
        buf_put(&altered, frames[i]);
    }
    buf_put(&altered, part(&r->message, end, r->message.len));
    try_bytes(r, &altered);
}

/* Every sequence of up to one frame more than there are, of the message's and its sister's. */
static void try_sequences(struct run *r, struct srow_bytes *chosen, size_t count)
{
    try_frames(r, chosen, count);
    if (count > r->frames) {
        return;
    }
    for (size_t i = 0; i < 2 * r->frames; i++) {
        chosen[count] = i < r->frames ? r->frame[i] : r->sister_frame[i - r->frames];
        try_sequences(r, chosen, count + 1);
    }
}

/* The beginning of the one and the end of the other, cut at every byte; and every field of the
 * sister in the message's place. */
static void splice(struct run *r)
{
    const struct srow_buf *a = &r->message, *b = &r->sister;
    for (size_t at = 1; at < a->len && at < b->len; at++) {
        try_parts(r, (struct srow_bytes[]){part(a, 0, at), part(b, at, b->len), {0}});
        try_parts(r, (struct srow_bytes[]){part(b, 0, at), part(a, at, a->len), {0}});
    }
    try_parts(r, (struct srow_bytes[]){bytes_buf(a), bytes_buf(b), {0}});
    try_parts(r, (struct srow_bytes[]){bytes_buf(a), bytes_buf(a), {0}});
    AUTO(message_inspected_cleanup) struct message_inspected x = {0}, y = {0};
    if (message_inspect(&x, bytes_buf(a), NULL) != SROW_OK ||
        message_inspect(&y, bytes_buf(b), NULL) != SROW_OK || x.field_count != y.field_count) {
        r->accepted++; /* the bases are not what they should be */
        return;
    }
    for (size_t i = 0; i < x.field_count; i++) {
        const struct message_field *f = &x.fields[i], *g = &y.fields[i];
        try_parts(r, (struct srow_bytes[]){part(a, 0, f->offset),
                                           part(b, g->offset, g->offset + g->len),
                                           part(a, f->offset + f->len, a->len),
                                           {0}});
    }
}

/* -- bases -- */

static MUST enum srow_rc find_frames(struct srow_bytes *out, size_t count,
                                     const struct srow_buf *message, struct srow_error *e)
{
    AUTO(message_inspected_cleanup) struct message_inspected m = {0};
    TRY(message_inspect(&m, bytes_buf(message), e));
    FAIL_IF(m.frame_count != count, e, SROW_E_INTERNAL, "%u frames, not %zu", m.frame_count, count);
    for (size_t i = 0, frame = 0; i < m.field_count; i++) {
        const struct message_field *f = &m.fields[i];
        if (strcmp(f->name, "header-tag") == 0) {
            out[0] = part(message, f->offset + f->len, message->len);
        } else if (strcmp(f->name, "frame-tag") == 0 || strcmp(f->name, "body-tag") == 0) {
            size_t start = (size_t)((const uint8_t *)out[frame].at - (const uint8_t *)message->at);
            out[frame++] = part(message, start, f->offset + f->len);
            if (frame < count) {
                out[frame] = part(message, f->offset + f->len, message->len);
            }
        }
    }
    return SROW_OK;
}

static MUST enum srow_rc begin(struct run *r, const struct base *base, struct srow_error *e)
{
    static const char text[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    AUTO(forge_cleanup)
    struct forge f = {
        .suite = base->suite,
        .content = base->content,
        .frame_length = base->content == HEADER_FRAMED ? FRAME : 0,
        .plaintext = bytes_of(text, FRAME * base->frames - 3),
    };
    TRY(context_add(&f.context, (struct srow_pair){srow_str("k"), srow_str("v")}, e));
    TRY(forge_keyring(&r->keyring, "key", e));
    TRY(manager_default_new(&r->manager, r->keyring, e));
    TRY(forge_write(&r->message, &f, r->keyring, e));
    TRY(forge_write(&r->sister, &f, r->keyring, e));
    r->frames = base->frames;
    TRY(find_frames(r->frame, r->frames, &r->message, e));
    return find_frames(r->sister_frame, r->frames, &r->sister, e);
}

static MUST enum srow_rc alter(const struct base *base, size_t *tried, struct srow_error *e)
{
    AUTO(run_cleanup) struct run r = {0};
    AUTO(buf_cleanup) struct srow_buf back = {0};
    struct srow_bytes chosen[MOST_FRAMES + 1];
    TRY(begin(&r, base, e));
    TRY(forge_decrypt(&back, bytes_buf(&r.message), r.keyring, e)); /* the base itself is good */
    flip_bits(&r);
    cut_insert_delete(&r);
    try_sequences(&r, chosen, 0);
    splice(&r);
    printf("# %s: %zu altered, %zu accepted\n", base->name, r.tried, r.accepted);
    *tried += r.tried;
    FAIL_IF(r.accepted > 0 || r.tried < 1000, e, SROW_E_INTERNAL, "%zu of %zu accepted", r.accepted,
            r.tried);
    return SROW_OK;
}

int main(void)
{
    static const struct base bases[] = {
        {"unsigned, not framed", 0x0478, HEADER_NONFRAMED, 1},
        {"unsigned, one frame", 0x0478, HEADER_FRAMED, 1},
        {"unsigned, four frames", 0x0478, HEADER_FRAMED, 4},
        {"signed, not framed", 0x0578, HEADER_NONFRAMED, 1},
        {"signed, one frame", 0x0578, HEADER_FRAMED, 1},
        {"signed, four frames", 0x0578, HEADER_FRAMED, 4},
    };
    size_t tried = 0;
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        struct srow_error e = {0};
        char name[80];
        check_failed = alter(&bases[i], &tried, &e) != SROW_OK;
        if (check_failed) {
            printf("# %s\n", e.text);
        }
        snprintf(name, sizeof name, "no altered message is accepted: %s", bases[i].name);
        check_point(name);
    }
    printf("# %zu altered messages in all\n", tried);
    return check_done();
}
