/* SPDX-License-Identifier: Apache-2.0 */
#include "kmsd/listener_tls.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <unistd.h>

#include "kmsd/datadir.h"

enum { CERT_MOST = 1 << 18, KEY_MOST = 4096 };

void listener_tls_cleanup(struct listener_tls *tls)
{
    buf_cleanup(&tls->cert);
    secret_cleanup(&tls->key);
}

static void fd_close(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
}

static enum srow_rc open_file(int *out, const char *option, const char *name, struct srow_error *e)
{
    *out = open(name, O_RDONLY | O_CLOEXEC);
    FAIL_IF(*out < 0, e, errno == ENOENT ? SROW_E_NOT_FOUND : SROW_E_IO, "%s %s: %s", option, name,
            strerror(errno));
    return SROW_OK;
}

static enum srow_rc read_cert(struct srow_buf *out, const char *name, struct srow_error *e)
{
    AUTO(fd_close) int fd = -1;
    TRY(open_file(&fd, "--tls-cert", name, e));
    char *room = buf_room(out, CERT_MOST);
    FAIL_IF(room == NULL, e, SROW_E_NOMEM, "no memory for a certificate");
    ssize_t got = read(fd, room, CERT_MOST);
    FAIL_IF(got < 0, e, SROW_E_IO, "--tls-cert %s: %s", name, strerror(errno));
    FAIL_IF(got == CERT_MOST, e, SROW_E_LIMIT, "--tls-cert %s: too large", name);
    buf_grew(out, (size_t)got);
    buf_cstr(out);
    return buf_check(out, e);
}

static enum srow_rc read_key(struct secret *out, const char *name, struct srow_error *e)
{
    AUTO(fd_close) int fd = -1;
    AUTO(secret_cleanup) struct secret text = {0};
    TRY(open_file(&fd, "--tls-key", name, e));
    TRY(datadir_check_file(name, e));
    TRY(secret_new(&text, KEY_MOST, e)); /* zeroed: a NUL stands behind what is read */
    ssize_t got = read(fd, text.at, KEY_MOST);
    FAIL_IF(got < 0, e, SROW_E_IO, "--tls-key %s: %s", name, strerror(errno));
    FAIL_IF(got == KEY_MOST, e, SROW_E_LIMIT, "--tls-key %s: at most %d bytes are read", name,
            KEY_MOST - 1);
    *out = secret_take(&text);
    return SROW_OK;
}

static enum srow_rc check_pair(const struct listener_tls *tls, struct srow_error *e)
{
    gnutls_certificate_credentials_t credentials;
    gnutls_datum_t cert = {tls->cert.at, (unsigned)tls->cert.len};
    gnutls_datum_t key = {tls->key.at, (unsigned)strlen((const char *)tls->key.at)};
    FAIL_IF(gnutls_certificate_allocate_credentials(&credentials) != 0, e, SROW_E_NOMEM,
            "no memory for a certificate");
    int why = gnutls_certificate_set_x509_key_mem(credentials, &cert, &key, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(credentials);
    FAIL_IF(why < 0, e, SROW_E_USAGE,
            "--tls-cert and --tls-key: a certificate and its private key in PEM are needed: %s",
            gnutls_strerror(why));
    return SROW_OK;
}

enum srow_rc listener_tls_load(struct listener_tls *out, const char *cert_file,
                               const char *key_file, struct srow_error *e)
{
    AUTO(listener_tls_cleanup) struct listener_tls tls = {0};
    TRY(read_cert(&tls.cert, cert_file, e));
    TRY(read_key(&tls.key, key_file, e));
    TRY(check_pair(&tls, e));
    out->cert = buf_take(&tls.cert);
    out->key = secret_take(&tls.key);
    return SROW_OK;
}

void listener_tls_describe(struct listener_tls_session *out, void *gnutls_session)
{
    gnutls_session_t session = gnutls_session;
    const char *version = gnutls_protocol_get_name(gnutls_protocol_get_version(session));
    const char *suite = gnutls_ciphersuite_get(session);
    bool known = version != NULL && strncmp(version, "TLS", 3) == 0;
    snprintf(out->version, sizeof out->version, "TLSv%s", known ? version + 3 : "?");
    snprintf(out->suite, sizeof out->suite, "%s", suite == NULL ? "?" : suite);
}
