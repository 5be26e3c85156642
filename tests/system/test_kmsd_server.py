# SPDX-License-Identifier: Apache-2.0
"""The server's life: its directory, its Regions, its end, its audit log."""
import json
import os
import signal
import socket
import subprocess
import time

import pytest

from conftest import KMSD, REGIONS, run
from sigv4 import b64

AT = f"{REGIONS[0]}=127.0.0.1:0"


def fails(code, text, *args, **how):
    """A command that fails with one line."""
    got, out, err = run(*args, **how)
    assert (got, out) == (code, ""), (got, out, err)
    assert err.startswith("sealrow-kmsd: ") and err.count("\n") == 1 and text in err


# -- the command line --

def test_usage():
    for args in ([], ["--help"], ["--version"]):
        code, out, err = run(*args)
        if args:
            assert (code, err) == (0, "") and out
    for option in ("--data DIR", "--region NAME=HOST:PORT", "--clock-window", "--now", "--since"):
        assert option in run("--help")[1]


@pytest.mark.parametrize("args, text", [
    ([], "--data DIR is missing"),
    (["--data", "d"], "--region NAME=HOST:PORT is missing"),
    (["--data"], "--data: DIR is missing"),
    (["--dat", "d"], "unknown option --dat: did you mean --data"),
    (["serve"], "unknown command serve, or not the first word"),
    (["audit", "--data", "new", "--since", "yesterday"], "--since yesterday: not a time"),
    (["--data", "d", "--region", "x"], "expected NAME=HOST:PORT"),
    (["--data", "d", "--region", "x=127.0.0.1:99999"], "port"),
    (["--data", "d", "--region", AT, "--region", AT], "twice"),
    (["--data", "d", "--region", AT, "--clock-window", "0"], "--clock-window"),
    (["--data", "d", "--region", AT, "--init"], "--init needs the port"),
    (["--data", "d", "--region", AT, "--any", "127.0.0.1"], "expected HOST:PORT"),
    (["--data", "d", "--region", AT, "--any", "10.0.0.1:0"], "only loopback addresses"),
    (["--data", "d", "--region", AT, "--tls-cert", "c"], "--tls-cert and --tls-key go together"),
    (["--data", "d", "--region", AT, "--tls-key", "k"], "--tls-cert and --tls-key go together"),
    (["region", "stop", "--data", "d"], "region stop|start NAME"),
    (["region", "start", "x", "--now", "--data", "d"], "--now goes with stop"),
    (["audit"], "--data DIR is missing"),
    (["audit", "--data", "d", "--operation", "Decrypr"], "did you mean Decrypt?"),
    (["audit", "--data", "d", "--operation", "Nonsense"], "--operation Nonsense: there is no such"),
    (["audit", "--data", "d", "x"], "audit takes options only"),
])
def test_wrong_usage_is_one_line(tmp_path, args, text):
    fails(2, text, *args, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["audit"], ["status"], ["region", "stop", "x"]])
def test_a_directory_that_is_not_there_is_named_with_its_option(tmp_path, command):
    fails(66, "--data none: there is no such directory: ", *command, "--data", "none", cwd=tmp_path)


def test_a_region_needs_a_region_name(tmp_path):
    fails(78, "not the name of a Region", "--data", tmp_path / "kms", "--region",
          "EU West=127.0.0.1:0")
    fails(78, "stands for the address of all Regions", "--data", tmp_path / "kms", "--region",
          "any=127.0.0.1:0")


def test_a_port_in_use_is_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        # SROW_E_IN_USE
        fails(75, f"127.0.0.1:{port} is in use", "--data", tmp_path / "kms", "--region",
              f"eu-central-1=127.0.0.1:{port}")


def test_closed_standard_descriptors_are_no_files_of_the_server(tmp_path):
    """What is printed does not go into the file that would have its number."""
    data = tmp_path / "kms"
    with subprocess.Popen([str(KMSD), "--data", str(data), "--region", AT], stderr=subprocess.PIPE,
                          preexec_fn=lambda: os.closerange(0, 2)) as process:
        while not (data / "control").exists() and process.poll() is None:
            pass
        process.send_signal(signal.SIGTERM)  # which waits until all is printed
        err = process.communicate(timeout=10)[1]
    assert err in (b"", b"sealrow-kmsd: standard output cannot be written\n")
    assert [f.name for f in data.iterdir() if b"ready" in f.read_bytes()] == []


