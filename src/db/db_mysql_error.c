/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of errors. Numbers below 2000 and above 3000 are the server's, 2000 to 2999 and from
 * 5000 the client library's; those below 1000 are of the server's own files and memory.
 */
#include "db/db_mysql_error.h"

enum { SERVER_MIN = 1000 };

struct meaning {
    unsigned code;
    enum srow_rc rc;
    const char *text;
};

static const char deadlock[] = "conflict with another transaction, everything rolled back: "
                               "try again";
static const char locked[] = "locked by another for too long: try again";
static const char meanwhile[] = "somebody else has changed the tables meanwhile: run it again";
static const char read_only[] = "this server takes no writes: go to the primary";
static const char lost[] = "the connection was lost, and it is not known whether the last "
                           "statement was carried out: do it again, what is there is found";
static const char unreached[] = "no connection: check host and port, and whether it runs";
static const char crowded[] = "too many connections: try again later";
static const char check[] = "a CHECK refused the value: nothing was changed: see the table's rules";
static const char duplicate[] = "the row, or one with a unique column like it, is there already: "
                                "nothing was changed: see the table's unique columns";
static const char value[] = "a column does not take the value: nothing was changed: see the "
                            "table's columns";
static const char foreign[] =
    "a foreign key refused: nothing was changed: see the tables that it names";
static const char rights[] = "no right to do this: grant it, or use another database user";
static const char login[] = "the server refused the login: check user, password and rights";
static const char plugin[] = "the server asks for a kind of login that would show the password, or "
                             "that is not supported: use another for this user";
static const char large[] = "too large for the server: see its max_allowed_packet and row size";
static const char full[] = "the server's disk or table is full: nothing was changed: make room";
static const char slow[] = "no answer in time: try again; see the load of the server";

