/* SPDX-License-Identifier: Apache-2.0
 *
 * hello [FILE]: the first configuration of docs/configuration.md, one value sealed and opened.
 */
#include <stdio.h>

#include <sealrow/sealrow.h>

static int stop(const char *text)
{
    fprintf(stderr, "hello: %s\n", text);
    return 1;
}

int main(int argc, char **argv)
{
    static struct srow_error e; /* static: zero, as a structure must be before it is given */
    static struct srow_cell cell;
    static struct srow_sealed sealed;
    static struct srow_buf plain;
    struct srow_client *client = NULL;
    if (srow_client_open(&client, argc > 1 ? argv[1] : "sealrow.yaml", &e) != SROW_OK) {
        return stop(e.text);
    }
    struct srow_bind row = {"account_number", srow_text("12345678")};
    cell.column = "customer_profile.userid", cell.bind = &row, cell.bind_count = 1;
    int failed = srow_cell_seal(&sealed, client, &cell, srow_str("abc123"), &e) != SROW_OK;
    /* Store sealed.message with your own database calls, read it back, then: */
    struct srow_bytes stored = {sealed.message.at, sealed.message.len};
    failed = failed || srow_cell_open(&plain, client, &cell, stored, &e) != SROW_OK;
    if (!failed) {
        printf("%zu bytes sealed, opened: %.*s\n", sealed.message.len, (int)plain.len,
               (const char *)plain.at);
    }
    srow_buf_free(&plain);
    srow_sealed_free(&sealed);
    srow_client_free(client);
    return failed ? stop(e.text) : 0;
}
