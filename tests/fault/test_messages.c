/* SPDX-License-Identifier: Apache-2.0
 *
 * Messages under failing allocations: with what the thread has kept from the last one, in a new
 * thread, and in a process that has not used OpenSSL before.
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "fault/alloc.h"
#include "fault/fault.h"
#include "message/inspect.h"
#include "message/message.h"

static const char text[] = "four frames of it";
static struct srow_buf stored; /* a message of that */
static uint16_t suite = 0x0478;
static const uint8_t masked[] = "this is a key under a mask, xored"; /* the wrapping key */

struct local {
    struct srow_keyring *keyring;
    struct manager *manager;
    struct context context;
};

static void local_cleanup(struct local *l)
{
    manager_free(&l->manager);
    keyring_free(&l->keyring);
    context_cleanup(&l->context);
}

static MUST enum srow_rc local_init(struct local *l, struct srow_error *e)
{
    AUTO(secret_cleanup) struct secret key = {0};
    TRY(secret_new(&key, FAULT_KEY, e));
    for (size_t i = 0; i < FAULT_KEY; i++) {
        key.at[i] = masked[i] ^ FAULT_MASK;
    }
    TRY(srow_keyring_aes_new(&l->keyring, "tests", "key", secret_bytes(&key), e));
    TRY(context_add(&l->context, (struct srow_pair){srow_str("user"), srow_str("4711")}, e));
    return manager_default_new(&l->manager, l->keyring, e);
}

static enum srow_rc encrypt(struct srow_error *e)
{
    AUTO(local_cleanup) struct local l = {0};
    TRY(local_init(&l, e));
    struct message_encrypt_options options = {
        .suite = suite, .frame_length = 5, .context = &l.context};
    struct message_encrypted made = {.wrapped = 77};
    enum srow_rc rc = message_encrypt(&made, l.manager, &options, srow_str(text), e);
    if (rc != SROW_OK) {
        bool untouched = made.wrapped == 77 && made.bytes.at == NULL;
        return untouched ? rc : fault_wrong("a message in spite of the failure");
    }
    bool right = made.bytes.len > sizeof text && made.wrapped == 1;
    buf_cleanup(&made.bytes);
    return right ? SROW_OK : fault_wrong("no message");
}

static enum srow_rc decrypt(struct srow_error *e)
{
    AUTO(local_cleanup) struct local l = {0};
    TRY(local_init(&l, e));
    struct message_decrypt_options options = {.expected = &l.context};
    struct srow_buf plain = {0};
    enum srow_rc rc = message_decrypt(&plain, l.manager, &options, bytes_buf(&stored), e);
    if (rc != SROW_OK) {
        bool untouched = plain.at == NULL && plain.len == 0;
        return untouched ? rc : fault_wrong("plaintext in spite of the failure");
    }
    bool right = bytes_equal_str(bytes_buf(&plain), text);
    buf_cleanup(&plain);
    return right ? SROW_OK : fault_wrong("another plaintext");
}

static enum srow_rc inspect(struct srow_error *e)
{
    struct message_inspected m = {.frame_count = 77};
    enum srow_rc rc = message_inspect(&m, bytes_buf(&stored), e);
    if (rc != SROW_OK) {
        bool untouched = m.frame_count == 77 && m.owned.at == NULL;
        return untouched ? rc : fault_wrong("fields in spite of the failure");
    }
    bool right = m.frame_count == 4 && m.plaintext_len == sizeof text - 1;
    message_inspected_cleanup(&m);
    return right ? SROW_OK : fault_wrong("another message");
}

/* -- a thread that has no contexts yet -- */

struct job {
    enum srow_rc rc;
    struct srow_error *e;
};

static void *work(void *arg)
{
    struct job *job = arg;
    alloc_exempt(false);
    job->rc = encrypt(job->e);
    if (job->rc == SROW_OK) {
        job->rc = decrypt(job->e);
    }
    return NULL;
}

static enum srow_rc in_a_thread(struct srow_error *e)
{
    struct job job = {SROW_E_INTERNAL, e};
    pthread_t thread;
    alloc_exempt(true); /* the thread itself is the test's */
    if (pthread_create(&thread, NULL, work, &job) != 0) {
        alloc_exempt(false);
        return fault_wrong("no thread");
    }
    pthread_join(thread, NULL);
    alloc_exempt(false);
    return job.rc;
}

