# SPDX-License-Identifier: Apache-2.0
"""A Region is gone: what is refused, what goes on, and what it says it lacks."""
import json

import pytest

from world import EU, US, closed_port

CELL = ("customer.userid", "--bind", "account=1")


def without_us(place, write=None, **values):
    """The configuration with nobody at us-east-1's address, and what `write` says."""
    changes = [] if write is None else [("limits:", f"write: {{{write}}}\nlimits:")]
    place.config(*changes, us=closed_port(), **values)


def with_write(place, write):
    place.config(("limits:", f"write: {{{write}}}\nlimits:"))


def log_codes(stderr):
    return [json.loads(line)["code"] for line in stderr.decode().splitlines() if line[0] == "{"]


@pytest.mark.parametrize("write, down", [
    (f"while_down: [{US}]", None), ("require: all", US), ("require: quorum:1", None),
    ("require: quorum:1", US), ("require: local", US)])
def test_a_value_is_sealed_without_a_region_and_says_so(place, write, down):
    without_us(place)
    assert place.run("seal", *CELL, data=b"abc123").returncode == 69
    without_us(place, write)
    if down is not None:
        place.env["SEALROW_WHILE_DOWN"] = down
    done = place.run("seal", *CELL, data=b"abc123")
    assert done.returncode == 0, done.stderr
    assert log_codes(done.stderr).count("write.missing") == 1
    assert f"without {US}".encode() in done.stderr
    assert place.ok("open", *CELL, "--via", EU, data=done.stdout) == b"abc123"
    assert place.run("open", *CELL, "--via", US, data=done.stdout).returncode == 65
    told = place.run("inspect", "--regions", data=done.stdout)
    assert (told.returncode, told.stdout.decode()) == (1, (
        f"{US}         missing  {place.world.keys[US]}\n"
        f"{EU}         wrapped  {place.world.keys[EU]}\n1 missing\n"))


@pytest.mark.parametrize("write, down", [
    ("require: all", None), ("require: local", None), ("require: quorum:2", None),
    ("require: quorum:2", US), ("require: all", EU)])
def test_nothing_is_sealed_below_the_requirement(place, write, down):
    without_us(place, write)
    if down is not None:
        place.env["SEALROW_WHILE_DOWN"] = down
    done = place.run("seal", *CELL, data=b"abc123")
    assert (done.returncode, done.stdout) == (69, b"")
    assert US in done.stderr.decode().splitlines()[-1]


def test_a_region_declared_down_is_not_asked(place):
    place.env["SEALROW_WHILE_DOWN"] = US
    before = place.world.kmsd.total("--region", US)
    place.ok("seal", *CELL, data=b"abc123")
    assert place.world.kmsd.total("--region", US) == before


def test_a_wrong_variable_is_refused(place):
    for down, code in (("us-east-9", 78), (f"{US},{EU}", 78)):
        place.env["SEALROW_WHILE_DOWN"] = down
        done = place.run("seal", *CELL, data=b"abc123")
        assert (done.returncode, done.stdout) == (code, b"")
        assert b"SEALROW_WHILE_DOWN" in done.stderr


def test_a_file_declares_a_region_down_and_up_again(place):
    down = place.folder / "down"
    with_write(place, "while_down_file: down")
    assert place.ok("put", "customer", "account=2", "userid=a") == (
        b"inserted 1, already there 0, replaced 0\n")
    down.write_text(f"# flooded\n{US}\n")
    down.chmod(0o644)
    done = place.run("put", "customer", "account=3", "userid=a", "pin=1")
    assert done.stdout.decode() == ("inserted 1, already there 0, replaced 0\n"
                                    f"1 wrapped in fewer Regions than promised, lacking {US}\n")
    assert log_codes(done.stderr) == ["write.while_down", "write.missing"]
    told = json.loads(place.ok("put", "customer", "account=4", "userid=a", "--json"))
    assert told == {"inserted": 1, "already_there": 0, "replaced": 0, "missing": [US],
                    "position": "sqlite:0"}
    down.unlink()
    told = json.loads(place.ok("put", "customer", "account=5", "userid=a", "--json"))
    assert told["missing"] == []


def test_inspect_tells_what_the_configuration_promises(place):
    assert place.ok("inspect", "--regions", "good").endswith(b"\n0 missing\n")
    told = json.loads(place.ok("inspect", "--regions", "--json", "good"))
    assert told == {"missing": 0, "regions": [
        {"region": r, "key": place.world.keys[r], "wrapped": True} for r in (US, EU)]}
    done = place.run("inspect", "--regions", "other-domain")
    assert (done.returncode, done.stdout) == (2, b"")
    place.config(eu_key=place.world.off)
    done = place.run("inspect", "--regions", "--json", "good")
    assert done.returncode == 1
    assert [r["wrapped"] for r in json.loads(done.stdout)["regions"]] == [True, False]


def found(place, *args):
    done = place.run("check", "--json", *args)
    assert done.returncode in (0, 1), done.stderr
    said = json.loads(done.stdout)
    codes = [f["code"] for f in said["findings"] if f["code"].startswith("write-")]
    return codes, done.returncode


def test_check_finds_what_lets_values_lack_regions(place):
    for write, codes in ((f"while_down: [{EU}]", ["write-while-down"]),
                         ("require: local", ["write-below-all"]),
                         ("require: quorum:2", ["write-below-all"]),
                         ("require: quorum:3", ["write-quorum", "write-below-all"]),
                         ("while_down_file: down", ["write-while-down-file"]),
                         ("require: all", [])):
        (place.folder / "down").write_text("us-east-9\n")
        with_write(place, write)
        assert found(place) == (codes, int(bool(codes))), write


@pytest.mark.parametrize("role", ["writer", "reader"])
def test_a_region_declared_down_and_gone_is_one_finding_that_may_be_accepted(place, role):
    place.book()
    place.config(("limits:", f"write: {{while_down: [{EU}]}}\nlimits:"), eu=closed_port())
    done = place.run("check", "--as", role, "--json")
    assert [f["code"] for f in json.loads(done.stdout)["findings"]] == ["write-while-down"]
    assert done.returncode == 1
    done = place.run("check", "--as", role, "--accept", "write-while-down")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, b"0 findings, 1 accepted")


def test_what_is_known_may_be_accepted(place):
    with_write(place, f"require: local, while_down: [{EU}]")
    accept = ("--accept", "write-below-all", "--accept", "write-while-down")
    assert found(place, *accept)[1] == 0
    with_write(place, "require: quorum:3")
    assert place.run("check", "--accept", "write-quorum").returncode == 2
    done = place.run("seal", *CELL, data=b"abc123")
    assert done.returncode == 78 and b"quorum:3" in done.stderr


def test_local_is_the_local_region_and_no_other_one(place):
    """No key for new values there: nothing is sealed, check says so, and reading goes on."""
    sealed = place.ok("seal", *CELL, data=b"abc123")
    us_key = f"{US}: [{place.world.keys[US]}]"
    place.config((us_key, f"{US}: [{{arn: \"{place.world.keys[US]}\", use: open}}]"),
                 ("limits:", "write: {require: local}\nlimits:"))
    done = place.run("seal", *CELL, "--local-region", US, data=b"abc123")
    assert done.returncode == 78 and done.stdout == b"" and US in done.stderr.decode()
    assert found(place, "--local-region", US)[0] == ["write-below-all", "write-local-missing"]
    place.ok("seal", *CELL, "--local-region", EU, data=b"abc123")
    assert found(place, "--local-region", EU)[0] == ["write-below-all"]
    assert place.ok("open", *CELL, "--local-region", US, data=sealed) == b"abc123"
