# SPDX-License-Identifier: Apache-2.0
"""encrypt and decrypt: files and folders, whole or not at all."""
import ctypes
import json
import os
import resource
import signal as signals
import subprocess

import pytest

from world import EU, SEALROW, US

FILE = b"one frame and a bit more: " + bytes(range(256)) * 20


@pytest.fixture
def tree(place):
    """A folder with files in folders."""
    files = {"a": b"", "b.txt": FILE, "sub/b.txt": b"b", "sub/deep/c d": b"\x00\xff",
             "sub/.e": b"e"}
    for name, data in files.items():
        path = place.folder / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return files


@pytest.fixture
def sealed(place):
    """FILE in `plain`, and in `sealed` under {"purpose": "test", "empty": ""}."""
    (place.folder / "plain").write_bytes(FILE)
    place.ok("encrypt", "--context", "purpose=test", "--context", "empty=", "--in", "plain",
             "--out", "sealed")
    return place


def listing(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def nothing_left(place, *also):
    """No output, no temporary file."""
    names = {p.name for p in place.folder.iterdir()}
    assert not names & {"out", *also} and not [n for n in names if n.startswith(".sealrow-")], names


def test_a_file_becomes_a_message_and_the_file_again(sealed):
    assert sealed.ok("decrypt", "--in", "sealed", "--out", "out") == b"1 file decrypted\n"
    for name in ("sealed", "out"):
        assert (sealed.folder / name).stat().st_mode & 0o777 == 0o600
    assert (sealed.folder / "out").read_bytes() == FILE
    told = json.loads(sealed.ok("inspect", "sealed", "--json"))
    assert told["encryption_context"] == {"purpose": "test", "empty": ""}
    assert (told["suite"], told["frame_length"], told["frames"]) == ("0478", 4096, 2)
    assert [k["info"] for k in told["encrypted_data_keys"]] == [
        sealed.world.keys[US], sealed.world.keys[EU]]


def test_without_paths_it_is_a_filter(place):
    message = place.ok("encrypt", "--context=k=v", data=FILE)
    assert place.ok("decrypt", "--context", "k=v", data=message) == FILE
    assert place.ok("decrypt", "--via", EU, "--in=-", "--out", "-", data=message) == FILE
    assert place.ok("encrypt", "--dry-run", data=FILE) == b""


def test_keys_are_given_as_arns_without_a_configuration(place):
    (place.folder / "sealrow.yaml").unlink()
    place.env["AWS_ENDPOINT_URL_KMS"] = f"http://{place.world.kmsd.address[EU]}"
    key = ("--key", place.world.keys[EU])
    message = place.ok("encrypt", *key, data=FILE)
    assert place.ok("decrypt", *key, data=message) == FILE
    del place.env["AWS_REGION"]
    assert place.ok("decrypt", *key, data=message) == FILE


def test_keys_are_given_as_arns_beside_a_configuration(place):
    keys = [word for region in (EU, US) for word in ("--key", place.world.keys[region])]
    message = place.ok("encrypt", *keys, data=FILE)
    (place.folder / "message").write_bytes(message)
    told = json.loads(place.ok("inspect", "message", "--json"))
    assert {k["info"] for k in told["encrypted_data_keys"]} == set(place.world.keys.values())
    assert place.ok("decrypt", "--key", place.world.keys[US], data=message) == FILE
    only_eu = place.ok("encrypt", "--key", place.world.keys[EU], data=FILE)
    assert place.run("decrypt", "--key", place.world.keys[US], data=only_eu).returncode == 65


def test_a_folder_keeps_its_tree(place, tree):
    assert place.ok("encrypt", "--in", "tree", "--out", "locked") == b"5 files encrypted\n"
    assert listing(place.folder / "locked") == sorted(f"{n}.sealed" for n in tree)
    assert FILE[:40] not in (place.folder / "locked" / "b.txt.sealed").read_bytes()
    assert json.loads(place.ok("decrypt", "--in", "locked", "--out", "back", "--json")) == {
        "files": 5}
    assert {n: (place.folder / "back" / n).read_bytes() for n in tree} == tree
    assert (place.folder / "back" / "sub").stat().st_mode & 0o777 == 0o700


def test_the_signed_suite(place):
    (place.folder / "signed").write_bytes(place.ok("encrypt", "--suite", "0x0578", data=FILE))
    told = json.loads(place.ok("inspect", "signed", "--json"))
    assert (told["suite"], told["frames"]) == ("0578", 2)
    assert place.ok("decrypt", "--in", "signed") == FILE
    whole = (place.folder / "signed").read_bytes()
    assert place.run("decrypt", data=whole[:-1] + bytes([whole[-1] ^ 1])).returncode == 65
    assert place.run("encrypt", "--suite", "578", data=b"x").returncode == 2


def test_endings_of_other_tools(place, tree):
    (place.folder / "in").mkdir()
    message = place.ok("encrypt", data=FILE)
    for name in ("x.encrypted", "y.bin", "z.sealed"):
        (place.folder / "in" / name).write_bytes(message)
    place.ok("decrypt", "--in", "in", "--out", "back")
    assert listing(place.folder / "back") == ["x", "y.bin.decrypted", "z"]
    place.ok("decrypt", "--in", "in/z.sealed", "--out", "tree")
    assert (place.folder / "tree" / "z").read_bytes() == FILE


def test_nothing_of_a_folder_is_done_if_one_file_is_there(place, tree):
    (place.folder / "locked" / "sub").mkdir(parents=True)
    (place.folder / "locked" / "sub" / "b.txt.sealed").write_bytes(b"old")
    done = place.run("encrypt", "--in", "tree", "--out", "locked")
    assert done.returncode == 75
    assert done.stderr.startswith(b"sealrow: --out: locked/sub/b.txt.sealed: it is there")
    assert listing(place.folder / "locked") == ["sub/b.txt.sealed"]
    place.ok("encrypt", "--in", "tree", "--out", "locked", "--overwrite")
    assert (place.folder / "locked" / "sub" / "b.txt.sealed").read_bytes()[:3] == b"\x02\x04\x78"


def test_a_folder_that_fails_leaves_no_empty_folders(place, tree):
    place.ok("encrypt", "--in", "tree", "--out", "locked")
    bad = place.folder / "locked" / "sub" / "deep" / "c d.sealed"
    bad.write_bytes(bad.read_bytes()[:-1])
    (place.folder / "locked" / "sub" / ".e.sealed").unlink()
    (place.folder / "locked" / "sub" / "b.txt.sealed").unlink()
    assert place.run("decrypt", "--in", "locked", "--out", "out").returncode == 65
    assert sorted(p.name for p in (place.folder / "out").rglob("*")) == ["a", "b.txt"]
    assert place.run("decrypt", "--in", "locked/sub", "--out", "new").returncode == 65
    assert not (place.folder / "new").exists()
    (place.folder / "there" / "deep").mkdir(parents=True)
    assert place.run("decrypt", "--in", "locked/sub", "--out", "there").returncode == 65
    assert (place.folder / "there" / "deep").is_dir()  # it was not ours


def test_a_dry_run_makes_nothing(place, tree):
    before = listing(place.folder)
    assert place.ok("--dry-run", "encrypt", "--in", "tree", "--out", "new") == (
        b"5 files encrypted\ndry run: nothing was stored\n")
    assert place.ok("--dry-run", "encrypt", "--in", "tree/a", "--out", "new").startswith(b"1 file ")
    assert listing(place.folder) == before and not (place.folder / "new").exists()


@pytest.mark.parametrize("kind", ["link", "fifo"])
def test_what_is_no_file_is_refused_before_anything_is_written(place, tree, kind):
    odd = place.folder / "tree" / "sub" / "z"
    if kind == "link":
        odd.symlink_to("/etc/passwd")
    else:
        os.mkfifo(odd)
    done = place.run("encrypt", "--in", "tree", "--out", "locked")
    assert done.returncode == 2 and b"tree/sub/z: " in done.stderr
    assert not (place.folder / "locked").exists()


def test_an_output_within_the_input_is_refused(place, tree):
    for out in ("tree", "tree/sub", "tree/sub/deep/new", "./tree/"):
        assert place.run("encrypt", "--in", "tree", "--out", out).returncode == 2
    assert listing(place.folder / "tree") == sorted(tree)
    assert not (place.folder / "tree" / "sub" / "deep" / "new").exists()


def test_a_link_in_the_output_is_not_followed(place, tree):
    (place.folder / "elsewhere").mkdir()
    (place.folder / "locked").mkdir()
    (place.folder / "locked" / "sub").symlink_to("../elsewhere")
    assert place.run("encrypt", "--in", "tree", "--out", "locked").returncode == 71
    (place.folder / "out").symlink_to("elsewhere/file")
    for more in ((), ("--overwrite",)):
        assert place.run("encrypt", "--in", "tree/a", "--out", "out", *more).returncode == 2
    assert listing(place.folder / "elsewhere") == []


def test_a_folder_that_anybody_may_write_is_refused(place):
    (place.folder / "open").mkdir()
    (place.folder / "open").chmod(0o777)
    done = place.run("encrypt", "--out", "open/x", data=FILE)
    assert done.returncode == 78 and b"chmod o-w" in done.stderr
    (place.folder / "open").chmod(0o1777)
    assert place.ok("encrypt", "--out", "open/x", data=FILE)


def test_a_wrong_context_writes_nothing_and_asks_nobody(sealed):  # SROW_E_CONTEXT
    before = [sealed.world.kmsd.total("--region", r) for r in (US, EU)]
    for pair in ("purpose=live", "owner=me", "purpose=", "empty=x"):
        done = sealed.run("decrypt", "--context", pair, "--in", "sealed", "--out", "out")
        assert done.returncode == 65 and b"encryption context" in done.stderr
        nothing_left(sealed)
    assert [sealed.world.kmsd.total("--region", r) for r in (US, EU)] == before
    assert sealed.ok("decrypt", "--context", "purpose=test", "--in", "sealed") == FILE


def test_a_message_that_is_cut_or_changed_writes_nothing(sealed):
    whole = (sealed.folder / "sealed").read_bytes()
    frame = len(whole) - 500
    flipped = whole[:frame] + bytes([whole[frame] ^ 1]) + whole[frame + 1:]
    for bad in (whole[:-1], whole[:frame], flipped, whole + b"x",
                b""):
        (sealed.folder / "bad").write_bytes(bad)
        assert sealed.run("decrypt", "--in", "bad", "--out", "out").returncode == 65
        nothing_left(sealed)
        assert sealed.run("decrypt", data=bad).stdout == b""


def test_the_limit_of_encrypted_data_keys(sealed):  # SROW_E_EDK_LIMIT
    done = sealed.run("decrypt", "--in", "sealed", "--max-edks", "1", "--out", "out")
    assert done.returncode == 65 and b"--max-edks" not in done.stdout
    assert sealed.run("encrypt", "--max-edks", "1", "--out", "out", data=b"x").returncode == 65
    nothing_left(sealed)
    assert sealed.ok("decrypt", "--in", "sealed", "--max-edks", "2") == FILE


def without_override():
    """Root, too, is to be refused by a folder's mode."""
    ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE


def test_a_folder_that_may_not_be_written(sealed):
    closed = sealed.folder / "closed"
    closed.mkdir(mode=0o555)
    done = sealed.run("decrypt", "--in", "sealed", "--out", "closed/out",
                      preexec_fn=without_override)
    assert done.returncode == 71 and b"Permission denied" in done.stderr
    assert listing(closed) == []


def small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))


