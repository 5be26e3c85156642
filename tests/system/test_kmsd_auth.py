# SPDX-License-Identifier: Apache-2.0
"""Who may speak to the embedded KMS, and how: signatures, clocks, hosts, sizes, slow senders."""
import socket
import time

import pytest

from conftest import REGIONS, run
from sigv4 import b64, now

SIGNATURE = ("The request signature we calculated does not match the signature you provided. Check "
             "your AWS Secret Access Key and signing method. Consult the service documentation for "
             "details.")


def refused(answer, code, text=None):
    assert (answer.status, answer.code) == (400, code), answer.raw
    assert answer.headers["x-amzn-ErrorType"] == code
    assert text is None or answer.text == text


def test_nothing_signed(client):
    headers, body = client.request("ListKeys", {})
    refused(client.send(headers, body), "MissingAuthenticationTokenException",
            "Request is missing Authentication Token")


def test_wrong_secret(client):
    headers, body = client.request("ListKeys", {})
    client.authorize(headers, body, secret="x" * 40)
    refused(client.send(headers, body), "InvalidSignatureException", SIGNATURE)


def test_unknown_access_key(client):
    headers, body = client.request("ListKeys", {})
    client.authorize(headers, body, access="AKIAIOSFODNN7EXAMPLE")
    refused(client.send(headers, body), "UnrecognizedClientException",
            "The security token included in the request is invalid.")


def test_session_token_that_was_never_given(client):
    headers, body = client.request("ListKeys", {})
    headers["X-Amz-Security-Token"] = "abc"
    refused(client.send(client.authorize(headers, body), body), "UnrecognizedClientException")


def test_body_changed_after_signing(client):
    headers, body = client.request("ListKeys", {"Limit": 1})
    client.authorize(headers, body)
    refused(client.send(headers, b'{"Limit": 2}'), "InvalidSignatureException", SIGNATURE)


def test_operation_changed_after_signing(client):
    headers, body = client.request("ListKeys", {})
    client.authorize(headers, body)
    headers["X-Amz-Target"] = "TrentService.CreateKey"
    refused(client.send(headers, body), "InvalidSignatureException", SIGNATURE)


def test_operation_not_signed(client):
    headers, body = client.request("ListKeys", {})
    client.authorize(headers, body, signed=["content-type", "host", "x-amz-date"])
    refused(client.send(headers, body), "InvalidSignatureException")


def test_host_not_signed(client):
    headers, body = client.request("ListKeys", {})
    client.authorize(headers, body, signed=["content-type", "x-amz-date", "x-amz-target"])
    refused(client.send(headers, body), "InvalidSignatureException")


@pytest.mark.parametrize("offset, good", [(-290, True), (290, True), (-310, False), (310, False),
                                          (-960, False)])
def test_clock(client, offset, good):
    headers, body = client.request("ListKeys", {})
    headers["X-Amz-Date"] = now(offset)
    answer = client.send(client.authorize(headers, body), body)
    if good:
        assert answer.status == 200
    else:
        refused(answer, "InvalidSignatureException")
        assert answer.text.startswith("Signature expired" if offset < 0 else
                                      "Signature not yet current")


def test_clock_window_is_an_option(start):
    client = start(options=["--clock-window", "60"]).client()
    headers, body = client.request("ListKeys", {})
    headers["X-Amz-Date"] = now(-90)
    refused(client.send(client.authorize(headers, body), body), "InvalidSignatureException")


@pytest.mark.parametrize("how", [{"region": REGIONS[1]}, {"service": "s3"},
                                 {"region": "eu-central-1x"}])
def test_signed_for_another_place(client, how):
    headers, body = client.request("ListKeys", {})
    refused(client.send(client.authorize(headers, body, **how), body), "InvalidSignatureException")


@pytest.mark.parametrize("text", ["", "Basic dXNlcg==", "AWS4-HMAC-SHA256 Credential=x",
                                  "AWS4-ECDSA-P256-SHA256 Credential=x, SignedHeaders=y, "
                                  "Signature=z"])
def test_malformed_authorization(client, text):
    headers, body = client.request("ListKeys", {})
    headers["Authorization"] = text
    refused(client.send(headers, body), "IncompleteSignatureException")


def test_signature_in_the_query(client):
    headers, body = client.request("ListKeys", {})
    refused(client.send(headers, body, path="/?X-Amz-Signature=00"),
            "IncompleteSignatureException")
    client.authorize(headers, body)
    refused(client.send(headers, body, path="/?x=1"), "IncompleteSignatureException")


@pytest.mark.parametrize("host", ["evil.example.com", "evil.example.com:{port}", "127.0.0.1", "",
                                  "127.0.0.1:1", "127.0.0.1.evil.example.com:{port}"])
