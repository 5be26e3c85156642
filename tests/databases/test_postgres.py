# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL: the primary, the standby, TLS, and what its catalog says."""
import base64
import contextlib
import json
import socket
import struct
import subprocess
import threading
import time

import pytest

from world import EU, SEALROW, US, closed_port

CONFIG_78, UNAVAILABLE, DENIED = 78, 69, 77


def ready(place, *rows):
    place.ok("init")
    for row in rows:
        place.ok("put", "customer", *row)
    return place


def findings(place):
    return sorted(f["code"] for f in json.loads(place.run("check", "--json").stdout)["findings"])


def fails(place, exit, *words, args=("get", "customer", "account=1")):
    done = place.run(*args)
    said = done.stderr.decode()
    assert done.returncode == exit and not done.stdout, said
    for word in words:
        assert word in said, said
    assert "secret-of-app" not in said and len(said.splitlines()) == 1, said
    return said


# -- primary and standby --

def test_a_replica_is_read_with_its_own_regions_key_alone(pg):
    ready(pg, ("account=1", "userid=ada", "balance=5"))
    pg.pair.catch_up()
    pg.env.update(DATABASE_URL=pg.pair.url(pg.database, at=2), AWS_REGION=EU)
    before = {r: pg.world.kmsd.total("--region", r) for r in (US, EU)}
    assert json.loads(pg.ok("get", "customer", "account=1", "--json"))["userid"] == "ada"
    after = {r: pg.world.kmsd.total("--region", r) for r in (US, EU)}
    assert (after[US] - before[US], after[EU] - before[EU]) == (0, 1)


def test_a_replica_takes_no_writes_and_says_so(pg):
    ready(pg)
    pg.pair.catch_up()
    pg.env["DATABASE_URL"] = pg.pair.url(pg.database, at=2)
    fails(pg, UNAVAILABLE, "25006", "write at the primary",
          args=("put", "customer", "account=1", "userid=ada"))
    assert pg.texts("SELECT count(*) FROM customers") == [["0"]]


# -- TLS and logins --

def test_tls_verifies_authority_and_name(pg):
    ready(pg)
    url = pg.env["DATABASE_URL"]
    pg.env["DATABASE_URL"] = pg.pair.url(pg.database, ca="other")
    fails(pg, UNAVAILABLE, "authority")
    pg.env["DATABASE_URL"] = pg.pair.url(pg.database, host="127.0.0.1")
    fails(pg, UNAVAILABLE, "another host")
    pg.env["DATABASE_URL"] = pg.pair.url(pg.database, ca="missing")
    fails(pg, UNAVAILABLE, "no root certificates")
    pg.env["DATABASE_URL"] = url
    assert pg.run("get", "customer", "account=1").returncode == 66


def test_no_password_goes_to_another_machine_without_tls(pg):
    for mode in ("disable", "allow", "prefer"):
        # 192.0.2.1 is nobody's; the refusal comes before any packet
        pg.env["DATABASE_URL"] = f"postgresql://app:secret-of-app@192.0.2.1/bank?sslmode={mode}"
        fails(pg, CONFIG_78, "without TLS")
    pg.env["DATABASE_URL"] = "postgresql://app@192.0.2.1/bank?sslmode=never"
    fails(pg, 2, "unknown sslmode")


def test_logins_and_addresses_that_are_wrong(pg):
    ready(pg)
    url = pg.pair.url
    pg.env["DATABASE_URL"] = url(pg.database, password="wrong")
    fails(pg, DENIED, "28P01")
    pg.env["DATABASE_URL"] = url("none")
    fails(pg, 66, "3D000")
    pg.env["DATABASE_URL"] = "postgresql://app:secret-of-app@127.0.0.1:1/bank"
    fails(pg, UNAVAILABLE, "refused")
    pg.env["DATABASE_URL"] = "postgresql://app:secret-of-app@127.0.0.1/bank?colour=red"
    fails(pg, 2, "libpq")


