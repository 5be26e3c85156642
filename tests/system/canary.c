/* SPDX-License-Identifier: Apache-2.0
 *
 * usage: canary CONFIG
 *
 * A program that uses the library for test_canaries.py, which looks into its memory. Commands come
 * as a letter, four bytes of length (little-endian) and as many bytes; each is answered likewise.
 *   p  plants the bytes where they stay
 *   s  seals them into userid of account 4711; answers the message
 *   o  opens the message; answers nothing
 *   w  opens it as account 4712, which must fail; answers nothing
 *   m  matches the message against "another value"; answers nothing
 *   f  forgets
 * Nothing of what it reads is kept, so that what is found is the library's.
 */
#include <sealrow/sealrow.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *planted; /* here it stays */

static void must(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "canary: %s\n", what);
        exit(1);
    }
}

static int read_all(void *to, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = read(0, (char *)to + done, len - done);
        if (n <= 0) {
            return 0;
        }
        done += (size_t)n;
    }
    return 1;
}

static void answer(const void *at, size_t len)
{
    uint32_t size = (uint32_t)len;
    must(write(1, &size, sizeof size) == (ssize_t)sizeof size, "no answer");
    must(len == 0 || write(1, at, len) == (ssize_t)len, "no answer");
}

static void seal(struct srow_client *client, const struct srow_cell *cell, struct srow_bytes in)
{
    struct srow_error e = {0};
    struct srow_sealed sealed = {0};
    must(srow_cell_seal(&sealed, client, cell, in, &e) == SROW_OK, e.text);
    answer(sealed.message.at, sealed.message.len);
    srow_sealed_free(&sealed);
}

static void open_cell(struct srow_client *client, const struct srow_cell *cell,
                      struct srow_bytes in, int fails)
{
    struct srow_error e = {0};
    struct srow_buf plain = {0};
    enum srow_rc rc = srow_cell_open(&plain, client, cell, in, &e);
    must((rc != SROW_OK) == fails, fails ? "a moved value was opened" : e.text);
    srow_buf_free(&plain);
    answer(NULL, 0);
}

static void match(struct srow_client *client, const struct srow_cell *cell, struct srow_bytes in)
{
    struct srow_error e = {0};
    int same = 1;
    must(srow_cell_match(&same, client, cell, in, srow_str("another value"), &e) == SROW_OK,
         e.text);
    must(!same, "another value matches");
    answer(NULL, 0);
}

static void plant(struct srow_bytes in)
{
    planted = malloc(in.len);
    must(planted != NULL, "no memory");
    memcpy(planted, in.at, in.len);
    answer(NULL, 0);
}

static void obey(struct srow_client *client, char command, struct srow_bytes in)
{
    struct srow_bind here = {"account", srow_text("4711")}, there = {"account", srow_text("4712")};
    struct srow_cell cell = {.column = "profile.userid", .bind = &here, .bind_count = 1};
    struct srow_cell moved = {.column = "profile.userid", .bind = &there, .bind_count = 1};
    switch (command) {
    case 'p':
        plant(in);
        break;
    case 's':
        seal(client, &cell, in);
        break;
    case 'o':
        open_cell(client, &cell, in, 0);
        break;
    case 'w':
        open_cell(client, &moved, in, 1);
        break;
    case 'm':
        match(client, &cell, in);
        break;
    default:
        srow_client_forget(client);
        answer(NULL, 0);
    }
}

int main(int argc, char **argv)
{
    struct srow_error e = {0};
    struct srow_client *client = NULL;
    char command;
    uint32_t len;
    must(argc == 2, "usage: canary CONFIG");
    must(srow_client_open(&client, argv[1], &e) == SROW_OK, e.text);
    answer(NULL, 0);
    while (read_all(&command, 1) && read_all(&len, sizeof len)) {
        char *in = malloc(len + 1);
        must(in != NULL && read_all(in, len), "no command");
        obey(client, command, (struct srow_bytes){in, len});
        explicit_bzero(in, len);
        free(in);
    }
    srow_client_free(client);
    return 0;
}
