/* SPDX-License-Identifier: Apache-2.0
 *
 * The audit log: one JSON line a call in CloudTrail's shape, written before the answer leaves, also
 * for refused calls. It never holds plaintext or ciphertext.
 */
#ifndef KMSD_AUDIT_H
#define KMSD_AUDIT_H

#include <pthread.h>

#include "kmsd/call.h"

#define AUDIT_FILE "audit.log"

struct audit {
    int fd;
    pthread_mutex_t lock;
};

/* What CloudTrail tells of the connection. */
struct audit_peer {
    const char *source;      /* address without port */
    const char *tls_version; /* "TLSv1.3"; "" without TLS */
    const char *tls_suite;
    struct srow_bytes user_agent; /* may be empty */
    struct srow_bytes host;       /* as the client wrote it; may be empty */
};

MUST enum srow_rc audit_open(struct audit *out, struct srow_error *e);
void audit_close(struct audit *audit);

/* Fails with IO; nothing of the line stays then. */
MUST enum srow_rc audit_write(struct audit *audit, const struct call *call,
                              const struct audit_peer *peer, struct srow_error *e);

/* The line without its newline (for tests). */
void audit_put_line(struct srow_buf *out, const struct call *call, const struct audit_peer *peer,
                    const char *when, const char *event_id);

#endif
