# SPDX-License-Identifier: Apache-2.0
"""Who logs in: secrets that are asked for, tokens, and the engines' own files."""
import contextlib
import ssl
import subprocess

import pytest

import world as worlds
from test_engines import ready
from test_mysql import PLAIN, greeting, liar, packet
from test_postgres import Hostile, message

TLS = 0x0800  # a capability of MySQL's protocol
FACE = worlds.BUILD / "tests" / "db-login"
TOKEN = "bank.example:3306/?Action=connect&X-Amz-Security-Token=" + "t" * 1329


class Login:
    """db-login, asked line by line."""

    def __init__(self, url, folder, secret, kind="password", env=None):
        self.secret = folder / "secret"
        self.secret.touch(0o600)
        self.set(secret)
        self.process = subprocess.Popen([FACE, url, self.secret, kind], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env=env)
        self.said = self.process.stdout.readline()
        assert secret not in self.said

    def set(self, secret):
        self.secret.write_text(secret)

    def send(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate(timeout=60)


def said(url, folder, secret, kind="password"):
    with Login(url, folder, secret, kind) as login:
        return login.said


@pytest.fixture(params=["postgresql", "mariadb"])
def server(request):
    return request.getfixturevalue({"postgresql": "pg", "mariadb": "maria"}[request.param])


def user(place, name, secret):
    """Makes a user who may do what `app` may; as a superuser."""
    if place.engine == "postgresql":
        place.pair.sql(f"CREATE ROLE {name} LOGIN PASSWORD '{secret}' IN ROLE app")
    else:
        place.pair.sql(f"CREATE USER {name}@localhost IDENTIFIED BY '{secret}'",
                       f"GRANT ALL ON {place.database}.* TO {name}@localhost")
    return place.pair.url(place.database, user=name, password="not-this-one")


def rotate(place, name, secret):
    place.pair.sql(f"ALTER ROLE {name} PASSWORD '{secret}'" if place.engine == "postgresql" else
                   f"ALTER USER {name}@localhost IDENTIFIED BY '{secret}'")


def test_each_new_connection_asks_again_so_a_password_may_be_changed(server):
    name = f"rotated_{server.database}"
    with Login(user(server, name, "first-one"), server.folder, "first-one") as login:
        assert login.said == "OK, asked 1: \n"
        rotate(server, name, "second-one")
        again = login.send("again")
        assert again.startswith("DB_RIGHTS, asked 2: ") and "first-one" not in again
        login.set("second-one")
        assert login.send("again") == "OK, asked 3: \n"
        login.secret.unlink()
        assert login.send("again").startswith("IO, asked 3: the login")


def test_each_new_connection_reads_the_engines_own_files_again(server):
    name = f"filed_{server.database}"
    url = user(server, name, "first-one")
    if server.engine == "postgresql":
        url, form = url.replace("not-this-one", ""), f"*:*:*:{name}:{{}}\n"
        server.env["PGPASSFILE"] = str(server.folder / "secret")
    else:
        form = (f"[client]\nhost=localhost\nport={server.pair.ports[1]}\nuser={name}\n"
                f"password='{{}}'\nssl-ca={server.pair.folder}/ca.pem\n")
        url = f"mysql:///{server.database}?defaults-file={server.folder}/secret"
    with Login(url, server.folder, form.format("first-one"), "files", server.env) as login:
        assert login.said == "OK, asked 0: \n"
        rotate(server, name, "second-one")
        assert login.send("again").startswith("DB_RIGHTS, asked 0: ")
        login.set(form.format("second-one"))
        assert login.send("again") == "OK, asked 0: \n"


def test_a_connection_that_ends_before_commit_has_stored_nothing_and_says_so(server):
    url = user(server, f"ended_{server.database}", "the-secret")
    with Login(url, server.folder, "the-secret") as login:
        number = int(login.send("commit"))
        server.pair.sql(f"SELECT pg_terminate_backend({number})"
                        if server.engine == "postgresql" else f"KILL {number}")
        ended = login.process.stdout.readline()
        assert ended.startswith("CONNECT, asked 1: ") and "before COMMIT" in ended
        assert login.send("again") == "OK, asked 2: \n"


# -- tokens of MariaDB and MySQL: in clear, over TLS that is verified --

def ask_in_clear(pair, heard):
    """A server with TLS that asks for the secret in clear, and then lets everybody in."""
    def talk(peer):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.folder / "server.pem", pair.folder / "server.key")
        peer.sendall(greeting(PLAIN | TLS))
        peer.recv(36)
        with contextlib.suppress(ssl.SSLError), \
                context.wrap_socket(peer, server_side=True) as tls:
            heard.extend(tls.recv(4096))
            tls.sendall(packet(3, b"\xfemysql_clear_password\0"))
            number = 5
            while data := tls.recv(4096):
                heard.extend(data)
                tls.sendall(packet(number, b"\0\0\0\2\0\0\0"))
                number = 1
    return talk