# -- the directory --

def test_a_new_directory_is_for_its_owner_alone(start):
    server = start()
    names = {f.name: f.stat().st_mode & 0o777 for f in server.data.iterdir()}
    assert names == {n: 0o600 for n in ("audit.log", "changes", "control", "credentials",
                                        "kmsd.db", "lock", "master.key", "principals.json")}
    assert server.data.stat().st_mode & 0o777 == 0o700
    profiles = [line for line in (server.data / "credentials").read_text().splitlines()
                if line.startswith("[")]
    assert profiles == ["[default]", "[app]"]


def test_keys_and_access_keys_outlive_the_server(start):
    server = start()
    key = server.client().create()
    blob = server.client().ok("Encrypt", KeyId=key, Plaintext=b64(b"kept"))["CiphertextBlob"]
    server.client().call("DisableKey", KeyId=key)
    assert server.stop() == (0, "")
    again = start(ports=server.ports)
    assert again.client().call("Decrypt", CiphertextBlob=blob).code == "DisabledException"
    again.client().call("EnableKey", KeyId=key)
    assert again.client().ok("Decrypt", CiphertextBlob=blob)["Plaintext"] == b64(b"kept")


def test_a_second_server_is_refused(start):
    server = start()
    fails(75, "another sealrow-kmsd serves this directory", "--data", server.data, "--region", AT)
    assert server.client().call("ListKeys").status == 200


@pytest.mark.parametrize("name, code", [("master.key", 78), ("kmsd.db", 66),
                                        ("principals.json", 66)])
def test_a_lost_file_is_refused_and_not_replaced(start, name, code):
    server = start()
    server.client().create()
    server.stop()
    (server.data / name).unlink()
    fails(code, name, "--data", server.data, "--region", AT)
    assert not (server.data / name).exists()


@pytest.mark.parametrize("wrong", [bytes(32), bytes(31), bytes(33), b""])
def test_a_wrong_master_key_is_refused_and_not_replaced(start, wrong):
    server = start()
    server.stop()
    (server.data / "master.key").write_bytes(wrong)
    fails(78, "master.key", "--data", server.data, "--region", AT)  # SROW_E_MASTER_KEY
    assert (server.data / "master.key").read_bytes() == wrong


@pytest.mark.parametrize("name", ["master.key", "kmsd.db", "principals.json", "credentials",
                                  "audit.log"])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_open_to_others_is_refused(start, name, mode):
    server = start()
    server.stop()
    (server.data / name).chmod(mode)
    fails(78, f"{name} is open to others", "--data", server.data, "--region", AT)


def test_a_directory_others_may_write_is_refused(tmp_path):
    data = tmp_path / "kms"
    data.mkdir()
    data.chmod(0o777)
    fails(78, "open to others", "--data", data, "--region", AT)


def test_key_material_is_not_in_the_clear(start):
    """What one Region's server knows opens nothing without the master key."""
    server = start()
    server.client().create()
    server.stop()
    other = start(data=server.data.parent / "other")
    other.stop()
    (server.data / "master.key").write_bytes((other.data / "master.key").read_bytes())
    fails(78, "not the key this directory was made with", "--data", server.data, "--region", AT)


def test_init_makes_a_key_in_each_region_and_says_how_to_use_it(tmp_path, start):
    data = tmp_path / "it's here"
    specs = ["--region", "eu-central-1=127.0.0.1:4001", "--region", "us-east-1=127.0.0.1:4002"]
    code, out, err = run("--data", data, "--init", *specs)
    assert (code, err) == (0, "")
    quoted = str(data).replace("'", "'\\''")
    assert f"export AWS_SHARED_CREDENTIALS_FILE='{quoted}/credentials'" in out
    assert '  eu-central-1: {endpoint: "http://127.0.0.1:4001"}' in out
    assert '    us-east-1: ["arn:aws:kms:us-east-1:111122223333:key/' in out
    fails(75, "has content", "--data", data, "--init", *specs)
    server = start(data=data)
    for region in REGIONS:
        arn = server.client(region).ok("ListKeys")["Keys"][0]["KeyArn"]
        assert f'{region}: ["{arn}"]' in out
        named = server.client(region).ok("DescribeKey", KeyId="alias/sealrow")["KeyMetadata"]
        assert named["Arn"] == arn


# -- the process --

