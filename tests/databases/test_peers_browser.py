# SPDX-License-Identifier: Apache-2.0
"""The page of `status --html` in headless Chromium: nothing is asked of any network, nothing is
complained of, light and dark, wide and narrow come out, and axe-core finds nothing serious.

`make check` sets SEALROW_BROWSER (a folder with playwright-core and axe-core)."""
import json
import os
import shutil
import subprocess

import pytest

import page
import world as worlds
from world import ROOT

MODULES = os.environ.get("SEALROW_BROWSER", "")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
def visits(world, tmp_path):
    if not MODULES:
        pytest.skip("SEALROW_BROWSER is not set: run make check")
    if CHROMIUM is None:
        pytest.skip("NOT TESTED: no Chromium is installed (Debian: chromium)")
    place = worlds.copy(world, tmp_path)
    page.fill(place)
    place.ok("status", "--html", "status.html")
    done = subprocess.run(["node", ROOT / "tests/peers/browser.mjs", MODULES, CHROMIUM,
                           tmp_path / "status.html", tmp_path],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "HOME": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    return {(v["colorScheme"], v["width"]): v for v in json.loads(done.stdout)["visits"]}


def test_the_page_of_status_is_at_home_in_a_browser(visits):
    assert set(visits) == {(s, w) for s in ("light", "dark") for w in (1100, 390)}
    for how, visit in visits.items():
        assert (visit["requests"], visit["complaints"]) == ([], []), how
        assert visit["scripts"] == 0 and visit["overflow"] <= 0, how
        assert visit["thinnest"] >= .3 and visit["flat"] == 0, (how, visit)
        assert visit["violations"] == [] and visit["passes"] > 10, how
    light, dark = visits["light", 1100], visits["dark", 1100]
    assert light["background"] != dark["background"] and light["color"] != dark["color"]
