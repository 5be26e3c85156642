# SPDX-License-Identifier: Apache-2.0
"""What each version stored opens for ever: databases, cells, files, messages, keys of kmsd.

A folder of tests/golden was written once by its version (dev/golden.py) and is never changed."""
import json
import re
import shutil
import subprocess

import pytest

from conftest import BUILD
from golden import GOLDEN, Server

VERSIONS = sorted(p.name for p in GOLDEN.iterdir() if (p / "rows.json").exists())
REGIONS = Server.regions


@pytest.fixture(scope="module", params=VERSIONS)
def stored(request, tmp_path_factory):
    """A copy with the KMS running. The version control does not keep who may read a file."""
    folder = tmp_path_factory.mktemp("golden") / request.param
    shutil.copytree(GOLDEN / request.param, folder)
    folder.chmod(0o700)
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    with Server(folder) as server:
        server.configure()
        yield server


def test_there_is_a_folder_to_look_at():
    assert VERSIONS


@pytest.mark.parametrize("region", REGIONS)
def test_every_row_opens_in_each_region_alone(stored, region):
    for row in json.loads((stored.folder / "rows.json").read_text()):
        bind = [f"{name}={row[name]}" for name in ("account", "branch")]
        got = json.loads(stored.sealrow("get", "customer", *bind, "--json", "--via", region,
                                        local=region))
        values = got
        assert {name: values[name] for name in row} == row


@pytest.mark.parametrize("region", REGIONS)
def test_a_cell_of_many_frames_opens(stored, region):
    bind = ["--bind", "account=1001", "--bind", "branch=7"]
    got = stored.sealrow("open", "customer.scan", *bind, "--via", region, local=region,
                         input=(stored.folder / "scan.sealed").read_bytes())
    assert got == (stored.folder / "scan.bin").read_bytes()


def test_files_of_each_suite_open(stored):
    files = sorted(stored.folder.glob("file-*.sealed"))
    assert files
    for path in files:
        got = stored.sealrow("decrypt", "--key-set", "default", "--context", "purpose=golden",
                             input=path.read_bytes())
        assert got == (stored.folder / "scan.bin").read_bytes(), path.name


@pytest.mark.parametrize("version", VERSIONS)
def test_messages_under_raw_keys_open(version):
    done = subprocess.run([BUILD / "tests/vectors", GOLDEN / version / "messages"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    assert re.search(r"^[1-9]\d* passed, 0 failed, 0 skipped$", done.stdout, re.M), done.stdout
