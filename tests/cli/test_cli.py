# SPDX-License-Identifier: Apache-2.0
"""What the command line does when all is well."""
import json
import signal
import subprocess

from world import EU, SEALROW, US

CELL = ("customer.userid", "--bind", "account=1")


def test_a_value_goes_in_and_comes_out_byte_by_byte(place):
    for value in (b"", b"abc123", b"  a line\n", "Grüße".encode()):
        sealed = place.ok("seal", *CELL, data=value)
        assert sealed[:3] == b"\x02\x04\x78" and (value == b"" or value not in sealed)
        assert place.ok("open", *CELL, data=sealed) == value


def test_seal_and_open_write_nothing_but_the_data(place):
    good = (place.folder / "good").read_bytes()
    for command, data in (("seal", b"abc123"), ("open", good)):
        done = place.run(command, *CELL, "--json", data=data)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"--json: standard output is for the " in done.stderr
        assert place.ok(command, *CELL, "--dry-run", data=data) == b""


def test_each_region_opens_alone(place):
    good = (place.folder / "good").read_bytes()
    for via, other in ((US, EU), (EU, US)):
        before = place.world.kmsd.total("--region", other)
        assert place.ok("open", *CELL, "--via", via, data=good) == b"abc123"
        assert place.world.kmsd.total("--region", other) == before


def test_match_tells_equal_by_its_exit_code(place):
    args = ("match", *CELL, "--message", "good")
    assert place.run(*args, data=b"abc123").returncode == 0
    for wrong in (b"abc124", b"abc12", b""):
        done = place.run(*args, data=wrong)
        assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")
    assert json.loads(place.run(*args, "--json", data=b"x").stdout) == {"equal": False}


def test_put_stores_sealed_and_get_opens(place):
    out = place.ok("put", "customer", "account=2", "userid=-", "pin=42", "balance=7", data=b"xyz")
    assert out == b"inserted 1, already there 0, replaced 0\n"
    row = json.loads(place.ok("get", "customer", "account=2", "--json"))
    assert row == {"account": "2", "userid": "xyz", "pin": 42, "balance": 7}
    assert b"userid   xyz\n" in place.ok("get", "customer", "account=2")
    assert b"xyz" not in (place.folder / "app.db").read_bytes()


def test_putting_again_is_already_there_or_a_conflict(place):
    same = ("put", "customer", "account=1", "userid=abc123", "balance=12")
    before = place.sql("SELECT * FROM customers")
    assert json.loads(place.ok(*same, "--json")) == {
        "inserted": 0, "already_there": 1, "replaced": 0, "missing": [], "position": "sqlite:0"}
    other = ("put", "customer", "account=1", "userid=other")
    assert place.run(*other).returncode == 75
    assert place.sql("SELECT * FROM customers") == before
    assert place.ok(*other, "--replace", "--dry-run").endswith(
        b"replaced 1\ndry run: nothing was stored\n")
    assert place.sql("SELECT * FROM customers") == before
    assert place.ok(*other, "--replace").endswith(b"replaced 1\n")
    assert json.loads(place.ok("get", "customer", "account=1", "--json"))["userid"] == "other"


def test_init_twice_changes_nothing(place):
    before = (place.folder / "app.db").read_bytes()
    assert place.ok("init") == b"0 statements run, 0 probes stored\n"
    assert (place.folder / "app.db").read_bytes() == before


def test_init_refuses_words_that_would_do_nothing(place):
    before = (place.folder / "app.db").read_bytes()
    for words in (["customer"], ["--discard-sealed"], ["--roles"], ["--writer-role", "w"],
                  ["--print", "--reader-role", "r"], ["--revert", "--blob"],
                  ["--revert", "--rebook"], ["--revert", "--roles"]):
        done = place.run("init", *words)
        assert (done.returncode, done.stdout) == (2, b""), words
    assert (place.folder / "app.db").read_bytes() == before


def test_init_print_shows_and_touches_nothing(place):
    place.sql("DROP TABLE customers",
              "CREATE TABLE customers (account_no TEXT NOT NULL PRIMARY KEY)")
    before = (place.folder / "app.db").read_bytes()
    out = place.ok("init", "--print").decode()
    assert 'ALTER TABLE "customers" ADD COLUMN "userid_sealed" BLOB(' in out and "CHECK" in out
    assert place.ok("--dry-run", "init").decode() == out
    assert (place.folder / "app.db").read_bytes() == before
    place.sql(*[s for s in out.split(";\n") if s])
    assert place.ok("init").startswith(b"0 statements")


def test_a_new_configuration_is_booked_first_and_the_old_one_writes_no_longer(place):
    old = (place.folder / "sealrow.yaml").read_text()
    place.config(("userid:", "nickname: {}\n      userid:"))
    put = ("put", "customer", "account=1", "userid=abc123", "balance=12")
    done = place.run(*put)
    assert done.returncode == 78 and b"run sealrow init" in done.stderr
    assert b"ada" not in done.stderr and not done.stdout
    place.ok("init")
    assert place.ok(*put).startswith(b"inserted 0, already there 1")
    (place.folder / "sealrow.yaml").write_text(old)
    done = place.run(*put)
    assert done.returncode == 78 and b"deploy the newer one" in done.stderr
    done = place.run("heal", "customer")
    assert done.returncode == 78 and b"deploy the newer one" in done.stderr
    assert b"abc123" in place.ok("get", "customer", "account=1"), "readers go on"
    assert b"config-older" in place.run("check").stdout
    assert place.run("init").returncode == 78 and b"--rebook" in place.run("init").stderr
    place.ok("init", "--rebook")
    assert place.ok(*put).startswith(b"inserted 0, already there 1")


