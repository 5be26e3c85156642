/* SPDX-License-Identifier: Apache-2.0
 *
 * Facts of MariaDB and MySQL. A table without a schema is one of the connection's database. Texts
 * are compared as bytes, whatever their collation: once with it, for the index, and once without.
 * What stands in M! comments only MariaDB reads, what stands in comments with a number only MySQL
 * from that version.
 */
#include "db/db_mysql.h"

#define SCHEMA "coalesce($2, DATABASE())"
#define OWN_TRIGGER "p.PRIVILEGE_TYPE = 'TRIGGER' AND replace(p.GRANTEE, '''', '') = CURRENT_USER()"
#define BYTES_OF_COLUMN "CAST(CONVERT(@c USING utf8mb4) AS BINARY)"

const struct db_dialect db_mysql_dialect = {
    .name = "mysql",
    .scheme = "mysql:",
    .blob_type = "VARBINARY",
    .blob_has_width = true,
    .blob_any = "BLOB",
    .create_role = "CREATE ROLE IF NOT EXISTS @c",
    .blob_huge = "MEDIUMBLOB",
    .add_with = "",
    .key_type = "VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
    .own_table = " ENGINE=InnoDB", /* whatever default_storage_engine is */
    .quote = '`',
    .begin = "START TRANSACTION",
    .attempts = 3,
    .lock = " FOR UPDATE",
    .hex = {"X'", "'"},
    .is_bytes = "",
    .bytes_length = "octet_length(@c)",
    .text_length = "octet_length(CONVERT(@c USING utf8mb4))",
    .equal = "@c = @p",
    .equal_text = "@c = @p AND " BYTES_OF_COLUMN " = CAST(@p AS BINARY)",
    .equal_decimal = "@c = CAST(@p AS DECIMAL(65,30))", /* MySQL would take a text as a double */
    .time_without_zone = true,
    .same = "@c <=> @p",
    .same_text = BYTES_OF_COLUMN " <=> CAST(@p AS BINARY)",
    .same_decimal = "@c <=> CAST(@p AS DECIMAL(65,30))",
    .same_float = "@c <=> CAST(@p AS FLOAT)", /* of 4 bytes; @p alone would be a double */
    .next_values = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $3 "
                   "AND $1 IS NOT NULL AND coalesce($2, '') IS NOT NULL) SELECT NEXTVAL(@t) FROM n",
    .grant_values = "GRANT SELECT, INSERT ON @t TO @c",
    .position = "SELECT /*M! concat('mariadb:', @@global.gtid_current_pos) */ /*!80000 "
                "concat('mysql:', replace(@@global.gtid_executed, '\n', '')) */",
    .number = "CAST(@p AS SIGNED)",
    .exact = "@c",
    .cast_decimals = true,
    .upsert = " ON DUPLICATE KEY UPDATE ",
    .upsert_column = "@c = VALUES(@c)",
    .limits =
        "all columns of a row but BLOBs share 65,535 bytes; an index key has at most 3,072 bytes",
    .check = {.binary = "",
              .either = "substr(@c,1,3)in(X'020478',X'020578')",
              .plain = "substr(@c,1,3)=X'020478'",
              .is_signed = "substr(@c,1,3)=X'020578'"},
    /* numbers are compared as such too: FLOAT's text has fewer digits than it */
    .trigger =
        {.body = "SET NEW.@c = IF(CAST(OLD.@c AS BINARY) <=> CAST(NEW.@c AS BINARY) AND NOT "
                 "(OLD.@o <=> NEW.@o AND CAST(OLD.@o AS BINARY) <=> CAST(NEW.@o AS BINARY)), "
                 "NULL, NEW.@c)",
         .end = "",
         .create = "CREATE @dTRIGGER @q BEFORE UPDATE ON @t FOR EACH ROW @b",
         .drop = "DROP TRIGGER @q",
         .live = "SELECT CASE WHEN ACTION_TIMING = 'BEFORE' AND EVENT_MANIPULATION = 'UPDATE' "
                 "THEN ACTION_STATEMENT ELSE '' END FROM information_schema.TRIGGERS "
                 "WHERE TRIGGER_SCHEMA = " SCHEMA " AND EVENT_OBJECT_TABLE = $1 "
                 "AND TRIGGER_NAME = $3",
         /* MariaDB's trigger has its definer's own rights, without his role's: then nobody
          * could write any more */
         .definer =
             "SELECT concat('' /*M! , IF(CURRENT_ROLE() IS NULL "
             "OR EXISTS (SELECT 1 FROM information_schema.USER_PRIVILEGES p WHERE " OWN_TRIGGER
             ") OR EXISTS (SELECT 1 FROM information_schema.SCHEMA_PRIVILEGES p WHERE " OWN_TRIGGER
             " AND a.s LIKE p.TABLE_SCHEMA ESCAPE '\\') "
             "OR EXISTS (SELECT 1 FROM information_schema.TABLE_PRIVILEGES p WHERE " OWN_TRIGGER
             " AND p.TABLE_SCHEMA = a.s AND p.TABLE_NAME = a.t), '', "
             "'DEFINER = CURRENT_ROLE ') */) FROM (SELECT $1 AS t, " SCHEMA " AS s) a",
         .seen = "SHOW CREATE TRIGGER @q"},
    .catalog =
        {
            .table = "SELECT TABLE_NAME, '', TABLE_TYPE LIKE '%VIEW', 0, EXISTS (SELECT 1 FROM "
                     "information_schema.ENGINES e WHERE e.ENGINE = TABLES.ENGINE "
                     "AND e.TRANSACTIONS = 'NO') "
                     "FROM information_schema.TABLES WHERE TABLE_SCHEMA = " SCHEMA
                     " AND TABLE_NAME = $1",
            /* information_schema.CHECK_CONSTRAINTS hides them from who has his rights by a role */
            .ddl = "SHOW CREATE TABLE @t",
            .columns =
                "SELECT COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE = 'NO', EXISTS (SELECT 1 FROM "
                "information_schema.STATISTICS p WHERE p.TABLE_SCHEMA = " SCHEMA " AND "
                "p.TABLE_NAME = $1 AND p.INDEX_NAME = 'PRIMARY' AND p.COLUMN_NAME = "
                "COLUMNS.COLUMN_NAME), "
                "coalesce(GENERATION_EXPRESSION, '') <> '', "
                "coalesce(GENERATION_EXPRESSION, '') <> '' OR EXTRA LIKE '%auto_increment%' OR "
                "EXTRA LIKE '%DEFAULT_GENERATED%' OR EXTRA LIKE '%on update%' "
                "/*M! OR coalesce(COLUMN_DEFAULT NOT LIKE '''%' AND COLUMN_DEFAULT LIKE '%(%', 0) "
                "*/, CASE WHEN DATA_TYPE IN ('varbinary', 'tinyblob', 'blob', 'mediumblob', "
                "'longblob') THEN 'b' "
                "WHEN DATA_TYPE IN ('enum', 'set') THEN 'e' WHEN DATA_TYPE = 'char' THEN 'l' "
                "WHEN COLLATION_NAME LIKE '%nopad_bin' OR COLLATION_NAME LIKE '%0900_bin' THEN 't' "
                "WHEN COLLATION_NAME IS NOT NULL THEN 'l' "
                "WHEN DATA_TYPE = 'decimal' THEN 'd' "
                "WHEN DATA_TYPE IN ('float', 'double') THEN 'f' WHEN DATA_TYPE LIKE '%int' THEN "
                "'n' "
                "WHEN DATA_TYPE = 'timestamp' AND DATETIME_PRECISION = 6 THEN 'z' "
                "WHEN DATA_TYPE = 'datetime' AND DATETIME_PRECISION = 6 THEN 'w' ELSE 'o' END, "
                "CASE WHEN DATA_TYPE IN ('varbinary', 'tinyblob', 'blob', "
                "'mediumblob', 'longblob') THEN CHARACTER_OCTET_LENGTH END "
                "FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = " SCHEMA " "
                "AND TABLE_NAME = $1 ORDER BY ORDINAL_POSITION",
            /* no index over the beginnings of values, or over an expression */
            .uniques = "SELECT s.COLUMN_NAME, s.INDEX_NAME = 'PRIMARY', s.SEQ_IN_INDEX - 1 "
                       "FROM information_schema.STATISTICS s WHERE s.TABLE_SCHEMA = " SCHEMA " "
                       "AND s.TABLE_NAME = $1 AND s.NON_UNIQUE = 0 AND NOT EXISTS (SELECT 1 "
                       "FROM information_schema.STATISTICS x WHERE x.TABLE_SCHEMA = s.TABLE_SCHEMA "
                       "AND x.TABLE_NAME = s.TABLE_NAME AND x.INDEX_NAME = s.INDEX_NAME "
                       "AND (x.SUB_PART IS NOT NULL OR x.COLUMN_NAME IS NULL)) "
                       "ORDER BY s.INDEX_NAME, s.SEQ_IN_INDEX",
            .sequence = "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = " SCHEMA
                        " AND TABLE_NAME = $1 AND TABLE_TYPE = 'SEQUENCE'",
            .indexes = "SELECT INDEX_NAME, concat_ws(' ', group_concat(COLUMN_NAME) "
                       "/*!80013 , group_concat(EXPRESSION) */), max(NON_UNIQUE = 0), "
                       "max(coalesce(COLUMN_NAME = $3, 0)) FROM information_schema.STATISTICS "
                       "WHERE TABLE_SCHEMA = " SCHEMA " AND TABLE_NAME = $1 "
                       "GROUP BY INDEX_NAME ORDER BY INDEX_NAME",
            .foreign_keys =
                "SELECT REFERENCED_TABLE_NAME FROM information_schema.KEY_COLUMN_USAGE "
                "WHERE TABLE_SCHEMA = " SCHEMA " AND TABLE_NAME = $1 AND COLUMN_NAME = $3 "
                "AND REFERENCED_TABLE_NAME IS NOT NULL UNION ALL "
                "SELECT TABLE_NAME FROM information_schema.KEY_COLUMN_USAGE "
                "WHERE REFERENCED_TABLE_SCHEMA = " SCHEMA " AND REFERENCED_TABLE_NAME = $1 "
                "AND REFERENCED_COLUMN_NAME = $3",
            .cascades = "SELECT r.REFERENCED_TABLE_NAME, r.UPDATE_RULE "
                        "FROM information_schema.REFERENTIAL_CONSTRAINTS r "
                        "JOIN information_schema.KEY_COLUMN_USAGE u ON u.CONSTRAINT_SCHEMA = "
                        "r.CONSTRAINT_SCHEMA AND u.CONSTRAINT_NAME = r.CONSTRAINT_NAME "
                        "AND u.TABLE_NAME = r.TABLE_NAME WHERE u.TABLE_SCHEMA = " SCHEMA " "
                        "AND u.TABLE_NAME = $1 AND u.COLUMN_NAME = $3 "
                        "AND r.UPDATE_RULE NOT IN ('NO ACTION', 'RESTRICT')",
            .views = "SELECT TABLE_NAME, VIEW_DEFINITION, 0 FROM information_schema.VIEWS "
                     "WHERE instr(VIEW_DEFINITION, concat('`', replace(" SCHEMA ", '`', '``'), "
                     "'`.')) > 0 AND $1 IS NOT NULL "
                     "AND $3 IS NOT NULL ORDER BY TABLE_NAME",
            /* an assignment to NEW is written as SET */
            .triggers = "SELECT TRIGGER_NAME, concat('ON `', EVENT_OBJECT_TABLE, '` ', "
                        "regexp_replace(ACTION_STATEMENT, "
                        "'(?i)(\\bset|,)\\s*new\\s*\\.\\s*', ' SET ')) "
                        "FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = " SCHEMA " "
                        "AND $1 IS NOT NULL AND $3 IS NOT NULL ORDER BY TRIGGER_NAME",
            .functions = "SELECT ROUTINE_NAME, ROUTINE_DEFINITION FROM information_schema.ROUTINES "
                         "WHERE ROUTINE_SCHEMA = " SCHEMA " AND $1 IS NOT NULL AND $3 IS NOT NULL "
                         "ORDER BY ROUTINE_NAME",
            .facts =
                "SELECT 'table-unlogged', 'its engine', t.ENGINE FROM information_schema.TABLES t "
                "JOIN information_schema.ENGINES n ON n.ENGINE = t.ENGINE "
                "WHERE n.TRANSACTIONS <> 'YES' AND t.TABLE_SCHEMA = " SCHEMA
                " AND t.TABLE_NAME = $1 "
                "UNION ALL SELECT 'plain-logged', 'binlog_row_image', @@GLOBAL.binlog_row_image "
                "FROM DUAL WHERE @@GLOBAL.log_bin AND @@GLOBAL.binlog_row_image <> 'MINIMAL' "
                "/*M! UNION ALL SELECT 'plain-logged', 'binlog_annotate_row_events', 'ON' "
                "FROM DUAL WHERE @@GLOBAL.log_bin AND @@GLOBAL.binlog_annotate_row_events */ "
                "/*!80000 UNION ALL SELECT 'plain-logged', 'binlog_rows_query_log_events', 'ON' "
                "FROM DUAL WHERE @@GLOBAL.log_bin AND @@GLOBAL.binlog_rows_query_log_events */",
            .row_bytes =
                "SELECT coalesce(sum(CASE WHEN DATA_TYPE LIKE '%blob' OR DATA_TYPE LIKE '%text' "
                "OR DATA_TYPE IN ('json', 'geometry') THEN 12 "
                "ELSE coalesce(CHARACTER_OCTET_LENGTH + 2, 9) END), 0) "
                "FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = " SCHEMA
                " AND TABLE_NAME = $1",
            /* MySQL enforces CHECKs from 8.0.16; filters of replication stand at the replica */
            .server =
                "SELECT 'log-statements', 'general_log', 'ON' FROM DUAL WHERE @@GLOBAL.general_log "
                "UNION ALL SELECT 'log-statements', 'slow_query_log', 'ON' FROM DUAL "
                "WHERE @@GLOBAL.slow_query_log "
                "UNION ALL SELECT 'binlog-statements', 'binlog_format', @@GLOBAL.binlog_format "
                "FROM DUAL WHERE @@GLOBAL.log_bin AND @@GLOBAL.binlog_format <> 'ROW' "
                "UNION ALL SELECT 'check-unenforced', 'version', version() FROM DUAL "
                "WHERE 1 /*!80016 AND 0 */ /*M! AND 0 */ "
                "/*M! UNION ALL SELECT 'check-unenforced', 'check_constraint_checks', 'OFF' "
                "FROM DUAL WHERE NOT @@GLOBAL.check_constraint_checks "
                "UNION ALL SELECT 'log-statements', lower(VARIABLE_NAME), VARIABLE_VALUE "
                "FROM information_schema.GLOBAL_VARIABLES "
                "WHERE VARIABLE_NAME = 'SERVER_AUDIT_LOGGING' AND VARIABLE_VALUE = 'ON' "
                "UNION ALL SELECT 'replica-filtered', lower(VARIABLE_NAME), VARIABLE_VALUE "
                "FROM information_schema.GLOBAL_VARIABLES "
                "WHERE VARIABLE_NAME REGEXP '^REPLICATE_.*(DO|IGNORE)_' AND VARIABLE_VALUE <> '' "
                "*/ "
                "/*!80016 UNION ALL SELECT 'check-unenforced', CONSTRAINT_NAME, 'NOT ENFORCED' "
                "FROM information_schema.TABLE_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() "
                "AND ENFORCED = 'NO' AND CONSTRAINT_NAME LIKE 'sealrow%' */ ORDER BY 1, 2",
        },
};
