# SPDX-License-Identifier: Apache-2.0
"""The embedded KMS over TLS: who may reach it where, and what the audit tells of it."""
import json
import os
import socket
import ssl
import subprocess

import pytest

from conftest import BUILD, REGIONS, run

AT = f"{REGIONS[0]}=127.0.0.1:0"

CONFIG = """\
version: 1
domain: bank
regions:
  {region}: {{endpoint: "https://{address}"}}
keys:
  default:
    {region}: ["{key}"]
tables:
  customer:
    bind: {{account: {{column: account, type: text}}}}
    columns:
      pin: {{type: text, sealed: pin_sealed}}
"""


def make_pair(folder, name="server"):
    """A certificate for this machine that has signed itself, and its key."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
                    "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=IP:127.0.0.1,DNS:localhost"],
                   check=True, capture_output=True)
    key.chmod(0o600)
    return cert, key


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return make_pair(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(start, pair):
    return start(options=["--tls-cert", pair[0], "--tls-key", pair[1]])


def client_of(server, pair, **how):
    client = server.client(**how)
    client.tls = ssl.create_default_context(cafile=pair[0])
    return client


def test_a_call_goes_over_tls_and_the_audit_says_so(server, pair):
    client = client_of(server, pair)
    key = client.create()
    assert client.ok("Encrypt", KeyId=key, Plaintext="AAAA")["KeyId"] == key
    event = json.loads(server.command("audit", "--operation", "Encrypt"))
    assert event["tlsDetails"] == {"tlsVersion": "TLSv1.3",
                                   "cipherSuite": "TLS_AES_256_GCM_SHA384",
                                   "clientProvidedHostHeader": client.address}
    assert server.command("status").startswith(f"{REGIONS[0]} https://127.0.0.1:")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version, good", [("TLSv1_1", False), ("TLSv1_2", True),
                                           ("TLSv1_3", True)])
def test_versions(server, pair, version, good):
    context = ssl.create_default_context(cafile=pair[0])
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.maximum_version = context.minimum_version = ssl.TLSVersion[version]
    with socket.create_connection(("127.0.0.1", server.ports[REGIONS[0]]), timeout=5) as plain:
        if good:
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as secure:
                assert secure.version() == version.replace("_", ".")
        else:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                context.wrap_socket(plain, server_hostname="127.0.0.1")


def test_a_certificate_nobody_vouches_for_is_refused_by_clients(server):
    client = server.client()
    client.tls = ssl.create_default_context()
    with pytest.raises(ssl.SSLCertVerificationError):
        client.call("ListKeys")


def test_plain_http_gets_no_answer(server):
    with pytest.raises(OSError):
        server.client().call("ListKeys")


def test_a_region_stops_and_starts_with_its_certificate(server, pair):
    client = client_of(server, pair)
    key = client.create()
    server.command("region", "stop", REGIONS[0], "--now")
    with pytest.raises(OSError):
        client.call("ListKeys")
    server.command("region", "start", REGIONS[0])
    assert client.ok("DescribeKey", KeyId=key)


def test_the_command_line_reaches_it_with_its_certificate_alone(server, pair, tmp_path):
    key = client_of(server, pair).create()
    config = tmp_path / "sealrow.yaml"
    config.write_text(CONFIG.format(region=REGIONS[0], address=server.address[REGIONS[0]], key=key))
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_REGION": REGIONS[0],
           "AWS_PROFILE": "app", "AWS_SHARED_CREDENTIALS_FILE": str(server.data / "credentials")}

    def sealrow(*args, data, **more):
        return subprocess.run([BUILD / "cmd" / "sealrow", "-c", config, *args, "customer.pin",
                               "--bind", "account=1001"],
                              input=data, capture_output=True, env={**env, **more}, timeout=30)

    sealed = sealrow("seal", data=b"4711", AWS_CA_BUNDLE=str(pair[0]))
    assert (sealed.returncode, sealed.stderr) == (0, b"")
    opened = sealrow("open", data=sealed.stdout, AWS_CA_BUNDLE=str(pair[0]))
    assert opened.stdout == b"4711"
    alone = sealrow("open", data=sealed.stdout)
    assert alone.returncode == 69 and alone.stderr.count(b"\n") == 1  # SROW_E_TLS
    assert b"certificate" in alone.stderr


# -- the files --

def refused(code, text, *args):
    got, out, err = run(*args)
    assert (got, out) == (code, ""), err
    assert text in err and err.count("\n") == 1


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_key_that_others_may_read_is_refused(tmp_path, mode):
    cert, key = make_pair(tmp_path)
    key.chmod(mode)
    refused(78, f"{key} is open to others", "--data", tmp_path / "kms", "--region", AT,
            "--tls-cert", cert, "--tls-key", key)
    assert not (tmp_path / "kms").exists()


def test_files_that_are_no_pair_are_refused(tmp_path, pair):
    other = make_pair(tmp_path, "other")
    none = tmp_path / "none"
    none.write_text("nothing")
    none.chmod(0o600)
    long = tmp_path / "long"
    long.write_bytes(b"x" * 4096)
    long.chmod(0o600)
    for cert, key, code, text in (
            (pair[0], other[1], 2, "a certificate and its private key in PEM are needed"),
            (none, pair[1], 2, "a certificate and its private key in PEM are needed"),
            (pair[0], none, 2, "a certificate and its private key in PEM are needed"),
            (pair[0], long, 65, "at most 4095 bytes"),
            (tmp_path / "x", pair[1], 66, "--tls-cert"),
            (pair[0], tmp_path / "x", 66, "--tls-key")):
        refused(code, text, "--data", tmp_path / "kms", "--region", AT, "--tls-cert", cert,
                "--tls-key", key)
    assert not (tmp_path / "kms").exists()


# -- addresses --

def test_all_of_127_is_loopback(start):
    server = start(options=["--any", "127.0.0.2:0"])
    client = server.client(at="any")
    assert client.address.startswith("127.0.0.2:")
    assert client.ok("ListKeys") == {"Keys": [], "Truncated": False}


@pytest.mark.parametrize("address", ["192.0.2.1:4566", "[2001:db8::1]:4566"])
def test_with_tls_another_address_is_taken(tmp_path, pair, address):
    """Whether it is there is for the system to say; --init says nothing against it."""
    code, out, err = run("--data", tmp_path / "kms", "--region", f"{REGIONS[0]}={address}",
                         "--tls-cert", pair[0], "--tls-key", pair[1], "--init")
    assert (code, err) == (0, "")
    assert f'endpoint: "https://{address}"' in out


@pytest.mark.parametrize("address", ["kms.example.com:4566", "[::1:4566", "[x]:1", "1.2.3:4"])
def test_names_are_not_looked_up(tmp_path, pair, address):
    refused(2, "names are not looked up", "--data", tmp_path / "kms", "--region",
            f"{REGIONS[0]}={address}", "--tls-cert", pair[0], "--tls-key", pair[1])
