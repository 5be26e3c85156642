# SPDX-License-Identifier: Apache-2.0
"""Fixtures: a server on free ports, stopped by its process id; SEALROW_BUILD is where it is."""
import configparser
import os
import pathlib
import signal
import subprocess

import pytest

from sigv4 import Client

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("SEALROW_BUILD", ROOT / "build")).resolve()
KMSD = BUILD / "kmsd" / "sealrow-kmsd"
REGIONS = ("eu-central-1", "us-east-1")


def run(*args, **how):
    """One command to its end: exit code, standard output, standard error."""
    done = subprocess.run([str(a) for a in (KMSD, *args)], capture_output=True, text=True,
                          timeout=30, **how)
    return done.returncode, done.stdout, done.stderr


class Kmsd:
    """A running server. `ports` keeps its addresses when it is started again."""

    def __init__(self, data, regions=REGIONS, options=(), prefix=(), ports=None, env=None):
        self.data, self.ports = pathlib.Path(data), ports or {}
        args = [*prefix, KMSD, "--data", data, *options]
        for name in regions:
            args += ["--region", f"{name}=127.0.0.1:{self.ports.get(name, 0)}"]
        self.process = subprocess.Popen([str(a) for a in args], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=env)
        self.address = {}
        for line in self.process.stdout:
            if line == "ready\n":
                break
            name, url = line.split()
            self.address[name] = url.split("://")[1]
            self.ports[name] = int(url.rsplit(":", 1)[1])
        else:
            raise RuntimeError(f"kmsd did not start: {self.process.stderr.read()}")

    @property
    def pid(self):
        return self.process.pid

    def client(self, region=REGIONS[0], profile="default", at=None):
        """`at`: the address of another Region, or of all ("any")."""
        keys = configparser.ConfigParser(default_section="-")
        keys.read(self.data / "credentials")
        return Client(region, self.address[at or region], keys[profile]["aws_access_key_id"],
                      keys[profile]["aws_secret_access_key"])

    def command(self, *args):
        code, out, err = run(*args, "--data", self.data)
        assert code == 0, (args, code, err)
        return out

    def total(self, *filters):
        return int(self.command("audit", "--total", *filters))

    def stop(self, sig=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(sig)
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, err


@pytest.fixture
def start(tmp_path):
    """start(...) starts servers that end with the test."""
    running = []

    def go(data=None, **how):
        server = Kmsd(data or tmp_path / "kms", **how)
        running.append(server)
        return server

    yield go
    for server in running:
        server.stop(signal.SIGKILL)


@pytest.fixture(scope="module")
def kmsd(tmp_path_factory):
    """One server for the tests of a file that leave it as it was."""
    server = Kmsd(tmp_path_factory.mktemp("kmsd") / "kms")
    yield server
    code, err = server.stop()
    assert (code, err) == (0, ""), "the server did not end cleanly"


@pytest.fixture
def client(kmsd):
    return kmsd.client()


@pytest.fixture
def key(client):
    return client.create()