def test_service_and_password_files_count(pg):
    ready(pg)
    services, passwords = pg.folder / "services", pg.folder / "passwords"
    services.write_text(f"[bank]\nhost=localhost\nport={pg.pair.ports[1]}\nuser=app\n"
                        f"dbname={pg.database}\nsslmode=disable\n"
                        f"sslrootcert={pg.pair.folder}/ca.pem\n")
    passwords.write_text("localhost:*:*:app:secret-of-app\n")
    passwords.chmod(0o600)
    pg.env.update(DATABASE_URL="postgresql://?service=bank", PGSERVICEFILE=str(services),
                  PGPASSFILE=str(passwords))
    assert pg.run("get", "customer", "account=1").returncode == 66  # verified, whatever it says
    services.write_text(services.read_text().replace("ca.pem", "other.pem"))
    fails(pg, UNAVAILABLE, "authority")


def test_a_way_to_the_database_that_is_not_verified_is_a_finding(pg):
    ready(pg)
    services, passwords = pg.folder / "services", pg.folder / "passwords"
    services.write_text(f"[bank]\nhost=localhost\nport={pg.pair.ports[1]}\nuser=app\n"
                        f"dbname={pg.database}\nsslrootcert={pg.pair.folder}/ca.pem\n")
    passwords.write_text("localhost:*:*:app:secret-of-app\n")
    passwords.chmod(0o600)
    pg.env.update(PGSERVICEFILE=str(services), PGPASSFILE=str(passwords))
    for mode, wanted in (("verify-full", []), ("verify-ca", ["connection-unverified"]),
                         ("require", ["connection-unverified"])):
        pg.env["DATABASE_URL"] = f"postgresql:///?service=bank&sslmode={mode}"
        assert findings(pg) == wanted
    assert pg.run("check", "--accept", "connection-unverified").returncode == 0


class Hostile:
    """A server that greets like PostgreSQL, then does as it is told."""

    def __init__(self, answer):
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.heard = b""
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def read(self, s):
        self.heard += (data := s.recv(4096))
        return data

    def serve(self):
        s, _ = self.listener.accept()
        with s, contextlib.suppress(OSError):
            if self.read(s)[4:8] == struct.pack("!I", 80877103):
                s.sendall(b"N")
                self.read(s)
            self.answer(self, s)
            while self.read(s):
                pass

    def close(self):
        self.listener.close()


def message(kind, *parts):
    body = b"".join(parts)
    return kind + struct.pack("!I", len(body) + 4) + body


def endless_scram(server, s):
    s.sendall(message(b"R", struct.pack("!I", 10), b"SCRAM-SHA-256\0\0"))
    first = server.read(s)
    nonce = first[first.index(b"r=") + 2:]
    asked = b"r=" + nonce + b"x,s=c2FsdHNhbHQ=,i=2147483647"
    s.sendall(message(b"R", struct.pack("!I", 11), asked))


def silence(server, s):
    pass


def cut_off(server, s):
    s.sendall(b"R\0\0")
    s.shutdown(socket.SHUT_WR)


def garbage(server, s):
    s.sendall(b"R" + bytes(range(256)) * 20)


def cut_off_in_a_statement(server, s):
    s.sendall(message(b"R", struct.pack("!I", 0)) + message(b"Z", b"I"))
    server.read(s)
    s.shutdown(socket.SHUT_RDWR)


def asks_in_clear(server, s):
    s.sendall(message(b"R", struct.pack("!I", 3)))
    server.read(s)
    s.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("source", ["variable", "file", "service"])
def test_without_tls_no_password_of_a_variable_or_file_leaves_this_machine(pg, source):
    """0.0.0.0 is no address of it by its looks, and leads here all the same."""
    server = Hostile(asks_in_clear)
    secret = "secret-of-app"
    passwords, services = pg.folder / "passwords", pg.folder / "services"
    passwords.write_text(f"*:*:*:*:{secret}\n")
    passwords.chmod(0o600)
    services.write_text(f"[far]\npassword={secret}\n")
    pg.env.update({"variable": {"PGPASSWORD": secret}, "file": {"PGPASSFILE": str(passwords)},
                   "service": {"PGSERVICEFILE": str(services), "PGSERVICE": "far"}}[source])
    pg.env["DATABASE_URL"] = f"postgresql://app@0.0.0.0:{server.port}/bank?sslmode=prefer"
    done = pg.run("get", "customer", "account=1")
    server.thread.join(60)
    server.close()
    assert secret.encode() not in server.heard
    warning, said = done.stderr.decode().splitlines()
    assert "not verified who answers" in warning and "there is none that may be sent" in said
    assert done.returncode == DENIED


