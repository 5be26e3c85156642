# SPDX-License-Identifier: Apache-2.0
"""The stock AWS Encryption SDK for JavaScript and Sealrow read each other, over sealrow-kmsd.

Needs ESDK_JS (a folder with the SDK's modules) and SHARED (a folder with tools/esdk-js), which
`make check` sets; without them every case is skipped.
"""
import configparser
import json
import os
import re
import socket
import sqlite3
import subprocess
from pathlib import Path

import pytest

REGIONS = ("us-east-1", "eu-west-1")
BUILD = Path(os.environ.get("SEALROW_BUILD", "build")).resolve()
PEER = Path(os.environ.get("SHARED", ""), "tools/esdk-js/kms-peer.mjs")
CONTEXT = {"account": "1001", "sealrow:cell": "bank.customer.user_id"}
CONFIG = """version: 1
domain: bank
tables:
  customer:
    table: customer
    bind:
      account: {column: account, type: text}
    columns:
      user_id: {type: text, sealed: user_id_sealed, required: true}
"""

pytestmark = pytest.mark.skipif(
    not (os.environ.get("ESDK_JS") and os.environ.get("SHARED") and PEER.exists()),
    reason="no JavaScript SDK: ESDK_JS and SHARED are set by make check")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Bank:
    """A folder with a KMS of two Regions, a configuration and a database with one table."""

    def __init__(self, folder):
        self.folder = folder
        self.ports = {region: free_port() for region in REGIONS}
        self.data = ["--data", str(folder / "kms")]
        for region, port in self.ports.items():
            self.data += ["--region", f"{region}=127.0.0.1:{port}"]
        printed = self.run([BUILD / "kmsd/sealrow-kmsd", *self.data, "--init"]).stdout.decode()
        yaml = "".join(line + "\n" for line in printed.splitlines()
                       if not line.startswith("export "))
        (folder / "sealrow.yaml").write_text(yaml + CONFIG)
        self.arns = {region: re.search(rf"arn:aws:kms:{region}:\d+:key/[\w-]+", yaml).group()
                     for region in REGIONS}
        profiles = configparser.ConfigParser()
        profiles.read(folder / "kms/credentials")
        self.env = {**{k: v for k, v in os.environ.items() if not k.startswith("AWS_")},
                    "AWS_ACCESS_KEY_ID": profiles["app"]["aws_access_key_id"],
                    "AWS_SECRET_ACCESS_KEY": profiles["app"]["aws_secret_access_key"],
                    "AWS_REGION": REGIONS[0], "DATABASE_URL": "sqlite:bank.db"}

    def __enter__(self):
        self.kmsd = subprocess.Popen([BUILD / "kmsd/sealrow-kmsd", *self.data], text=True,
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT)
        assert any("listening" in line for line in self.kmsd.stdout)
        return self

    def __exit__(self, *_):
        self.kmsd.terminate()
        self.kmsd.stdout.close()
        assert self.kmsd.wait(10) == 0

    def run(self, command, data=b"", code=0):
        done = subprocess.run([str(word) for word in command], input=data, capture_output=True,
                              cwd=self.folder, env=getattr(self, "env", None), timeout=60)
        assert done.returncode == code, done.stderr.decode()
        return done

    def sealrow(self, *words, data=b"", code=0):
        return self.run([BUILD / "cmd/sealrow", *words], data, code)

    def peer(self, mode, regions, *options, data=b"", code=0):
        """The JavaScript SDK as a client of these Regions alone."""
        words = ["node", PEER, mode]
        for region in regions:
            words += ["--endpoint", f"{region}=http://127.0.0.1:{self.ports[region]}",
                      "--key-arn", self.arns[region]]
        for key, value in CONTEXT.items():
            words += ["--context", f"{key}={value}"]
        return self.run([*words, *options], data, code)


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    with Bank(tmp_path_factory.mktemp("bank")) as bank:
        with sqlite3.connect(bank.folder / "bank.db") as db:
            db.execute("CREATE TABLE customer (account TEXT NOT NULL PRIMARY KEY)")
        db.close()
        bank.sealrow("init")
        yield bank


def seal(bank, text):
    return bank.sealrow("seal", "customer.user_id", "--bind", "account=1001", data=text).stdout


@pytest.mark.parametrize("region", REGIONS)
def test_the_sdk_opens_a_sealed_value_with_one_region_alone(bank, region):
    done = bank.peer("decrypt", [region], "--exact-context", data=seal(bank, b"ada.lark"))
    assert done.stdout == b"ada.lark"
    said = json.loads(done.stderr.decode().splitlines()[-1])
    assert said["suite"] == "0478" and len(said["encrypted-data-keys"]) == 2


@pytest.mark.parametrize("region", REGIONS)
def test_the_sdk_opens_what_put_stored_with_one_region_alone(bank, region):
    bank.sealrow("put", "customer", "account=1001", "user_id=ada.lark")
    with sqlite3.connect(bank.folder / "bank.db") as db:
        (message,) = db.execute("SELECT user_id_sealed FROM customer").fetchone()
    db.close()
    assert bank.peer("decrypt", [region], "--exact-context", data=message).stdout == b"ada.lark"


def test_the_sdk_refuses_a_sealed_value_in_which_one_bit_changed(bank):
    message = bytearray(seal(bank, b"ada.lark"))
    message[-1] ^= 1
    bank.peer("decrypt", REGIONS, data=bytes(message), code=1)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("frame", ["4096", "5"])
def test_sealrow_opens_what_the_sdk_wrote_in_each_region(bank, region, frame):
    message = bank.peer("encrypt", REGIONS, "--suite", "0478", "--frame-length", frame,
                        data=b"ada.lark").stdout
    done = bank.sealrow("open", "customer.user_id", "--bind", "account=1001", "--via", region,
                        data=message)
    assert done.stdout == b"ada.lark"


def test_sealrow_refuses_what_the_sdk_wrote_for_another_row(bank):
    message = bank.peer("encrypt", REGIONS, "--suite", "0478", data=b"ada.lark").stdout
    done = bank.sealrow("open", "customer.user_id", "--bind", "account=1002", data=message,
                        code=65)
    assert done.stdout == b""