@pytest.mark.parametrize("kind,ca,code", [("token", "ca", "OK"), ("password", "ca", "DB_RIGHTS"),
                                          ("token", "other", "TLS"), ("token", None, "TLS")])
def test_only_a_token_goes_in_clear_and_only_to_a_server_that_is_verified(maria, kind, ca, code):
    heard = bytearray()
    options = f"?ssl-ca={maria.pair.folder}/{ca}.pem" if ca else ""
    with liar(ask_in_clear(maria.pair, heard)) as (port, got):
        done = said(f"mysql://app@localhost:{port}/bank{options}", maria.folder, TOKEN, kind)
    assert done.split(",")[0] == code
    assert (TOKEN.encode() + b"\0" in heard) == (code == "OK") and b"Amz" not in got


def test_a_token_goes_to_nobody_without_tls(maria):
    for plugin in (b"mysql_clear_password", b"mysql_native_password"):
        with liar(lambda peer: peer.sendall(greeting(PLAIN, plugin))) as (port, got):
            done = said(f"mysql://app@127.0.0.1:{port}/bank", maria.folder, TOKEN, "token")
        assert done.startswith("TLS,") and not got
    url = f"mysql://root@/{maria.database}?socket={maria.pair.folder}/s1"
    assert said(url, maria.folder, TOKEN, "token").startswith("CONFIG,")


# -- tokens of PostgreSQL: "password" in pg_hba.conf --

def test_a_token_is_the_password_that_postgresql_asks_for_in_clear(pg):
    name = f"token_{pg.database}"
    pg.pair.sql(f"CREATE ROLE {name} LOGIN PASSWORD '{TOKEN}' IN ROLE app, in_clear")
    url = pg.pair.url(pg.database, user=name, password="")
    assert said(url, pg.folder, TOKEN, "token").startswith("OK, asked 1:")
    assert said(url, pg.folder, TOKEN + "x", "token").startswith("DB_RIGHTS,")
    other = pg.pair.url(pg.database, user=name, password="", ca="other")
    assert said(other, pg.folder, TOKEN, "token").startswith("TLS,")


def test_a_token_goes_to_no_postgresql_that_is_not_verified(pg):
    def ask(server, s):
        s.sendall(message(b"R", b"\0\0\0\3"))

    for options, code in (("", "TLS"), ("?sslmode=require", "CONFIG"),
                          ("?sslmode=disable", "CONFIG"), ("?gssencmode=prefer", "TLS")):
        server = Hostile(ask)
        done = said(f"postgresql://app@127.0.0.1:{server.port}/bank{options}", pg.folder, TOKEN,
                    "token")
        assert done.startswith(code + ",") and b"Amz" not in server.heard
        server.close()
    url = f"postgresql://app@/{pg.database}?host={pg.pair.folder}&port={pg.pair.ports[1]}"
    assert said(url, pg.folder, TOKEN).startswith("OK,")
    assert said(url, pg.folder, TOKEN, "token").startswith("CONFIG,")


# -- option files of MySQL --

def test_an_option_file_is_read_at_each_command_and_only_by_its_owner(maria):
    ready(maria)
    file = maria.folder / "my.cnf"
    file.write_text(f"[client]\nuser = app\npassword = 'secret of@app'\nhost = localhost\n"
                    f"port = {maria.pair.ports[1]}\nssl-ca = {maria.pair.folder}/ca.pem\n")
    file.chmod(0o600)
    maria.env["DATABASE_URL"] = f"mysql:///{maria.database}?defaults-file={file}"
    assert maria.run("get", "customer", "account=1").returncode == 66
    for text, mode, exit, word in (
            (file.read_text(), 0o640, 78, "chmod 600"),
            (file.read_text() + "ssl-verify-server-cert = 0\n", 0o600, 78, "line 7"),
            (file.read_text().replace("secret of@", "other"), 0o600, 77, "1045"),
            (file.read_text().replace("ca.pem", "other.pem"), 0o600, 69, "2026")):
        file.write_text(text)
        file.chmod(mode)
        done = maria.run("get", "customer", "account=1")
        assert done.returncode == exit and word in done.stderr.decode(), done
        assert b"secret of" not in done.stderr