def scram(server, s, nonce):
    s.sendall(message(b"R", struct.pack("!I", 10), b"SCRAM-SHA-256\0\0"))
    first = server.read(s)
    asked = b"r=" + first[first.index(b"r=") + 2:] + nonce + b",s=c2FsdHNhbHQ=,i=4096"
    s.sendall(message(b"R", struct.pack("!I", 11), asked))
    server.read(s)


def long_nonce(server, s):
    scram(server, s, b"x" * 65536)


def wrong_signature(server, s):
    """It does not know the password, and lets everybody in."""
    scram(server, s, b"x")
    s.sendall(message(b"R", struct.pack("!I", 12), b"v=" + base64.b64encode(bytes(32))) +
              message(b"R", struct.pack("!I", 0)) + message(b"Z", b"I"))


HOSTILE = [endless_scram, long_nonce, wrong_signature, silence, cut_off, garbage,
           cut_off_in_a_statement]


@pytest.mark.parametrize("answer", HOSTILE)
def test_a_hostile_server_is_given_up_in_time(pg, answer):
    server = Hostile(answer)
    pg.env["DATABASE_URL"] = f"postgresql://app:secret-of-app@127.0.0.1:{server.port}/bank"
    start = time.monotonic()
    fails(pg, UNAVAILABLE, "database: ")
    assert time.monotonic() - start < 12
    assert b"secret-of-app" not in server.heard
    server.close()


@pytest.mark.parametrize("answer", [b"N", b"S" + message(b"R", struct.pack("!I", 3)), b"E", b""])
def test_a_server_that_is_to_be_verified_gets_no_password_before_tls(pg, answer):
    """D1, D2: it has no TLS; or it asks before TLS has begun, which must not count."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard = bytearray()

        def serve():
            s, _ = listener.accept()
            with s, contextlib.suppress(OSError):
                s.recv(8)
                s.sendall(answer)
                s.shutdown(socket.SHUT_WR)
                while data := s.recv(4096):
                    heard.extend(data)

        thread = threading.Thread(target=serve)
        thread.start()
        pg.env["DATABASE_URL"] = (f"postgresql://app:secret-of-app@localhost:"
                                  f"{listener.getsockname()[1]}/bank?sslrootcert="
                                  f"{pg.pair.folder}/ca.pem")
        fails(pg, UNAVAILABLE, "database: ")
        thread.join(20)
        assert not thread.is_alive() and b"secret" not in heard and b"app" not in heard


# -- types and the catalog --

TYPED = """CREATE TABLE typed (n bigint NOT NULL, d date NOT NULL, u uuid NOT NULL,
  b boolean NOT NULL, x bytea NOT NULL, t varchar(20) NOT NULL, price numeric(10,2),
  "Mixed ""Case" text, PRIMARY KEY (n, d, u, b, x, t))"""
TABLES = """tables:
  typed:
    bind:
      n: {column: n, type: integer}
      d: {column: d, type: date}
      u: {column: u, type: uuid}
      b: {column: b, type: boolean}
      x: {column: x, type: bytes}
      t: {column: t}
    columns:
      secret: {}
