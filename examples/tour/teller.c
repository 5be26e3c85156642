/* SPDX-License-Identifier: Apache-2.0
 *
 * teller ACCOUNT USER_ID FILE: a program at work while a Region is lost. It seals a user id into
 * FILE; where that is refused for a Region's sake it says so once and tries again, for half a
 * minute.
 */
#include <stdio.h>
#include <time.h>

#include <sealrow/sealrow.h>

enum { TRIES = 300 };

static void pause_briefly(void)
{
    struct timespec tenth = {.tv_nsec = 100000000};
    nanosleep(&tenth, NULL);
}

static enum srow_rc seal(struct srow_sealed *out, struct srow_client *client, char **words,
                         struct srow_error *e)
{
    struct srow_bind row = {"account", srow_text(words[0])};
    struct srow_cell cell = {.column = "customer.user_id", .bind = &row, .bind_count = 1};
    enum srow_rc rc = srow_cell_seal(out, client, &cell, srow_str(words[1]), e);
    for (int i = 0; i < TRIES && srow_rc_class(rc) == SROW_CLASS_UNAVAILABLE; i++) {
        if (i == 0) {
            printf("%s: refused: %s (%s)\n", words[0], e->text, e->event);
            fflush(stdout);
        }
        pause_briefly();
        rc = srow_cell_seal(out, client, &cell, srow_str(words[1]), e);
    }
    return rc;
}

static int store(const struct srow_sealed *sealed, const char *path)
{
    FILE *file = fopen(path, "wb");
    size_t n = file == NULL ? 0 : fwrite(sealed->message.at, 1, sealed->message.len, file);
    return file == NULL || fclose(file) != 0 || n != sealed->message.len;
}

int main(int argc, char **argv)
{
    struct srow_error e = {0};
    struct srow_client *client = NULL;
    struct srow_sealed sealed = {0};
    if (argc != 4 || srow_client_open(&client, "sealrow.yaml", &e) != SROW_OK ||
        seal(&sealed, client, argv + 1, &e) != SROW_OK) {
        fprintf(stderr, "teller: %s\n", argc != 4 ? "write teller ACCOUNT USER_ID FILE" : e.text);
        srow_client_free(client);
        return 1;
    }
    printf("%s: sealed in Regions: %u, missing: %u\n", argv[1], (unsigned)sealed.wrapped,
           (unsigned)sealed.missing);
    int failed = store(&sealed, argv[3]);
    srow_sealed_free(&sealed);
    srow_client_free(client);
    return failed;
}
