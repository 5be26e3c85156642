# SPDX-License-Identifier: Apache-2.0
"""What the tests of the command line work in: a KMS with two Regions and a database."""
import configparser
import importlib.util
import json
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SYSTEM = ROOT / "tests" / "system"
BUILD = pathlib.Path(os.environ.get("SEALROW_BUILD", ROOT / "build")).resolve()
SEALROW = BUILD / "cmd" / "sealrow"
US, EU = "us-east-1", "eu-west-1"

CONFIG = """\
version: 1
domain: bank
regions:
  us-east-1:
    endpoint: {us}
  eu-west-1:
    endpoint: {eu}
keys:
  default:
    us-east-1: [{us_key}]
    eu-west-1: [{eu_key}]
limits: {{attempt: 5s, deadline: 10s}}
tables:
  customer:
    table: customers
    bind:
      account: {{column: account_no}}
    columns:
      userid: {{sealed: userid_sealed, required: true}}
      pin: {{sealed: pin_sealed, type: integer}}
"""

TABLE = "CREATE TABLE customers (account_no TEXT NOT NULL PRIMARY KEY, balance INTEGER)"


def options():
    """What this build was told."""
    info = json.loads((BUILD / "meson-info" / "intro-buildoptions.json").read_text())
    return {option["name"]: option["value"] for option in info}


def server_class():
    """The server of the system tests; its module is called conftest and so cannot be imported."""
    sys.path.insert(0, str(SYSTEM))
    spec = importlib.util.spec_from_file_location("system_conftest", SYSTEM / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Kmsd


def closed_port():
    """An address of this machine at which nobody listens."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{s.getsockname()[1]}"


class World:
    """Keys, a configuration and a database with one stored row; copied for each test."""

    def __init__(self, folder):
        self.folder = folder
        self.kmsd = server_class()(folder / "kms", regions=(US, EU))
        self.keys = {r: self.kmsd.client(r).create() for r in (US, EU)}
        self.off = self.kmsd.client(EU).create()
        self.kmsd.client(EU).ok("DisableKey", KeyId=self.off)
        profile = configparser.ConfigParser(default_section="-")
        profile.read(folder / "kms" / "credentials")
        self.secret = profile["app"]["aws_secret_access_key"]
        self.env = {"PATH": os.environ["PATH"], "HOME": str(folder), "AWS_REGION": US,
                    "AWS_ACCESS_KEY_ID": profile["app"]["aws_access_key_id"],
                    "AWS_SECRET_ACCESS_KEY": self.secret, "DATABASE_URL": "sqlite:app.db"}
        for name in os.environ:
            if name.startswith(("ASAN_", "UBSAN_", "LSAN_")):
                self.env[name] = os.environ[name]
        self.values = {"us": f"http://{self.kmsd.address[US]}",
                       "eu": f"http://{self.kmsd.address[EU]}",
                       "us_key": self.keys[US], "eu_key": self.keys[EU]}
        self.template = folder / "template"
        self.template.mkdir()
        self.fill(Place(self, self.template))

    def fill(self, place):
        place.config()
        place.sql(TABLE)
        place.ok("init")
        place.ok("put", "customer", "account=1", "userid=abc123", "balance=12")
        for name, cell, domain in (("good", "customer.userid", "bank"),
                                   ("other-domain", "customer.userid", "staging")):
            place.config(("domain: bank", f"domain: {domain}"))
            sealed = place.ok("seal", cell, "--bind", "account=1", data=b"abc123")
            (place.folder / name).write_bytes(sealed)
        place.config()

    def close(self):
        code, err = self.kmsd.stop()
        assert (code, err) == (0, ""), "the server did not end cleanly"


class Place:
    """A folder of one test."""

    def __init__(self, world, folder):
        self.world, self.folder, self.env = world, folder, dict(world.env)

    def config(self, *changes, **values):
        text = CONFIG.format(**{**self.world.values, **values})
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new, 1)
        path = self.folder / "sealrow.yaml"
        path.write_text(text)
        path.chmod(0o644)

    def connect(self):
        return sqlite3.connect(self.folder / "app.db")

    def sql(self, *statements):
        db = self.connect()
        with db:
            rows = [db.execute(s).fetchall() for s in statements]
        db.close()
        return rows[-1]

    def book(self):
        """What init does last, without any KMS."""
        for statement in self.ok("init", "--print", "--rebook").decode().split(";\n"):
            if statement.startswith("INSERT"):
                self.sql(statement)

    def run(self, *args, data=b"", **how):
        how = {"input": data, "stdout": subprocess.PIPE, "timeout": 60, **how}
        if how.get("stdin") is not None or how.get("preexec_fn") is not None:
            del how["input"]
        return subprocess.run([str(SEALROW), *args], cwd=self.folder, env=self.env,
                              stderr=subprocess.PIPE, **how)

    def ok(self, *args, **how):
        done = self.run(*args, **how)
        assert done.returncode == 0, (args, done.returncode, done.stderr.decode())
        return done.stdout


def copy(world, folder):
    shutil.copytree(world.template, folder, dirs_exist_ok=True)
    return Place(world, folder)