"""
KEY = ("n=-9223372036854775808", "d=2024-02-29", "u=6f1d5e0a-0000-4000-8000-00000000000a", "b=true",
       "x=\u00ff'x", "t=O'Brien")


def test_bindings_have_their_own_types(pg):
    text = (pg.folder / "sealrow.yaml").read_text()
    (pg.folder / "sealrow.yaml").write_text(text[:text.index("tables:")] + TABLES)
    pg.sql(TYPED)
    ready(pg)
    assert findings(pg) == []
    row = ("put", "typed", *KEY, "secret=s3", "price=5", 'Mixed "Case=m')
    assert pg.ok(*row).startswith(b"inserted 1")
    assert pg.ok(*row).startswith(b"inserted 0, already there 1")
    got = json.loads(pg.ok("get", "typed", *KEY, "--json"))
    assert got["secret"] == "s3" and got["b"] == "true" and got["price"] == "5.00"
    assert got["d"] == "2024-02-29" and got['Mixed "Case'] == "m"
    storage = "SELECT attstorage FROM pg_attribute WHERE attname = 'secret_sealed'"
    assert pg.texts(storage) == [["e"]]


CATALOG = [
    (["CREATE INDEX i ON customers (pin_sealed)"], ["column-indexed"]),
    (["CREATE UNIQUE INDEX i ON customers (pin_sealed)"], ["column-unique"]),
    (["CREATE VIEW w AS SELECT * FROM customers"], ["column-viewed", "column-viewed"]),
    (["CREATE MATERIALIZED VIEW w AS SELECT pin_sealed FROM customers"], ["column-viewed"]),
    (["CREATE VIEW w AS SELECT account_no FROM customers"], []),
    (["CREATE TABLE other (x bytea PRIMARY KEY)",
      "ALTER TABLE customers ADD FOREIGN KEY (pin_sealed) REFERENCES other"],
     ["column-foreign-key"]),
    (["ALTER TABLE customers ADD n int GENERATED ALWAYS AS (length(pin_sealed)) STORED"],
     ["column-generated"]),
    (["ALTER TABLE customers DROP CONSTRAINT sealrow_customers_pin_sealed"], ["check-missing"]),
    (["ALTER TABLE customers DROP CONSTRAINT customers_pkey, ADD UNIQUE (account_no)",
      "ALTER TABLE customers ALTER account_no DROP NOT NULL"], ["bind-nullable"]),
    (["ALTER TABLE customers DROP CONSTRAINT customers_pkey"], ["bind-not-unique"]),
    (["ALTER TABLE customers DROP CONSTRAINT customers_pkey",
      "CREATE UNIQUE INDEX i ON customers (account_no) WHERE balance > 0"], ["bind-not-unique"]),
    (["ALTER TABLE customers ALTER account_no TYPE char(9)"], ["bind-loose"]),
    (["ALTER TABLE customers ALTER account_no TYPE bigint USING 1"], ["bind-converted"]),
    (["ALTER TABLE customers ALTER account_no SET DEFAULT gen_random_uuid()::text"],
     ["bind-made"]),
    (["ALTER TABLE customers ALTER account_no SET DEFAULT 'x'"], []),
    (["CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS "
      "'BEGIN new.account_no := 7; RETURN new; END'",
      "CREATE TRIGGER g BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION f()"],
     ["bind-made"]),
    (["CREATE TABLE other (k text PRIMARY KEY)",
      "ALTER TABLE customers ADD FOREIGN KEY (account_no) REFERENCES other ON UPDATE CASCADE"],
     ["bind-cascade"]),
    (["ALTER TABLE customers DROP pin_sealed", "ALTER TABLE customers ADD pin_sealed text"],
     ["column-not-binary"]),
]


def test_each_defect_of_the_live_schema_has_its_finding(pg):
    ready(pg)
    template = pg.database
    for number, (statements, wanted) in enumerate(CATALOG):
        pg.database = f"{template}x{number}"
        pg.pair.sql(f"CREATE DATABASE {pg.database} TEMPLATE {template} OWNER app")
        pg.env["DATABASE_URL"] = pg.pair.url(pg.database)
        pg.sql(*statements)
        assert findings(pg) == wanted, statements


def test_an_address_of_a_variable_or_service_is_not_taken_for_this_machine(pg):
    """The URL's host is but its name then. Nothing is sent: it is refused before."""
    services = pg.folder / "services"
    services.write_text("[far]\nhostaddr=192.0.2.1\n")
    url = f"postgresql://app:secret-of-app@localhost:{pg.pair.ports[1]}/{pg.database}"
    for env, options in (({"PGHOSTADDR": "192.0.2.1"}, ""), ({"PGSERVICE": "far"}, ""),
                         ({}, "&service=far")):
        pg.env.update(PGSERVICEFILE=str(services), **env)
        pg.env["DATABASE_URL"] = url + "?sslmode=prefer" + options
        fails(pg, CONFIG_78, "would send a password without TLS")
        for name in env:
            del pg.env[name]
    pg.env["DATABASE_URL"] = url + "?sslmode=prefer"
    ready(pg, ("account=1", "userid=ada"))
    for address, empty in (("", "&hostaddr="), ("127.0.0.1", "&hostaddr="), ("", ""),
                           ("", "&hostaddr=,")):
        pg.env["PGHOSTADDR"] = address  # what is empty leads nowhere: the host counts
        pg.env["DATABASE_URL"] = f"postgresql://app:secret-of-app@192.0.2.1/x?sslmode=prefer{empty}"
        fails(pg, CONFIG_78, "would send a password without TLS")


