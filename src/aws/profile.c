/* SPDX-License-Identifier: Apache-2.0
 *
 * The INI form of AWS's files as far as it matters here: sections, `key = value`, lines that begin
 * with '#' or ';' are comments, indented lines belong to a nested setting and are skipped. Later
 * values win, as in the CLI.
 */
#include "aws/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LARGEST = 1048576 };

struct place {
    const char *variable, *path;
};

static const struct place files[] = {
    [PROFILE_CREDENTIALS] = {"AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"},
    [PROFILE_CONFIG] = {"AWS_CONFIG_FILE", "~/.aws/config"},
};

static const char *const other_sources[] = {
    "credential_process", "credential_source",       "login_session", "role_arn",
    "source_profile",     "sso_account_id",          "sso_session",   "sso_start_url",
    "sso_role_name",      "web_identity_token_file",
};

/* -- the file -- */

static MUST enum srow_rc find_path(char **out, enum profile_file file, bool *named,
                                   struct srow_error *e)
{
    AUTO(buf_cleanup) struct srow_buf path = {0};
    const char *value = getenv(files[file].variable), *home = getenv("HOME");
    *named = value != NULL && value[0] != '\0';
    value = *named ? value : files[file].path;
    if (strncmp(value, "~/", 2) == 0 && home != NULL) {
        buf_put_str(&path, home);
        value++;
    }
    buf_put_str(&path, value);
    TRY(buf_check(&path, e));
    return bytes_dup_str(out, bytes_buf(&path), e);
}

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

static MUST enum srow_rc read_file(struct srow_buf *out, const char *path, bool must_be,
                                   const char *variable, struct srow_error *e)
{
    AUTO(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && !must_be && (errno == ENOENT || errno == ENOTDIR)) {
        return SROW_OK;
    }
    FAIL_IF(fd < 0, e, SROW_E_IO,
            "%s: it cannot be opened: %s: see who may read it, or name another in %s", path,
            strerror(errno), variable);
    for (;;) {
        void *to = buf_room(out, 4096);
        TRY(buf_check(out, e));
        ssize_t n = read(fd, to, 4096);
        FAIL_IF(n < 0, e, SROW_E_IO, "%s: it cannot be read: %s: name a file in %s", path,
                strerror(errno), variable);
        if (n == 0) {
            return SROW_OK;
        }
        buf_grew(out, (size_t)n);
        FAIL_IF(out->len > LARGEST, e, SROW_E_LIMIT,
                "%s: larger than a megabyte: is it the right file?", path);
    }
}

/* -- its lines -- */

static struct srow_bytes trim(const char *from, const char *to)
{
    while (from < to && (*from == ' ' || *from == '\t')) {
        from++;
    }
    while (to > from && (to[-1] == ' ' || to[-1] == '\t' || to[-1] == '\r')) {
        to--;
    }
    return bytes_of(from, (size_t)(to - from));
}

/* Whether "[...]" is the section of this profile. */
static bool is_section(struct srow_bytes line, enum profile_file file, const char *name)
{
    static const char prefix[] = "profile";
    const char *at = line.at, *end = memchr(at, ']', line.len);
    if (end == NULL) {
        return false;
    }
    struct srow_bytes title = trim(at + 1, end);
    bool bare = file == PROFILE_CREDENTIALS || strcmp(name, "default") == 0;
    if (bare && bytes_equal_str(title, name)) {
        return true;
    }
    size_t skip = strlen(prefix);
    at = title.at;
    return file == PROFILE_CONFIG && title.len > skip && memcmp(at, prefix, skip) == 0 &&
           (at[skip] == ' ' || at[skip] == '\t') &&
           bytes_equal_str(trim(at + skip, at + title.len), name);
}

static void take_setting(struct profile *p, struct srow_bytes key, struct srow_bytes value)
{
    if (bytes_equal_str(key, "aws_access_key_id")) {
        p->id = value;
    } else if (bytes_equal_str(key, "aws_secret_access_key")) {
        p->secret = value;
    } else if (bytes_equal_str(key, "aws_session_token")) {
        p->token = value;
    }
    for (size_t i = 0; i < sizeof other_sources / sizeof other_sources[0]; i++) {
        if (value.len > 0 && bytes_equal_str(key, other_sources[i])) {
            /* a process yields to keys, so anything else is the better name */
            bool better = p->other_source == NULL || i > 0;
            p->other_source = better ? other_sources[i] : p->other_source;
        }
    }
}

static void read_lines(struct profile *p, enum profile_file file)
{
    const char *at = p->text.at, *end = at + p->text.len;
    bool inside = false;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop == NULL ? end : stop;
        struct srow_bytes line = trim(at, stop);
        const char *equals = line.len == 0 ? NULL : memchr(line.at, '=', line.len);
        bool indented = at < stop && (*at == ' ' || *at == '\t');
        if (line.len > 0 && *(const char *)line.at == '[') {
            inside = is_section(line, file, p->name);
            p->found = p->found || inside;
        } else if (inside && !indented && equals != NULL && *at != '#' && *at != ';') {
            take_setting(p, trim(at, equals), trim(equals + 1, stop));
        }
        at = stop == end ? end : stop + 1;
    }
}

enum srow_rc profile_load(struct profile *out, enum profile_file file, const char *name,
                          struct srow_error *e)
{
    AUTO(profile_cleanup) struct profile p = {.name = name};
    bool named;
    TRY(find_path(&p.path, file, &named, e));
    TRY(read_file(&p.text, p.path, named, files[file].variable, e));
    if (p.text.len > 0) {
        read_lines(&p, file);
    }
    *out = p;
    p = (struct profile){0};
    return SROW_OK;
}

void profile_cleanup(struct profile *p)
{
    str_free(&p->path);
    buf_cleanup(&p->text);
    *p = (struct profile){0};
}
