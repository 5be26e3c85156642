# SPDX-License-Identifier: Apache-2.0
"""dev/deps.sh installs what is missing where it may, and tells the command where it may not."""
import os
import re
import subprocess
from pathlib import Path

import pytest

DEPS = Path(__file__).parent.parent.parent / "dev/deps.sh"
HAS = "#!/bin/sh\necho installed\n"
LACKS_CURL = '#!/bin/sh\n[ "$4" = libcurl4-openssl-dev ] || echo installed\n'


@pytest.fixture
def machine(tmp_path):
    """Runs deps.sh on a machine whose dpkg-query, id, sudo and apt-get are told what to do."""
    def run(dpkg, uid, sudo=1, apt="exit 0"):
        scripts = {"dpkg-query": dpkg, "id": f"#!/bin/sh\necho {uid}\n",
                   "sudo": f"#!/bin/sh\n[ {sudo} = 0 ] || exit 1\nshift\nexec \"$@\"\n",
                   "apt-get": f"#!/bin/sh\necho \"$@\" >>{tmp_path}/apt\n{apt}\n"}
        for name, text in scripts.items():
            (tmp_path / name).write_text(text)
            (tmp_path / name).chmod(0o755)
        done = subprocess.run([DEPS, "test"], capture_output=True, text=True,
                              env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
        log = tmp_path / "apt"
        done.calls = log.read_text().splitlines() if log.exists() else []
        return done
    return run


def test_with_nothing_missing_it_does_and_says_nothing(machine):
    done = machine(HAS, uid=0)
    assert (done.returncode, done.stdout, done.stderr, done.calls) == (0, "", "", [])


def test_root_installs_what_is_missing_and_no_more(machine):
    done = machine(LACKS_CURL, uid=0)
    assert done.returncode == 0
    assert len(done.calls) == 1
    assert done.calls[0].endswith("install --no-install-recommends libcurl4-openssl-dev")


def test_sudo_without_a_password_installs_too(machine):
    assert len(machine(LACKS_CURL, uid=1000, sudo=0).calls) == 1


def test_where_it_may_not_install_it_prints_the_command_and_stops(machine):
    done = machine(LACKS_CURL, uid=1000)
    assert done.returncode == 1 and done.calls == []
    assert done.stderr.splitlines()[-1].strip() == \
        "sudo apt-get install -y --no-install-recommends libcurl4-openssl-dev"


def test_the_lists_are_read_again_only_when_a_package_is_not_found(machine):
    first_fails = 'case "$*" in *update) : >"$0.updated" ;; *) [ -e "$0.updated" ] ;; esac'
    done = machine(LACKS_CURL, uid=0, apt=first_fails)
    assert done.returncode == 0
    assert [call.split()[-1] for call in done.calls] == [
        "libcurl4-openssl-dev", "update", "libcurl4-openssl-dev"]


def test_a_package_that_cannot_be_had_is_named(machine):
    done = machine(LACKS_CURL, uid=0, apt="echo no such package; exit 100")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "apt-get could not install: libcurl4-openssl-dev"


def test_the_readme_and_the_packages_name_what_a_build_needs():
    build = re.search(r"^build='(.*?)'", DEPS.read_text(), re.S | re.M).group(1).split()
    needed = {name for name in build if name.endswith("-dev") and name != "libc6-dev"}
    assert len(needed) > 5
    for paper in ("README.md", "dev/debian/control"):
        text = (DEPS.parent.parent / paper).read_text()
        assert not [name for name in needed if not re.search(rf"\b{name}\b", text)], paper
