/* SPDX-License-Identifier: Apache-2.0
 *
 * usage: kmsd_materials DIR REGION
 *
 * Prints the master key, the key that wraps materials and the material of each key of a Region, in
 * hex, a line each: what must be nowhere else. For test_canaries.py; the server is stopped.
 */
#include <stdio.h>

#include "base/text.h"
#include "kmsd/datadir.h"

static void print(struct srow_bytes bytes)
{
    AUTO(buf_cleanup) struct srow_buf hex = {0};
    text_put_hex(&hex, bytes);
    puts(buf_cstr(&hex));
}

static MUST enum srow_rc print_all(const char *path, const char *region, struct srow_error *e)
{
    AUTO(datadir_cleanup) struct datadir dir = {0};
    AUTO(store_page_cleanup) struct store_page page = {0};
    TRY(datadir_open(&dir, path, false, e));
    print(secret_bytes(&dir.master));
    TRY(store_list(&page, dir.store, region, "", 100, e));
    for (size_t i = 0; i < page.count; i++) {
        AUTO(store_key_cleanup) struct store_key key = {0};
        TRY(store_get(&key, dir.store, region, page.ids[i], e));
        print(secret_bytes(&key.material));
    }
    return SROW_OK;
}

int main(int argc, char **argv)
{
    struct srow_error e = {0};
    if (argc != 3 || print_all(argv[1], argv[2], &e) != SROW_OK) {
        fprintf(stderr, "kmsd_materials: %s\n", argc == 3 ? e.text : "DIR REGION are expected");
        return 1;
    }
    return 0;
}
