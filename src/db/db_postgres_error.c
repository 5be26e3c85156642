/* SPDX-License-Identifier: Apache-2.0 */
#include "db/db_postgres_error.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

struct state {
    const char *begins; /* of the SQLSTATE; the first row that fits counts */
    enum srow_rc rc;
    bool has_words; /* the server's own words name objects only */
    const char *text;
};

static const struct state states[] = {
    /* once more */
    {"40P01", SROW_E_BUSY, false, "a deadlock in which this transaction gave way: try again"},
    {"40003", SROW_E_CONNECT, false,
     "it is not known whether the statement was carried out: do it again, what is there is found"},
    {"40", SROW_E_BUSY, false, "somebody else has changed the same rows: try again"},
    {"55P03", SROW_E_BUSY, false, "locked by another for more than 5 s: try again"},
    {"42701", SROW_E_BUSY, true, "somebody else has made it meanwhile: run it again"},
    {"42710", SROW_E_BUSY, true, "somebody else has made it meanwhile: run it again"},
    {"42P07", SROW_E_BUSY, true, "somebody else has made it meanwhile: run it again"},
    /* later or elsewhere */
    {"25006", SROW_E_DB, false,
     "this server takes no writes, it is a replica or read-only: write at the primary"},
    {"57014", SROW_E_TIMEOUT, false, "the server has cancelled the statement: try again"},
    {"57P03", SROW_E_CONNECT, false, "the server is starting or stopping: try again later"},
    {"57P", SROW_E_CONNECT, false, "the server has ended the connection: try again"},
    {"53300", SROW_E_CONNECT, false, "the server has no connection left: try again later"},
    {"53100", SROW_E_IO, false, "the server's disk is full: nothing was changed: make room"},
    {"53", SROW_E_DB, false, "the server lacks memory or another resource: try again later"},
    {"08P01", SROW_E_INTERNAL, false,
     "the server did not understand the message: report it with the server's version"},
    {"08", SROW_E_CONNECT, false, "the connection was lost: try again"},
    /* give up */
    {"3D000", SROW_E_DB_MISSING, false, "the server has no such database: correct DATABASE_URL"},
    {"28", SROW_E_DB_RIGHTS, false,
     "the server refused the login: check user, password and rights"},
    {"42501", SROW_E_DB_RIGHTS, true, "grant the right, or use another database user"},
    {"2BP01", SROW_E_DB, true, "see sealrow check for what it is, and drop that first"},
    {"42601", SROW_E_INTERNAL, false,
     "the server did not understand the statement: report it with the server's version"},
    {"42", SROW_E_DB, true, "see sealrow check"},
    {"22", SROW_E_DB_DENIED, false,
     "a value does not fit the type of its column: nothing was changed: see the table's columns"},
    {"P0", SROW_E_DB_DENIED, false,
     "a trigger refused: nothing was changed: see the table's triggers"},
    {"54", SROW_E_LIMIT, false,
     "too large or too many for the server: shorten the value, or see the server's limits"},
    {"", SROW_E_DB, false, "the server failed: its log has more"},
};

static const struct state *find(const char *sqlstate)
{
    size_t i = 0;
    while (strncmp(states[i].begins, sqlstate, strlen(states[i].begins)) != 0) {
        i++; /* the last row fits all */
    }
    return &states[i];
}

static const char *field(const PGresult *result, int what)
{
    const char *text = PQresultErrorField(result, what);
    return text == NULL ? "" : text;
}

static enum srow_rc fail_constraint(const PGresult *result, const char *state, struct srow_error *e)
{
    const char *kind = strcmp(state, "23505") == 0   ? "a row that is there already"
                       : strcmp(state, "23514") == 0 ? "a value that breaks a CHECK"
                       : strcmp(state, "23502") == 0 ? "NULL in a column that has none"
                       : strcmp(state, "23503") == 0 ? "a key that another table lacks or needs"
                                                     : "a value that breaks a constraint";
    FAIL(e, SROW_E_DB_DENIED,
         "database: %s, table %s, %s %s (%s): nothing was changed: see the table's rules", kind,
         field(result, PG_DIAG_TABLE_NAME),
         *field(result, PG_DIAG_CONSTRAINT_NAME) != '\0' ? "constraint" : "column",
         *field(result, PG_DIAG_CONSTRAINT_NAME) != '\0' ? field(result, PG_DIAG_CONSTRAINT_NAME)
                                                         : field(result, PG_DIAG_COLUMN_NAME),
         state);
}

