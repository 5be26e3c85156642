# SPDX-License-Identifier: Apache-2.0
"""1,000 rows of all types, a third of them written by the stock AWS Encryption SDK for Python from
docs/format.md alone; each row is put into one engine and copied to the other two as bytes by the
engines' own tools; all open, and all are equal. `make check` sets SEALROW_ESDK_VENV."""
import base64
import ctypes
import datetime
import json
import os
import random
import subprocess
import sys
import uuid

import pytest

import conftest
import world as worlds
from types_table import TABLES, TYPES, export, load, prepare

VENV = os.environ.get("SEALROW_ESDK_VENV", "")
COUNT = 1000
ZONES = ("Z", "+00:00", "+02:00", "-05:45", "+14:00")
FACES = "aZ09 ~'\"\\%\n\t\u00e4\u0142\u2603\ufffd\U0001f600"


# -- values: as somebody writes them, and their canonical text --

def some_text(rng):
    text = "".join(rng.choice(FACES) for _ in range(rng.randint(0, 40)))
    return text, text


def some_integer(rng):
    text = str(rng.choice((0, -2**63, 2**63 - 1, rng.randint(-2**63, 2**63 - 1))))
    return text, text


def some_decimal(rng):
    whole = str(rng.randint(1, 10 ** rng.randint(1, 35) - 1)) if rng.random() < 0.8 else "0"
    fraction = (str(rng.randint(0, 10**20)) + str(rng.randint(1, 9)))[:rng.randint(0, 30)]
    fraction = fraction.rstrip("0")
    minus = "-" if rng.random() < 0.5 else ""
    point = "." if fraction else ""
    canonical = whole + point + fraction
    canonical = minus + canonical if canonical != "0" else canonical
    return minus + "0" * rng.randint(0, 2) + whole + rng.choice(
        (point + fraction, "." + fraction + "0" * rng.randint(1, 3))), canonical


def some_timestamp(rng):
    utc = datetime.datetime(1, 1, 2) + datetime.timedelta(
        microseconds=rng.randint(0, 315537811200000000 - 172800000000))
    utc = utc.replace(microsecond=rng.choice((0, 120000, utc.microsecond)))
    zone = rng.choice(ZONES)
    offset = datetime.datetime.fromisoformat("2026-01-01T00:00:00" + zone).utcoffset()
    local = (utc + offset).isoformat(sep=rng.choice("T "))
    return local + zone, utc.isoformat() + "Z"


def some_date(rng):
    text = datetime.date.fromordinal(rng.randint(1, 3652059)).isoformat()
    return text, text


def some_boolean(rng):
    text = rng.choice(("true", "false"))
    return text, text


def some_uuid(rng):
    text = str(uuid.UUID(int=rng.getrandbits(128)))
    return text, text


