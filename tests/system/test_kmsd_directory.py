# SPDX-License-Identifier: Apache-2.0
"""The server's directory in bad times: starts that are interrupted, old backups, a full disk."""
import os
import shutil
import signal
import subprocess

import pytest

from conftest import KMSD, REGIONS, run

AT = f"{REGIONS[0]}=127.0.0.1:0"
FILES = {"master.key", "kmsd.db", "principals.json", "credentials"}
SPEC = ("--region", f"{REGIONS[0]}=127.0.0.1:4001")

# -- a start that is interrupted --

# Which calls, and whether at each of them or at every nth.
STEPS = {"fsync": 1, "fdatasync": 2, "rename,renameat2,mkdir,rmdir": 1, "openat": 4, "unlink": 5}


def init_killed_at(data, call, n):
    """--init in a new directory, killed as it enters the nth such call; False: it has fewer."""
    options = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"  # cannot, under strace
    done = subprocess.run(
        ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call}", "-e",
         f"inject={call}:signal=KILL:when={n}", KMSD, "--data", data, "--init", *SPEC],
        capture_output=True, timeout=30, env=os.environ | {"ASAN_OPTIONS": options})
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace here")
@pytest.mark.parametrize("call, step", STEPS.items())
def test_a_start_interrupted_anywhere_needs_no_hands(tmp_path, start, call, step):
    """Before the first answer nothing can have been encrypted: the next start finishes the work."""
    kills = 0
    while init_killed_at(tmp_path / str(kills), call, kills * step + 1):
        data = tmp_path / str(kills)
        key = (data / "master.key").read_bytes() if (data / "master.key").exists() else None
        server = start(data=data, regions=REGIONS[:1])
        client = server.client()
        assert client.ok("Encrypt", KeyId=client.create(), Plaintext="AAAA")
        assert key is None or (data / "master.key").read_bytes() == key
        assert FILES <= {f.name for f in data.iterdir()}
        assert not {"new", "made"} & {f.name for f in data.iterdir()}
        assert server.stop() == (0, "")
        kills += 1
    print(f"{call}: {kills} interrupted starts")
    assert kills >= 4


def test_an_init_that_fails_says_how_to_go_on(tmp_path):
    data = tmp_path / "kms"
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([KMSD, "--data", data, "--init", *SPEC], stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=30)
    assert done.returncode == 71 and done.stderr.count("\n") == 1
    assert f"{data} is there" in done.stderr and "remove it before --init" in done.stderr
    assert "standard output cannot be written" in done.stderr
    code, _, err = run("--data", data, "--init", *SPEC)
    assert code == 75 and "left by an --init that failed, remove it" in err
    shutil.rmtree(data)
    assert run("--data", data, "--init", *SPEC)[0] == 0


def test_nothing_in_its_place_is_ever_replaced(start):
    server = start()
    server.stop()
    before = {name: (server.data / name).read_bytes() for name in FILES}
    for folder, code in (("new", 0), ("made", 75)):
        (server.data / folder).mkdir()
        (server.data / folder / "master.key").write_bytes(bytes(32))
        if code:
            got, _, err = run("--data", server.data, "--region", AT)
            assert got == code and "master.key stands in made/ and outside" in err
        else:
            start(data=server.data).stop()
            assert not (server.data / folder).exists()
        assert {name: (server.data / name).read_bytes() for name in FILES} == before


# -- an old backup --

def test_a_key_file_from_an_older_backup_is_noticed(start):
    server = start()
    server.client().create()
    server.stop()
    old = (server.data / "kmsd.db").read_bytes()
    again = start(ports=server.ports)
    lost = again.client().create()
    again.client().call("CreateAlias", AliasName="alias/a", TargetKeyId=lost)
    again.stop()
    new = (server.data / "kmsd.db").read_bytes()

    (server.data / "kmsd.db").write_bytes(old)
    code, out, err = run("--data", server.data, "--region", AT)
    assert (code, out) == (75, "")
    assert "kmsd.db is 2 changes behind this directory" in err and err.count("\n") == 1

    (server.data / "kmsd.db").write_bytes(new)
    found = start(ports=server.ports)
    assert found.client().ok("Encrypt", KeyId="alias/a", Plaintext="AAAA")["KeyId"] == lost
    found.stop()

    (server.data / "kmsd.db").write_bytes(old)
    (server.data / "changes").unlink()
    accepted = start(ports=server.ports)
    assert accepted.client().call("DescribeKey", KeyId=lost).code == "NotFoundException"


def test_a_count_that_is_no_number_is_refused(start):
    server = start()
    server.stop()
    (server.data / "changes").write_text("x" * 21)
    code, _, err = run("--data", server.data, "--region", AT)
    assert code == 65 and "changes: not a number" in err


# -- a full disk --


def start_with_files_of_at_most(start, data, size):
    """A server whose files cannot grow beyond `size`, as on a full disk, but for its own self."""
    limit = ["prlimit", f"--fsize={size}", "env", "--ignore-signal=XFSZ"]
    return start(data=data, regions=REGIONS[:1], prefix=limit)


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="no prlimit here")
def test_a_full_disk_loses_no_acknowledged_change_and_gives_no_unaudited_answer(start, tmp_path):
    data = tmp_path / "kms"
    first = start(data=data, regions=REGIONS[:1])
    kept = first.client().create()
    first.stop()
    full = start_with_files_of_at_most(start, data, (data / "kmsd.db").stat().st_size + 12288)
    client, acknowledged, failed = full.client(), [kept], None
    for _ in range(400):
        answer = client.call("CreateKey", Description="x" * 2000)
        if answer.status != 200:
            failed = answer
            break
        acknowledged.append(answer.json["KeyMetadata"]["Arn"])
    assert (failed.status, failed.code) == (500, "KMSInternalException")
    lines = (data / "audit.log").read_bytes()
    assert lines.endswith(b"\n")
    full.stop(signal.SIGKILL)

    after = start(data=data, regions=REGIONS[:1])
    for key in acknowledged:
        assert after.client().ok("Encrypt", KeyId=key, Plaintext="AAAA")["KeyId"] == key
    assert after.client().create()
    assert os.path.getsize(data / "audit.log") > len(lines)
