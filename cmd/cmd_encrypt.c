/* SPDX-License-Identifier: Apache-2.0 */
#include "files.h"

enum { FRAME = 4096, MOST = 1 << 30 }; /* spec: client-apis/encrypt.md, the default frame length */

static enum srow_rc turn(struct srow_buf *out, struct files *f, struct srow_bytes in,
                         struct srow_error *e)
{
    struct cell_tools tools = {0};
    struct message_encrypted message = {0};
    TRY(files_tools(&tools, f, e));
    struct message_encrypt_options options = {.suite = f->suite,
                                              .frame_length = FRAME,
                                              .context = &f->context,
                                              .max_edks = f->max_edks,
                                              .deadline = tools.deadline,
                                              .watch = &files_watch};
    TRY(message_encrypt(&message, tools.manager, &options, in, e));
    *out = buf_take(&message.bytes);
    return SROW_OK;
}

static void put_name(struct srow_buf *out, const char *name)
{
    buf_printf(out, "%s.sealed", name);
}

static enum srow_rc run(int *status, const struct args *args, struct srow_error *e)
{
    static const struct files_way way = {"encrypted", MOST, turn, put_name};
    (void)status;
    for (size_t i = 0; i < args->context_count; i++) {
        const char *word = args->contexts[i];
        FAIL_IF(strncmp(word, "aws-crypto-", 11) == 0, e, SROW_E_USAGE,
                "--context %.*s: keys that begin with aws-crypto- are reserved: name it otherwise",
                (int)strcspn(word, "="), word);
    }
    return files_run(args, &way, e);
}

static const struct option options[] = {
    FILES_OPTIONS,
    FILES_OPTION_CONTEXT("a pair of the encryption context; once for each"),
    {.name = "suite",
     .value = "NUMBER",
     .help = "algorithm suite: 0478 (default) or 0578, which is signed",
     .kind = OPTION_VALUE,
     .at = offsetof(struct args, suite)},
    {0},
};

const struct command cmd_encrypt = {
    .name = "encrypt",
    .takes = "[--key ARN ... | --key-set NAME] [--context KEY=VALUE ...] [--in PATH] [--out PATH]",
    .brief = "Encrypt a file, or every file of a folder, as an AWS Encryption SDK message",
    .more = "A file of up to 1 GiB is held in memory. Files appear whole or not at all, mode 0600. "
            "In a\nfolder NAME becomes NAME.sealed. With --key and no configuration file the "
            "Regions are those of\nthe keys.",
    .options = options,
    .run = run,
};
