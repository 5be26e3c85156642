# SPDX-License-Identifier: Apache-2.0
"""Stock AWS Encryption SDKs and Sealrow read each other's messages, over sealrow-kmsd.

200 messages with contexts of every kind, written by each of three implementations under the keys
of two Regions, and opened by the others in each Region alone. One process an implementation and
turn. `make check` sets SEALROW_ESDK_VENV and ESDK_JS; an implementation that is not there is
skipped, by name.
"""
import base64
import configparser
import json
import os
import random
import subprocess

import pytest

from conftest import BUILD, ROOT, Kmsd

REGIONS = ("us-east-1", "eu-west-1")
SUITES = ("0478", "0578")
COUNT = 200
VENV = os.environ.get("SEALROW_ESDK_VENV", "")
NODE = os.environ.get("ESDK_JS", "")
PEERS = {
    "python": ([f"{VENV}/bin/python", ROOT / "tests/peers/esdk_python.py"], bool(VENV)),
    "node": (["node", ROOT / "tests/peers/esdk_node.mjs"], bool(NODE)),
}

CONFIG = """version: 1
domain: bank
regions:
  us-east-1: {{endpoint: "http://{us-east-1[address]}"}}
  eu-west-1: {{endpoint: "http://{eu-west-1[address]}"}}
keys:
  default:
    us-east-1: ["{us-east-1[arn]}"]
    eu-west-1: ["{eu-west-1[arn]}"]
limits: {{attempt: 10s, deadline: 20s}}
tables:
  customer:
    bind: {{account_number: text}}
    columns:
      user_id: {{}}
      card: {{}}
      old: {{accept: [context:no-cell]}}
"""

# Contexts that implementations are known to order, escape or count differently.
CONTEXTS = [
    {},
    {"a": ""},
    {"a": "", "b": "", "c": ""},
    {"account_number": "1001", "sealrow:cell": "bank.customer.user_id"},
    {"10": "x", "9": "y", "a": "z", "01": "w"},  # integers as names
    {"B": "1", "a": "2", "_": "3", "C": "4"},  # no collation
    {"\uffee": "1", "\U0001f600": "2", "\U00010000": "3"},  # UTF-8 and UTF-16 order differ
    {"\u00e9": "1", "e\u0301": "2"},  # no normalization
    {"a": "1", "aa": "2", "a ": "3", "a\t": "4", "aA": "5"},  # prefixes
    {'"': '\\"', "\\": "\\\\", "\n": "\r\n\t\x08\x0c", "\x7f": "\x7f\x01"},  # escapes
    {"\U0001f511" * 20: "\U0001f600" * 100},
    {"long": "x" * 4000},
    {"toString": "1", "constructor": "2", "hasOwnProperty": "3", "length": "4"},
    {"__proto__": "1", "a": "2"},  # lost by older releases of the SDK for JavaScript
    {"aws-crypto": "no hyphen behind it", "AWS-crypto-x": "another case"},
    {f"k{n:03}": str(n) for n in range(60)},
]
LETTERS = ["a", "Z", "7", " ", "\u00e9", "e\u0301", "\ufffd", "\uffee", "\U0001f600", "\U00010000",
           "\"", "\\", "\n", "\x7f", "\u2028", "account", "-", ":"]
FRAMES = (0, 1, 16, 100, 512, 4096)


def some_text(rng, least, most):
    return "".join(rng.choice(LETTERS) for _ in range(rng.randint(least, most)))


def make_tests(suite, seed):
    rng = random.Random(seed)
    tests = {}
    for number in range(COUNT):
        context = CONTEXTS[number] if number < len(CONTEXTS) else {
            some_text(rng, 1, 6): some_text(rng, 0, 8) for _ in range(rng.randint(0, 8))}
        frame = rng.choice(FRAMES)
        size = rng.choice((0, 1, 6, frame, 2 * frame, frame + 1, rng.randint(0, 9000)))
        size = size % 100 if frame == 1 else size
        tests[f"m{number}"] = {"suite": suite, "frame-length": frame, "context": context,
                               "plaintext": base64.b64encode(rng.randbytes(size)).decode()}
    return tests


class Written:
    """Messages by each implementation in a folder of its name, and what it could not write."""

    def __init__(self, folder, tests):
        self.folder, self.tests, self.failed = folder, tests, {}
        (folder / "manifest.json").write_text(json.dumps({"tests": tests}))


