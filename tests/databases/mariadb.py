# SPDX-License-Identifier: Apache-2.0
"""A MariaDB primary and its read-only replica, TLS on, on free ports of this machine. As root the
servers run as nobody. Types are not strict there: connections of ours have to say so themselves."""
import atexit
import contextlib
import functools
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import time

from postgres import certificate, free_port


# What is written need not outlive the machine, only the server.
SMALL = ("--innodb-log-file-size=4M", "--innodb-buffer-pool-size=16M",
         "--innodb-flush-method=nosync")


def is_installed():
    return shutil.which("mariadbd") is not None and shutil.which("mariadb") is not None


@functools.cache
def first_data():
    """Where the data stand with which each server begins: they are installed once."""
    folder = tempfile.mkdtemp(prefix="sealrow-mariadb-first-")
    atexit.register(shutil.rmtree, folder)
    return pathlib.Path(folder)


class Mariadb:
    """Two servers, one certificate; or one alone. `folder` must be one that nobody can reach. What
    `options` say comes last and counts."""

    def __init__(self, folder, alone=False, options=()):
        self.folder, self.ports, self.processes = pathlib.Path(folder), {}, {}
        self.as_root, self.options = os.geteuid() == 0, options
        certificate(self.folder)
        if self.as_root:
            nobody = pwd.getpwnam("nobody")
            for path in (first_data(), self.folder, *self.folder.iterdir()):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        self.begin(alone)

    def begin(self, alone):
        self.install(1)
        if not alone:
            self.do("cp", "-a", self.folder / "data1", self.folder / "data2")
            self.launch(2)
        self.start(1)
        self.make_users()
        if not alone:
            self.wait(2)
            self.replicate()

    def install(self, number):
        data = first_data() / "data"
        if not data.exists():
            self.do("mariadb-install-db", "--no-defaults", "--skip-test-db",
                    f"--tmpdir={self.temporary(number)}", f"--datadir={data}",
                    "--auth-root-authentication-method=normal", *SMALL)
        self.do("cp", "-a", data, f"{self.folder}/data{number}")

    def temporary(self, number):
        """A server's folder for temporary tables is its own: it removes what it finds there."""
        folder = self.folder / f"tmp{number}"
        self.do("mkdir", "-p", folder)
        return folder

    def make_users(self):
        self.sql("CREATE USER app@127.0.0.1 IDENTIFIED BY 'secret of@app'",
                 "CREATE USER app@localhost IDENTIFIED BY 'secret of@app'")

    def replicate(self):
        folder = self.folder
        self.sql("CREATE USER repl@127.0.0.1 IDENTIFIED BY 'r' REQUIRE SSL",
                 "GRANT REPLICATION SLAVE ON *.* TO repl@127.0.0.1")
        self.sql("CHANGE MASTER TO master_host = '127.0.0.1', master_user = 'repl', "
                 f"master_password = 'r', master_port = {self.ports[1]}, "
                 "master_use_gtid = slave_pos, master_ssl = 1, "
                 f"master_ssl_ca = '{folder}/ca.pem'", "START SLAVE", at=2)
        self.catch_up()

    def who(self):
        return (["setpriv", "--reuid=nobody", "--regid", str(pwd.getpwnam("nobody").pw_gid),
                 "--clear-groups"] if self.as_root else [])

    def how(self):
        return {"cwd": self.folder, "stdin": subprocess.DEVNULL,
                "env": {"PATH": os.environ["PATH"] + ":/usr/sbin", "HOME": str(self.folder)}}

    def do(self, program, *args):
        done = subprocess.run([*self.who(), program, *map(str, args)], text=True, timeout=120,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **self.how())
        assert done.returncode == 0, (program, done.stdout)
        return done.stdout

    def start(self, number):
        self.launch(number)
        self.wait(number)

    def launch(self, number):
        self.ports.setdefault(number, free_port())
        with open(self.folder / f"log{number}", "wb") as log:
            self.processes[number] = subprocess.Popen(
                [*self.who(), shutil.which("mariadbd"), "--no-defaults",
                 f"--datadir={self.folder}/data{number}", f"--socket={self.folder}/s{number}",
                 f"--pid-file={self.folder}/pid{number}", f"--port={self.ports[number]}",
                 f"--tmpdir={self.temporary(number)}",
                 "--bind-address=127.0.0.1", f"--server-id={number}", "--log-bin=b",
                 "--log-slave-updates", "--gtid-strict-mode", "--binlog-format=ROW", "--sql-mode=",
                 *SMALL, "--innodb-flush-log-at-trx-commit=0", f"--ssl-ca={self.folder}/ca.pem",
                 f"--ssl-cert={self.folder}/server.pem", f"--ssl-key={self.folder}/server.key",
                 *(["--read-only"] if number == 2 else []), *self.options],
                stdout=log, stderr=log, **self.how())

    def kill(self, number=1):
        self.processes[number].kill()
        self.processes[number].wait(timeout=60)

    def wait(self, number):
        """Until it answers."""
        process, end = self.processes[number], time.monotonic() + 60
        while time.monotonic() < end:
            asked = subprocess.run(["mariadb-admin", "--no-defaults", "-uroot",
                                    f"-S{self.folder}/s{number}", "ping"], capture_output=True,
                                   timeout=60, **self.how())
            if asked.returncode == 0:
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.05)
                raise AssertionError((self.folder / f"log{number}").read_text())
        raise AssertionError("MariaDB does not answer")

    def crash(self, number=1):
        """kill -9, and on its feet again."""
        self.kill(number)
        self.start(number)

    def stop(self):
        """At once: nobody needs their files any more."""
        for number in self.processes:
            self.kill(number)

    def shut_down(self, number):
        """With its files in order."""
        self.processes[number].terminate()
        self.processes[number].wait(timeout=60)

    def sql(self, *statements, at=1, database=None, user="root"):
        """The last statement's rows, each a list of texts."""
        rows = []
        for statement in statements:
            out = self.do("mariadb", "--no-defaults", f"-u{user}", f"-S{self.folder}/s{at}", "-N",
                          "-B", "--raw", "--binary-as-hex", "--default-character-set=utf8mb4",
                          "-e", statement,
                          *([database] if database else []))
            rows = [line.split("\t") for line in out.splitlines()]
        return rows

    def refused(self, statement, **how):
        """What the server says to a statement that it refuses."""
        try:
            self.sql(statement, **how)
        except AssertionError as wrong:
            return str(wrong)
        raise AssertionError(f"not refused: {statement}")

    def url(self, database, at=1, user="app", password="secret%20of%40app", host="localhost",
            options=None):
        options = f"?ssl-ca={self.folder}/ca.pem" if options is None else options
        return f"mysql://{user}:{password}@{host}:{self.ports[at]}/{database}{options}"

    def catch_up(self):
        """Returns when the replica has applied all that the primary has written."""
        position = self.sql("SELECT @@gtid_binlog_pos")[0][0]
        assert self.sql(f"SELECT master_gtid_wait('{position}', 30)", at=2) == [["0"]]