@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(start, sig):
    server = start()
    idle = socket.create_connection(("127.0.0.1", server.ports[REGIONS[0]]))
    begun = time.monotonic()
    assert server.stop(sig) == (0, "")
    assert time.monotonic() - begun < 5
    assert not (server.data / "control").exists()
    idle.close()


def test_stalled_requests_in_many_regions_do_not_hold_up_the_end(start):
    server = start(regions=[f"region-{n}" for n in range(5)])
    stalled = []
    for port in server.ports.values():
        connection = socket.create_connection(("127.0.0.1", port), timeout=5)
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                           b"Content-Length: 9\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 100"
        stalled.append(connection)
    begun = time.monotonic()
    assert server.stop() == (0, "")
    assert time.monotonic() - begun < 5


def test_its_memory_is_not_dumped(start):
    server = start()
    limits = open(f"/proc/{server.pid}/limits").read()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]
    assert os.stat(f"/proc/{server.pid}/maps").st_uid == 0
    if os.geteuid() != 0:  # for root the kernel makes no difference that can be seen here
        with pytest.raises(PermissionError):
            open(f"/proc/{server.pid}/mem", "rb")


# -- Regions --

def refused(server, region):
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.ports[region]))


@pytest.mark.parametrize("now", [[], ["--now"]])
def test_a_region_stops_and_starts_alone(start, now):
    server = start()
    stays, goes = REGIONS
    key = server.client(goes).create()
    idle = socket.create_connection(("127.0.0.1", server.ports[goes]))
    out = server.command("region", "stop", goes, *now)
    assert out == f"{goes} http://127.0.0.1:{server.ports[goes]} down\n"
    refused(server, goes)
    idle.settimeout(5)
    if now:
        with pytest.raises(ConnectionResetError):
            idle.recv(1)
    else:
        assert idle.recv(1) == b""
    assert server.client(stays).call("ListKeys").status == 200
    assert server.command("status").splitlines() == [
        f"{stays} http://127.0.0.1:{server.ports[stays]} up",
        f"{goes} http://127.0.0.1:{server.ports[goes]} down"]
    server.command("region", "stop", goes)
    server.command("region", "start", goes)
    server.command("region", "start", goes)
    assert server.client(goes).ok("DescribeKey", KeyId=key)


