# SPDX-License-Identifier: Apache-2.0
"""The roles that init prints, each tried at the server; and init --revert."""
import json

import pytest

from test_engines import codes, ready

KINDS = ("writer", "reader", "migrator")


def as_roles(place):
    """What a database administrator does: runs what is printed, and makes a login in each role.
    Returns the URL of each."""
    names = {kind: f"{kind}_{place.database}" for kind in KINDS}
    options = [word for kind in KINDS for word in (f"--{kind}-role", names[kind])]
    printed = place.ok("init", "--print", "--roles", *options).decode()
    postgres = place.engine == "postgresql"
    for statement in printed.split(";\n"):
        owners = "ALTER TABLE" in statement or "sealrow_dual" in statement
        if statement and postgres:
            place.sql(statement, user="app" if owners else "postgres")
        elif statement:
            place.sql(statement)
    urls = {}
    for kind, name in names.items():
        login = f"l{name}"
        if postgres:
            place.pair.sql(f"CREATE ROLE {login} LOGIN PASSWORD 'p' IN ROLE {name}")
        else:
            for host in ("127.0.0.1", "localhost"):
                place.pair.sql(f"CREATE USER {login}@{host} IDENTIFIED BY 'p'",
                               f"GRANT {name} TO {login}@{host}",
                               f"SET DEFAULT ROLE {name} FOR {login}@{host}")
            place.pair.sql(f"CREATE USER s{login}@localhost", f"GRANT {name} TO s{login}@localhost",
                           f"SET DEFAULT ROLE {name} FOR s{login}@localhost")
        urls[kind] = place.pair.url(place.database, user=login, password="p")
    return urls


@pytest.fixture(params=["pg", "maria"])
def server(request):
    return request.getfixturevalue(request.param)


def denied(place, *args):
    done = place.run(*args)
    assert done.returncode == 77, (args, done)
    return done.stderr


def test_each_role_has_the_rights_that_it_needs_and_no_more(server):
    admin = server.env["DATABASE_URL"]
    urls = as_roles(server)
    server.env["DATABASE_URL"] = urls["migrator"]
    assert server.ok("init").endswith(b"0 statements run, 1 probe stored\n")
    server.sql("ALTER TABLE customers DROP CONSTRAINT sealrow_customers_pin_sealed")
    assert server.ok("init").endswith(b" run, 0 probes stored\n")
    assert server.ok("init").startswith(b"0 statements")

    server.env["DATABASE_URL"] = urls["writer"]
    assert codes(server) == []
    denied(server, "init", "--revert")
    assert server.ok("put", "customer", "account=1", "userid=ada", "balance=5")
    assert server.ok("put", "customer", "account=1", "userid=bob", "--replace")
    row = json.loads(server.ok("get", "customer", "account=1", "--json"))
    assert row["userid"] == "bob" and row["balance"] == 5

    server.env["DATABASE_URL"] = urls["reader"]
    assert server.ok("get", "customer", "account=1")
    assert server.ok("check", "--as", "reader") == b"0 findings\n"
    for command in (("put", "customer", "account=2", "userid=ada"), ("check",)):
        said = denied(server, *command)
        assert b"may not read the table sealrow_meta" in said and b"SELECT" in said
    server.env["DATABASE_URL"] = admin


FORBIDDEN = [
    ("writer", "ALTER TABLE customers ADD COLUMN x INTEGER"),
    ("writer", "ALTER TABLE customers DROP CONSTRAINT sealrow_customers_pin_sealed"),
    ("writer", "DELETE FROM customers"), ("writer", "DROP TABLE customers"),
    ("writer", "UPDATE customers SET account_no = '7'"),
    ("writer", "DELETE FROM sealrow_meta"), ("writer", "UPDATE sealrow_meta SET digest = 'x'"),
    ("writer", "INSERT INTO sealrow_meta VALUES (9, 'configuration', 'x', 'x', 'x')"),
    ("writer", "SELECT * FROM sealrow_probe"), ("writer", "CREATE TABLE other (x INTEGER)"),
    ("reader", "INSERT INTO customers (account_no) VALUES ('8')"),
    ("reader", "UPDATE customers SET balance = 1"), ("reader", "DELETE FROM sealrow_probe"),
    ("migrator", "DELETE FROM sealrow_meta"), ("migrator", "UPDATE sealrow_meta SET digest = 'x'"),
]


def test_what_a_role_may_not_do(server):
    as_roles(server)
    for kind, statement in FORBIDDEN:
        login = f"l{kind}_{server.database}"
        if server.engine == "postgresql":
            said = server.pair.refused(statement, database=server.database, user=login)
            assert "42501" in said, (kind, statement, said)
        else:
            said = server.pair.refused(statement, database=server.database, user=f"s{login}")
            assert "1142" in said or "1143" in said or "1044" in said, (kind, statement, said)


