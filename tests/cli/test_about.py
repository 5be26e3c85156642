# SPDX-License-Identifier: Apache-2.0
"""What the program tells about itself: codes, configuration, log, completion, manual."""
import json


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
    assert "SROW-220" in lines[-1]