def test_stop_now_finishes_no_answer(start):
    """A request whose body is half sent is reset, and its other half is answered by nobody."""
    server = start()
    client = server.client()
    headers, body = client.request("ListKeys", {})
    head = "".join(f"{k}: {v}\r\n" for k, v in client.authorize(headers, body).items())
    connection = socket.create_connection(("127.0.0.1", server.ports[REGIONS[0]]), timeout=5)
    connection.sendall(f"POST / HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode())
    server.command("region", "stop", REGIONS[0], "--now")
    with pytest.raises(OSError):
        connection.sendall(body)
        assert connection.recv(1) == b"", "an answer came"
        raise OSError
    assert server.total() == 0


def test_a_stop_lets_a_request_finish(start):
    server = start()
    client = server.client()
    headers, body = client.request("ListKeys", {})
    head = "".join(f"{k}: {v}\r\n" for k, v in client.authorize(headers, body).items())
    connection = socket.create_connection(("127.0.0.1", server.ports[REGIONS[0]]), timeout=5)
    connection.sendall(f"POST / HTTP/1.1\r\n{head}Expect: 100-continue\r\n"
                       f"Content-Length: {len(body)}\r\n\r\n".encode())
    assert connection.recv(12) == b"HTTP/1.1 100"  # it is being served from here on
    import threading
    stopper = threading.Thread(target=server.command, args=("region", "stop", REGIONS[0]))
    stopper.start()
    while True:
        try:
            socket.create_connection(("127.0.0.1", server.ports[REGIONS[0]])).close()
        except (ConnectionRefusedError, ConnectionResetError):
            break
    connection.sendall(body)
    answer = b""
    while chunk := connection.recv(4096):
        answer += chunk
    stopper.join()
    assert b"HTTP/1.1 200" in answer and b'{"Keys":[]' in answer


def test_words_to_a_server_that_is_not_there(start):
    server = start()
    fails(78, "no Region eu-north-9", "region", "stop", "eu-north-9", "--data", server.data)
    server.stop()
    fails(69, "no sealrow-kmsd serves this directory", "status", "--data", server.data)
    fails(66, "nowhere", "status", "--data", server.data / "nowhere")


# -- audit --

def events(server, *filters):
    return [json.loads(line) for line in server.command("audit", *filters).splitlines()]


def test_a_call_is_one_line_in_the_shape_of_cloudtrail(start):
    server = start()
    client = server.client()
    key = client.create()
    made = client.ok("GenerateDataKey", KeyId=key, KeySpec="AES_256", EncryptionContext={"a": "b"})
    headers, body = client.request("Decrypt", {"CiphertextBlob": made["CiphertextBlob"],
                                               "EncryptionContext": {"a": "b"}})
    headers["User-Agent"] = "tests"
    answer = client.send(client.authorize(headers, body), body)
    event = events(server, "--operation", "Decrypt")[0]
    changing = {"eventTime": event["eventTime"], "eventID": event["eventID"]}
    assert event == {
        "eventVersion": "1.11", **changing,
        "userIdentity": {"type": "IAMUser", "principalId": "default", "accountId": "111122223333",
                         "arn": "arn:aws:iam::111122223333:user/default", "userName": "default",
                         "accessKeyId": client.access},
        "eventSource": "kms.amazonaws.com", "eventName": "Decrypt", "awsRegion": REGIONS[0],
        "sourceIPAddress": "127.0.0.1", "userAgent": "tests",
        "requestParameters": {"encryptionContext": {"a": "b"},
                              "encryptionAlgorithm": "SYMMETRIC_DEFAULT"},
        "responseElements": None,
        "additionalEventData": {"keyMaterialId": made["KeyMaterialId"]},
        "requestID": answer.headers["x-amzn-RequestId"], "readOnly": True,
        "resources": [{"accountId": "111122223333", "type": "AWS::KMS::Key", "ARN": key}],
        "eventType": "AwsApiCall", "managementEvent": True, "recipientAccountId": "111122223333",
        "eventCategory": "Management",
        "tlsDetails": {"clientProvidedHostHeader": client.address}}


def test_a_move_names_both_keys_and_both_contexts(start):
    server = start()
    client = server.client()
    one, two = client.create(), client.create()
    blob = client.ok("Encrypt", KeyId=one, Plaintext="AAAA")["CiphertextBlob"]
    moved = client.ok("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=two,
                      SourceEncryptionContext={}, DestinationEncryptionContext={"a": "b"})
    for key in (one, two):
        assert server.total("--operation", "ReEncrypt", "--key", key) == 1
    event = events(server, "--operation", "ReEncrypt")[0]
    assert [r["ARN"] for r in event["resources"]] == [one, two]
    assert event["requestParameters"] == {
        "destinationKeyId": two, "sourceEncryptionContext": {},
        "destinationEncryptionContext": {"a": "b"},
        "sourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "destinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT"}
    assert event["additionalEventData"] == {
        "sourceKeyMaterialId": moved["SourceKeyMaterialId"],
        "destinationKeyMaterialId": moved["DestinationKeyMaterialId"]}


def test_a_change_of_an_alias_names_key_and_alias(start):
    server = start()
    client = server.client()
    key = client.create()
    client.call("CreateAlias", AliasName="alias/a", TargetKeyId=key)
    client.ok("DescribeKey", KeyId="alias/a")
    client.call("DeleteAlias", AliasName="alias/a")
    client.call("DeleteAlias", AliasName="alias/a")
    named = [[(r["type"].rsplit(":")[-1], r["ARN"]) for r in e["resources"]]
             for e in events(server)[1:]]
    alias = ("Alias", key.split("key/")[0] + "alias/a")
    assert named == [[("Key", key), alias], [("Key", key)], [("Key", key), alias], [alias]]


def test_refused_calls_are_in_the_audit(start):
    server = start()
    client = server.client()
    client.secret = "wrong"
    assert client.call("ListKeys").status == 400
    server.client(profile="app").call("CreateKey")
    server.client().call("Encrypt", KeyId="nonsense", Plaintext="AAAA")
    server.client().call("NoSuchThing")
    server.client().send(*client.request("ListKeys", {}))
    got = [(e["eventName"], e["errorCode"], e["userIdentity"].get("userName"))
           for e in events(server)]
    assert got == [("ListKeys", "InvalidSignatureException", None),
                   ("CreateKey", "AccessDeniedException", "app"),
                   ("Encrypt", "NotFoundException", "default"),
                   ("NoSuchThing", "UnknownOperationException", None),
                   ("ListKeys", "MissingAuthenticationTokenException", None)]


def test_a_strangers_words_in_the_audit_give_no_orders_to_a_terminal(start):
    server = start()
    address = server.address[REGIONS[0]]
    with socket.create_connection(address.rsplit(":", 1)) as s:
        s.sendall(b"POST / HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-amz-json-1.1\r\n"
                  b"X-Amz-Target: TrentService.a\x1b[2Jb\r\nUser-Agent: u\x1b[2J\xc2\x9bv\r\n"
                  b"Content-Length: 2\r\n\r\n{}" % address.encode())
        assert s.recv(12) == b"HTTP/1.1 400"
    event, = events(server)
    assert (event["eventName"], event["userAgent"]) == ("a??2Jb", "u\x1b[2J\u009bv")
    for how in ((), ("--count",), ("--count", "--json")):
        told = server.command("audit", *how)
        assert not any(c in told for c in "\x1b\u009b"), told


def test_a_request_beyond_every_limit_is_in_the_audit(start):
    server = start()
    client = server.client()
    headers, body = client.request("ListKeys", {})
    many = {**headers, **{f"X-{i}": "x" for i in range(64)}}
    answer = client.send(client.authorize(many, body), body)
    assert (answer.status, answer.code) == (413, "RequestEntityTooLargeException")
    large = b" " * ((4 << 20) + 65536)  # cut off without an answer
    headers, large = client.request("DescribeKey", large)
    with pytest.raises(ConnectionError):
        client.send(client.authorize(headers, large), large)
    assert [(e["eventName"], e["errorCode"]) for e in events(server)] == [
        ("ListKeys", "RequestEntityTooLargeException"),
        ("DescribeKey", "RequestEntityTooLargeException")]


def test_the_directory_never_holds_plaintext_or_ciphertext(start):
    server = start()
    client = server.client()
    key = client.create()
    canary = b"canary-4711-canary-4711"
    blobs = [client.ok("Encrypt", KeyId=key, Plaintext=b64(canary))["CiphertextBlob"]]
    client.call("Decrypt", CiphertextBlob=blobs[0])
    client.call("Decrypt", CiphertextBlob=blobs[0], EncryptionContext={"no": "match"})
    client.call("Encrypt", KeyId="x", Plaintext=b64(canary))
    client.call("Encrypt", KeyId=key, Plaintext=b64(canary * 1000))
    client.call("Encrypt", KeyId=key, Plaintext=b64(canary), GrantTokens=7)
    made = client.ok("GenerateDataKey", KeyId=key, KeySpec="AES_256")
    server.stop()
    for path in server.data.iterdir():
        data = path.read_bytes()
        for secret in (canary, b64(canary).encode(), blobs[0].encode(), made["Plaintext"].encode(),
                       made["CiphertextBlob"].encode()):
            assert secret not in data, path.name


def test_counts_by_region_key_principal_and_operation(start):
    server = start()
    one, two, app = server.client(), server.client(REGIONS[1]), server.client(profile="app")
    key = one.create()
    for _ in range(3):
        app.ok("DescribeKey", KeyId=key)
    two.call("ListKeys")
    two.call("DescribeKey", KeyId="x")
    assert server.total() == 6
    assert server.total("--region", REGIONS[0]) == 4
    assert server.total("--region", REGIONS[1]) == 2
    assert server.total("--principal", "app", "--operation", "DescribeKey", "--key", key) == 3
    assert server.total("--error", "none") == 5
    assert server.total("--error", "NotFoundException") == 1
    assert server.total("--since", "2001-01-01T00:00:00Z") == 6
    assert server.total("--since", "9001-01-01T00:00:00Z") == 0
    counted = json.loads(server.command("audit", "--count", "--json"))
    rows = [(r["calls"], r["region"], r["operation"], r["principal"], r["key"])
            for r in counted["rows"]]
    assert counted["total"] == 6 and rows == [
        (1, REGIONS[0], "CreateKey", "default", key), (3, REGIONS[0], "DescribeKey", "app", key),
        (1, REGIONS[1], "DescribeKey", "default", "-"), (1, REGIONS[1], "ListKeys", "default", "-")]
    table = server.command("audit", "--count").splitlines()
    assert table[0].split() == ["CALLS", "REGION", "OPERATION", "PRINCIPAL", "KEY"]
    assert [line.split() for line in table[1:-1]] == [[str(f) for f in row] for row in rows]
    assert table[-1].split() == ["6", "total"]