def test_a_database_of_an_earlier_version_is_told_to_run_init(place):
    place.sql("DROP TABLE sealrow_meta")
    put = ("put", "customer", "account=1", "userid=abc123", "balance=12")
    done = place.run(*put)
    assert done.returncode == 78 and b"run sealrow init" in done.stderr
    assert place.ok("get", "customer", "account=1")
    assert place.ok("init") and place.ok(*put)


def test_one_is_not_a_plural(place):
    place.sql("DROP TABLE customers", "DELETE FROM sealrow_probe",
              "CREATE TABLE customers (account_no TEXT NOT NULL PRIMARY KEY, userid_sealed BLOB)")
    assert place.ok("init").endswith(b"1 statement run, 1 probe stored\n")


def test_null_is_said_and_an_empty_text_is_none(place):
    place.sql("ALTER TABLE customers ADD COLUMN note TEXT")
    put = ("put", "customer", "account=3", "userid=", "note=", "--null", "balance", "--null", "pin")
    assert place.ok(*put).startswith(b"inserted 1")
    row = json.loads(place.ok("get", "customer", "account=3", "--json"))
    assert row == {"account": "3", "userid": "", "pin": None, "balance": None, "note": ""}
    assert place.ok(*put).startswith(b"inserted 0, already there 1")
    assert place.ok("put", "customer", "account=3", "pin=1", "--replace").endswith(b"replaced 1\n")
    assert place.run(*put).returncode == 75
    assert place.ok(*put, "--replace").endswith(b"replaced 1\n")
    assert json.loads(place.ok("get", "customer", "account=3", "--json")) == row


def test_what_json_has_no_number_for_is_null(place):
    place.sql("ALTER TABLE customers ADD COLUMN rate REAL")
    for number, told in (("9e999", None), ("-9e999", None), ("-0.5", -0.5), ("1e300", 1e300)):
        place.sql(f"UPDATE customers SET rate = {number}")
        assert json.loads(place.ok("get", "customer", "account=1", "--json"))["rate"] == told


def test_check_finds_nothing_in_a_good_database(place):
    assert place.ok("check") == b"0 findings\n"
    assert place.ok("check", "--as", "reader", "--json") == \
        b'{"findings":[],"count":0,"accepted":0}\n'


def test_check_finds_what_is_wrong(place):
    place.sql("ALTER TABLE customers DROP COLUMN pin_sealed", "DROP TABLE sealrow_probe")
    place.config(eu_key=place.world.off)
    place.book()
    done = place.run("check")
    codes = [line.split()[0] for line in done.stdout.decode().splitlines()]
    assert (done.returncode, codes) == (1, ["column-missing", "key-disabled", "2"])
    done = place.run("check", "--as", "reader", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert [f["code"] for f in found["findings"]] == ["column-missing", "probe-missing"]


def test_inspect_needs_no_key(place):
    place.env = {"PATH": place.env["PATH"]}
    told = json.loads(place.ok("inspect", "good", "--json"))
    assert told["suite"] == "0478" and told["plaintext_length"] == 6
    assert told["encryption_context"] == {"account": "1", "sealrow:cell": "bank.customer.userid"}
    assert [k["info"] for k in told["encrypted_data_keys"]] == [
        place.world.keys[US], place.world.keys[EU]]
    assert sum(f["length"] for f in told["fields"]) == (place.folder / "good").stat().st_size
    values = [f["value"] for f in told["fields"] if f["name"] == "edk-info"]
    assert values == [place.world.keys[US], place.world.keys[EU]]
    lines = place.ok("inspect", "good").decode().splitlines()
    algorithm = next(line for line in lines if "algorithm" in line)
    assert algorithm.split(None, 3)[3] == "0x0478 " + told["suite_name"]
    assert b"message-id" in place.ok("inspect", data=(place.folder / "good").read_bytes())


def test_inspect_says_which_file_is_no_message(place):
    (place.folder / "text").write_bytes(b"nothing sealed")
    refused = place.run("inspect", "text")
    assert refused.returncode == 65 and refused.stderr.startswith(b"sealrow: text: ")
    refused = place.run("inspect", data=b"")
    assert refused.returncode == 65 and refused.stderr.startswith(b"sealrow: standard input: ")


def test_the_configuration_may_stand_in_a_variable(place):
    text = (place.folder / "sealrow.yaml").read_text()
    (place.folder / "sealrow.yaml").rename(place.folder / "moved.yaml")
    assert place.run("check").returncode == 78
    assert place.ok("check", "-c", "moved.yaml")
    place.env["MINE"] = text
    assert place.ok("check", "-c", "env:MINE")
    place.env["SEALROW_CONFIG"] = "moved.yaml"
    assert place.ok("check")
    place.env["SEALROW_CONFIG"] = text
    assert place.ok("check")


def test_global_options_stand_before_or_after_the_command(place):
    after = place.ok("check", "--json", "--config=sealrow.yaml", "--local-region", EU)
    assert place.ok("--json", "-csealrow.yaml", "--local-region", EU, "check") == after
    for args in (("--help", "put"), ("put", "-h")):
        assert place.ok(*args).startswith(b"usage: sealrow put TABLE")


def test_an_interrupt_ends_with_130(place):  # SROW_E_INTERRUPTED
    process = subprocess.Popen([str(SEALROW), "seal", *CELL], cwd=place.folder, env=place.env,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    await_signal_handler(process.pid)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, b"")
    assert err.startswith(b"sealrow: interrupted")


def await_signal_handler(pid):
    """Returns when the program has said what it does with SIGINT."""
    while True:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            caught = next(line for line in status if line.startswith("SigCgt"))
        if int(caught.split()[1], 16) & (1 << (signal.SIGINT - 1)):
            return
