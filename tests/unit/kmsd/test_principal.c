/* SPDX-License-Identifier: Apache-2.0 */
#include "kmsd/principal.h"

#include "check.h"

CASE(two_principals_are_made_and_read)
{
    AUTO(principal_list_cleanup) struct principal_list list = {0};
    AUTO(buf_cleanup) struct srow_buf principals = {0}, credentials = {0};
    struct srow_error e = {0};
    char arn[PRINCIPAL_ARN];
    CHECK_OK(principal_make_all(&principals, &credentials, &e), e);
    CHECK_OK(principal_parse(&list, bytes_buf(&principals), &e), e);
    CHECK(list.count == 2);
    const struct principal *all = &list.at[0], *app = &list.at[1];
    CHECK(strcmp(all->name, "default") == 0 && strcmp(app->name, "app") == 0);
    CHECK(principal_may(all, OP_MANAGE) && principal_may(all, OP_USE));
    CHECK(!principal_may(app, OP_MANAGE) && principal_may(app, OP_USE));
    CHECK(strlen(all->access_key_id) == 20 && all->secret_access_key.len == 40);
    CHECK(strcmp(all->access_key_id, app->access_key_id) != 0);
    CHECK(principal_find(&list, srow_str(app->access_key_id)) == app);
    CHECK(principal_find(&list, srow_str("AKIA")) == NULL);
    CHECK(principal_find(&list, srow_str("")) == NULL);
    principal_format_arn(arn, app);
    CHECK(strcmp(arn, "arn:aws:iam::111122223333:user/app") == 0);
    const char *text = buf_cstr(&credentials), *second = strstr(text, "\n[app]\n");
    CHECK(strncmp(text, "[default]\n", 10) == 0 && second != NULL);
    CHECK(strstr(second, app->access_key_id) != NULL);
}

#define ONE(name, id, may)                                                                         \
    "{\"name\":\"" name "\",\"access_key_id\":\"" id                                               \
    "\",\"secret_access_key\":\"s\",\"may\":\"" may "\"}"

CASE(a_file_that_is_wrong_is_refused)
{
    static const struct {
        const char *text;
        enum srow_rc rc;
    } rows[] = {
        {"", SROW_E_JSON},
        {"{}", SROW_E_MALFORMED},
        {"{\"principals\":[]}", SROW_E_MALFORMED},
        {"{\"principals\":[{}]}", SROW_E_MALFORMED},
        {"{\"principals\":[" ONE("a", "A", "rule") "]}", SROW_E_MALFORMED},
        {"{\"principals\":[" ONE("a b", "A", "use") "]}", SROW_E_MALFORMED},
        {"{\"principals\":[" ONE("", "A", "use") "]}", SROW_E_MALFORMED},
        {"{\"principals\":[" ONE("a", "A/", "use") "]}", SROW_E_MALFORMED},
        {"{\"principals\":[" ONE("a", "A", "use") "," ONE("a", "B", "use") "]}", SROW_E_MALFORMED},
        {"{\"principals\":[" ONE("a", "A", "use") "," ONE("b", "A", "use") "]}", SROW_E_MALFORMED},
        {"{\"principals\":[" ONE("a", "A", "use") "," ONE("b", "B", "everything") "]}", SROW_OK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO(principal_list_cleanup) struct principal_list list = {0};
        CHECK_RC(principal_parse(&list, srow_str(rows[i].text), NULL), rows[i].rc);
    }
}

int main(void)
{
    RUN(two_principals_are_made_and_read);
    RUN(a_file_that_is_wrong_is_refused);
    return check_done();
}