def test_a_disk_that_is_full_leaves_nothing_and_keeps_the_old_file(sealed):
    done = sealed.run("decrypt", "--in", "sealed", "--out", "out", preexec_fn=small_files)
    assert done.returncode == 71 and b"writing failed: File too large" in done.stderr
    nothing_left(sealed)
    (sealed.folder / "old").write_bytes(b"old")
    done = sealed.run("decrypt", "--in", "sealed", "--out", "old", "--overwrite",
                      preexec_fn=small_files)
    assert done.returncode == 71 and (sealed.folder / "old").read_bytes() == b"old"
    nothing_left(sealed)


def stopped_at(place, call, signal, prepare=None):
    """Decrypts into `out` under strace, which sends a signal at a system call."""
    return subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
         "-e", f"inject={call}:signal={signal}", str(SEALROW), "decrypt", "--in", "sealed", "--out",
         "out"], cwd=place.folder, env={**place.env, "ASAN_OPTIONS": "detect_leaks=0"},
        preexec_fn=prepare,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)


def test_a_kill_in_mid_write_leaves_no_file_under_the_name(sealed):
    done = stopped_at(sealed, "fsync", "SIGKILL")
    assert done.returncode == -9
    assert not (sealed.folder / "out").exists()
    left = [p for p in sealed.folder.iterdir() if p.name.startswith(".sealrow-")]
    assert [p.stat().st_mode & 0o777 for p in left] == [0o600]


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupt_in_mid_write_leaves_nothing(sealed, signal):  # SROW_E_INTERRUPTED
    number = signals.Signals[signal]
    done = stopped_at(sealed, "fsync", signal,  # whoever runs the tests may ignore it: nohup
                      lambda: signals.signal(number, signals.SIG_DFL))
    assert done.returncode == 130 and done.stderr.startswith(b"sealrow: interrupted")
    nothing_left(sealed)


def test_a_signal_that_was_switched_off_stays_off(sealed):
    """nohup"""
    done = stopped_at(sealed, "fsync", "SIGHUP",
                      lambda: signals.signal(signals.SIGHUP, signals.SIG_IGN))
    assert (done.returncode, done.stdout) == (0, b"1 file decrypted\n")
    assert (sealed.folder / "out").read_bytes() == FILE


def test_a_file_is_synced_before_it_has_its_name(sealed):
    trace = sealed.folder / "trace"
    subprocess.run(["strace", "-f", "-qq", "-o", str(trace), "-e",
                    "trace=fsync,renameat,renameat2,linkat,write", str(SEALROW), "decrypt", "--in",
                    "sealed", "--out", "out"], cwd=sealed.folder, check=True,
                   stdout=subprocess.PIPE, env={**sealed.env, "ASAN_OPTIONS": "detect_leaks=0"})
    calls = [line.split(None, 1)[1].split("(")[0] for line in trace.read_text().splitlines()]
    renamed = next(i for i, c in enumerate(calls) if c.startswith(("renameat", "linkat")))
    assert "fsync" in calls[:renamed] and calls[renamed + 1] == "fsync"