def test_a_host_that_is_silent_leaves_time_for_the_next(pg):
    ready(pg)
    with socket.create_server(("127.0.0.1", 0)) as server:
        silent, gone = server.getsockname()[1], closed_port().rsplit(":")[-1]
        standby, primary = pg.pair.ports[2], pg.pair.ports[1]

        def at(ports, options):
            hosts = ",".join(f"localhost:{port}" for port in ports)
            pg.env["DATABASE_URL"] = (f"postgresql://app:secret-of-app@{hosts}/{pg.database}?"
                                      f"sslrootcert={pg.pair.folder}/ca.pem{options}")

        at((silent, gone, standby, primary), "&target_session_attrs=read-write")
        pg.ok("put", "customer", "account=1", "userid=x")
        at((silent, silent), "")
        fails(pg, UNAVAILABLE, "SROW-141", "no answer in time")
        pg.env["DATABASE_URL"] = f"postgresql://app:secret-of-app@/{pg.database}"
        pg.env["PGHOST"], pg.env["PGPORT"] = "127.0.0.1,localhost", f"{silent},{primary}"
        pg.ok("get", "customer", "account=1")


def test_errors_name_no_value(pg):
    ready(pg)
    pg.sql("ALTER TABLE customers ADD CHECK (balance < 1000)")
    for balance, state in (("31337", "23514"), ("hunter2", "22P02"), ("99999999999999", "22003")):
        done = pg.run("put", "customer", "account=key-1", "userid=ada", f"balance={balance}")
        said = done.stderr.decode()
        assert done.returncode == DENIED and state in said, said
        assert balance not in said and "key-1" not in said and "ada" not in said


def test_the_words_of_a_trigger_are_not_shown(pg):
    """They may hold values, whatever SQLSTATE it gives them."""
    ready(pg)
    pg.sql("CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.balance = 1 THEN "
           "EXECUTE format(''SELECT 1 FROM %I'', NEW.account_no); END IF; RAISE EXCEPTION "
           "''no right to %'', NEW.account_no USING ERRCODE = ''42501''; END'",
           "CREATE TRIGGER t BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION t()")
    for balance, state in (("1", "42P01"), ("2", "42501")):
        done = pg.run("put", "customer", "account=key-1", "userid=ada", f"balance={balance}")
        said = done.stderr.decode()
        assert done.returncode != 0 and state in said and "key-1" not in said, said


# -- at the same time --

