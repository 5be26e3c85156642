/* SPDX-License-Identifier: Apache-2.0
 *
 * The query form of a signature, to be compared with another signer's:
 *
 *     peer-presign SERVICE REGION WHEN EXPIRES HOST QUERY      credentials from the environment
 */
#include <stdio.h>
#include <stdlib.h>

#include "aws/sigv4.h"
#include "base/time.h"

static enum srow_rc run(char **args, struct srow_error *e)
{
    AUTO(credentials_cleanup) struct credentials credentials = {0};
    AUTO(buf_cleanup) struct srow_buf query = {0};
    struct sigv4_scope scope = {args[2], args[1], 0, true, false};
    struct sigv4_header host = {srow_str("Host"), srow_str(args[5])};
    struct sigv4_request request = {"GET", srow_str("/"), srow_str(args[6]), &host, 1, {0}};
    TRY(credentials_load(&credentials, e));
    TRY(time_parse_basic(&scope.when, srow_str(args[3]), e));
    TRY(sigv4_presign(&query, &request, &scope, &credentials, (uint32_t)strtoul(args[4], NULL, 10),
                      e));
    puts(buf_cstr(&query));
    return SROW_OK;
}

int main(int argc, char **argv)
{
    struct srow_error e = {0};
    if (argc != 7 || run(argv, &e) != SROW_OK) {
        fprintf(stderr, "peer-presign: %s\n", argc == 7 ? e.text : "six arguments are expected");
        return 1;
    }
    return 0;
}
