# SPDX-License-Identifier: Apache-2.0
"""What the program tells about itself: codes, configuration, log, completion, manual."""
import json
import re

from world import EU, ROOT, US


def test_a_code_is_explained_by_number_and_by_name(place):
    wanted = place.ok("explain", "SROW-080")
    assert wanted.startswith(b"SROW-080 CONTEXT: ") and b"integrity, exit code 65" in wanted
    for word in ("80", "080", "srow-080", "CONTEXT", "context", "SROW_E_CONTEXT"):
        assert place.ok("explain", word) == wanted
    told = json.loads(place.ok("explain", "context", "--json"))
    assert (told["code"], told["exit"], told["class"]) == ("SROW-080", 65, "integrity")
    assert all(told[part] for part in ("meaning", "cause", "repair"))
    for word in ("19", "", "SROW-", "99999999999999999999"):
        assert place.run("explain", word).returncode == 2


def test_all_codes_are_listed(place):
    told = json.loads(place.ok("explain", "--json"))
    lines = place.ok("explain").decode().splitlines()
    assert [line.split()[0] for line in lines] == [row["code"] for row in told]
    errors = [row["code"] for row in told if row["class"] != "finding"]
    assert errors[-1] == "SROW-220" and told[-1]["class"] == "finding"


def test_a_finding_of_check_is_explained(place):
    table = (ROOT / "docs" / "check.md").read_text()
    codes = re.findall(r"^\| `([a-z-]+)` \|", table, re.M)
    assert codes
    for code in codes:
        told = place.ok("explain", code).decode()
        assert told.startswith(f"{code}: ") and "\nrepair  " in told
    told = json.loads(place.ok("explain", "bind-sensitive", "--json"))
    assert (told["code"], told["class"], told["exit"]) == ("bind-sensitive", "finding", 1)
    assert told["accept"] and told["meaning"] and told["repair"]
    wrong = place.run("explain", "bind-nulable")
    assert b"did you mean bind-nullable?" in wrong.stderr and wrong.returncode == 2


FAILING = {  # what a failure of each kind of command says
    "SROW-001": [("bogus",), ("seal", "--bnd"), ()],
    "SROW-003": [("put", "custmer", "account=1", "userid=x")],
    "SROW-080": [("decrypt", "--context", "account=2", "--out", "x")],
    "SROW-120": [("get", "customer", "account=7"), ("inspect", "none")],
    "SROW-160": [("put", "customer", "account=1", "userid=x")],
}


def test_every_failure_names_a_code_that_is_explained(place):
    good = (place.folder / "good").read_bytes()
    for code, commands in FAILING.items():
        for command in commands:
            done = place.run(*command, data=good)
            line = done.stderr.decode().splitlines()[-1]
            assert line.startswith("sealrow: ") and line.endswith(f" ({code})"), line
            assert place.ok("explain", line[line.rindex("(") + 1:-1]).startswith(code.encode())


def test_a_failure_with_json_is_one_object_on_standard_error(place):
    good = (place.folder / "good").read_bytes()
    for code, commands in FAILING.items():
        for command in commands:
            plain, done = place.run(*command, data=good), place.run(*command, "--json", data=good)
            said = json.loads(done.stderr.splitlines()[-1])["error"]
            assert list(said) == ["code", "name", "class", "exit", "text"]
            explained = json.loads(place.ok("explain", code, "--json"))
            assert {k: said[k] for k in ("code", "name", "class", "exit")} == \
                {k: explained[k] for k in ("code", "name", "class", "exit")}
            assert (done.returncode, done.stdout) == (said["exit"], b"")
            line = plain.stderr.decode().splitlines()[-1]
            assert line == f"sealrow: {said['text']} ({code})" and plain.returncode == said["exit"]


def test_help_and_version_answer_as_people_ask(place):
    usage, version = place.ok("help"), place.ok("version")
    assert usage.startswith(b"usage: sealrow COMMAND") and version.startswith(b"sealrow ")
    assert place.ok("--help") == place.ok("-h") == usage
    for command in ("seal", "help", "explain"):
        assert place.ok("help", command) == place.ok(command, "--help") != usage
        assert place.ok("help", command).startswith(f"usage: sealrow {command}".encode())
    for words in (("--version",), ("-V",), ("put", "a", "b=c", "--version"), ("--version", "put")):
        assert place.ok(*words) == version
    wrong = place.run("help", "sael")
    assert wrong.returncode == 2 and b"did you mean seal?" in wrong.stderr


def settings(place, *args):
    told = json.loads(place.ok("config", "show", "--json", *args))["settings"]
    return {row["key"]: (row["value"], row["from"], row["where"]) for row in told}