enum srow_rc db_postgres_error_result(const PGresult *result, struct srow_error *e)
{
    const char *sqlstate = result == NULL ? "" : field(result, PG_DIAG_SQLSTATE);
    FAIL_IF(*sqlstate == '\0', e, SROW_E_CONNECT,
            "database: the connection was lost, and it is not known whether the last statement was "
            "carried out: do it again, what is there is found");
    if (strncmp(sqlstate, "23", 2) == 0) {
        return fail_constraint(result, sqlstate, e);
    }
    const struct state *s = find(sqlstate);
    bool is_told = *field(result, PG_DIAG_CONTEXT) != '\0'; /* by a function: it may name values */
    FAIL_IF(s->has_words && !is_told, e, s->rc, "database: %s (%s): %s",
            field(result, PG_DIAG_MESSAGE_PRIMARY), sqlstate, s->text);
    FAIL(e, s->rc, "database: %s%s (%s)", s->has_words ? "a trigger or function failed: " : "",
         s->text, sqlstate);
}

/* -- connecting -- */

/* What libpq says by itself, without a server's SQLSTATE. Its words may hold parts of the URL and
 * are not shown. */
static const struct {
    const char *words;
    enum srow_rc rc;
    const char *text;
} causes[] = {
    {"root certificate file", SROW_E_TLS,
     "no root certificates to verify the server by: name their file, sslrootcert=FILE"},
    {"certificate verify failed", SROW_E_TLS,
     "the server's certificate is not of an authority in sslrootcert: name the right file"},
    {"does not match host name", SROW_E_TLS,
     "the server's certificate is of another host: connect by a name that it holds"},
    {"does not support SSL", SROW_E_TLS, "the server offers no TLS: switch it on there (ssl = on)"},
    {"private key file", SROW_E_TLS,
     "the client's key cannot be read, or others may read it: chmod it to 0600"},
    {"SSL", SROW_E_TLS, "TLS failed: see the server's log, sslrootcert and sslcert"},
    {"certificate", SROW_E_TLS, "TLS failed: see the server's log, sslrootcert and sslcert"},
    {"no password supplied", SROW_E_DB_RIGHTS,
     "the server asks for a password and there is none that may be sent: give one in PGPASSWORD or "
     "a password file, over TLS"},
    {"definition of service", SROW_E_CONFIG,
     "there is no such service in the service file: correct its name"},
    {"service file", SROW_E_CONFIG,
     "the service file cannot be read: see PGSERVICEFILE and who may read it"},
    {"could not translate host name", SROW_E_CONNECT,
     "the name of the host is not known: correct it"},
    {"onnection refused", SROW_E_CONNECT,
     "the connection was refused: check host and port, and whether the server runs"},
    {"No such file or directory", SROW_E_CONNECT,
     "there is no such socket: check host and port, and whether the server runs"},
    {"timeout expired", SROW_E_TIMEOUT,
     "no answer in time: check host and port, and whether the server runs"},
    {"read-only", SROW_E_DB,
     "no server of the list takes writes (target_session_attrs): name the primary"},
    {"", SROW_E_CONNECT, "no answer that could be used: check host and port, and the server's log"},
};

/* "...:  28P01: ...": the severity before it may be in any language. */
static bool read_state(char out[6], const char *message)
{
    for (const char *at = strstr(message, ":  "); at != NULL; at = strstr(at + 1, ":  ")) {
        size_t n = 0;
        while (n < 5 && (isupper((unsigned char)at[3 + n]) || isdigit((unsigned char)at[3 + n]))) {
            out[n] = at[3 + n];
            n++;
        }
        if (n == 5 && at[8] == ':') {
            out[5] = '\0';
            return true;
        }
    }
    return false;
}

enum srow_rc db_postgres_error_connect(const char *message, struct srow_error *e)
{
    char sqlstate[6];
    if (read_state(sqlstate, message)) {
        const struct state *s = find(sqlstate);
        FAIL(e, s->rc, "database: %s (%s)", s->text, sqlstate);
    }
    size_t i = 0;
    while (strstr(message, causes[i].words) == NULL) {
        i++; /* the last row fits all */
    }
    FAIL(e, causes[i].rc, "database: %s", causes[i].text);
}
