/* SPDX-License-Identifier: Apache-2.0
 *
 * What libsealrow-sql takes from inside libsealrow, so that a process has one log, one way to fail
 * and one pool of secrets. Between two shared libraries a name is seen by the whole process: a
 * program with a `buf_put` of its own would be called in place of ours. So these have our prefix
 * where the linker looks, and their short name everywhere else. They are exported under the version
 * SEALROW_PRIVATE, which promises nothing to anybody but the SQL library of the same release.
 */
#ifndef BASE_INNER_H
#define BASE_INNER_H

#define buf_check srow_inner_buf_check
#define buf_cleanup srow_inner_buf_cleanup
#define buf_clear srow_inner_buf_clear
#define buf_cstr srow_inner_buf_cstr
#define buf_grew srow_inner_buf_grew
#define buf_printf srow_inner_buf_printf
#define buf_put srow_inner_buf_put
#define buf_put_str srow_inner_buf_put_str
#define buf_put_u8 srow_inner_buf_put_u8
#define buf_room srow_inner_buf_room
#define buf_take srow_inner_buf_take
#define bytes_dup_str srow_inner_bytes_dup_str
#define bytes_equal srow_inner_bytes_equal
#define bytes_equal_str srow_inner_bytes_equal_str
#define cells_match srow_inner_cells_match
#define client_check_keys srow_inner_client_check_keys
#define client_given_text srow_inner_client_given_text
#define client_null_cell srow_inner_client_null_cell
#define client_outage srow_inner_client_outage
#define client_probe_open srow_inner_client_probe_open
#define client_probe_seal srow_inner_client_probe_seal
#define client_stored_text srow_inner_client_stored_text
#define client_uuid_make srow_inner_client_uuid_make
#define config_column_find srow_inner_config_column_find
#define config_key_set_find srow_inner_config_key_set_find
#define config_key_set_regions srow_inner_config_key_set_regions
#define config_key_set_seals_in srow_inner_config_key_set_seals_in
#define config_table_named srow_inner_config_table_named
#define error_set srow_inner_error_set
#define error_wrap srow_inner_error_wrap
#define hash_sha256 srow_inner_hash_sha256
#define json_as_bool srow_inner_json_as_bool
#define json_as_integer srow_inner_json_as_integer
#define json_as_null srow_inner_json_as_null
#define json_as_object srow_inner_json_as_object
#define json_as_real srow_inner_json_as_real
#define json_as_string srow_inner_json_as_string
#define json_behind_string srow_inner_json_behind_string
#define json_each srow_inner_json_each
#define json_free srow_inner_json_free
#define json_get srow_inner_json_get
#define json_parse srow_inner_json_parse
#define log_line srow_inner_log_line
#define outage_read srow_inner_outage_read
#define stages_left srow_inner_stages_left
#define stages_word srow_inner_stages_word
#define str_free srow_inner_str_free
#define str_wipe srow_inner_str_wipe
#define text_nearest srow_inner_text_nearest
#define text_parse_base64 srow_inner_text_parse_base64
#define text_parse_integer srow_inner_text_parse_integer
#define text_parse_size srow_inner_text_parse_size
#define text_put_count srow_inner_text_put_count
#define text_put_hex srow_inner_text_put_hex
#define text_put_size srow_inner_text_put_size
#define text_sequence srow_inner_text_sequence
#define time_format_iso srow_inner_time_format_iso
#define time_monotonic_ms srow_inner_time_monotonic_ms
#define time_wall_ms srow_inner_time_wall_ms
#define wrapped_debt srow_inner_wrapped_debt
#define wrapped_region srow_inner_wrapped_region
#define wrapped_same srow_inner_wrapped_same
#define wrapped_serves srow_inner_wrapped_serves
#define wrapped_under srow_inner_wrapped_under

#endif
