# SPDX-License-Identifier: Apache-2.0
"""The stock AWS Encryption SDK for JavaScript and Sealrow read each other, over sealrow-kmsd.

Needs ESDK_JS (a folder with the SDK's modules) and SHARED (a folder with tools/esdk-js), which
`make check` sets; without them every case is skipped.
"""
import configparser
import json
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from conftest import BUILD, Kmsd

REGIONS = ("us-east-1", "eu-west-1")
TOOLS = Path(os.environ.get("SHARED", ""), "tools/esdk-js")
CONTEXT = {"account": "1001", "sealrow:cell": "bank.customer.user_id"}
CONTRACT = {"account": "1001", "sealrow:cell": "bank.customer.contract"}
CONFIG = """version: 1
domain: bank
regions:
  us-east-1: {{endpoint: "http://{us-east-1[address]}"}}
  eu-west-1: {{endpoint: "http://{eu-west-1[address]}"}}
keys:
  default:
    us-east-1: ["{us-east-1[arn]}"]
    eu-west-1: ["{eu-west-1[arn]}"]
tables:
  customer:
    table: customer
    bind:
      account: {{column: account, type: text}}
    columns:
      user_id: {{type: text, sealed: user_id_sealed, required: true}}
      contract: {{signed: true}}
"""

pytestmark = pytest.mark.skipif(
    not (os.environ.get("ESDK_JS") and os.environ.get("SHARED") and TOOLS.exists()),
    reason="no JavaScript SDK: ESDK_JS and SHARED are set by make check")


class Bank:
    """A folder with a configuration and a database with one table, beside a KMS of two Regions."""

    def __init__(self, folder, kmsd):
        self.folder = folder
        self.regions = {region: {"address": kmsd.address[region],
                                 "arn": kmsd.client(region).create()} for region in REGIONS}
        (folder / "sealrow.yaml").write_text(CONFIG.format(**self.regions))
        profiles = configparser.ConfigParser(default_section="-")
        profiles.read(kmsd.data / "credentials")
        self.env = {**{k: v for k, v in os.environ.items() if not k.startswith("AWS_")},
                    "AWS_ACCESS_KEY_ID": profiles["app"]["aws_access_key_id"],
                    "AWS_SECRET_ACCESS_KEY": profiles["app"]["aws_secret_access_key"],
                    "AWS_REGION": REGIONS[0], "DATABASE_URL": "sqlite:bank.db"}
        with sqlite3.connect(folder / "bank.db") as db:
            db.execute("CREATE TABLE customer (account TEXT NOT NULL PRIMARY KEY)")
        db.close()
        self.sealrow("init")

    def run(self, command, data=b"", code=0):
        done = subprocess.run([str(word) for word in command], input=data, capture_output=True,
                              cwd=self.folder, env=self.env, timeout=60)
        assert done.returncode == code, done.stderr.decode()
        return done

    def sealrow(self, *words, data=b"", code=0):
        return self.run([BUILD / "cmd/sealrow", *words], data, code)

    def peer(self, mode, regions, *options, data=b"", code=0, context=None):
        """The JavaScript SDK as a client of these Regions alone."""
        words = ["node", TOOLS / "kms-peer.mjs", mode]
        for region in regions:
            words += ["--endpoint", f"{region}=http://{self.regions[region]['address']}",
                      "--key-arn", self.regions[region]["arn"]]
        for key, value in (context or CONTEXT).items():
            words += ["--context", f"{key}={value}"]
        return self.run([*words, *options], data, code)


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    kmsd = Kmsd(tmp_path_factory.mktemp("kmsd") / "kms", regions=REGIONS)
    yield Bank(tmp_path_factory.mktemp("bank"), kmsd)
    assert kmsd.stop()[0] == 0


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


@pytest.mark.parametrize("region", REGIONS)
def test_the_sdk_opens_a_signed_value_with_one_region_alone(bank, region):
    message = bank.sealrow("seal", "customer.contract", "--bind", "account=1001",
                           data=b"signed").stdout
    done = bank.peer("decrypt", [region], data=message, context=CONTRACT)
    assert done.stdout == b"signed"
    assert json.loads(done.stderr.decode().splitlines()[-1])["suite"] == "0578"


def test_a_signed_column_opens_nothing_unsigned(bank):
    for suite, code in (("0578", 0), ("0478", 65)):
        message = bank.peer("encrypt", REGIONS, "--suite", suite, data=b"x",
                            context=CONTRACT).stdout
        bank.sealrow("open", "customer.contract", "--bind", "account=1001", data=message,
                     code=code)


def test_the_sdk_refuses_a_sealed_value_in_which_one_bit_changed(bank):
    message = bytearray(seal(bank, b"ada.lark"))
    message[-1] ^= 1
    bank.peer("decrypt", REGIONS, data=bytes(message), code=1)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("frame", ["4096", "5"])
@pytest.mark.parametrize("suite", ["0478", "0578"])
def test_sealrow_opens_what_the_sdk_wrote_in_each_region(bank, region, frame, suite):
    message = bank.peer("encrypt", REGIONS, "--suite", suite, "--frame-length", frame,
                        data=b"ada.lark").stdout
    done = bank.sealrow("open", "customer.user_id", "--bind", "account=1001", "--via", region,
                        data=message)
    assert done.stdout == b"ada.lark"


def test_sealrow_refuses_what_the_sdk_wrote_for_another_row(bank):
    message = bank.peer("encrypt", REGIONS, "--suite", "0478", data=b"ada.lark").stdout
    done = bank.sealrow("open", "customer.user_id", "--bind", "account=1002", data=message,
                        code=65)
    assert done.stdout == b""


def test_the_sdk_reads_messages_of_all_kinds(tmp_path):
    subprocess.run([BUILD / "tests/write-vectors", tmp_path], check=True, timeout=60)
    done = subprocess.run(["node", TOOLS / "decrypt-peer.mjs", tmp_path], capture_output=True,
                          text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
