# SPDX-License-Identifier: Apache-2.0
"""What somebody who writes the database tries with sealed cells; each refusal by its own code.
X1 to X25 are the numbers of the project's list; what touches the database runs on every engine in
tests/databases/test_row_attacks.py, with X20; X23 belongs to a later version."""
import base64

CONTEXT, CIPHERTEXT, NULL = "SROW-080", "SROW-091", "SROW-088"
TRUNCATED, NOT_MESSAGE = "SROW-040", "SROW-044"


def copy_cell(bank, row, column="userid_sealed", to="1", table="customers", into=None):
    """The cell of another row or column goes into row `to`."""
    bank.sql(f"UPDATE {table} SET {into or column} = (SELECT {column} FROM {table} "
             f"WHERE account_no = '{row}') WHERE account_no = '{to}'")


def message(bank, table="customers", column="userid_sealed", where="account_no = '1'"):
    return bank.sql(f"SELECT {column} FROM {table} WHERE {where}")[0][0]


def open_as(column, *binds):
    return ("open", column, *(word for bind in binds for word in ("--bind", bind)))


def test_x1_a_cell_of_another_row_and_kms_is_not_asked(bank):
    copy_cell(bank, "2")
    before = bank.decrypts()
    bank.refuses(CONTEXT, "get", "customer", "account=1")
    assert bank.decrypts() == before


def test_x2_a_cell_of_another_column_of_the_row(bank):
    copy_cell(bank, "1", "userid_sealed", into="note_sealed")
    bank.refuses(CONTEXT, "get", "customer", "account=1")


def test_x3_a_cell_of_another_table(bank):
    bank.refuses(CONTEXT, *open_as("archive.userid", "account=1"), data=message(bank))


def test_x4_a_cell_of_another_tenant(bank):
    bank.ok("put", "ledger", "a=1", "b=2", "tenant=7", "entry=paid")
    bank.sql("INSERT INTO ledger SELECT a, b, 8, entry_sealed FROM ledger")
    assert b"paid" in bank.ok("get", "ledger", "a=1", "b=2", "tenant=7")
    bank.refuses(CONTEXT, "get", "ledger", "a=1", "b=2", "tenant=8")


def test_x5_a_cell_of_another_environment(bank):
    bank.configure(("domain: bank", "domain: staging"))
    bank.refuses(CONTEXT, "get", "customer", "account=1")


def test_x6_a_table_of_the_same_form_elsewhere(bank):
    bank.configure(("  archive:\n", "  archive:\n    table: customers\n"))
    bank.refuses(CONTEXT, "get", "archive", "account=1")


def test_x7_a_renamed_column_opens_by_its_logical_name(bank):
    bank.sql("ALTER TABLE customers RENAME COLUMN userid_sealed TO uid2")
    bank.configure(("userid: {sealed: userid_sealed, required", "userid: {sealed: uid2, required"))
    assert b"ada" in bank.ok("get", "customer", "account=1")
    bank.configure(("userid: {sealed: userid_sealed, required",
                    "uid2: {sealed: uid2, required"))
    bank.refuses(CONTEXT, "get", "customer", "account=1")


def test_x8_a_renamed_table_opens_by_its_logical_name(bank):
    bank.sql("ALTER TABLE customers RENAME TO clients")
    bank.configure(("table: customers", "table: clients"))
    assert b"ada" in bank.ok("get", "customer", "account=1")
    bank.configure(("  customer:\n    table: customers", "  client:\n    table: clients"))
    bank.refuses(CONTEXT, "get", "client", "account=1")


def test_x9_a_row_whose_key_was_changed(bank):
    bank.sql("UPDATE customers SET account_no = '3' WHERE account_no = '1'")
    bank.refuses(CONTEXT, "get", "customer", "account=3")
    bank.refuses(None, "get", "customer", "account=1", exit=66)


