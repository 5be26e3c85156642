# SPDX-License-Identifier: Apache-2.0
"""MariaDB alone: its driver's face, whom a connection trusts, a replica, collations."""
import contextlib
import json
import socket
import subprocess
import threading
import time

import pytest

import world as worlds
from test_engines import codes, ready

FACE = worlds.BUILD / "tests" / "mysql-face"


def face(what, url):
    if not FACE.exists():
        pytest.skip("this build is without -Dmysql")
    done = subprocess.run([FACE, what, url], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 or what == "test", done
    assert "secret" not in done.stdout + done.stderr or what == "test"
    return done.stdout


def test_the_face_of_the_engine_holds_on_a_server(maria):
    lines = face("test", maria.env["DATABASE_URL"]).splitlines()
    failed = [line for line in lines if not line.startswith(("ok ", "1.."))]
    assert not failed and lines[-1] == f"1..{len(lines) - 1}"


# What is wrong with a URL, and the code that it fails with.
CONNECTIONS = [
    ("verified by name", {}, "OK, and a write: OK"),
    ("loopback needs no TLS", {"options": ""}, "OK, and a write: OK"),
    ("another authority", {"options": "?ssl-ca={folder}/other.pem"}, "TLS:"),
    ("a file of authorities that is not there", {"options": "?ssl-ca={folder}/none.pem"},
     "CONFIG: database: the file that ssl-ca names cannot be read: No such file or directory: "),
    ("no authority that signed it", {"options": "?ssl-mode=VERIFY_IDENTITY"}, "TLS:"),
    ("another name than the certificate's", {"host": "127.0.0.1"}, "TLS:"),
    ("less than verified", {"options": "?ssl-mode=REQUIRED"}, "USAGE:"),
    ("an unknown option", {"options": "?local-infile=1"}, "USAGE:"),
    ("another password", {"password": "other"}, "DB_RIGHTS:"),
    ("nobody", {"user": "nobody"}, "DB_RIGHTS:"),
    ("a replica", {"at": 2}, "OK, and a write: DB: database: this server takes no writes"),
]


@pytest.mark.parametrize("name,change,said", CONNECTIONS, ids=[c[0] for c in CONNECTIONS])
def test_a_connection(maria, name, change, said):
    maria.sql("CREATE TABLE one (n INTEGER)")
    if change.get("at") == 2:
        maria.pair.catch_up()
    if "options" in change:
        change = {**change, "options": change["options"].format(folder=maria.pair.folder)}
    assert face("open", maria.pair.url(maria.database, **change)).startswith(said)


def test_a_database_that_is_not_there_is_missing_to_one_who_may_look(maria):
    socket_path = f"{maria.pair.folder}/s1"
    assert face("open", f"mysql://root@/none?socket={socket_path}").startswith("DB_MISSING:")
    maria.sql("CREATE TABLE one (n INTEGER)")
    assert face("open", f"mariadb://root@/{maria.database}?socket={socket_path}").startswith("OK")


# -- servers that lie --

def packet(number, body):
    return len(body).to_bytes(3, "little") + bytes([number]) + body


def greeting(capabilities, plugin=b"mysql_native_password"):
    """Protocol 10; the lower half of the capabilities, then the upper one."""
    low, high = capabilities & 0xFFFF, capabilities >> 16
    return packet(0, b"\x0a5.7.0\0" + b"\1\0\0\0" + b"a" * 8 + b"\0" + low.to_bytes(2, "little") +
                  b"\x2d\2\0" + high.to_bytes(2, "little") + b"\x15" + b"\0" * 10 + b"b" * 12 +
                  b"\0" + plugin + b"\0")


PLAIN = 0x000FA20F & ~0x0800  # what a server of today offers, without TLS


@contextlib.contextmanager
def liar(talk):
    """A server for one connection, and all that it was sent."""
    got = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def run():
            with contextlib.suppress(OSError):
                peer, _ = server.accept()
                with peer:
                    peer.settimeout(20)
                    talk(peer)
                    while data := peer.recv(4096):
                        got.extend(data)

        thread = threading.Thread(target=run)
        thread.start()
        yield server.getsockname()[1], got
        thread.join(30)
        assert not thread.is_alive()


def test_a_server_without_tls_is_told_nothing_where_tls_is_asked_for():
    with liar(lambda peer: peer.sendall(greeting(PLAIN))) as (port, got):
        said = face("open", f"mysql://app:secret@127.0.0.1:{port}/bank?ssl-mode=VERIFY_IDENTITY")
    assert said.startswith("TLS:") and b"app" not in got and b"secret" not in got


def test_who_hangs_up_or_speaks_no_mysql_is_told_by_host_and_port_and_not_as_a_lost_statement():
    for talk in (lambda peer: peer.shutdown(socket.SHUT_WR),
                 lambda peer: peer.sendall(greeting(PLAIN)) or peer.shutdown(socket.SHUT_WR)):
        with liar(talk) as (port, _):
            said = face("open", f"mysql://app:secret@127.0.0.1:{port}/bank")
        assert said.startswith("CONNECT:") and "check host and port" in said, said


def test_a_server_that_asks_for_the_password_in_clear_does_not_get_it():
    def talk(peer):
        peer.sendall(greeting(PLAIN))
        peer.recv(4096)
        peer.sendall(packet(2, b"\xfemysql_clear_password\0"))

    with liar(talk) as (port, got):
        said = face("open", f"mysql://app:secret@127.0.0.1:{port}/bank")
    assert said.startswith("DB_RIGHTS:") and b"secret" not in got

    for plugin in (b"mysql_clear_password", b"dialog", b"mysql_old_password"):
        with liar(lambda peer: peer.sendall(greeting(PLAIN, plugin))) as (port, got):
            said = face("open", f"mysql://app:secret@127.0.0.1:{port}/bank")
        assert not said.startswith("OK") and b"secret" not in got


def test_a_server_that_asks_for_a_file_does_not_get_it(tmp_path):
    (tmp_path / "file").write_text("local secret")

    def talk(peer):
        peer.sendall(greeting(PLAIN))
        peer.recv(4096)
        peer.sendall(packet(2, b"\0\0\0\2\0\0\0"))
        peer.recv(4096)  # the first statement
        peer.sendall(packet(1, b"\xfb" + str(tmp_path / "file").encode()))

    with liar(talk) as (port, got):
        said = face("open", f"mysql://app:secret@127.0.0.1:{port}/bank?timeout=1")
    assert not said.startswith("OK") and b"local secret" not in got


def test_a_server_that_says_nothing_is_given_up():
    with liar(lambda peer: None) as (port, got):
        said = face("open", f"mysql://app:secret@127.0.0.1:{port}/bank?timeout=1")
    assert said.split(":")[0] in ("CONNECT", "TIMEOUT") and not got


def test_a_server_that_never_comes_to_an_end_is_given_up():
    def talk(peer):
        peer.sendall(b"\xff\xff\0\0")  # 64 KiB of greeting, now and then a byte of it
        peer.settimeout(0.2)
        while True:
            peer.sendall(b"a")
            with contextlib.suppress(TimeoutError):
                if not peer.recv(1):
                    return

    with liar(talk) as (port, got):
        start = time.monotonic()
        said = face("open", f"mysql://app:secret@127.0.0.1:{port}/bank?timeout=1")
        assert said.startswith("TIMEOUT: database: no connection within 2 s")
        assert time.monotonic() - start < 10 and not got


# -- rows --

def test_a_replica_reads_with_its_own_regions_key_and_takes_no_writes(maria):
    ready(maria)
    maria.ok("put", "customer", "account=1", "userid=ada")
    maria.pair.catch_up()
    maria.env["DATABASE_URL"] = maria.pair.url(maria.database, at=2)
    maria.env["AWS_REGION"] = worlds.EU
    assert b"ada" in maria.ok("get", "customer", "account=1")
    done = maria.run("put", "customer", "account=2", "userid=bob")
    assert done.returncode == 69 and b"1290" in done.stderr and b"bob" not in done.stderr


@pytest.mark.parametrize("collation", ["utf8mb4_general_ci", "utf8mb4_bin", "latin1_swedish_ci"])
def test_a_loose_collation_is_a_finding_and_rows_are_found_by_bytes_all_the_same(maria, collation):
    maria.sql("DROP TABLE customers",
              "CREATE TABLE customers (account_no VARCHAR(64) CHARACTER SET "
              f"{collation.split('_')[0]} COLLATE {collation} NOT NULL PRIMARY KEY, balance INT)")
    maria.ok("init")
    assert codes(maria) == ["bind-loose"]
    maria.ok("put", "customer", "account=Ädà", "userid=ada")
    assert json.loads(maria.ok("get", "customer", "account=Ädà", "--json"))["userid"] == "ada"
    for other in ("Ädà ", "ädà", "Ada"):
        assert maria.run("get", "customer", f"account={other}").returncode == 66


# A change of the table, and what check says of it.
SCHEMAS = [
    ("ALTER TABLE customers MODIFY account_no BIGINT NOT NULL AUTO_INCREMENT",
     "bind-converted bind-made"),
    ("ALTER TABLE customers DROP PRIMARY KEY", "bind-not-unique"),
    ("ALTER TABLE customers DROP PRIMARY KEY, ADD UNIQUE (account_no(3))", "bind-not-unique"),
    ("CREATE TRIGGER t BEFORE INSERT ON customers FOR EACH ROW SET NEW.account_no = '1'",
     "bind-made"),
    ("ALTER TABLE customers MODIFY userid_sealed VARBINARY(2000)", ""),
    ("ALTER TABLE customers DROP CONSTRAINT sealrow_customers_userid_sealed", "check-missing"),
    ("CREATE INDEX i ON customers (userid_sealed)", "column-indexed"),
    ("CREATE VIEW v AS SELECT * FROM customers", "column-viewed"),
    ("CREATE TABLE copy (v VARBINARY(1000), c VARBINARY(1000) AS (v))", ""),
]


@pytest.mark.parametrize("change,code", SCHEMAS, ids=[s[0] for s in SCHEMAS])
def test_what_check_sees_in_the_live_schema(maria, change, code):
    ready(maria)
    maria.sql(change)
    assert " ".join(sorted(set(codes(maria)))) == code


@pytest.mark.parametrize("type", ["ENUM('1', '2')", "SET('1', '2')", "FLOAT", "DOUBLE"])
def test_rows_are_not_walked_in_the_order_of_what_has_no_reliable_one(maria, type):
    ready(maria)
    maria.sql(f"ALTER TABLE customers MODIFY account_no {type} NOT NULL")
    for command in (("get", "customer", "--list"), ("heal", "customer")):
        done = maria.run(*command)
        assert done.returncode == 78 and b"no reliable order by account_no" in done.stderr, done