static const struct meaning table[] = {
    {1020, SROW_E_BUSY, deadlock},
    {1205, SROW_E_BUSY, locked},
    {1213, SROW_E_BUSY, deadlock},
    {3572, SROW_E_BUSY, locked},
    {1050, SROW_E_BUSY, meanwhile},
    {1051, SROW_E_BUSY, meanwhile},
    {1060, SROW_E_BUSY, meanwhile},
    {1091, SROW_E_BUSY, meanwhile},
    {1359, SROW_E_BUSY, meanwhile},
    {1826, SROW_E_BUSY, meanwhile},
    {1290, SROW_E_DB, read_only},
    {1792, SROW_E_DB, read_only},
    {1836, SROW_E_DB, read_only},
    {1047, SROW_E_DB, "this node is cut off from its cluster: go to another"},
    {1040, SROW_E_CONNECT, crowded},
    {1203, SROW_E_CONNECT, crowded},
    {1226, SROW_E_CONNECT, crowded},
    {1053, SROW_E_CONNECT, lost},
    {1080, SROW_E_CONNECT, lost},
    {1152, SROW_E_CONNECT, lost},
    {1158, SROW_E_CONNECT, lost},
    {1160, SROW_E_CONNECT, lost},
    {1184, SROW_E_CONNECT, lost},
    {1927, SROW_E_CONNECT, lost},
    {0, SROW_E_CONNECT, lost},    /* an error of the server's without a number, */
    {1156, SROW_E_CONNECT, lost}, /* packets in another order, */
    {2000, SROW_E_CONNECT, lost}, /* an error without a number, */
    {2027, SROW_E_CONNECT, lost}, /* or one that is no packet: of no use any more */
    {2006, SROW_E_CONNECT, lost},
    {2013, SROW_E_CONNECT, lost},
    {2055, SROW_E_CONNECT, lost},
    {5013, SROW_E_CONNECT, lost},
    {5014, SROW_E_CONNECT, lost},
    {2001, SROW_E_CONNECT, unreached},
    {2002, SROW_E_CONNECT, unreached},
    {2003, SROW_E_CONNECT, unreached},
    {2004, SROW_E_CONNECT, unreached},
    {2005, SROW_E_CONNECT, unreached},
    {2012, SROW_E_CONNECT, unreached},
    {1159, SROW_E_TIMEOUT, slow},
    {1161, SROW_E_TIMEOUT, slow},
    {1969, SROW_E_TIMEOUT, slow},
    {3024, SROW_E_TIMEOUT, slow},
    {1317, SROW_E_TIMEOUT, "an operator has stopped the statement: try again"},
    {2026, SROW_E_TLS, "no TLS with a certificate for this host: check ssl-ca and the host's name"},
    {4025, SROW_E_DB_DENIED, check},
    {3819, SROW_E_DB_DENIED, check},
    {1062, SROW_E_DB_DENIED, duplicate},
    {1169, SROW_E_DB_DENIED, duplicate},
    {1586, SROW_E_DB_DENIED, duplicate},
    {1048, SROW_E_DB_DENIED, value},
    {1264, SROW_E_DB_DENIED, value},
    {1265, SROW_E_DB_DENIED, value},
    {1292, SROW_E_DB_DENIED, value},
    {1364, SROW_E_DB_DENIED, value},
    {1366, SROW_E_DB_DENIED, value},
    {1406, SROW_E_DB_DENIED, value},
    {1216, SROW_E_DB_DENIED, foreign},
    {1217, SROW_E_DB_DENIED, foreign},
    {1451, SROW_E_DB_DENIED, foreign},
    {1452, SROW_E_DB_DENIED, foreign},
    {1644, SROW_E_DB_DENIED, "a trigger refused: nothing was changed: see the table's triggers"},
    {1044, SROW_E_DB_RIGHTS,
     "no right to this database, or there is none of this name: correct DATABASE_URL, or grant it"},
    {1142, SROW_E_DB_RIGHTS, rights},
    {1143, SROW_E_DB_RIGHTS, rights},
    {1227, SROW_E_DB_RIGHTS, rights},
    {1370, SROW_E_DB_RIGHTS, rights},
    {1419, SROW_E_DB_RIGHTS,
     "no right to make a trigger while the binary log is on: SET GLOBAL "
     "log_bin_trust_function_creators = 1, or use a login with SUPER"},
    {1045, SROW_E_DB_RIGHTS, login},
    {1130, SROW_E_DB_RIGHTS, login},
    {1698, SROW_E_DB_RIGHTS, login},
    {1820, SROW_E_DB_RIGHTS, "the password has expired: change it"},
    {1862, SROW_E_DB_RIGHTS, "the password has expired: change it"},
    {3118, SROW_E_DB_RIGHTS, "the account is locked: unlock it, or use another database user"},
    {4151, SROW_E_DB_RIGHTS, "the account is locked: unlock it, or use another database user"},
    {1251, SROW_E_DB_RIGHTS, plugin},
    {2049, SROW_E_DB_RIGHTS, plugin},
    {2059, SROW_E_DB_RIGHTS, plugin},
    {2061, SROW_E_DB_RIGHTS, plugin},
    {5010, SROW_E_DB_RIGHTS, plugin},
    {1049, SROW_E_DB_MISSING, "the server has no such database: correct DATABASE_URL"},
    {1054, SROW_E_DB, "a column of the statement is not there: see sealrow check"},
    {1064, SROW_E_DB,
     "the server did not understand the statement: report it with the server's version"},
    {1146, SROW_E_DB, "a table of the statement is not there: see sealrow check"},
    {1665, SROW_E_DB, "binlog_format = STATEMENT is not supported: use ROW"},
    {1118, SROW_E_LIMIT, large},
    {1153, SROW_E_LIMIT, large},
    {1074, SROW_E_LIMIT, large},
    {2020, SROW_E_LIMIT, large},
    {1021, SROW_E_IO, full},
    {1114, SROW_E_IO, full},
    {2008, SROW_E_NOMEM, "no memory for the connection: try again later"},
};

enum srow_rc db_mysql_error_fail(unsigned code, struct srow_error *e)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].code == code) {
            FAIL(e, table[i].rc, "database: %s (error %u)", table[i].text, code);
        }
    }
    FAIL_IF(code < SERVER_MIN, e, SROW_E_DB,
            "database: the server failed at a file or memory of its own (error %u): see its log, "
            "tmpdir and disk: try again",
            code);
    FAIL(e, SROW_E_DB, "database: error %u: see its meaning in the server's manual", code);
}