def test_x10_two_bindings_that_run_into_each_other(bank):
    bank.ok("put", "ledger", "a=a", "b=bc", "tenant=1", "entry=x")
    value = message(bank, "ledger", "entry_sealed", "a = 'a'")
    assert bank.ok(*open_as("ledger.entry", "a=a", "b=bc", "tenant=1"), data=value) == b"x"
    for a, b in (("ab", "c"), ("abc", " "), ("a", "bC"), ("bc", "a")):
        bank.refuses(CONTEXT, *open_as("ledger.entry", f"a={a}", f"b={b}", "tenant=1"), data=value)


def test_x11_a_key_that_only_looks_the_same(bank):
    value = message(bank)
    for other in ("01", "1 ", " 1", "1.0", "+1", "\u0661", "1\u200b"):
        bank.refuses(CONTEXT, *open_as("customer.userid", f"account={other}"), data=value)
        bank.refuses(None, "get", "customer", f"account={other}", exit=66)
    for other in ("01", "1.0", "+1", " 1"):  # an integer has one text
        bank.refuses(None, "get", "ledger", "a=1", "b=2", f"tenant={other}")


def test_x12_null_and_nothing_in_a_key(bank):
    bank.refuses(None, "get", "customer", "account=", exit=2)
    bank.refuses(None, "put", "customer", "--null", "account", "userid=x", exit=2)
    bank.refuses(None, "get", "ledger", "a=1", "tenant=1", exit=2)


def test_x13_a_key_that_is_too_long(bank):
    long = "x" * 70000
    said = bank.refuses(None, *open_as("customer.userid", f"account={long}"), data=message(bank))
    assert "context" in said and "xxx" not in said


def test_x14_a_key_with_everything_that_could_separate(bank):
    for key in ('1","sealrow:cell":"bank.customer.note', "1\nsealrow:cell", "1, account=2",
                "account=2", "1\\u0000", "';--"):
        bank.ok("put", "customer", f"account={key}", "userid=odd", "--replace")
        assert b"odd" in bank.ok("get", "customer", f"account={key}")
        value = bank.ok("seal", "customer.userid", "--bind", f"account={key}", data=b"odd")
        bank.refuses(CONTEXT, *open_as("customer.userid", "account=1"), data=value)
        bank.refuses(CONTEXT, *open_as("customer.note", f"account={key}"), data=value)


def test_x15_the_order_of_bindings_is_none(bank):
    value = bank.ok("seal", "ledger.entry", "--bind", "tenant=1", "--bind", "b=2", "--bind", "a=3",
                    data=b"x")
    assert bank.ok(*open_as("ledger.entry", "a=3", "b=2", "tenant=1"), data=value) == b"x"


def test_x16_nothing_opens_without_a_binding(bank):
    before = bank.decrypts()
    for words in (open_as("customer.userid"), open_as("ledger.entry", "a=3"), ("get", "customer")):
        bank.refuses(None, *words, data=message(bank), exit=2)
    assert bank.decrypts() == before


def test_x17_a_context_written_over_the_header_is_refused_by_kms_itself(bank):
    """The header says row 1, the wrapped key was made for row 2."""
    forged = bytearray(message(bank, where="account_no = '2'"))
    at = forged.index(b"account\x00\x012")
    forged[at + len(b"account\x00\x01")] = ord("1")
    done = bank.run(*open_as("customer.userid", "account=1"), data=bytes(forged))
    assert done.returncode == 65 and not done.stdout and CIPHERTEXT in done.stderr.decode()


def test_x18_null_nothing_and_text_in_place_of_a_cell(bank):
    good = message(bank)
    bank.sql("UPDATE customers SET userid_sealed = NULL WHERE account_no = '1'")
    bank.refuses(NULL, "get", "customer", "account=1")
    opening = open_as("customer.userid", "account=1")
    bank.refuses(TRUNCATED, *opening, data=b"")
    bank.refuses(TRUNCATED, *opening, data=good[:3])
    for text in (b"ada", b"AgR4 like a message", base64.b64encode(good), good.hex().encode(),
                 b"\\x" + good.hex().encode()):
        bank.refuses(NOT_MESSAGE, *opening, data=text)


