# SPDX-License-Identifier: Apache-2.0
"""Secrets are nowhere but where they belong: in files and logs of the server, and in the memory of
a program that uses the library, between calls and after srow_client_forget. Every search first
finds what was planted for it. S9 to S11 are the numbers of the project's list."""
import base64
import configparser
import hashlib
import hmac
import os
import re
import struct
import subprocess
import time

import pytest

from conftest import BUILD, REGIONS
from sigv4 import b64, now, unb64

CANARY = BUILD / "tests" / "canary"
MATERIALS = BUILD / "tests" / "kmsd-materials"
PLAINTEXT = b"canary: nobody else may see this value"


def forms(secret):
    """A secret as it is, in hex, and in base64 whatever stands before it."""
    found = {"raw": secret, "hex": secret.hex().encode(), "HEX": secret.hex().upper().encode()}
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + secret)
        found[f"base64+{shift}"] = whole[4 if shift else 0:(shift + len(secret)) // 3 * 4]
    return found


def forms_in(data, secrets):
    return [f"{name} ({form})" for name, secret in secrets.items()
            for form, bytes_ in forms(secret).items() if bytes_ in data]


# -- memory --

class Program:
    """The canary program, and what is in its memory while it waits for a command."""

    def __init__(self, config, environment):
        self.process = subprocess.Popen([CANARY, config], stdin=subprocess.PIPE, bufsize=0,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                        env={**os.environ, **environment})
        self.answer()

    def answer(self):
        (size,) = struct.unpack("<I", self.read(4))
        return self.read(size)

    def read(self, size):
        data = b""
        while len(data) < size:
            piece = self.process.stdout.read(size - len(data))
            assert piece, "the program has ended"
            data += piece
        return data

    def do(self, command, data=b""):
        self.process.stdin.write(command.encode() + struct.pack("<I", len(data)) + data)
        return self.answer()

    def memory(self, dumped_only):
        """All that can be read; with `dumped_only` what the kernel would put into a core."""
        parts = []
        with open(f"/proc/{self.process.pid}/smaps") as maps, \
                open(f"/proc/{self.process.pid}/mem", "rb", buffering=0) as memory:
            areas = maps.read()
            if "libasan" in areas and not dumped_only:
                pytest.skip("the sanitizer's shadow memory is terabytes")
            for area in re.split(r"(?m)^(?=[0-9a-f]+-[0-9a-f]+ )", areas)[1:]:
                begin, end = (int(x, 16) for x in area.split(" ", 1)[0].split("-"))
                flags = re.search(r"^VmFlags: (.*)$", area, re.M).group(1).split()
                if "rd" not in flags or "io" in flags or (dumped_only and "dd" in flags):
                    continue
                try:
                    memory.seek(begin)
                    parts.append(memory.read(end - begin))
                except (OSError, ValueError, OverflowError):
                    continue  # [vvar] and its like
        return b"".join(parts)

    def stop(self):
        self.process.stdin.close()
        code = self.process.wait(timeout=10)
        self.process.stdout.close()
        return code


def read_message(message):
    """Suite and message id, context, and the encrypted data keys as (info, ciphertext)."""
    at = 35

    def take(size):
        nonlocal at
        at += size
        return message[at - size:at]

    def text():
        return take(int.from_bytes(take(2), "big"))

    take(2)
    context = {}
    for _ in range(int.from_bytes(take(2), "big")):
        key = text().decode()
        context[key] = text().decode()
    keys = []
    for _ in range(int.from_bytes(take(2), "big")):
        text()
        info = text().decode()
        keys.append((info, text()))
    return message[1:3], message[3:35], context, keys


def derive(data_key, suite, message_id):
    """The body key: HKDF-SHA512."""
    extracted = hmac.new(message_id, data_key, hashlib.sha512).digest()
    return hmac.new(extracted, suite + b"DERIVEKEY\1", hashlib.sha512).digest()[:32]


def signing_key(secret, region):
    """What signs today's requests."""
    key = b"AWS4" + secret
    for part in (now()[:8], region, "kms", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


@pytest.fixture
def server(start):
    return start()


@pytest.fixture
def program(server, tmp_path, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    arns = {region: server.client(region).create() for region in REGIONS}
    config = tmp_path / "sealrow.yaml"
    config.write_text(
        "version: 1\ndomain: bank\nregions:\n"
        + "".join(f"  {r}: {{endpoint: 'http://{server.address[r]}'}}\n" for r in REGIONS)
        + "keys:\n  default:\n"
        + "".join(f"    {r}: ['{arn}']\n" for r, arn in arns.items())
        + "tables:\n  profile:\n    bind: {account: text}\n"
          "    columns: {userid: {required: true}}\n"
          "alarm:\n  - {to: exec, command: [/bin/sh, -c, 'cat >/dev/null; ls -l /proc/self/fd "
          f">{tmp_path}/fds; env >{tmp_path}/half; mv {tmp_path}/half {tmp_path}/child']}}\n")
    config.chmod(0o600)
    environment = {"AWS_SHARED_CREDENTIALS_FILE": str(server.data / "credentials"),
                   "AWS_PROFILE": "app", "AWS_REGION": REGIONS[0]}
    running = Program(config, environment)
    yield running
    running.process.kill()
    running.process.wait()


def file_secret(server):
    keys = configparser.ConfigParser(default_section="-")
    keys.read(server.data / "credentials")
    return keys["app"]["aws_secret_access_key"].encode()


def work(program, server):
    """One of each call; gives what must not be found afterwards."""
    message = program.do("s", PLAINTEXT)
    for command in "omw":
        program.do(command, message)
    suite, message_id, context, keys = read_message(message)
    arn, ciphertext = keys[0]
    answer = server.client(arn.split(":")[3]).ok("Decrypt", KeyId=arn, EncryptionContext=context,
                                                 CiphertextBlob=b64(ciphertext))
    data_key = unb64(answer["Plaintext"])
    secret = file_secret(server)
    return {"data key": data_key, "body key": derive(data_key, suite, message_id),
            "plaintext": PLAINTEXT, "secret access key": secret,
            "signing key": signing_key(secret, REGIONS[0])}


def test_the_search_of_memory_finds_what_is_planted(program):
    for form, planted in forms(os.urandom(32)).items():
        program.do("p", planted)
        assert planted in program.memory(dumped_only=True), form


def test_s9_between_calls_no_key_no_plaintext_and_no_credential_would_be_in_a_core(program, server):
    secrets = work(program, server)
    assert forms_in(program.memory(dumped_only=True), secrets) == []
    assert program.stop() == 0


def test_s10_between_calls_the_secret_access_key_alone_is_in_memory_that_is_locked(program, server):
    secrets = work(program, server)
    assert forms_in(program.memory(dumped_only=False), secrets) == ["secret access key (raw)"]


def test_s10_after_forget_nothing_of_a_call_is_left(program, server):
    secrets = work(program, server)
    program.do("f")
    assert forms_in(program.memory(dumped_only=True), secrets) == []
    del secrets["secret access key"]  # the client works on: it is where it was
    assert forms_in(program.memory(dumped_only=False), secrets) == []


def process_text(pid):
    """What others may learn of a process without looking into its memory."""
    return b"".join(open(f"/proc/{pid}/{name}", "rb").read() for name in ("environ", "cmdline"))


def test_s11_a_secret_of_a_file_is_in_no_environment_and_no_command_line(program, server,
                                                                         tmp_path):
    secrets = work(program, server)
    text = process_text(program.process.pid)
    assert str(server.data / "credentials").encode() in text  # the search finds what is there
    assert forms_in(text, secrets) == []
    child = tmp_path / "child"  # the alarm's command: opening as another account was one
    end = time.monotonic() + 30
    while not child.exists():
        assert time.monotonic() < end and program.process.poll() is None
        time.sleep(0.02)
    text = child.read_bytes()
    assert str(server.data / "credentials").encode() in text
    assert forms_in(text, secrets) == []
    inherited = (tmp_path / "fds").read_text()  # curl's pair to wake itself, and no connection
    connected = {line.split()[9] for line in open(f"/proc/{program.process.pid}/net/tcp")}
    assert "credentials" not in inherited
    assert connected.isdisjoint(re.findall(r"socket:\[(\d+)\]", inherited))


def test_s11_secrets_of_the_server_are_in_no_environment_and_no_command_line(start):
    server = start(env={**os.environ, "CANARY": "planted"})
    server.client().create()
    text = process_text(server.pid)
    assert server.stop()[0] == 0
    printed = subprocess.run([MATERIALS, server.data, REGIONS[0]], capture_output=True, text=True,
                             check=True, timeout=30).stdout.split()
    keys = configparser.ConfigParser(default_section="-")
    keys.read(server.data / "credentials")
    secrets = {f"key {i}": bytes.fromhex(line) for i, line in enumerate(printed)}
    for profile in keys.sections():
        secrets[profile] = keys[profile]["aws_secret_access_key"].encode()
    assert len(secrets) >= 3 and b"CANARY=planted" in text
    assert forms_in(text, secrets) == []


# -- files, logs and what is printed --

def texts_of(folder):
    """Content of each file below a folder."""
    return {path.relative_to(folder): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}


def test_s9_master_key_and_materials_are_in_no_file_of_the_server(start, tmp_path):
    server = start(env={**os.environ, "SEALROW_LOG": "debug"})
    client = server.client()
    key = client.create()
    generated = client.ok("GenerateDataKey", KeyId=key, KeySpec="AES_256")
    client.ok("Decrypt", CiphertextBlob=generated["CiphertextBlob"])
    client.call("Decrypt", CiphertextBlob="AAAA")
    code, said = server.stop()
    assert code == 0
    printed = subprocess.run([MATERIALS, server.data, REGIONS[0]], capture_output=True, text=True,
                             check=True, timeout=30).stdout.split()
    secrets = {f"key {i}": bytes.fromhex(line) for i, line in enumerate(printed)}
    assert len(secrets) == 2
    secrets["data key"] = unb64(generated["Plaintext"])
    master, files = secrets["key 0"], texts_of(server.data)
    assert any(form in files.pop(path) for path in [p for p in files if p.name == "master.key"]
               for form in forms(master).values()), "the search does not find the master key"
    assert len(files) >= 4 and any(b"GenerateDataKey" in text for text in files.values())
    found = {str(path): forms_in(text, secrets) for path, text in files.items()}
    assert {path: what for path, what in found.items() if what} == {}
    assert forms_in(said.encode(), secrets) == []
    secret_keys = re.findall(rb"aws_secret_access_key = (\S+)", files.pop(
        next(p for p in files if p.name == "credentials")))
    assert secret_keys
    for path, text in files.items():
        if path.name != "principals.json":
            assert not any(secret in text for secret in secret_keys), path
