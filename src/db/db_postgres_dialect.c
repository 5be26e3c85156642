/* SPDX-License-Identifier: Apache-2.0
 *
 * Facts of PostgreSQL. A table without a schema is the one that its quoted
 * name means in the search path. CHECKs are
 * compared with pg_get_constraintdef's way of writing them.
 */
#include "db/db_postgres.h"

#define TABLE                                                                                      \
    "pg_catalog.to_regclass(coalesce(pg_catalog.quote_ident($2::text) || '.', '') || "             \
    "pg_catalog.quote_ident($1::text))"
#define COLUMN                                                                                     \
    "(SELECT n.attnum FROM pg_catalog.pg_attribute n WHERE n.attrelid = " TABLE                    \
    " AND n.attname = $3::text)"
/* A published table, and those that it stands for if it is partitioned. The list of columns is
 * there from PostgreSQL 15 on: before that the key of the JSON is missing. */
#define PUBLISHED "pg_publication p CROSS JOIN LATERAL pg_get_publication_tables(p.pubname) g"
#define PARTS "(SELECT " TABLE " UNION ALL SELECT f.relid FROM pg_partition_tree(" TABLE ") f)"

const struct db_dialect db_postgres_dialect = {
    .name = "postgresql",
    .scheme = "postgresql:",
    .blob_type = "bytea",
    .blob_any = "bytea",
    .key_type = "text",
    .own_table = "",
    .quote = '"',
    .names_have_case = true,
    .begin = "BEGIN",
    .attempts = 3,
    .lock = " FOR UPDATE",
    .create_role = "CREATE ROLE @c",
    .blob_huge = "bytea",
    .add_with = ", ALTER COLUMN @c SET STORAGE EXTERNAL",
    .validate = "ALTER TABLE @t VALIDATE CONSTRAINT ",
    .hex = {"'\\x", "'::bytea"},
    .is_bytes = "",
    .bytes_length = "octet_length(@c)",
    .text_length = "octet_length(CAST(@c AS text))",
    .equal = "@c = @p",
    .equal_text = "@c = @p",
    .equal_decimal = "@c = @p",
    .same = "@c IS NOT DISTINCT FROM @p",
    .same_text = "CAST(@c AS text) COLLATE \"C\" IS NOT DISTINCT FROM CAST(@p AS text)",
    .same_decimal = "@c IS NOT DISTINCT FROM @p",
    .same_float = "@c IS NOT DISTINCT FROM @p",
    .next_values = "SELECT nextval(" TABLE ") FROM generate_series(1, $3::bigint)",
    .grant_values = "GRANT USAGE ON SEQUENCE @t TO @c",
    .position = "SELECT 'postgresql:' || CASE WHEN pg_is_in_recovery() THEN "
                "pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END",
    .exact = "@c",
    .row_order = true,
    .number = "CAST(@p AS bigint)",
    .upsert = " ON CONFLICT (@t) DO UPDATE SET ",
    .upsert_column = "@c = excluded.@c",
    .limits = "a value has at most 1 GB; of a row of more than 2 kB long values stand outside "
              "(TOAST); an "
              "index key has at most 2,704 bytes",
    .check = {.binary = "",
              .either = "(substr(@c,1,3)=ANY(ARRAY'\\x020478'::bytea,'\\x020578'::bytea))",
              .plain = "(substr(@c,1,3)='\\x020478'::bytea)",
              .is_signed = "(substr(@c,1,3)='\\x020578'::bytea)"},
    /* images are what is stored: no collation, 1.0 is not 1.00 */
    .trigger = {.body = "BEGIN IF pg_catalog.record_image_ne(ROW(OLD.@o), ROW(NEW.@o)) AND "
                        "pg_catalog.record_image_eq(ROW(OLD.@c), ROW(NEW.@c)) THEN "
                        "NEW.@c := NULL; END IF; RETURN NEW; END",
                .end = "",
                .function =
                    "CREATE OR REPLACE FUNCTION @q() RETURNS trigger LANGUAGE plpgsql AS @l",
                .create =
                    "CREATE TRIGGER @n BEFORE UPDATE ON @t FOR EACH ROW EXECUTE FUNCTION @q()",
                .drop = "DROP TRIGGER @n ON @t",
                .drop_function = "DROP FUNCTION @q()",
                /* 19: before, each row, of UPDATE alone */
                .live = "SELECT CASE WHEN g.tgtype = 19 AND g.tgenabled IN ('O', 'A') AND g.tgqual "
                        "IS NULL AND g.tgattr::text = '' THEN p.prosrc ELSE '' END "
                        "FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid "
                        "WHERE g.tgrelid = " TABLE " AND g.tgname = $3::text"},
    .catalog =
        {
            /* CHECKs, and behind AS what generated columns are made of */
            .table =
                "SELECT c.relname::text, coalesce((SELECT string_agg(pg_get_constraintdef(k.oid), "
                "' ') FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'), '') || "
                "coalesce((SELECT string_agg(' AS (' || pg_get_expr(d.adbin, d.adrelid) || ')', "
                "'') FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND "
                "a.attnum = d.adnum WHERE d.adrelid = c.oid AND a.attgenerated <> ''), ''), "
                "c.relkind NOT IN ('r', 'p'), false, false FROM pg_class c WHERE c.oid = " TABLE
                " AND c.relkind IN ('r', 'p', 'v', 'm', 'f')",
            .columns =
                "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, "
                "EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND "
                "i.indisprimary AND a.attnum = ANY (i.indkey)), a.attgenerated <> '' OR "
                "a.attidentity = 'a', a.attidentity <> '' OR a.attgenerated <> '' OR "
                "coalesce(pg_get_expr(d.adbin, d.adrelid) ~ '\\w\\(|^(CURRENT|LOCAL|SESSION)_', "
                "false), CASE WHEN b.typname = 'bytea' THEN 'b' WHEN b.typname IN ('bpchar', "
                "'citext', 'json', 'xml') OR NOT coalesce(o.collisdeterministic, true) THEN 'l' "
                "WHEN b.typcategory IN ('S', 'E') THEN 't' WHEN b.typname = 'numeric' THEN 'd' "
                "WHEN b.typname IN ('float4', 'float8', 'money') THEN 'f' "
                "WHEN b.typcategory = 'N' THEN 'n' "
                "WHEN b.typname IN ('timestamp', 'timestamptz') AND coalesce(nullif(t.typtypmod, "
                "-1), a.atttypmod) IN (-1, 6) THEN CASE b.typname WHEN 'timestamp' THEN 'w' "
                "ELSE 'z' END ELSE 'o' END, "
                "NULL "
                "FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
                "JOIN pg_type b ON b.oid = coalesce(nullif(t.typbasetype, 0), t.oid) "
                "LEFT JOIN pg_collation o ON o.oid = a.attcollation "
                "LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
                "WHERE a.attrelid = " TABLE " AND a.attnum > 0 AND NOT a.attisdropped "
                "ORDER BY a.attnum",
            /* no index over a part of the rows, an expression, or columns that it only carries */
            .uniques = "SELECT a.attname::text, i.indisprimary, k.place - 1 FROM pg_index i "
                       "CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k (attnum, place) "
                       "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum "
                       "WHERE i.indrelid = " TABLE " AND i.indisunique AND i.indisvalid "
                       "AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts "
                       "ORDER BY i.indexrelid, k.place",
            .indexes =
                "SELECT x.relname::text, pg_get_indexdef(i.indexrelid), i.indisunique, "
                "coalesce(" COLUMN " = ANY (i.indkey), false) FROM pg_index i "
                "JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = " TABLE " ORDER BY 1",
            .foreign_keys =
                "SELECT f.confrelid::regclass::text FROM pg_constraint f WHERE f.contype = 'f' "
                "AND f.conrelid = " TABLE " AND " COLUMN " = ANY (f.conkey) UNION ALL "
                "SELECT f.conrelid::regclass::text FROM pg_constraint f WHERE f.contype = 'f' "
                "AND f.confrelid = " TABLE " AND " COLUMN " = ANY (f.confkey)",
            .cascades =
                "SELECT f.confrelid::regclass::text, CASE f.confupdtype WHEN 'c' THEN 'CASCADE' "
                "WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END FROM pg_constraint f "
                "WHERE f.contype = 'f' AND f.conrelid = " TABLE " AND " COLUMN " = ANY (f.conkey) "
                "AND f.confupdtype IN ('c', 'n', 'd')",
            .views =
                "SELECT v.relname::text, pg_get_viewdef(v.oid), v.relkind = 'm' FROM pg_class v "
                "WHERE v.relkind IN ('v', 'm') AND EXISTS (SELECT 1 FROM pg_rewrite r "
                "JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid "
                "WHERE r.ev_class = v.oid AND d.refclassid = 'pg_class'::regclass "
                "AND d.refobjid = " TABLE " AND d.refobjsubid = " COLUMN ") ORDER BY 1",
            /* an assignment to NEW is written as SET */
            .triggers =
                "SELECT g.tgname::text, pg_get_triggerdef(g.oid) || ' ' || regexp_replace("
                "p.prosrc, '(^|;|\\mbegin|\\mthen|\\melse)\\s*new\\s*\\.\\s*(\"?\\w+\"?)\\s*:?=', "
                "'\\1 SET \\2 =', 'gi') FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid "
                "WHERE NOT g.tgisinternal AND $1::text IS NOT NULL AND coalesce($2::text, '') IS "
                "NOT "
                "NULL AND $3::text IS NOT NULL ORDER BY 1",
            .sequence = "SELECT 1 FROM pg_class c WHERE c.oid = " TABLE " AND c.relkind = 'S'",
            .functions =
                "SELECT p.oid::regproc::text, p.prosrc || coalesce(pg_get_function_sqlbody(p.oid), "
                "'') FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
                "WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') "
                "AND p.prorettype <> 'trigger'::regtype AND $1::text IS NOT NULL "
                "AND coalesce($2::text, '') IS NOT NULL AND $3::text IS NOT NULL ORDER BY 1",
            .publications =
                "SELECT p.pubname::text, bool_and(coalesce(to_jsonb(g)->>'attrs', a.attnum::text) "
                "~ ('\\m' || a.attnum || '\\M')), bool_or(to_jsonb(g)->>'qual' IS NOT NULL) "
                "FROM " PUBLISHED " JOIN pg_attribute a ON a.attrelid = g.relid "
                "AND a.attname = $3::text WHERE g.relid IN " PARTS " GROUP BY 1 ORDER BY 1",
            .facts =
                "SELECT 'table-unlogged', 'it', 'UNLOGGED' FROM pg_class c WHERE c.oid = " TABLE
                " AND c.relpersistence = 'u' UNION ALL "
                "SELECT 'rows-hidden', 'its row level security', 'active for this login' "
                "FROM pg_class c WHERE c.oid = " TABLE " AND row_security_active(c.oid) UNION ALL "
                "SELECT 'table-unpublished', 'it', 'in no publication' FROM pg_class c "
                "WHERE c.oid = " TABLE " AND c.relpersistence = 'p' "
                "AND EXISTS (SELECT 1 FROM pg_publication) "
                "AND NOT EXISTS (SELECT 1 FROM " PUBLISHED " WHERE g.relid IN " PARTS ") UNION ALL "
                "SELECT 'table-unpublished', 'it', 'in no subscription' FROM pg_class c "
                "WHERE c.oid = " TABLE " AND EXISTS (SELECT 1 FROM pg_subscription_rel) "
                "AND NOT EXISTS (SELECT 1 FROM pg_subscription_rel s "
                "WHERE s.srrelid IN " PARTS ") UNION ALL "
                "SELECT 'publication-identity', 'its replica identity', 'nothing' FROM pg_class c "
                "WHERE c.oid = " TABLE " AND EXISTS (SELECT 1 FROM " PUBLISHED
                " WHERE p.pubupdate AND g.relid = c.oid) "
                "AND CASE c.relreplident WHEN 'f' THEN false WHEN 'n' THEN true "
                "ELSE NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND CASE "
                "c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END) END "
                "UNION ALL SELECT 'plain-logged', 'its replica identity', 'FULL' FROM pg_class c "
                "WHERE c.oid = " TABLE " AND c.relreplident = 'f' "
                "AND current_setting('wal_level') = 'logical'",
            .owner = "SELECT o.rolname::text, n.nspname::text, o.rolsuper OR o.rolcreaterole "
                     "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                     "JOIN pg_roles o ON o.oid = c.relowner WHERE c.oid = " TABLE,
            .role = "SELECT 1 FROM pg_roles WHERE rolname = $1::text",
            .checks = "SELECT k.conname::text, NOT k.convalidated FROM pg_constraint k "
                      "WHERE k.contype = 'c' AND k.conrelid = " TABLE " AND " COLUMN
                      " = ANY (k.conkey) ORDER BY 1",
            /* as they are for this login in this database; a module's are there when it is */
            .server =
                "SELECT 'log-statements', name, setting FROM pg_settings WHERE "
                "(name = 'log_statement' AND setting IN ('mod', 'all')) OR (name IN "
                "('log_min_duration_statement', 'log_min_duration_sample', "
                "'auto_explain.log_min_duration') AND setting <> '-1') OR (name IN "
                "('log_transaction_sample_rate', 'log_parameter_max_length_on_error') "
                "AND setting <> '0') OR (name IN ('pgaudit.log', 'pg_stat_statements.track') "
                "AND setting <> 'none') UNION ALL SELECT 'log-statements', 'pg_stat_statements', "
                "extversion FROM pg_extension WHERE extname = 'pg_stat_statements' ORDER BY 2",
        },
};