/* -- a process that has not used OpenSSL yet -- */

/* OpenSSL sets itself up once, also when that fails: the second run may fail, but not crash. */
static void first_use(int to, size_t n, bool for_good)
{
    struct srow_error e = {0};
    alloc_arm(n, for_good);
    enum srow_rc rc = encrypt(&e);
    size_t failures = alloc_disarm();
    enum srow_rc again = encrypt(&e);
    bool known = rc == SROW_OK || rc == SROW_E_NOMEM || rc == SROW_E_CRYPTO;
    known = known && (again == SROW_OK || (rc != SROW_OK && again == SROW_E_CRYPTO));
    char answer = known ? (failures == 0 ? 'd' : 'm') : 'w';
    (void)!write(to, &answer, 1);
    _exit(0);
}

/* 'm': more to come, 'd': done, no allocation failed; anything else is wrong. */
static char answer_of(size_t n, bool for_good)
{
    int ends[2];
    char answer = '?';
    if (pipe(ends) != 0) {
        return answer;
    }
    pid_t child = fork();
    if (child == 0) {
        first_use(ends[1], n, for_good);
    }
    close(ends[1]);
    (void)!read(ends[0], &answer, 1);
    close(ends[0]);
    int status = 0;
    return child < 0 || waitpid(child, &status, 0) != child || status != 0 ? '?' : answer;
}

static void check_first_use(bool for_good)
{
    size_t step = getenv("FAULT_ALL") != NULL ? 1 : 97;
    char answer = 'm';
    for (size_t n = 1; answer == 'm'; n += step) {
        answer = answer_of(n, for_good);
        if (answer != 'm' && answer != 'd') {
            printf("# allocation %zu: '%c'\n", n, answer);
        }
        CHECK(answer == 'm' || answer == 'd');
    }
}

CASE(the_first_message_of_a_process_or_one_error_and_then_messages)
{
    check_first_use(false);
}

CASE(the_same_while_there_is_no_memory_for_a_time)
{
    check_first_use(true);
}

/* Makes the message that is decrypted. */
static void store(uint16_t of)
{
    struct srow_error e = {0};
    AUTO(local_cleanup) struct local l = {0};
    struct message_encrypted made = {0};
    struct message_encrypt_options options = {.suite = of, .frame_length = 5};
    enum srow_rc rc = local_init(&l, &e);
    options.context = &l.context;
    rc = rc == SROW_OK ? message_encrypt(&made, l.manager, &options, srow_str(text), &e) : rc;
    if (rc != SROW_OK) {
        printf("Bail out! %s\n", e.text);
        exit(1);
    }
    buf_cleanup(&stored);
    stored = made.bytes;
    suite = of;
}

int main(void)
{
    static const enum srow_rc crypto[] = {SROW_E_CRYPTO, SROW_OK};
    /* OpenSSL does not always tell a lack of memory from a point that is none */
    static const enum srow_rc point[] = {SROW_E_CRYPTO, P384_POINT_RENAMED, SROW_OK};
    static const struct fault_case plain[] = {
        {.name = "a message is encrypted or there is no memory", .run = encrypt},
        {.name = "a message is decrypted or there is no memory", .run = decrypt},
        {.name = "a message is inspected or there is no memory",
         .run = inspect,
         .survives = true}, /* qsort */
        {.name = "the first messages of a thread",
         .run = in_a_thread,
         .others = crypto,
         .survives = true},
    };
    static const struct fault_case with_signature[] = {
        {.name = "a signed message is encrypted or there is no memory",
         .run = encrypt,
         .others = crypto,
         .survives = true},
        {.name = "a signed message is decrypted or there is no memory",
         .run = decrypt,
         .others = point,
         .survives = true},
    };
    RUN(the_first_message_of_a_process_or_one_error_and_then_messages);
    RUN(the_same_while_there_is_no_memory_for_a_time);
    fault_forbid(masked);
    store(0x0478);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        fault_run(&plain[i]);
    }
    store(0x0578);
    for (size_t i = 0; i < sizeof with_signature / sizeof *with_signature; i++) {
        fault_run(&with_signature[i]);
    }
    buf_cleanup(&stored);
    return check_done();
}
