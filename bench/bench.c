/* SPDX-License-Identifier: Apache-2.0
 *
 * usage: bench [ROUNDS [MILLISECONDS]]      ratios, by default 15 rounds of 20 ms a cell
 *        bench once seal|open TIMES         TIMES runs on 6 bytes; for an instruction counter
 *
 * Encrypts and decrypts messages under a raw AES key, beside limit.c in turns, and prints for each
 * operation and size the median of ours divided by the limit's rate of the same round. Rates are
 * per second of this thread's CPU time. README.md says what the figures mean. Exit code 1: a median
 * below the floor.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "limit.h"
#include "message/message.h"

enum { MOST_ROUNDS = 999, LARGEST = 1 << 20 };
static const double floor_ratio = 0.50;
static const uint8_t wrapping_key[32] = {0x11, 0x22, 0x33, 0x44};

static void must(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "bench: %s\n", what);
        exit(70);
    }
}

static void must_ok(enum srow_rc rc, const struct srow_error *e)
{
    must(rc == SROW_OK, e->text);
}

/* Both sides, and what they work on. */
struct bench {
    struct srow_keyring *keyring;
    struct manager *manager;
    struct context context;
    struct limit *limit;
    uint8_t *text, *out;
    struct srow_buf message;
    size_t size;
};

static void bench_init(struct bench *b)
{
    struct srow_error e = {0};
    struct srow_pair pair = {srow_str(LIMIT_PAIR_KEY), srow_str(LIMIT_PAIR_VALUE)};
    struct srow_bytes key = bytes_of(wrapping_key, sizeof wrapping_key);
    must_ok(srow_keyring_aes_new(&b->keyring, LIMIT_NAMESPACE, LIMIT_NAME, key, &e), &e);
    must_ok(manager_default_new(&b->manager, b->keyring, &e), &e);
    must_ok(context_add(&b->context, pair, &e), &e);
    b->limit = limit_new(wrapping_key);
    b->text = malloc(LARGEST);
    b->out = malloc(LARGEST + LIMIT_OVERHEAD);
    must(b->text != NULL && b->out != NULL, "no memory");
    memset(b->text, 'x', LARGEST);
}

static void bench_cleanup(struct bench *b)
{
    buf_cleanup(&b->message);
    manager_free(&b->manager);
    keyring_free(&b->keyring);
    context_cleanup(&b->context);
    limit_free(b->limit);
    free(b->text);
    free(b->out);
}

/* -- what is measured -- */

static void our_seal(struct bench *b)
{
    struct srow_error e = {0};
    struct message_encrypt_options options = {.context = &b->context};
    struct message_encrypted made = {0};
    must_ok(message_encrypt(&made, b->manager, &options, bytes_of(b->text, b->size), &e), &e);
    buf_cleanup(&made.bytes);
}

static void our_open(struct bench *b)
{
    struct srow_error e = {0};
    struct message_decrypt_options options = {.expected = &b->context};
    struct srow_buf text = {0};
    must_ok(message_decrypt(&text, b->manager, &options, bytes_buf(&b->message), &e), &e);
    must(text.len == b->size, "another length came back");
    buf_cleanup(&text);
}

static void limit_seal(struct bench *b)
{
    limit_encrypt(b->limit, b->out, b->text, b->size);
}

static void limit_open(struct bench *b)
{
    must(limit_decrypt(b->limit, b->out, b->message.at, b->message.len) == b->size,
         "another length came back");
}

struct operation {
    const char *name;
    void (*ours)(struct bench *b);
    void (*limit)(struct bench *b);
};

static const struct operation operations[] = {
    {"seal", our_seal, limit_seal},
    {"open", our_open, limit_open},
};

/* Makes the message that is opened, and sees that each side reads what the other writes. */
static void prepare(struct bench *b, size_t size)
{
    struct srow_error e = {0};
    struct message_encrypt_options options = {.context = &b->context};
    struct message_encrypted made = {0};
    b->size = size;
    buf_cleanup(&b->message);
    void *to = buf_room(&b->message, size + LIMIT_OVERHEAD);
    must(to != NULL, "no memory");
    buf_grew(&b->message, limit_encrypt(b->limit, to, b->text, size));
    our_open(b);
    must_ok(message_encrypt(&made, b->manager, &options, bytes_of(b->text, size), &e), &e);
    buf_cleanup(&b->message);
    b->message = made.bytes;
    limit_open(b);
    must(memcmp(b->out, b->text, size) == 0, "another text came back");
}

/* -- measuring -- */

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double rate(struct bench *b, void (*run)(struct bench *b), double seconds)
{
    double start = cpu_seconds(), spent = 0;
    unsigned long runs = 0;
    for (unsigned long step = 1; spent < seconds; step *= spent < seconds / 8 ? 2 : 1) {
        for (unsigned long i = 0; i < step; i++) {
            run(b);
        }
        runs += step;
        spent = cpu_seconds() - start;
    }
    return (double)runs / spent;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Prints one line; the spread is the distance of the quartiles. */
static bool measure(struct bench *b, const struct operation *op, int rounds, double seconds)
{
    double ratios[MOST_ROUNDS];
    for (int i = 0; i < rounds; i++) {
        double ours = rate(b, op->ours, seconds);
        ratios[i] = ours / rate(b, op->limit, seconds);
    }
    qsort(ratios, (size_t)rounds, sizeof *ratios, ascending);
    double median = ratios[rounds / 2];
    printf("bench: %s %zu ratio %.2f spread %.2f\n", op->name, b->size, median,
           ratios[3 * rounds / 4] - ratios[rounds / 4]);
    fflush(stdout);
    return median >= floor_ratio;
}

static int compare(struct bench *b, int rounds, double seconds)
{
    static const size_t sizes[] = {6, 1024, LARGEST};
    bool ok = true;
    for (size_t o = 0; o < sizeof operations / sizeof *operations; o++) {
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            prepare(b, sizes[s]);
            ok = measure(b, &operations[o], rounds, seconds) && ok;
        }
    }
    if (!ok) {
        printf("bench: below the floor of %.2f\n", floor_ratio);
    }
    return ok ? 0 : 1;
}

static int once(struct bench *b, const char *name, int times)
{
    prepare(b, 6);
    for (size_t o = 0; o < sizeof operations / sizeof *operations; o++) {
        for (int i = 0; strcmp(operations[o].name, name) == 0 && i < times; i++) {
            operations[o].ours(b);
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct bench b = {0};
    bench_init(&b);
    int status;
    if (argc == 4 && strcmp(argv[1], "once") == 0) {
        status = once(&b, argv[2], atoi(argv[3]));
    } else {
        int rounds = argc > 1 ? atoi(argv[1]) : 15, milliseconds = argc > 2 ? atoi(argv[2]) : 20;
        must(rounds > 0 && rounds <= MOST_ROUNDS && milliseconds > 0, "usage: see bench.c");
        status = compare(&b, rounds, milliseconds / 1e3);
    }
    bench_cleanup(&b);
    return status;
}
