# SPDX-License-Identifier: Apache-2.0
"""Connections of several threads at once; make check runs this under ThreadSanitizer, so nothing
here needs another program of ours."""
import subprocess

import pytest

import world as worlds


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:{tmp_path}/threads.db"
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_pair").url("postgres")
    pair = request.getfixturevalue("mariadb_pair")
    pair.sql("CREATE DATABASE threads", *(f"GRANT ALL ON threads.* TO app@{host}"
                                          for host in ("127.0.0.1", "localhost")))
    return pair.url("threads")


def test_threads_with_connections_of_their_own_are_in_nobodys_way(url):
    done = subprocess.run([worlds.BUILD / "tests" / "db-threads", url], capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0 and done.stdout.endswith("\n1..1\n"), done
    assert "ThreadSanitizer" not in done.stderr, done.stderr