def some_json(rng, depth=0):
    def value(left):
        kind = rng.randint(0, 6 if left else 4)
        if kind == 5:
            return [value(left - 1) for _ in range(rng.randint(0, 4))]
        if kind == 6:
            return {some_text(rng)[0]: value(left - 1) for _ in range(rng.randint(0, 4))}
        return (None, True, rng.randint(-10**30, 10**30), rng.random(), some_text(rng)[0])[kind]
    made = value(3)
    return json.dumps(made, indent=rng.choice((None, 2)), ensure_ascii=rng.random() < 0.5), \
        json.dumps(made, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


MAKERS = {"text": some_text, "bytes": some_text, "integer": some_integer, "decimal": some_decimal,
          "date": some_date, "timestamp": some_timestamp, "boolean": some_boolean,
          "uuid": some_uuid, "json": some_json}


class Row:
    def __init__(self, rng, number):
        self.id, self.type = f"r{number:04}", TYPES[number % len(TYPES)]
        self.given, self.text = MAKERS[self.type](rng)


# -- the library, by ctypes --

class Bytes(ctypes.Structure):
    _fields_ = [("at", ctypes.c_char_p), ("len", ctypes.c_size_t)]


class Value(ctypes.Structure):
    _fields_ = [("type", ctypes.c_uint32), ("reserved", ctypes.c_uint32),
                ("integer", ctypes.c_int64), ("bytes", Bytes)]


class Bind(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("value", Value)]


class Buf(ctypes.Structure):
    _fields_ = [("at", ctypes.c_void_p), ("len", ctypes.c_size_t), ("room", ctypes.c_size_t)]


class Library:
    """A client in this process: thousands of cells by the command line would take minutes."""

    def __init__(self, place):
        self.lib = ctypes.CDLL(str(worlds.BUILD / "src/libsealrow.so.0"))
        os.environ.update({k: v for k, v in place.env.items() if k.startswith("AWS_")})
        self.client = ctypes.c_void_p()
        self.must(self.lib.srow_client_open, ctypes.byref(self.client),
                  str(place.folder / "sealrow.yaml").encode())

    def must(self, function, *args):
        error = ctypes.create_string_buffer(1024)
        assert function(*args, error) == 0, error.raw

    def do(self, function, kind, row, data):
        bind = Bind(b"id", Value(type=1, bytes=Bytes(row.encode(), len(row.encode()))))
        column = f"typed.{kind}".encode()
        words = (ctypes.c_uint64 * 16)()  # struct srow_cell: column, bind, bind_count, zeros
        words[0] = ctypes.cast(ctypes.c_char_p(column), ctypes.c_void_p).value
        words[1], words[2] = ctypes.addressof(bind), 1
        out = (Buf * 2)()
        self.must(function, out, self.client, words, Bytes(data, len(data)))
        got = ctypes.string_at(out[0].at, out[0].len) if out[0].len else b""
        self.lib.srow_buf_free(out)
        return got

    def seal(self, row):
        return self.do(self.lib.srow_cell_seal, row.type, row.id, row.given.encode())

    def open(self, row, message):
        return self.do(self.lib.srow_cell_open, row.type, row.id, message)

    def close(self):
        self.lib.srow_client_free(self.client)


@pytest.fixture
def library(places):
    before = dict(os.environ)
    made = Library(places[0])
    yield made
    made.close()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def places(world, tmp_path, pg, maria):
    """The three engines side by side, with one configuration."""
    all_three = (conftest.Sqlite(world, tmp_path).start(), pg, maria)
    for place in all_three:
        path = place.folder / "sealrow.yaml"
        path.write_text(path.read_text().split("tables:")[0] + TABLES)
        prepare(place)
    return all_three


def by_the_sdk(world, rows):
    regions = {region: {"endpoint": f"http://{world.kmsd.address[region]}", "arn": arn}
               for region, arn in world.keys.items()}
    job = {"regions": regions, "rows": [[row.id, row.type, row.given] for row in rows],
           "credentials": [world.env["AWS_ACCESS_KEY_ID"], world.secret]}
    done = subprocess.run([f"{VENV}/bin/python", worlds.ROOT / "tests/peers/types_python.py"],
                          input=json.dumps(job).encode(), capture_output=True, timeout=300,
                          env={**world.env, "AWS_EC2_METADATA_DISABLED": "true"})
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return [base64.b64decode(text) for text in json.loads(done.stdout)]


def cells(row, message):
    return [row.id, *(message.hex() if kind == row.type else "" for kind in TYPES)]


def test_a_thousand_rows_of_three_writers_and_engines(world, places, library):
    if not VENV:
        pytest.skip("the SDK for python NOT RUN: make check sets where it is")
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}", file=sys.stderr)
    rng = random.Random(seed)
    rows = [Row(rng, number) for number in range(COUNT)]
    rng.shuffle(rows)
    foreign, own = rows[:COUNT // 3], rows[COUNT // 3:]
    written = list(zip(foreign, by_the_sdk(world, foreign)))
    written += [(row, library.seal(row)) for row in own]
    for number, place in enumerate(places):
        load(place, [cells(*pair) for pair in written[number::3]])
    stored = [export(place) for place in places]
    for source, copies in zip(places, stored):
        for place in places:
            if place is not source:
                load(place, copies)
    for place in places:
        found = {row[0]: row[1:] for row in export(place)}
        assert len(found) == COUNT
        for row in rows:
            message = bytes.fromhex(found[row.id][TYPES.index(row.type)])
            assert library.open(row, message) == row.text.encode(), (place.engine, row.given)
    for row in rows[:3]:
        for place in places:
            got = json.loads(place.ok("get", "typed", f"id={row.id}", "--json"))
            assert got[row.type] is not None
