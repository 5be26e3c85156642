# SPDX-License-Identifier: Apache-2.0
"""How commands over many rows end: at a bad row, before any, and where nobody reads on."""
import signal
import subprocess

import pytest
from world import SEALROW

FROM = ("put", "customer", "--from", "-")
BAD = b"account,userid,pin\n5,x,1\n6,x,abc\n7,x,2\n"


def test_a_bad_row_says_that_it_is_the_end_and_how_to_go_on(place):
    done = place.run(*FROM, data=BAD)
    assert done.returncode == 65
    assert done.stdout == b"inserted 1, already there 0, replaced 0, bad 1\n"
    assert done.stderr.startswith(b"sealrow: standard input, line 3: bank.customer.pin: ")
    assert done.stderr.endswith(
        b"; stopped there, rows behind it were not tried: mend it and run it again, or put bad "
        b"rows aside with --skip-bad PATH (SROW-045)\n")
    done = place.run(*FROM, "--skip-bad", "bad", data=BAD)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_long_reason_leaves_room_for_what_to_do_and_whole_characters(place):
    for pad in range(4):
        name = "x" * pad + "\u00fc" * 200
        done = place.run(*FROM, "--format", "jsonl",
                         data=f'{{"account":"1","{name}":"1"}}\n'.encode())
        assert b"--skip-bad PATH (SROW-003)\n" in done.stderr
        assert "\ufffd" not in done.stderr.decode("utf-8", "strict")


@pytest.mark.parametrize("more", [(), ("--json",), ("--skip-bad", "bad")])
def test_a_load_that_came_to_no_row_prints_no_counts(place, more):
    for data in (b"acount,userid\n1,x\n", b"userid\nx\n"):
        done = place.run(*FROM, *more, data=data)
        assert (done.returncode, done.stdout) == (2, b"")
        assert not (place.folder / "bad").exists()
    place.env["AWS_SECRET_ACCESS_KEY"] = "wrong"
    done = place.run(*FROM, *more, data=b"account,userid\n1,x\n2,x\n")
    assert (done.returncode, done.stdout) == (77, b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_load_stops_also_while_it_waits_for_data(place, number):
    """More is written than a pipe holds: it is being read, so signals are listened to."""
    with subprocess.Popen([str(SEALROW), *FROM], cwd=place.folder, env=place.env,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as put:
        put.stdin.write(b"account,userid\n5,x\n" + b"\n" * (1 << 17))
        put.stdin.flush()
        put.send_signal(number)
        assert put.wait(60) == 75
        assert b"(SROW-162)" in put.stderr.read()


def test_one_row_that_is_left_out_is_a_row(place):
    place.ok("put", "customer", "account=2", "userid=b")
    place.ok("put", "customer", "account=3", "userid=c")
    for rows, text in ((("2",), b"customer: 1 row was left out, "),
                       (("2", "3"), b"customer: 2 rows were left out, ")):
        place.sql(*(f"UPDATE customers SET userid_sealed = (SELECT userid_sealed FROM customers "
                    f"WHERE account_no = '1') WHERE account_no = '{row}'" for row in rows))
        assert text in place.run("get", "customer", "--list").stderr


def closed_pipe(place, *args, **how):
    """Nobody has the other end of standard output."""
    process = subprocess.Popen([str(SEALROW), *args], cwd=place.folder, env=place.env,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how)
    process.stdout.close()
    told = process.stderr.read()
    process.stderr.close()
    return process.wait(60), told


def test_a_reader_that_has_gone_ends_it_quietly_as_it_ends_every_tool(place):
    for args in (("get", "customer", "--list"), ("get", "customer", "account=1", "--json"),
                 ("help",), ("explain",)):
        assert closed_pipe(place, *args) == (-signal.SIGPIPE, b""), args


def test_where_SIGPIPE_is_switched_off_it_is_a_failure_like_any_other(place):
    code, told = closed_pipe(
        place, "get", "customer", "--list", restore_signals=False,
        preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN))
    assert code == 71
    assert told == b"sealrow: standard output: writing failed: Broken pipe (SROW-181)\n"


def test_what_ended_a_job_is_told_also_where_its_counts_cannot_be_written(place):
    place.env["SEALROW_WHILE_DOWN"] = "eu-west-1"
    place.ok("put", "customer", "account=2", "userid=eve")
    del place.env["SEALROW_WHILE_DOWN"]
    place.sql("UPDATE customers SET account_no = '3' WHERE account_no = '2'")
    with open("/dev/full", "wb") as full:
        done = place.run("heal", "customer", "--stop-at-first", stdout=full)
    assert done.returncode == 65 and done.stderr.strip().endswith(b"(SROW-080)")
