# SPDX-License-Identifier: Apache-2.0
"""An acknowledged change is on the disk: by the order of system calls, and by kill -9."""
import collections
import http.client
import os
import random
import re
import shutil
import signal
import subprocess
import threading

import pytest

from conftest import REGIONS

# `make torture` goes through many seeds, with 300 kills each.
KILLS = int(os.environ.get("SEALROW_KILLS") or 40)
SEED = int(os.environ.get("SEED") or 1)

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

class Books:
    """What one writer has been told. Its keys and aliases are nobody else's."""

    def __init__(self, number, chance):
        self.number, self.chance = number, chance
        self.keys, self.aliases = {}, {}  # id: enabled; name: id
        self.acknowledged = collections.Counter()
        self.pending = None

    def choose(self):
        """The next change: an operation, its members, and how the books look after it."""
        chance, keys, aliases = self.chance, list(self.keys), list(self.aliases)
        ops = ["CreateKey"] if len(keys) < 40 else []
        ops += ["EnableKey", "DisableKey", "CreateAlias"] if keys else []
        ops += ["UpdateAlias", "DeleteAlias"] if aliases else []
        op = chance.choice(ops)
        if op == "CreateKey":
            return op, {}
        if op in ("EnableKey", "DisableKey"):
            key = chance.choice(keys)
            return ("DisableKey" if self.keys[key] else "EnableKey"), {"KeyId": key}
        free = [f"alias/w{self.number}-{n}" for n in range(8)]
        if op == "CreateAlias":
            free = [name for name in free if name not in aliases]
            op = op if free else "DeleteAlias"
        name = chance.choice(free if op == "CreateAlias" else aliases)
        return op, {"AliasName": name, **({} if op == "DeleteAlias" else
                                          {"TargetKeyId": chance.choice(keys)})}

    def after(self, change, answer=None):
        """Keys and aliases when a change has been made."""
        (op, members), keys, aliases = change, dict(self.keys), dict(self.aliases)
        if op == "CreateKey" and answer is not None:
            keys[answer["KeyMetadata"]["KeyId"]] = True
        elif op in ("EnableKey", "DisableKey"):
            keys[members["KeyId"]] = op == "EnableKey"
        elif op in ("CreateAlias", "UpdateAlias"):
            aliases[members["AliasName"]] = members["TargetKeyId"]
        elif op == "DeleteAlias":
            del aliases[members["AliasName"]]
        return keys, aliases

    def note(self, change, answer):
        self.keys, self.aliases = self.after(change, answer)
        self.acknowledged[change[0]] += 1
        self.pending = None

    def compare(self, client):
        """The server has what was acknowledged; what was pending it has or has not."""
        keys = {key: client.ok("DescribeKey", KeyId=key)["KeyMetadata"]["Enabled"]
                for key in self.keys}
        listed = client.ok("ListAliases", Limit=1000)["Aliases"]
        aliases = {a["AliasName"]: a["TargetKeyId"] for a in listed
                   if a["AliasName"].startswith(f"alias/w{self.number}-")}
        allowed = [(self.keys, self.aliases)]
        if self.pending:
            allowed.append(self.after(self.pending))
        assert (keys, aliases) in allowed, (self.pending, keys, aliases, allowed)
        self.keys, self.aliases, self.pending = keys, aliases, None


class Writer(threading.Thread):
    """Makes changes until the server is gone."""

    def __init__(self, client, books):
        super().__init__()
        self.client, self.books, self.count, self.unanswered = client, books, 0, False

    def note_sent(self):
        self.unanswered = True  # all of it has left, and nothing has come back

    def run(self):
        while True:
            change = self.books.pending = self.books.choose()
            try:
                headers, body = self.client.request(*change)
                self.client.authorize(headers, body)
                answer = self.client.send(headers, body, on_sent=self.note_sent)
                self.unanswered = False
            except (OSError, http.client.HTTPException):
                return
            assert answer.status == 200, (change, answer.raw)
            self.books.note(change, answer.json)
            self.count += 1


def test_no_acknowledged_change_is_lost_by_kill_9(start, tmp_path):
    data, hits, ports = tmp_path / "kms", 0, None
    chance = random.Random(SEED)
    books = [Books(n, random.Random(SEED * 10 + n)) for n in range(3)]
    for _ in range(KILLS):
        server = start(data=data, regions=REGIONS[:1], ports=ports)
        ports = server.ports
        for book in books:
            book.compare(server.client())
        writers = [Writer(server.client(), book) for book in books]
        for writer in writers:
            writer.start()
        enough = chance.randrange(1, 12)
        while sum(writer.count for writer in writers) < enough:
            assert server.process.poll() is None
            assert any(writer.is_alive() for writer in writers)
        os.kill(server.pid, signal.SIGKILL)
        for writer in writers:
            writer.join()
        hits += any(writer.unanswered for writer in writers)
        server.stop()
    client = start(data=data, regions=REGIONS[:1], ports=ports).client()
    for book in books:
        book.compare(client)
    seen = sum((book.acknowledged for book in books), collections.Counter())
    print(f"{KILLS} kills, {hits} with an unanswered request, 0 acknowledged changes lost of "
          + ", ".join(f"{count} {op}" for op, count in sorted(seen.items())))
    assert set(seen) == {"CreateKey", "EnableKey", "DisableKey", "CreateAlias", "UpdateAlias",
                         "DeleteAlias"}
    assert hits >= KILLS * 2 // 3, f"only {hits} of {KILLS} kills met an unanswered request"