def test_another_host(client, host):
    headers, body = client.request("ListKeys", {})
    headers["Host"] = host.format(port=client.address.rsplit(":", 1)[1])
    refused(client.send(client.authorize(headers, body), body), "AccessDeniedException")


def test_localhost_is_our_host(client):
    headers, body = client.request("ListKeys", {})
    headers["Host"] = "localhost:" + client.address.rsplit(":", 1)[1]
    assert client.send(client.authorize(headers, body), body).status == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "",
                                          "application/json"])
def test_another_content_type(client, content_type):
    headers, body = client.request("ListKeys", {})
    headers["Content-Type"] = content_type
    refused(client.send(client.authorize(headers, body), body), "SerializationException")


@pytest.mark.parametrize("method, path", [("GET", "/"), ("PUT", "/"), ("OPTIONS", "/"),
                                          ("POST", "/x")])
def test_another_method_or_path(client, method, path):
    headers, body = client.request("ListKeys", {})
    client.authorize(headers, body)
    refused(client.send(headers, body, method=method, path=path), "UnknownOperationException")


@pytest.mark.parametrize("size, good", [(65536, True), (65537, False), ((1 << 20) + 1, False)])
def test_size_of_a_request(client, size, good):
    body = b'{"Limit":1' + b" " * (size - 11) + b"}"
    headers, body = client.request("ListKeys", body)
    answer = client.send(client.authorize(headers, body), body)
    assert answer.status == (200 if good else 413)
    assert good or answer.code == "RequestEntityTooLargeException"


def raw(client, data):
    host, port = client.address.rsplit(":", 1)
    connection = socket.create_connection((host, int(port)), timeout=10)
    connection.sendall(data)
    return connection


def ended(connection):
    """Whether the server ends the connection without an answer (before the socket's timeout)."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_slow_senders_are_cut_off(start):
    client = start(options=["--request-timeout", "1"]).client()
    begun = time.monotonic()
    waiting = [raw(client, b""), raw(client, b"POST / HT"), raw(client, b"POST / HTTP/1.1\r\nHo"),
               raw(client, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{")]
    assert all(ended(c) for c in waiting)
    assert time.monotonic() - begun < 6
    assert client.call("ListKeys").status == 200


def test_a_sender_of_single_bytes_is_cut_off(start):
    client = start(options=["--request-timeout", "1"]).client()
    connection = raw(client, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n")
    connection.settimeout(0.05)
    begun = time.monotonic()
    while time.monotonic() - begun < 6:
        try:
            connection.send(b" ")
            if connection.recv(1) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    assert time.monotonic() - begun < 5


def test_connections_are_capped_and_the_server_goes_on(start):
    server = start(options=["--connections", "8", "--request-timeout", "1"])
    client = server.client()
    held = [raw(client, b"") for _ in range(16)]
    assert all(ended(c) for c in held)
    assert client.call("ListKeys").status == 200


def test_a_header_of_many_lines_is_refused(client):
    lines = b"".join(b"X-A%d: b\r\n" % i for i in range(200))
    connection = raw(client, b"POST / HTTP/1.1\r\n" + lines + b"\r\n")
    assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")
    connection.close()


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", "192.168.1.1:80", "example.com:80",
                                     "10.0.0.1:0"])
def test_only_loopback_is_served(tmp_path, address):
    code, out, err = run("--data", tmp_path / "kms", "--region", f"eu-central-1={address}")
    assert (code, out) == (2, "")
    assert err == (f"sealrow-kmsd: --region eu-central-1={address}: only loopback addresses are "
                   "served without TLS: write 127.0.0.1:PORT or [::1]:PORT, or give --tls-cert and "
                   "--tls-key (SROW-001)\n")
    assert not (tmp_path / "kms").exists()


def test_two_headers_of_one_name_are_no_way_around(client):
    headers, body = client.request("ListKeys", {})
    client.authorize(headers, body)
    head = "".join(f"{k}: {v}\r\n" for k, v in headers.items())
    for extra in ("X-Amz-Target: TrentService.CreateKey", "Host: evil.example.com",
                  "X-Amz-Date: " + now()):
        connection = raw(client, f"POST / HTTP/1.1\r\n{head}{extra}\r\n"
                                 f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        assert connection.recv(12) == b"HTTP/1.1 400"


def test_plaintext_of_a_refused_request_is_not_echoed(client):
    answer = client.call("Encrypt", KeyId="x", Plaintext=b64(b"canary" * 1000))
    assert b64(b"canary" * 2)[:10].encode() not in answer.raw
