/* SPDX-License-Identifier: Apache-2.0
 *
 * The commands, in the order in which the usage shows them.
 */
#include "cmd.h"

const struct command *const cmd_all[] = {
    &cmd_init,    &cmd_check,      &cmd_seal,    &cmd_open,    &cmd_match,
    &cmd_put,     &cmd_get,        &cmd_status,  &cmd_heal,    &cmd_estimate,
    &cmd_bench,   &cmd_encrypt,    &cmd_decrypt, &cmd_inspect, &cmd_config,
    &cmd_explain, &cmd_completion, &cmd_help,    &cmd_version, NULL,
};