def test_what_is_in_force_says_where_it_comes_from(place):
    found = settings(place)
    assert found["config"] == ("sealrow.yaml", "default", "default")
    assert found["local-region"] == (US, "environment", "AWS_REGION")
    assert found["log-level"] == ("warning", "default", "default")
    assert found["domain"] == ("bank", "file", "sealrow.yaml:2")
    assert found["limits.deadline"] == ("10s", "file", "sealrow.yaml:12")
    assert found["limits.in_flight"] == ("64", "default", "default")
    assert found["open.order"] == (f"[{US}, {EU}]", "default", "default")
    assert found["tables.customer.columns.pin.type"] == ("integer", "file", "sealrow.yaml:20")
    assert found["tables.customer.columns.pin.required"] == ("false", "default", "default")
    assert found[f"keys.default.{EU}[0]"][:2] == (place.world.keys[EU], "file")
    lines = place.ok("config", "show").decode().splitlines()
    assert "domain: bank  # sealrow.yaml:2" in lines and len(lines) == len(found)


def test_an_option_goes_before_the_environment_and_that_before_the_default(place):
    place.env.update(SEALROW_CONFIG="sealrow.yaml", SEALROW_LOCAL_REGION=EU, SEALROW_LOG="error")
    found = settings(place)
    assert found["config"][1:] == ("environment", "SEALROW_CONFIG")
    assert found["local-region"] == (EU, "environment", "SEALROW_LOCAL_REGION")
    assert found["log-level"] == ("error", "environment", "SEALROW_LOG")
    found = settings(place, "-csealrow.yaml", "--local-region", US, "--log-level=info")
    assert [found[key][1] for key in ("config", "local-region", "log-level")] == ["flag"] * 3


def test_what_a_variable_declares_down_stands_in_place_of_the_file(place):
    place.config(("version: 1\n", f"version: 1\nwrite: {{while_down: [{EU}]}}\n"))
    assert settings(place)["write.while_down[0]"] == (EU, "file", "sealrow.yaml:2")
    for value in (US, ""):
        place.env["SEALROW_WHILE_DOWN"] = value
        found = settings(place)
        assert found["write.while_down"] == (f"[{value}]", "environment", "SEALROW_WHILE_DOWN")
        assert "write.while_down[0]" not in found


def test_a_configuration_in_a_variable_has_lines_too(place):
    place.env["SEALROW_CONFIG"] = (place.folder / "sealrow.yaml").read_text()
    found = settings(place)
    assert found["config"] == ("env:SEALROW_CONFIG", "environment", "SEALROW_CONFIG")
    assert found["domain"] == ("bank", "file", "SEALROW_CONFIG:2")


def test_endpoints_of_the_environment_are_told_and_the_database_is_not(place):
    place.config((f"us-east-1:\n    endpoint: {place.world.values['us']}\n", "us-east-1: {}\n"))
    place.env.update(AWS_ENDPOINT_URL="https://{region}.example",
                     DATABASE_URL="mysql://u:hunter2@h/d")
    out = place.ok("config", "show")
    assert b"regions.us-east-1.endpoint: https://{region}.example  # AWS_ENDPOINT_URL\n" in out
    assert b"database: set  # DATABASE_URL\n" in out and b"hunter2" not in out


# Keys that may be absent without a default in their place.
NO_DEFAULT = {"regions.NAME.endpoint", "keys.NAME.REGION[].arn", "keys.NAME.REGION[].use",
              "alarm[].to", "alarm[].command", "write.while_down_file",
              "tables.NAME.bind.NAME.made"} | {
              f"tables.NAME.columns.NAME.{key}"
              for key in ("plain", "stage", "until", "version.column")}


def keys(place):
    return [row["key"] for row in json.loads(place.ok("config", "keys", "--json"))["keys"]]


def test_every_key_is_shown_with_its_default(place):
    found = settings(place)
    shown = {re.sub(r"(tables|bind|columns|regions)\.[\w-]+", r"\1.NAME", key) for key in found}
    assert set(keys(place)) - shown == NO_DEFAULT - shown


def test_the_log_says_what_its_level_asks_for(place):
    where = ("explain", "1")
    assert place.run(*where).stderr == b""
    seal = ("seal", "customer.userid", "--bind", "account=1")
    assert b"config.read" not in place.run(*seal, data=b"x").stderr
    line = json.loads(place.run(*seal, "--log-level", "info", data=b"x").stderr.splitlines()[0])
    assert (line["level"], line["code"]) == ("info", "config.read")
    place.env["SEALROW_LOG"] = "debug"
    assert b"config.read" in place.run(*seal, data=b"x").stderr
    assert b"config.read" not in place.run(*seal, "--log-level", "error", data=b"x").stderr