class Session:
    """psql that is told what to do line by line."""

    def __init__(self, pg):
        self.psql = subprocess.Popen(
            ["psql", "-X", "-q", "-h", str(pg.pair.folder), "-p", str(pg.pair.ports[1]), "-U",
             "app", "-d", pg.database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def send(self, statement):
        """Returns when it is done."""
        self.psql.stdin.write(statement + "\n\\echo done\n")
        self.psql.stdin.flush()
        assert self.psql.stdout.readline() == "done\n"

    def close(self):
        self.psql.communicate("\\q\n")


# What the server says of a row, and what a caller can do: exit code, error, how often it was tried.
STATES = [("40001", 69, "SROW-146", 3), ("40P01", 69, "SROW-146", 3), ("55P03", 69, "SROW-146", 3),
          ("25006", 69, "SROW-147", 1), ("57P01", 69, "SROW-140", 1), ("08006", 69, "SROW-140", 1),
          ("53300", 69, "SROW-140", 1), ("57014", 69, "SROW-141", 1), ("53100", 71, "SROW-181", 1),
          ("23514", 77, "SROW-103", 1), ("22003", 77, "SROW-103", 1), ("42501", 77, "SROW-104", 1),
          ("54000", 65, "SROW-060", 1), ("58030", 69, "SROW-147", 1)]


def test_each_state_says_what_a_caller_can_do(pg):
    ready(pg)
    pg.sql("CREATE SEQUENCE tries",
           "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN "
           "PERFORM nextval(''tries''); RAISE EXCEPTION USING ERRCODE = new.account_no; END'",
           "CREATE TRIGGER refuse BEFORE INSERT ON customers FOR EACH ROW "
           "EXECUTE FUNCTION refuse()")
    for state, exit, code, tries in STATES:
        pg.sql("ALTER SEQUENCE tries RESTART")
        said = fails(pg, exit, code, state, args=("put", "customer", f"account={state}",
                                                  "userid=ada"))
        assert pg.texts("SELECT last_value FROM tries") == [[str(tries)]], said
    assert pg.texts("SELECT count(*) FROM customers") == [["0"]]


def test_writers_of_one_row_agree(pg):
    ready(pg)
    started = [subprocess.Popen([str(SEALROW), "put", "customer", "account=1", f"userid={who}"],
                                cwd=pg.folder, env=pg.env, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE) for who in ("ada", "ada", "ada", "bob")]
    done = [(p, *p.communicate(timeout=60)) for p in started]
    assert sum(b"inserted 1" in out for _, out, _ in done) == 1
    for p, out, err in done:
        assert (p.returncode == 0 and b"replaced 0" in out) or p.returncode == 75, err
    assert pg.texts("SELECT count(*) FROM customers") == [["1"]]


def test_an_insert_that_loses_the_race_looks_again(pg):
    """The other has inserted the row and has not committed: our INSERT waits, then is refused."""
    ready(pg, ("account=2", "userid=ada"))
    other = Session(pg)
    other.send("BEGIN;")
    other.send("INSERT INTO customers (account_no) VALUES ('1');")
    for row, exit in ((("account=1", "userid=ada"), 75),):
        started = subprocess.Popen([str(SEALROW), "put", "customer", *row], cwd=pg.folder,
                                   env=pg.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        pg.pair.wait_for("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                         f"AND datname = '{pg.database}'", "1")
        other.send("COMMIT;")
        out, err = started.communicate(timeout=60)
        assert started.returncode == exit and b"with another value" in err and not out, err
    other.close()


def test_a_commit_of_which_the_server_does_not_know_the_end_is_told_as_such(pg):
    ready(pg)
    pg.sql("CREATE FUNCTION unknown() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN "
           "RAISE EXCEPTION USING ERRCODE = ''40003''; END'",
           "CREATE CONSTRAINT TRIGGER unknown AFTER INSERT ON customers DEFERRABLE INITIALLY "
           "DEFERRED FOR EACH ROW EXECUTE FUNCTION unknown()")
    fails(pg, UNAVAILABLE, "not known", "SROW-148", args=("put", "customer", "account=1",
                                                          "userid=x"))


def test_a_transaction_that_gave_way_is_run_again_with_the_same_bytes(pg):
    ready(pg)
    pg.sql("CREATE SEQUENCE tries",
           "CREATE FUNCTION give_way() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN "
           "IF nextval(''tries'') < 3 THEN RAISE EXCEPTION USING ERRCODE = ''40001''; END IF; "
           "RETURN new; END'",
           "CREATE TRIGGER give_way BEFORE INSERT ON customers FOR EACH ROW "
           "EXECUTE FUNCTION give_way()")
    before = pg.world.kmsd.total()
    assert pg.ok("put", "customer", "account=1", "userid=ada").startswith(b"inserted 1")
    assert pg.world.kmsd.total() - before == 2, "sealed once, in two Regions"
    assert pg.texts("SELECT last_value FROM tries") == [["3"]]
    assert json.loads(pg.ok("get", "customer", "account=1", "--json"))["userid"] == "ada"
    pg.sql("ALTER SEQUENCE tries MINVALUE -99 RESTART -99")
    fails(pg, UNAVAILABLE, "40001", "try again", args=("put", "customer", "account=2", "userid=x"))
    assert pg.texts("SELECT count(*), (SELECT last_value FROM tries) FROM customers") == [
        ["1", "-97"]]
