# SPDX-License-Identifier: Apache-2.0
"""`put --from` on each engine, beside its ceiling: build/bench/put with KMS functions in the
process, and against sealrow-kmsd with two Regions. The servers are those of tests/databases, alone
on this machine. What is missing is skipped, and said. BENCH_ENGINES names the engines."""
import configparser
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / part) for part in ("databases", "cli")]
import mariadb  # noqa: E402
import postgres  # noqa: E402
import world  # noqa: E402

PROGRAM = world.BUILD / "bench" / "put"

CONFIG = """\
version: 1
domain: bench
regions:
  {0}: {{endpoint: {1}}}
  {2}: {{endpoint: {3}}}
keys: {{default: {{{0}: [{4}], {2}: [{5}]}}}}
limits: {{attempt: 10s, deadline: 60s}}
tables:
  bench: {{bind: {{id: integer}}, columns: {{note: {{}}}}}}
"""


@contextlib.contextmanager
def sqlite(folder):
    yield f"sqlite:{folder}/app.db"


@contextlib.contextmanager
def postgresql(folder):
    server = postgres.Postgres(folder, alone=True)
    try:
        server.sql("CREATE DATABASE bench OWNER app")
        yield server.url("bench")
    finally:
        server.stop()


@contextlib.contextmanager
def maria(folder):
    pair = mariadb.Mariadb(folder)
    try:
        pair.sql("CREATE DATABASE bench",
                 *(f"GRANT ALL ON bench.* TO app@{host}" for host in ("127.0.0.1", "localhost")))
        yield pair.url("bench")
    finally:
        pair.stop()


ENGINES = {"sqlite": (sqlite, lambda: True, "sqlite"),
           "postgresql": (postgresql, lambda: postgres.programs() is not None, "postgresql"),
           "mariadb": (maria, mariadb.is_installed, "mysql")}


@contextlib.contextmanager
def kms(folder):
    """A server with two Regions; the configuration, and the environment of a client."""
    server = world.server_class()(folder / "kms", regions=(world.US, world.EU))
    try:
        keys = [server.client(region).create() for region in (world.US, world.EU)]
        profile = configparser.ConfigParser(default_section="-")
        profile.read(folder / "kms" / "credentials")
        config = folder / "sealrow.yaml"
        config.write_text(CONFIG.format(world.US, f"http://{server.address[world.US]}", world.EU,
                                        f"http://{server.address[world.EU]}", *keys))
        config.chmod(0o644)
        yield config, {**os.environ, "AWS_REGION": world.US, "HOME": str(folder), **{
            f"AWS_{name}".upper(): profile["app"][f"aws_{name}"]
            for name in ("access_key_id", "secret_access_key")}}
    finally:
        server.stop()


def skip(name, why):
    print(f"bench: put-{name} skipped: {why}", flush=True)


def run(name, server, config, env):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sealrow-bench-"))
    folder.chmod(0o755)  # the server's user looks in
    try:
        with server(folder) as url:
            subprocess.run([PROGRAM, name, url], check=True)
            if config is None:
                skip(f"{name}-kmsd", "this build is without sealrow-kmsd")
            else:
                subprocess.run([PROGRAM, f"{name}-kmsd", url, config], check=True, env=env)
    finally:
        shutil.rmtree(folder)


def main():
    wanted = os.environ.get("BENCH_ENGINES", " ".join(ENGINES)).split()
    options = world.options()
    with contextlib.ExitStack() as stack:
        config, env = None, None
        if options["kmsd"] != "disabled" and options["sqlite"] != "disabled":
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            config, env = stack.enter_context(kms(pathlib.Path(folder)))
        for name in wanted:
            server, there, option = ENGINES[name]
            if options[option] == "disabled":
                skip(name, f"this build is without -D{option}")
            elif not there():
                skip(name, "no server is installed")
            else:
                run(name, server, config, env)


main()
