# SPDX-License-Identifier: Apache-2.0
"""Servers that lie about the form of their answers: lengths, counts, types, errors without a code.
Each command ends in time, as unavailable or refused, without a wrong value and without harm to its
own memory; what is stored is whole. D3 to D6 and D10 are the numbers of the project's list."""
import concurrent.futures
import csv
import io
import json
import os
import random
import subprocess
import time

import pytest

from lying_proxy import Liar, my_packet, pg_message
from test_faults_cut import csv_of, three
from world import SEALROW

# So many places for each lie, drawn by SEED; or every place.
LIES = os.environ.get("SEALROW_LIES", "3")
SEED = int(os.environ.get("SEED", "20261124"))
INTEGRITY, UNAVAILABLE = 65, 69
PUT, LIST = ("put", "customer", "--from", "-"), ("get", "customer", "--list", "--format", "csv")
# What an answer of good form may say: a row that is not there, another column, a wrong password.
OTHER = (2, 66, 70, 75, 77, 78)
PASSWORDS = (b"secret-of-app", b"secret of@app", b"user ")


# -- PostgreSQL --

def split(message):
    """The columns of a RowDescription, or the fields of a DataRow."""
    at, parts = 7, []
    for _ in range(int.from_bytes(message[5:7], "big")):
        if message[:1] == b"T":
            end = message.index(b"\0", at) + 19
        else:
            end = at + 4 + max(int.from_bytes(message[at:at + 4], "big", signed=True), 0)
        parts.append(message[at:end])
        at = end
    return parts


def join(kind, parts):
    return pg_message(kind, len(parts).to_bytes(2, "big") + b"".join(parts))


def typed(message, oid):
    return join(b"T", [c[:-12] + oid.to_bytes(4, "big") + c[-8:] for c in split(message)])


def first_length(length):
    return lambda m: m[:7] + length.to_bytes(4, "big", signed=True) + m[11:]


def parts(change):
    return lambda m: join(m[:1], change(split(m)))


def error(fields):
    return lambda m: pg_message(b"E", fields)


ROW_REFUSED = "D6 an error without a code, and then it goes on"
# What is lied about, of which kinds of messages, what is said instead, what else may come of it.
POSTGRESQL = [
    ("D3 a field of -2 bytes", b"D", first_length(-2), ()),
    ("D3 a field of 2^31 - 1 bytes", b"D", first_length(2**31 - 1), ()),
    ("D4 a message of 2 GiB", b"TDC", lambda m: m[:1] + b"\x7f\xff\xff\xff" + m[5:], ()),
    ("D4 a message shorter than its length", b"TDC", lambda m: m[:1] + b"\0\0\0\3" + m[5:], ()),
    ("D5 a row without fields", b"D", parts(lambda p: []), ()),
    ("D5 a row of a field less", b"D", parts(lambda p: p[:-1]), ()),
    ("D5 a row of a field more", b"D", parts(lambda p: [*p, b"\0\0\0\1x"]), ()),
    ("D5 65,535 columns", b"TD", lambda m: m[:5] + b"\xff\xff" + m[7:], ()),
    ("D5 a column less", b"T", parts(lambda p: p[:-1]), ()),
    ("D5 a column more", b"T", parts(lambda p: [*p, p[0]]), ()),
    (ROW_REFUSED, b"D", error(b"SERROR\0Mno code\0\0"), ()),
    ("D6 an error of nothing", b"C", error(b"\0"), ()),
    ("D10 bytes", b"T", lambda m: typed(m, 17), OTHER),
    ("D10 numbers", b"T", lambda m: typed(m, 20), OTHER),
    ("D10 texts", b"T", lambda m: typed(m, 25), OTHER),
]


# -- MariaDB --

def body(change):
    return lambda m: my_packet(m[3], change(m[4:]))


def says(text):
    return body(lambda b: text)


def is_prepared(m):
    return len(m) == 16 and m[4] == 0


