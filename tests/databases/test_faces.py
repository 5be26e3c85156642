# SPDX-License-Identifier: Apache-2.0
"""The unit tests of the room db that hold on every engine, on each of them."""
import subprocess

import pytest

import world as worlds


def points(program, *args):
    """How many points it made; all of them must be good."""
    done = subprocess.run([worlds.BUILD / "tests" / program, *args], capture_output=True,
                          text=True, timeout=60)
    lines = done.stdout.splitlines()
    failed = [line for line in lines if not line.startswith(("ok ", "1.."))]
    assert not failed and done.returncode == 0 and lines[-1] == f"1..{len(lines) - 1}", done
    return len(lines) - 1


def urls(place):
    """What a server without bulk operations gets is run on MariaDB as well."""
    url = place.env["DATABASE_URL"].replace("sqlite:app.db", f"sqlite:{place.folder}/app.db")
    return [url, f"{url}&bulk=off"] if place.engine == "mariadb" else [url]


@pytest.mark.parametrize("program", ["db-walk", "db-many"])
def test_the_room_db_does_the_same_on_every_engine(place, program):
    for url in urls(place):
        assert points(program, url) > 0
