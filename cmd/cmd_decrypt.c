/* SPDX-License-Identifier: Apache-2.0 */
#include "files.h"
#include "io.h"

static enum srow_rc turn(struct srow_buf *out, struct files *f, struct srow_bytes in,
                         struct srow_error *e)
{
    struct cell_tools tools = {0};
    TRY(files_tools(&tools, f, e));
    struct message_decrypt_options options = {.demanded = &f->context,
                                              .max_edks = f->max_edks,
                                              .via = f->args->via,
                                              .deadline = tools.deadline,
                                              .watch = &files_watch};
    enum srow_rc rc = message_decrypt(out, tools.manager, &options, in, e);
    if (rc != SROW_OK) {
        error_advise(e);
    }
    return rc;
}

/* Without the ending that encrypt, or the AWS Encryption CLI, gave it. */
static void put_name(struct srow_buf *out, const char *name)
{
    static const char *const endings[] = {".sealed", ".encrypted"};
    size_t len = strlen(name);
    for (size_t i = 0; i < 2; i++) {
        size_t ending = strlen(endings[i]);
        if (len > ending && strcmp(name + len - ending, endings[i]) == 0) {
            buf_put(out, bytes_of(name, len - ending));
            return;
        }
    }
    buf_printf(out, "%s.decrypted", name);
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    static const struct files_way way = {"decrypted", IO_MOST, turn, put_name};
    (void)status;
    return files_run(args, &way, e);
}

static const struct option options[] = {
    FILES_OPTIONS,
    FILES_OPTION_CONTEXT("a pair that the encryption context must have; once for each"),
    CMD_OPTION_VIA,
    {0},
};

const struct command cmd_decrypt = {
    .name = "decrypt",
    .takes = "[--key ARN ... | --key-set NAME] [--context KEY=VALUE ...] [--in PATH] [--out PATH]",
    .brief = "Decrypt what encrypt, or another AWS Encryption SDK, wrote",
    .more = "Nothing is written before the whole message is verified. In a folder NAME.sealed and "
            "NAME.encrypted\nbecome NAME, and any other NAME.decrypted. With --key and no "
            "configuration file the Regions are\nthose of the keys.",
    .options = options,
    .run = run,
};