def test_roles_are_printed_and_never_made(place):
    assert place.run("init", "--roles").returncode == 2
    printed = place.ok("init", "--print", "--roles", "--writer-role", "printed_writer").decode()
    if place.engine == "sqlite":
        assert printed.endswith("chmod 600\n") and "GRANT" not in printed
    else:  # a server of the tests may have the others already
        assert "CREATE ROLE" in printed and "printed_writer" in printed
    assert "column-missing" in codes(place)


# -- the way back --

def test_revert_takes_away_what_init_has_added(place):
    before = place.texts("SELECT * FROM customers")
    ready(place)
    place.sql("INSERT INTO customers (account_no, balance) VALUES ('1', 5)")
    printed = place.ok("init", "--revert", "--print").decode()
    assert "sealrow_meta" in printed and codes(place) == []
    done = place.ok("init", "--revert").decode()
    assert done.startswith(printed) and done.endswith("statements run\n")
    assert before == [] and place.texts("SELECT * FROM customers") == [["1", "5"]]
    assert place.ok("init", "--revert") == b"0 statements run\n"
    assert codes(place) == ["column-missing", "column-missing"]
    ready(place)
    assert codes(place) == []


def test_revert_refuses_while_sealed_values_would_be_lost(place):
    ready(place)
    place.ok("put", "customer", "account=1", "userid=ada")
    for args in (("init", "--revert"), ("init", "--revert", "--print"),
                 ("init", "--revert", "customer")):
        done = place.run(*args)
        assert done.returncode == 78 and b"1 sealed value would be lost" in done.stderr
        assert not done.stdout
    assert b"ada" in place.ok("get", "customer", "account=1") and codes(place) == []


def test_revert_of_one_table_leaves_the_rest(place):
    ready(place)
    assert place.run("init", "--revert", "nothing").returncode == 2
    assert place.run("init", "customer").returncode == 2
    place.ok("init", "--revert", "customer")
    assert place.texts("SELECT count(*) FROM sealrow_meta") == [["1"]]
    assert codes(place) == ["column-missing", "column-missing"]


def test_a_revert_tells_what_hangs_on_a_column(pg):
    ready(pg)
    pg.sql("CREATE VIEW shown AS SELECT userid_sealed FROM customers")
    done = pg.run("init", "--revert")
    assert done.returncode == 69 and b"userid_sealed" in done.stderr, done.stderr
    assert b"sealrow check" in done.stderr and codes(pg) == ["column-viewed"]


def stopped_revert(place):
    """No event any more, and one column that takes no value."""
    ready(place)
    place.sql(*place.ok("init", "--revert", "--print").decode().split(";\n")[:2])


def test_a_revert_that_was_stopped_goes_on(server):
    stopped_revert(server)
    again = server.ok("init", "--revert")
    assert again.count(b"ADD CONSTRAINT") == 2, "the guard that was there may ask for less"
    assert codes(server) == ["column-missing", "column-missing"]


def test_a_revert_that_was_stopped_is_taken_back(server):
    stopped_revert(server)
    assert codes(server) == ["check-other"]
    assert b"DROP CONSTRAINT" in server.ok("init") and codes(server) == []
    assert server.ok("init").startswith(b"0 statements")
    server.ok("put", "customer", "account=1", "userid=ada")


# -- PostgreSQL: whom the tables belong to --

def printed_roles(pg, *more):
    return pg.ok("init", "--print", "--roles", "--writer-role", f"w_{pg.database}",
                 "--reader-role", f"r_{pg.database}", *more).decode()


def test_roles_that_are_there_are_not_made_again(pg):
    migrator = ("--migrator-role", f"m_{pg.database}")
    ready(pg)
    first = printed_roles(pg, *migrator)
    assert first.count("CREATE ROLE") == 3
    pg.sql(*first.split(";\n")[:-1], user="postgres")
    again = printed_roles(pg, *migrator)
    assert "CREATE ROLE" not in again and "GRANT" in again
    pg.sql(*again.split(";\n")[:-1], user="postgres")


def test_the_owner_may_be_the_migrator(pg):
    printed = printed_roles(pg, "--migrator-role", "app")
    assert printed.count("CREATE ROLE") == 2 and 'GRANT "app" TO' not in printed
    pg.sql(*printed.split(";\n")[:-1], user="postgres")


@pytest.mark.parametrize("right", ["SUPERUSER", "CREATEROLE"])
def test_no_migrator_becomes_a_member_of_who_may_do_everything(pg, right):
    chief = f"chief_{pg.database}"
    pg.sql(f"CREATE ROLE {chief} {right}", f"ALTER TABLE customers OWNER TO {chief}",
           "GRANT SELECT ON customers TO app", user="postgres")
    done = pg.run("init", "--print", "--roles")
    assert done.returncode == 78 and not done.stdout
    assert f"belongs to {chief}".encode() in done.stderr and b"OWNER TO" in done.stderr
    pg.sql("ALTER TABLE customers OWNER TO app", user="postgres")
    assert b"GRANT" in pg.ok("init", "--print", "--roles")
