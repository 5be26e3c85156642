# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL primary and its hot standby, TLS on, on free ports of this machine. The server
refuses to run as root: then it runs as nobody."""
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import time


def programs():
    """The folder of the server's programs, or None."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else pathlib.Path(on_path).parent if on_path else None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def openssl(folder, *args):
    subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)


def authority(folder, name):
    """An authority of its own: name.pem and name.key."""
    openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out",
            f"{name}.pem", "-addext", "basicConstraints=critical,CA:TRUE")


def certificate(folder):
    authority(folder, "ca")
    authority(folder, "other")
    openssl(folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr")
    (folder / "ext").write_text("subjectAltName=DNS:localhost\n")
    openssl(folder, "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", "ext", "-out", "server.pem")
    (folder / "server.key").chmod(0o600)


HBA = """\
local   all         all               trust
hostssl replication repl 127.0.0.1/32 scram-sha-256
hostssl all   +in_clear  127.0.0.1/32 password
hostssl all         all  127.0.0.1/32 scram-sha-256
"""


class Postgres:
    """Two servers, one certificate; or one alone. `folder` must be one that nobody can reach."""

    def __init__(self, folder, alone=False):
        self.folder, self.bin, self.ports = folder, programs(), {1: free_port()}
        self.as_root = os.geteuid() == 0
        certificate(folder)
        if self.as_root:
            nobody = pwd.getpwnam("nobody")
            for path in (folder, *folder.iterdir()):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        self.do("initdb", "-D", self.data(1), "-U", "postgres", "-A", "trust", "-N", "-k",
                "--no-instructions")
        self.write(self.data(1) / "pg_hba.conf", HBA)
        self.start(1)
        self.sql("CREATE ROLE in_clear",
                 "CREATE ROLE app LOGIN PASSWORD 'secret-of-app'",
                 "GRANT CREATE, USAGE ON SCHEMA public TO app")
        if not alone:
            self.replicate()

    def replicate(self):
        folder = self.folder
        self.sql("CREATE ROLE repl REPLICATION LOGIN PASSWORD 'r'",
                 "SELECT pg_create_physical_replication_slot('two')")
        self.do("pg_basebackup", "-D", self.data(2), "-R", "-S", "two", "-c", "fast", "-X",
                "stream", "-d", f"host=localhost port={self.ports[1]} user=repl "
                f"sslmode=verify-full sslrootcert={folder}/ca.pem", PGPASSWORD="r")
        self.ports[2] = free_port()
        self.start(2)

    def data(self, number):
        return self.folder / f"data{number}"

    def do(self, program, *args, **more):
        who = (["setpriv", "--reuid=nobody", "--regid", str(pwd.getpwnam("nobody").pw_gid),
                "--clear-groups"] if self.as_root else [])
        done = subprocess.run([*who, str(self.bin / program), *map(str, args)],
                              cwd=self.folder, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
                              env={"PATH": os.environ["PATH"], "HOME": str(self.folder),
                                   "LC_ALL": "C.UTF-8", **more})
        assert done.returncode == 0, (program, done.stdout)
        return done.stdout

    def write(self, path, text):
        with open(path, "w") as f:
            f.write(text)

    def start(self, number):
        self.write(self.data(number) / "log.empty", "")
        self.do("pg_ctl", "-D", self.data(number), "-s", "-w", "-l",
                self.folder / f"log{number}", "-o",
                f"-p {self.ports[number]} -c listen_addresses=127.0.0.1 "
                f"-c unix_socket_directories={self.folder} -c ssl=on "
                f"-c ssl_cert_file={self.folder}/server.pem "
                f"-c ssl_key_file={self.folder}/server.key -c shared_buffers=16MB "
                "-c fsync=off -c wal_level=logical "
                "-c shared_preload_libraries=pg_stat_statements "
                "-c pg_stat_statements.track=none", "start")

    def crash(self, number=1):
        """kill -9, and on its feet again, when the last of its processes has gone."""
        pid_file = self.data(number) / "postmaster.pid"
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGKILL)
        end = time.monotonic() + 60
        while True:
            try:
                return self.start(number)
            except AssertionError as wrong:
                assert time.monotonic() < end, wrong

    def stop(self):
        for number in (2, 1):
            if (self.data(number) / "postmaster.pid").exists():
                self.do("pg_ctl", "-D", self.data(number), "-s", "-m", "immediate", "stop")

    def sql(self, *statements, at=1, database="postgres", user="postgres"):
        """The last statement's rows, each a list of texts."""
        out = self.do("psql", "-X", "-q", "-A", "-t", "-F", "|", "-v", "ON_ERROR_STOP=1",
                      "-v", "VERBOSITY=verbose",
                      "-h", self.folder, "-p", self.ports[at], "-U", user, "-d", database,
                      *(word for s in statements for word in ("-c", s)))
        return [line.split("|") for line in out.splitlines()]

    def refused(self, statement, **how):
        """What the server says to a statement that it refuses."""
        try:
            self.sql(statement, **how)
        except AssertionError as wrong:
            return str(wrong)
        raise AssertionError(f"not refused: {statement}")

    def url(self, database, at=1, ca="ca", user="app", password="secret-of-app", host="localhost"):
        return (f"postgresql://{user}:{password}@{host}:{self.ports[at]}/{database}"
                f"?sslrootcert={self.folder}/{ca}.pem")

    def catch_up(self):
        """Returns when the standby has applied all that the primary has written."""
        self.sql("SET synchronous_commit = on")
        position = self.sql("SELECT pg_current_wal_insert_lsn()")[0][0]
        self.sql(f"DO $$ BEGIN WHILE pg_last_wal_replay_lsn() < '{position}' LOOP "
                 "PERFORM pg_sleep(0.01); END LOOP; END $$", at=2)

    def wait_for(self, query, wanted):
        """Returns when the query's one value is as wanted."""
        self.sql(f"DO $$ BEGIN WHILE ({query}) <> {wanted} LOOP PERFORM pg_stat_clear_snapshot(); "
                 "PERFORM pg_sleep(0.01); END LOOP; END $$")