def test_x18_the_database_refuses_plaintext_too(bank):
    for value in ("'ada'", "X''", "X'61'", f"'{message(bank).hex()}'", "7"):
        try:
            bank.sql(f"UPDATE customers SET userid_sealed = {value} WHERE account_no = '1'")
        except Exception as error:
            assert "CHECK constraint failed" in str(error)
        else:
            raise AssertionError(f"the database took {value}")


def test_x19_a_message_may_be_somebodys_data(bank):
    inner = message(bank)
    value = bank.ok("seal", "customer.note", "--bind", "account=1", data=inner)
    assert bank.ok(*open_as("customer.note", "account=1"), data=value) == inner
    bank.refuses(CONTEXT, *open_as("customer.userid", "account=1"), data=value)


def test_x21_a_row_moved_to_the_archive_does_not_open_there(bank):
    bank.sql("INSERT INTO archive (account_no, userid_sealed) "
             "SELECT account_no, userid_sealed FROM customers")
    bank.refuses(CONTEXT, "get", "archive", "account=1")
    plain = bank.ok(*open_as("customer.userid", "account=1"), data=message(bank))
    bank.ok("put", "archive", "account=1", f"userid={plain.decode()}", "--replace")
    assert b"ada" in bank.ok("get", "archive", "account=1")


def test_x22_two_cells_of_a_row_swapped(bank):
    bank.sql("UPDATE customers SET userid_sealed = note_sealed, note_sealed = userid_sealed")
    bank.refuses(CONTEXT, "get", "customer", "account=1")


def test_x24_a_secret_in_the_context_is_found_by_check(bank):
    bank.configure(("account: {column: account_no}", "card_number: {column: account_no}"))
    done = bank.run("check")
    assert done.returncode == 1 and b"bind-sensitive customer.card_number" in done.stdout


def test_x25_a_context_larger_than_kms_takes(bank):
    bank.configure(("limits: {", "limits: {context_bytes: 64KiB, "))
    said = bank.refuses(None, "get", "customer", "account=1", exit=78)
    assert "context_bytes" in said
    bank.configure()
    key = "k" * 8190
    said = bank.refuses(None, "seal", "customer.userid", "--bind", f"account={key}", data=b"x")
    assert "limits.context_bytes" in said


# -- what a refusal tells --

def test_s12_an_error_has_no_plaintext_no_key_and_no_bound_value(bank):
    bank.ok("put", "customer", "account=CANARY-ROW", "userid=CANARY-TEXT")
    value = message(bank, where="account_no = 'CANARY-ROW'")
    broken = value[:-1] + bytes([value[-1] ^ 1])
    for words, data in ((open_as("customer.userid", "account=CANARY-ROW"), broken),
                        (open_as("customer.note", "account=CANARY-ROW"), value),
                        (open_as("customer.userid", "account=CANARY-ROW"), value[:-20])):
        done = bank.run(*words, data=data)
        assert done.returncode == 65 and done.stderr and b"CANARY" not in done.stderr
        assert bank.world.secret.encode() not in done.stderr
    assert b"CANARY-TEXT" in bank.ok("get", "customer", "account=CANARY-ROW")  # it can be seen


def test_s13_wrong_row_wrong_key_and_wrong_tag_end_alike(bank):
    """For who sees no more than the exit code and standard output; the log tells the operator."""
    value = message(bank)
    broken = value[:-1] + bytes([value[-1] ^ 1])
    strange = value.replace(b":111122223333:", b":999922223333:")
    ends = {(done.returncode, done.stdout)
            for binding, data in (("account=2", value), ("account=1", broken),
                                  ("account=1", strange))
            for done in [bank.run(*open_as("customer.userid", binding), data=data)]}
    assert ends == {(65, b"")}
