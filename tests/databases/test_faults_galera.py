# SPDX-License-Identifier: Apache-2.0
"""Three nodes that all take writes: what one stored another reads, a transaction that has to give
way is repeated with the same sealed bytes, and a node that dies takes nothing with it."""
import concurrent.futures
import json
import pathlib
import shutil
import tempfile

import pytest

import conftest
import galera
import gates
import mariadb
from fault_proxy import TO_SERVER, Cut, Proxy, record_ends
from test_faults_kill import BATCH, Job, ROWS, completed, count, listed, rows
from world import EU, US

UNAVAILABLE, CONFLICT = 69, 75


@pytest.fixture(scope="module")
def clusters():
    conftest.need("mysql")
    if not mariadb.is_installed() or galera.library() is None or shutil.which("rsync") is None:
        pytest.skip("no Galera: install mariadb-server, galera-4 and rsync")
    made = []
    yield made
    for cluster in made:
        cluster.stop()
        shutil.rmtree(cluster.folder)


@pytest.fixture
def place(clusters, world, tmp_path):
    """On a cluster that has all its nodes."""
    if not clusters or not clusters[-1].is_whole():
        folder = pathlib.Path(tempfile.mkdtemp(prefix="sealrow-galera-"))
        folder.chmod(0o755)
        clusters.append(galera.Galera(folder))
    shutil.copytree(world.template, tmp_path, dirs_exist_ok=True)
    made = conftest.MariadbPlace(world, tmp_path).start(clusters[-1])
    made.ok("init")
    return made


def at(place, node, **env):
    """The same place with its programs at another node."""
    there = type(place).__new__(type(place))
    there.__dict__.update(place.__dict__)
    there.env = {**place.env, "DATABASE_URL": place.pair.url(place.database, at=node), **env}
    return there


def test_what_one_node_stored_another_reads_at_once(place):
    """With wsrep_sync_wait, and with the other node's own Region alone."""
    before = place.world.kmsd.total("--region", US)
    for number in range(8):
        told = place.ok("put", "customer", f"account={number}", f"userid=user {number}", "--json")
        assert json.loads(told)["position"] is None  # that is for replicas
        got = at(place, 2 + number % 2, AWS_REGION=EU).ok("get", "customer", f"account={number}",
                                                          "--json")
        assert json.loads(got)["userid"] == f"user {number}"
    assert place.world.kmsd.total("--region", US) - before == 8


def watched(place, cut, *args):
    """A command by way of a proxy: what it printed, how often it asked KMS, and what its last
    connection sent."""
    with Proxy(place.engine, place.pair.ports[1], cut) as proxy:
        here = at(place, 1)
        here.env["DATABASE_URL"] = here.env["DATABASE_URL"].replace(
            f":{place.pair.ports[1]}/", f":{proxy.port}/")
        before = place.world.kmsd.total()
        done = here.run(*args)
        return (done, place.world.kmsd.total() - before,
                proxy.carried(TO_SERVER, len(proxy.links) - 1))


def change(place):
    """Somebody writes the rows at another node, and it has arrived at this one."""
    place.pair.sql("UPDATE customers SET balance = balance + 1", at=2, database=place.database)
    place.pair.sql("SELECT balance FROM customers", at=1, database=place.database)


def test_a_transaction_that_gives_way_is_repeated_with_the_same_bytes(place):
    """Somebody changes the row at another node, at each moment of the put; last, between its last
    statement and its COMMIT, which then fails with 1213."""
    def put(value, cut=None):
        return watched(place, cut, "put", "customer", "account=1", f"userid={value}", "--replace")

    place.ok("put", "customer", "account=1", "userid=first", "balance=0")
    _, calls, stream = put("alone")
    records, longer, changes = len(record_ends(place.engine, TO_SERVER, stream)), [], 0
    for record in range(records - 12, records):  # a transaction has ten, its end and the farewell
        changes += 1
        done, called, again = put(f"value {record}", Cut(TO_SERVER, record, True,
                                                         pause=lambda: change(place)))
        assert (done.returncode, called) == (0, calls), (record, done.stderr)
        got = json.loads(at(place, 3).ok("get", "customer", "account=1", "--json"))
        assert (got["userid"], got["balance"]) == (f"value {record}", changes)
        longer.append(len(again) > len(stream) + 500)
    assert sum(longer) >= 4, longer  # a second transaction was seen
    assert int(place.pair.status(1, "wsrep_local_bf_aborts")) >= 2


