/* SPDX-License-Identifier: Apache-2.0
 *
 * Every finding: its code, what it means, its repair, and whether an operator may accept it. The
 * page docs/check.md has the same rows; a test compares them.
 */
#include "schema/finding.h"

enum { REPAIR_ONLY = false, MAY_ACCEPT = true };

const struct finding_kind finding_kinds[] = {
    {"table-missing", "the configured table is not in the database, or is a view",
     "create it, or correct `table`", REPAIR_ONLY},

    {"bind-missing", "a bound column is not in the table",
     "correct the table or the binding's `column`", REPAIR_ONLY},
    {"bind-nullable", "a bound column may be NULL: such a row cannot be named", "make it NOT NULL",
     REPAIR_ONLY},
    {"bind-made", "the database makes a bound column's value, so it is not known before INSERT",
     "bind a column that the application gives", REPAIR_ONLY},
    {"bind-converted", "a bound column's type turns '007' into 7, which names another row",
     "bind it as what it is, or make it TEXT", REPAIR_ONLY},
    {"bind-inexact", "a bound column's type rounds: numbers, or a moment's microseconds",
     "make it a type that holds each value of the binding's type", REPAIR_ONLY},
    {"bind-zoneless", "a bound column has times without a zone, which are taken as UTC",
     "make it a type with a zone, or have all who write there write UTC", MAY_ACCEPT},
    {"bind-loose",
     "a bound column takes different texts for equal: case, accents or spaces at the end",
     "give it a collation that compares bytes", REPAIR_ONLY},
    {"bind-cascade",
     "a bound column follows another table's, and values no longer open when it moves",
     "remove ON UPDATE, and reseal when a key changes", REPAIR_ONLY},
    {"bind-not-unique", "no primary key or unique index lies within the bound columns",
     "add one, or bind what is unique", REPAIR_ONLY},
    {"bind-sealed", "a bound column is itself a sealed column, so it is never the same twice",
     "bind what is not sealed", REPAIR_ONLY},
    {"bind-sensitive",
     "a binding is named like personal data or a secret: bound values stand in "
     "clear in each value and in the audit log of each Region",
     "bind an identifier that says nothing", MAY_ACCEPT},

    {"column-missing", "a sealed column is not in the table", "run `sealrow init`", REPAIR_ONLY},
    {"column-not-binary", "a sealed column's type converts what is written", "make it BLOB",
     REPAIR_ONLY},
    {"column-narrow", "a sealed column's declared length does not hold its values",
     "declare the length that is named", REPAIR_ONLY},
    {"column-generated", "a sealed column is generated, or a generated column is made of it",
     "drop the generated column", REPAIR_ONLY},
    {"column-unique",
     "a sealed column is unique: no two sealed values are equal, so nothing is kept "
     "out",
     "drop the index, and put uniqueness where the value is not sealed", MAY_ACCEPT},
    {"column-indexed", "an index on a sealed column finds nothing and costs each write",
     "drop the index", MAY_ACCEPT},
    {"column-foreign-key", "a foreign key from or to a sealed column never fits",
     "drop the foreign key", REPAIR_ONLY},
    {"column-viewed", "a view shows a sealed column: its readers get bytes they cannot open",
     "take it out of the view, or open it where the view is read", MAY_ACCEPT},
    {"column-triggered", "a trigger names a sealed column: what it copies elsewhere does not open",
     "look at the trigger", MAY_ACCEPT},
    {"check-missing", "a sealed column takes plaintext too",
     "add it with the CHECK that `sealrow init --print` shows", REPAIR_ONLY},

    {"check-unenforced", "the server ignores CHECKs, and takes plaintext in a sealed column",
     "switch them on; MySQL has them from 8.0.16", REPAIR_ONLY},
    {"log-statements",
     "the server logs statements with their values: bindings, columns beside, plaintext that is "
     "not sealed yet",
     "switch it off for this database", MAY_ACCEPT},
    {"binlog-statements",
     "the binary log has statements with their values, and keeps them until it expires",
     "set binlog_format to ROW", MAY_ACCEPT},
    {"replica-filtered", "the server is a replica that leaves tables out",
     "see that the configured tables and those named sealrow_... are not among them", MAY_ACCEPT},

    {"config-unbooked", "the database has not booked this configuration, which does not write",
     "run `sealrow init`, then deploy it everywhere", REPAIR_ONLY},
    {"config-older", "the database has booked a newer configuration, and this one does not write",
     "deploy the newer one", REPAIR_ONLY},

    {"accept-no-cell", "a column opens values without its name, which may be moved between columns",
     "replace those values, then remove `accept`", MAY_ACCEPT},

    {"write-below-all",
     "write.require lets values be written that lack Regions, and die with the ones they have",
     "say `require: all`", MAY_ACCEPT},
    {"write-quorum", "write.require asks for more Regions than a key set has keys for new values",
     "ask for fewer, or add keys", REPAIR_ONLY},
    {"write-local-missing",
     "write.require is local, and a key set has no key for new values in the local Region",
     "add a key there, or require `all` or `quorum:N`", REPAIR_ONLY},
    {"write-while-down", "a Region is declared down: new values lack it",
     "when it is back, take it out of write.while_down, its file or SEALROW_WHILE_DOWN",
     MAY_ACCEPT},
    {"write-while-down-file",
     "write.while_down_file cannot be used, and its last good state counts",
     "mend the file as the log says", REPAIR_ONLY},

    {"key-missing", "a Region's KMS does not know a key", "correct its ARN", REPAIR_ONLY},
    {"key-disabled", "a key is disabled or about to be deleted", "enable it", REPAIR_ONLY},
    {"key-denied", "KMS does not let this principal use a key",
     "mend the key policy, or the credentials", REPAIR_ONLY},
    {"key-wrong", "KMS answered for another key, or with another data key",
     "find out who answers at that address", REPAIR_ONLY},
    {"region-unavailable", "a Region's KMS gave no answer that can be used",
     "mend the way to it, or try again", REPAIR_ONLY},

    {"probe-missing", "there is no probe that a reader could open",
     "let a writer run `sealrow init`", REPAIR_ONLY},
    {"probe-stale", "the probe was sealed for other keys", "let a writer run `sealrow init`",
     REPAIR_ONLY},
    {"probe-refused", "the probe does not open in a Region",
     "mend the key policy for readers, or the way to that Region", REPAIR_ONLY},
    {0},
};
