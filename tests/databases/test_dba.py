# SPDX-License-Identifier: Apache-2.0
"""The commands of docs/dba.md, each run as it stands there, one engine after the other."""
import re
import shutil
import subprocess

import conftest
from postgres import free_port
from world import ROOT, SEALROW

DOCUMENT = (ROOT / "docs" / "dba.md").read_text()


def commands(engine):
    """The engine's blocks as one script."""
    section = DOCUMENT.split(f"\n## {engine}\n")[1].split("\n## ")[0]
    return "".join(re.findall(r"```sh\n(.*?)```", section, re.S))


def run(place, engine, **variables):
    """Two rows are there as soon as there is room for them; then the document begins again."""
    script = commands(engine)
    first, rest = script.split("sealrow get customer --list", 1)
    env = {**place.env, "PATH": f"{SEALROW.parent}:{place.env['PATH']}", **variables}

    def shell(text):
        done = subprocess.run(["bash", "-eu", "-o", "pipefail", "-c", text], cwd=place.folder,
                              env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout

    told = shell(first)
    for number, name in (("1", "ada"), ("2", "bob")):
        place.ok("put", "customer", f"account={number}", f"userid={name}", f"pin={number}")
    return told + shell("sealrow get customer --list" + rest)


def test_sqlite(world, tmp_path):
    shutil.copytree(world.template, tmp_path, dirs_exist_ok=True)
    told = run(conftest.Sqlite(world, tmp_path).start(), "SQLite")
    assert told.count("0 findings") == 2 and "customer: 2 rows" in told


def test_postgresql(pg):
    pair = pg.pair
    pair.ports[3] = free_port()
    pair.do("initdb", "-D", pair.data(3), "-U", "postgres", "-A", "trust", "-N", "-k",
            "--no-instructions")
    pair.start(3)
    at = "postgresql://postgres@/{}?host={}&port={}".format
    try:
        told = run(pg, "PostgreSQL", ADMIN=at(pg.database, pair.folder, pair.ports[1]),
                   RESTORED=at("restored", pair.folder, pair.ports[1]),
                   SUBSCRIBER=at("postgres", pair.folder, pair.ports[3]),
                   PUBLISHER=at(pg.database, pair.folder, pair.ports[1]))
        assert told.count("0 findings") == 2 and "sealrow_customers_userid_sealed | t" in told
    finally:
        pair.do("pg_ctl", "-D", pair.data(3), "-s", "-m", "immediate", "stop")
        del pair.ports[3]


def test_mariadb(maria):
    pair = maria.pair
    options = maria.folder / "dba.cnf"
    options.write_text(f"[client]\nuser=root\nsocket={pair.folder}/s1\n")
    told = run(maria, "MariaDB", ADMIN=str(options), DATABASE=maria.database,
               RESTORED=f"mysql://root@/restored?socket={pair.folder}/s1",
               REPLICA=pair.url(maria.database, at=2))
    assert told.count("0 findings") == 2 and "sealrow_customers_userid_sealed" in told
    assert "eve" in told