class Bench:
    """Two Regions, a configuration, and the implementations that can be asked."""

    def __init__(self, folder, kmsd):
        self.folder = folder
        self.regions = {r: {"endpoint": f"http://{kmsd.address[r]}", "address": kmsd.address[r],
                            "arn": kmsd.client(r).create()} for r in REGIONS}
        profiles = configparser.ConfigParser(default_section="-")
        profiles.read(kmsd.data / "credentials")
        self.credentials = [profiles["app"]["aws_access_key_id"],
                            profiles["app"]["aws_secret_access_key"]]
        self.env = {**{k: v for k, v in os.environ.items() if not k.startswith("AWS_")},
                    "AWS_ACCESS_KEY_ID": self.credentials[0],
                    "AWS_SECRET_ACCESS_KEY": self.credentials[1], "AWS_REGION": REGIONS[0],
                    "AWS_EC2_METADATA_DISABLED": "true"}
        self.config = folder / "sealrow.yaml"
        self.config.write_text(CONFIG.format(**self.regions))

    def run(self, words, data=b"", codes=(0,)):
        done = subprocess.run([str(word) for word in words], input=data, capture_output=True,
                              cwd=self.folder, env=self.env, timeout=300)
        assert done.returncode in codes, (words, done.returncode, done.stderr.decode()[-3000:])
        return done.stdout

    def ask(self, peer, mode, written, via, writer=""):
        """What failed, by name; nothing else did."""
        folder, tests = written.folder, written.tests
        if peer == "sealrow":
            words = ["write", folder, self.config] if mode == "write" else \
                ["open", folder, self.config, writer, *via]
            out = self.run([BUILD / "tests/peer-messages", *words], codes=(0, 1)).decode()
            *failures, last = out.splitlines()
            failed = dict(line.split(": ", 1) for line in failures)
            done = int(last.split()[0])
        else:
            job = {"regions": self.regions, "credentials": self.credentials, "mode": mode,
                   "folder": str(folder), "writer": writer, "via": list(via), "tests": tests}
            answer = json.loads(self.run(PEERS[peer][0], json.dumps(job).encode()))
            done, failed = answer["done"], answer["failed"]
        assert done + len(failed) == len(tests)
        return failed


def need(peer):
    if not PEERS[peer][1]:
        pytest.skip(f"the SDK for {peer} NOT RUN: make check sets where it is")


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    kmsd = Kmsd(tmp_path_factory.mktemp("kmsd") / "kms", regions=REGIONS)
    yield Bench(tmp_path_factory.mktemp("bench"), kmsd)
    assert kmsd.stop()[0] == 0


@pytest.fixture(scope="module", params=SUITES)
def written(request, bench, tmp_path_factory):
    """A folder with the messages of each implementation that is there."""
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    made = Written(tmp_path_factory.mktemp(f"suite-{request.param}"),
                   make_tests(request.param, seed))
    for peer in ("sealrow", *(p for p in PEERS if PEERS[p][1])):
        (made.folder / peer).mkdir()
        made.failed[peer] = bench.ask(peer, "write", made, REGIONS)
    return made


def test_sealrow_writes_every_kind_of_message(written):
    assert written.failed["sealrow"] == {}


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("peer", PEERS)
def test_the_sdk_opens_what_sealrow_wrote_in_each_region(bench, written, peer, region):
    need(peer)
    assert bench.ask(peer, "open", written, [region], "sealrow") == {}


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("peer", PEERS)
def test_sealrow_opens_what_the_sdk_wrote_in_each_region(bench, written, peer, region):
    need(peer)
    assert written.failed[peer] == {}
    assert bench.ask("sealrow", "open", written, [region], peer) == {}


OTHERS = {
    "plain": {"account_number": "1001"},
    "more": {"account_number": "1001", "purpose": "test"},
    "other name": {"customer": "1001"},
    "cell": {"account_number": "1001", "sealrow:cell": "bank.customer.user_id"},
}


@pytest.fixture(scope="module", params=SUITES)
def others(request, bench):
    """Messages of a user who knows nothing of Sealrow (and of one who does), by OTHERS' names."""
    need("python")
    job = {"regions": bench.regions, "credentials": bench.credentials, "plaintext": "ada.lark",
           "contexts": list(OTHERS.values()), "suite": request.param}
    words = [f"{VENV}/bin/python", ROOT / "tests/peers/post_python.py"]
    told = json.loads(bench.run(words, json.dumps(job).encode()))
    return {name: base64.b64decode(text) for name, text in zip(OTHERS, told)}


def try_open(bench, message, column, account="1001", *options):
    words = [BUILD / "cmd/sealrow", "open", f"customer.{column}", "--bind",
             f"account_number={account}", *options]
    done = subprocess.run([str(word) for word in words], input=message, capture_output=True,
                          cwd=bench.folder, env=bench.env, timeout=60)
    return done.returncode, done.stdout


def test_a_value_of_another_writer_opens_where_it_is_accepted_and_only_so(bench, others):
    value = others["plain"]
    refused = (65, b"")
    for region in REGIONS:
        assert try_open(bench, value, "old", "1001", "--via", region) == (0, b"ada.lark")
    assert try_open(bench, value, "old", "1002") == refused
    assert try_open(bench, value, "user_id") == refused
    assert try_open(bench, value, "card") == refused
    assert try_open(bench, others["more"], "old") == refused
    assert try_open(bench, others["other name"], "old") == refused


def test_a_value_of_another_writer_who_knows_the_cells_name_opens_there_alone(bench, others):
    value = others["cell"]
    assert try_open(bench, value, "user_id") == (0, b"ada.lark")
    assert try_open(bench, value, "old") == (65, b"")
    assert try_open(bench, value, "card") == (65, b"")
