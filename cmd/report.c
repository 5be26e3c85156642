/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"

static enum srow_rc about_option(enum srow_rc rc, struct srow_error *e)
{
    return rc == SROW_OK ? rc : error_wrap(e, rc, "--html");
}

static enum srow_rc open_folder(struct report *r, const char *file, struct srow_error *e)
{
    size_t len = strlen(file);
    FAIL_IF(len == 0 || file[len - 1] == '/', e, SROW_E_USAGE,
            "--html %s: no name of a file: name one, or - for standard output", file);
    TRY(bytes_dup_str(&r->folder, srow_str(file), e));
    TRY(bytes_dup_str(&r->path, srow_str(file), e));
    const char *parent = dirname(r->folder);
    int folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    FAIL_IF(folder < 0 && errno == ENOENT, e, SROW_E_NOT_FOUND,
            "--html %s: there is no folder %s: make it first", file, parent);
    FAIL_IF(folder < 0, e, SROW_E_IO,
            "--html %s: its folder cannot be opened: %s: see who may write there", file,
            strerror(errno));
    r->to = (struct output){folder, basename(r->path), file, .overwrite = true, .shared = true};
    return SROW_OK;
}

enum srow_rc report_init(struct report *out, const struct args *args, struct srow_error *e)
{
    out->dry_run = args->dry_run;
    if (strcmp(args->html, "-") == 0) {
        FAIL_IF(args->json, e, SROW_E_USAGE,
                "--html -: with --json standard output is for that: name a file");
        return SROW_OK;
    }
    TRY(open_folder(out, args->html, e));
    return about_option(output_check(&out->to, e), e);
}

enum srow_rc report_write(const struct report *r, const struct srow_buf *page, struct srow_error *e)
{
    TRY(buf_check(page, e));
    if (r->dry_run) {
        return SROW_OK;
    }
    if (r->path == NULL) {
        return io_write_buf(page, e);
    }
    return about_option(output_write(&r->to, bytes_buf(page), e), e);
}

void report_cleanup(struct report *r)
{
    if (r->path != NULL && r->to.name != NULL) {
        close(r->to.folder);
    }
    free(r->folder);
    free(r->path);
    *r = (struct report){0};
}
