# SPDX-License-Identifier: Apache-2.0
"""An acknowledged change is on the disk: by the order of system calls, and by kill -9."""
import os
import random
import re
import shutil
import signal
import subprocess
import threading

import pytest

from conftest import REGIONS

KILLS, UNANSWERED = 100, 60
SEED = int(os.environ.get("SEED") or 1)  # of the moments of kills; `make torture` goes through many

# -- the order of system calls --

TRACED = "write,pwrite64,writev,sendto,sendmsg,fsync,fdatasync"
NOSYNC = """
int fsync(int fd); int fdatasync(int fd);
int fsync(int fd) { (void)fd; return 0; }
int fdatasync(int fd) { (void)fd; return 0; }
"""


def first_answer_before_sync(lines):
    """The first answer that left while a write to the key file was not synced; None: there is none.
    Calls of all threads are read in strace's order."""
    dirty = False
    for line in lines:
        call = re.match(r"\d+ +(\w+)\(", line)
        name = call and call.group(1)
        on_file = "/kmsd.db>" in line
        if name in ("write", "pwrite64") and on_file:
            dirty = True
        elif name in ("fsync", "fdatasync") and on_file:
            dirty = False
        elif "HTTP/1.1 200" in line and dirty:
            return line
    return None


def trace(start, tmp_path, launcher=()):
    """strace's lines over a server that makes, disables and enables three keys."""
    log = tmp_path / "trace"
    server = start(prefix=["strace", "-f", "-y", "-s", "64", "-o", log, "-e", f"trace={TRACED}",
                           *launcher])
    client = server.client()
    for _ in range(3):
        key = client.create()
        client.call("DisableKey", KeyId=key)
        client.call("EnableKey", KeyId=key)
    with open(f"/proc/{server.pid}/task/{server.pid}/children") as children:
        os.kill(int(children.read().split()[0]), signal.SIGTERM)
    server.process.wait(timeout=10)
    lines = log.read_text().splitlines()
    assert sum("HTTP/1.1 200" in line for line in lines) == 9
    assert sum("pwrite64" in line and "/kmsd.db>" in line for line in lines) >= 9
    return lines


needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="no strace here")


@needs_strace
def test_a_sync_stands_before_every_answer_to_a_change(start, tmp_path):
    assert first_answer_before_sync(trace(start, tmp_path)) is None


@needs_strace
def test_the_check_sees_a_server_that_does_not_sync(start, tmp_path):
    """The same server with fsync taken away, which is what synchronous=OFF comes to."""
    source, library = tmp_path / "nosync.c", tmp_path / "nosync.so"
    source.write_text(NOSYNC)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    lines = trace(start, tmp_path, ["env", f"LD_PRELOAD={library}"])
    assert first_answer_before_sync(lines) is not None


@needs_strace
def test_the_files_of_a_first_start_are_synced_before_it_is_ready(start, tmp_path):
    lines = trace(start, tmp_path)
    ready = next(n for n, line in enumerate(lines) if "write(1<" in line)
    for name in ("master.key", "principals.json", "credentials"):
        calls = [re.match(r"\d+ +(\w+)\(", line).group(1) for line in lines[:ready]
                 if f"/{name}>" in line]
        assert calls == ["write", "fsync"], name


# -- kill -9 --

class Writer(threading.Thread):
    """Makes keys until the server is gone; knows which were acknowledged and what was open."""

    def __init__(self, client):
        super().__init__()
        self.client, self.acknowledged, self.unanswered = client, [], False

    def note_sent(self):
        self.unanswered = True  # all of it has left, and nothing has come back

    def run(self):
        while True:
            try:
                headers, body = self.client.request("CreateKey", {})
                self.client.authorize(headers, body)
                answer = self.client.send(headers, body, on_sent=self.note_sent)
                self.unanswered = False
            except OSError:
                return
            assert answer.status == 200
            self.acknowledged.append(answer.json["KeyMetadata"]["KeyId"])


def test_no_acknowledged_key_is_lost_by_kill_9(start, tmp_path):
    data, acknowledged, hits, ports = tmp_path / "kms", set(), 0, None
    moment = random.Random(SEED)
    for _ in range(KILLS):
        server = start(data=data, regions=REGIONS[:1], ports=ports)
        ports = server.ports
        writers = [Writer(server.client()) for _ in range(2)]
        for writer in writers:
            writer.start()
        enough = moment.randrange(1, 6)
        while sum(len(w.acknowledged) for w in writers) < enough:
            assert server.process.poll() is None
        os.kill(server.pid, signal.SIGKILL)
        for writer in writers:
            writer.join()
            acknowledged.update(writer.acknowledged)
        hits += any(w.unanswered for w in writers)
        server.stop()
    assert hits >= UNANSWERED, f"only {hits} of {KILLS} kills met an unanswered request"

    client = start(data=data, regions=REGIONS[:1]).client()
    for key in acknowledged:
        assert client.ok("Encrypt", KeyId=key, Plaintext="AAAA")
    print(f"{KILLS} kills, {hits} with an unanswered request, {len(acknowledged)} keys, 0 lost")
