# SPDX-License-Identifier: Apache-2.0
"""Schema work with a connection that is lost at each call, and on PostgreSQL with allocations that
fail, those of libpq among them."""
import subprocess

import pytest

import world as worlds


@pytest.mark.parametrize("server", ["pg", "maria"])
def test_schema_work_ends_whole_or_in_one_clean_error(request, server):
    program = worlds.BUILD / "tests" / "fault" / "fault_schema"
    if not program.exists():
        pytest.skip("a sanitizer has an allocator of its own")
    place = request.getfixturevalue(server)
    if server == "maria":
        place.pair.sql("SET GLOBAL log_bin_trust_function_creators = 1")
    done = subprocess.run([program, place.env["DATABASE_URL"]], capture_output=True, text=True,
                          timeout=300)
    lines = done.stdout.splitlines()
    failed = [line for line in lines if not line.startswith(("ok ", "1.."))]
    assert not failed and done.returncode == 0 and lines[-1] == f"1..{len(lines) - 1}", done