def is_column(m):
    return m[4:8] == b"\3def"


def is_any(m):
    return len(m) > 4


def of_type(type_):
    return body(lambda b: b[:-6] + bytes([type_]) + b[-5:])


REFUSED = "D5 a column less"  # or, of what was no count of columns, an error with a number
MARIADB = [
    ("D3 a length behind the end", is_any, body(lambda b: b"\xfd\xff\xff\xff" + b[1:]), OTHER),
    ("D3 a length of 2^64 - 1", is_any, body(lambda b: b"\xfe" + b"\xff" * 8 + b[1:]), OTHER),
    ("D3 lengths of 255 at the end", is_any, body(lambda b: b[:-8] + b"\xff" * 8), OTHER),
    ("D4 a packet of 16 MiB", is_any, lambda m: b"\xff\xff\xff" + m[3:], ()),
    ("D5 half a packet", is_any, body(lambda b: b[:len(b) // 2]), OTHER),
    ("D5 an empty packet", is_any, says(b""), ()),
    ("D5 a column more", is_any, body(lambda b: bytes([(b[0] + 1) % 256]) + b[1:]), OTHER),
    (REFUSED, is_any, body(lambda b: bytes([(b[0] - 1) % 256]) + b[1:]), OTHER),
    ("D5 a prepared statement of a column", is_prepared, body(lambda b: b[:5] + b"\1\0" + b[7:]),
     ()),
    ("D5 a prepared statement of 7 parameters", is_prepared,
     body(lambda b: b[:7] + b"\7\0" + b[9:]), ()),
    ("D6 an error without a state", is_any, says(b"\xff\x87\x07oops"), ()),
    ("D6 an error of nothing", is_any, says(b"\xff"), ()),
    *((f"D10 type {t}", is_column, of_type(t), OTHER) for t in (0x05, 0x08, 0x0c, 0x77, 0xfc)),
]


class Server:
    """An engine's server, its lies, and a way to it that lies at one message or at several."""

    def __init__(self, place):
        self.place, pair = place, place.pair
        postgresql = place.engine == "postgresql"
        self.socket = (f"{pair.folder}/.s.PGSQL.{pair.ports[1]}" if postgresql else
                       f"{pair.folder}/s1")
        self.url = ("postgresql://app:secret-of-app@127.0.0.1:{}/{}" if postgresql else
                    "mysql://app:secret%20of%40app@127.0.0.1:{}/{}?timeout=2")
        self.lies = [(name, fits if callable(fits) else lambda m, fits=fits: m[:1] in fits, lie,
                      also) for name, fits, lie, also in (POSTGRESQL if postgresql else MARIADB)]

    def run(self, args, data, lie):
        """What a command makes of it, as exit code, what it printed, the error's name."""
        with Liar(self.place.engine, self.socket, lie) as liar:
            env = {**self.place.env,
                   "DATABASE_URL": self.url.format(liar.port, self.place.database)}
            begin = time.monotonic()
            done = subprocess.run([SEALROW, *args, "--json"], cwd=self.place.folder, env=env,
                                  input=data, capture_output=True, timeout=60)
            assert time.monotonic() - begin < 20
            assert not any(secret in liar.heard for secret in PASSWORDS)
        said = [json.loads(line) for line in done.stderr.decode().splitlines()]
        names = [line["error"]["name"] for line in said if "error" in line]
        return done.returncode, done.stdout, names[-1] if names else None

    def places(self, args, data):
        """Each lie with the numbers of the messages that it is told of."""
        messages, draw = [], random.Random(SEED)
        assert self.run(args, data, lambda n, m: messages.append(m) or m)[0] == 0
        for name, fits, lie, also in self.lies:
            at = [n for n, m in enumerate(messages) if fits(m)]
            every = LIES == "every" or name == ROW_REFUSED
            count = len(at) if every else min(int(LIES) - 1, len(at))
            yield from ((name, n, lie, also) for n in {*draw.sample(at, count), at[-1]})


@pytest.fixture(params=["postgresql", "mariadb"])
def server(request):
    place = request.getfixturevalue("pg" if request.param == "postgresql" else "maria")
    place.ok("init")
    return Server(place)


def at_one(number, lie):
    return lambda n, message: lie(message) if n == number else message


def stored_rows(place):
    listed = io.StringIO(place.ok(*LIST).decode(), newline="")
    return list(csv.reader(listed))[1:]


def test_a_list_from_a_server_that_lies_shows_no_wrong_value(server):
    rows = [[str(v) for v in row] for row in three(1)]
    server.place.ok(*PUT, data=csv_of(rows))

    def go(case):
        name, number, lie, also = case
        code, out, error_name = server.run(LIST, b"", at_one(number, lie))
        assert code in (0, INTEGRITY, UNAVAILABLE, *also), (name, number, code, error_name)
        shown = list(csv.reader(io.StringIO(out.decode(), newline="")))[1:]
        assert {row[1] for row in shown} <= {row[1] for row in rows}, (name, number, shown)
        assert code != 0 or also or shown == rows, (name, number, shown)

    with concurrent.futures.ThreadPoolExecutor(4 * os.cpu_count()) as workers:
        list(workers.map(go, server.places(LIST, b"")))


def test_what_a_server_that_lies_has_stored_is_whole(server):
    def go(case):
        number, (name, place, lie, also) = case
        code, out, error_name = server.run(PUT, csv_of(three(number)), at_one(place, lie))
        assert code in (0, INTEGRITY, UNAVAILABLE, *also), (name, place, code, error_name)
        return number, code, error_name

    places = list(server.places(PUT, csv_of(three(0))))
    with concurrent.futures.ThreadPoolExecutor(4 * os.cpu_count()) as workers:
        told = list(workers.map(go, enumerate(places, 1)))
    there = {row[0] for row in stored_rows(server.place)}
    for number, code, error_name in told:
        found = [row[0] in there for row in three(number)]
        assert found in ([True] * 3, [False] * 3), (places[number - 1][:2], found)
        assert code != 0 or all(found), places[number - 1][:2]
        # In good form a server may say that a COMMIT was refused, and is believed.
        known = error_name != "COMMIT_UNKNOWN" and places[number - 1][0] != REFUSED
        assert code == 0 or not known or not any(found), (
            places[number - 1][:2], code, error_name)
    rows = [row for number in range(len(places) + 1) for row in three(number)]
    server.place.ok(*PUT, data=csv_of(rows))
    assert sorted(stored_rows(server.place)) == sorted([str(v) for v in row] for row in rows)


MORE = 60


@pytest.mark.parametrize("which", [slice(1, 2), slice(0, 3)], ids=["one of three", "all"])
@pytest.mark.parametrize("change", [lambda p, one: p[:1], lambda p, one: p + [one] * MORE],
                         ids=["one column", "60 more"])
def test_answers_of_other_columns_than_were_asked_for_are_no_answers(pg, which, change):
    """D5: each in good form, with a field for each column."""
    pg.ok("init")
    pg.ok(*PUT, data=csv_of(three(1)))
    server, messages = Server(pg), []
    assert server.run(PUT, csv_of(three(1)), lambda n, m: messages.append(m) or m)[0] == 0
    ours = [n for n, m in enumerate(messages) if m[:1] == b"T" and b"userid_sealed\0" in m][-3:]
    column = split(typed(messages[ours[0]], 17))[0]

    def lie(n, m):
        if n in ours[which]:
            return join(b"T", change(split(m), column))
        if n - 1 in ours[which]:
            return join(b"D", change(split(m), b"\0\0\0\4\\x00"))
        return m

    code, out, name = server.run(PUT, csv_of(three(1)), lie)
    assert (code, out, name) == (UNAVAILABLE, b"", "DB")