def test_heal_that_gives_way_repeats_with_the_same_bytes(place):
    def heal(cut=None):
        for account in (1, 2):
            at(place, 1, SEALROW_WHILE_DOWN=EU).ok("put", "customer", f"account={account}",
                                                   "userid=ada", "balance=0", "--replace")
        return watched(place, cut, "heal", "customer", "--json")

    _, calls, stream = heal()
    records = len(record_ends(place.engine, TO_SERVER, stream))
    aborts = int(place.pair.status(1, "wsrep_local_bf_aborts"))
    for record in range(records - 3, records):
        place.sql("DELETE FROM customers")
        done, called, _ = heal(Cut(TO_SERVER, record, True, connection=1,
                                   pause=lambda: change(place)))
        assert (done.returncode, called) == (0, calls), done.stderr
        assert json.loads(done.stdout)["tables"][0]["healed"] == 2
    assert int(place.pair.status(1, "wsrep_local_bf_aborts")) > aborts


def test_one_of_two_who_store_the_same_row_at_two_nodes_wins(place):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for number in range(8):
            done = list(pool.map(lambda node: at(place, node).run(
                "put", "customer", f"account={number}", f"userid=by {node}"), (1, 2)))
            codes = [d.returncode for d in done]
            assert sorted(codes) == [0, CONFLICT], [d.stderr for d in done]
            got = json.loads(place.ok("get", "customer", f"account={number}", "--json"))
            assert got["userid"] == f"by {1 + codes.index(0)}"


def test_nodes_that_are_killed_take_nothing_with_them(place):
    """First another's, which the put outlives without a further KMS call; then the put's own."""
    before = place.world.kmsd.total()
    job = Job(place)
    job.feed(len(job.data) // 2)
    place.pair.kill(2)
    code, out, err = job.end()
    assert (code, json.loads(out)["inserted"]) == (0, ROWS), err
    assert place.world.kmsd.total() - before == 4 * ROWS  # two values, two Regions
    completed(at(place, 3), ROWS)
    place.sql("DELETE FROM customers")

    job = Job(place)
    job.feed(len(job.data) // 2)
    place.pair.kill(1)
    code, out, err = job.end()
    assert code == UNAVAILABLE, err
    inserted, last = json.loads(out)["inserted"] if out else 0, at(place, 3)
    place.pair.until(3, "wsrep_ready", "OFF")
    for wait, number in ((1, b"1205"), (0, b"1047")):  # what a read says that has to wait, and one
        place.pair.sql(f"SET GLOBAL wsrep_sync_wait = {wait}", at=3)  # that has not
        done = last.run("put", "customer", "account=alone", "userid=x")
        assert done.returncode == UNAVAILABLE and number in done.stderr, done.stderr
    place.pair.sql("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'", at=3)
    place.pair.until(3, "wsrep_ready", "ON")
    last.sql = lambda *s: place.pair.sql(*s, database=place.database, at=3)
    there = count(last)
    assert inserted <= there <= inserted + BATCH
    completed(last, there)

    # Both come back, one by what it missed and one by a copy, and each Region alone reads there.
    copied = [place.pair.rejoin(2, recover=True), place.pair.rejoin(1, recover=False)]
    assert copied == [ROWS > 1000, True]  # what was missed may be more than is at hand
    for node, region in ((2, EU), (1, US)):
        assert listed(at(place, node, AWS_REGION=region), region) == rows()
    gates.tell(f"galera: 2 nodes killed, {ROWS} rows, 2 nodes back, 0 lost, 0 doubles")
