# SPDX-License-Identifier: Apache-2.0
"""docs/without-sealrow.md: its commands, as they stand there, open values of all three engines.
`make check` sets SEALROW_CLI_VENV and SEALROW_ESDK_VENV."""
import os
import pathlib
import re
import subprocess

import pytest

import world as worlds

PAGE = worlds.ROOT / "docs/without-sealrow.md"
CLI, SDK = (os.environ.get(f"SEALROW_{name}_VENV", "") for name in ("CLI", "ESDK"))
KEYS = {worlds.US: "1234abcd-12ab-34cd-56ef-1234567890ab",
        worlds.EU: "9876fedc-12ab-34cd-56ef-1234567890ab"}
FETCH = {"sqlite": "sqlite3 ", "postgresql": "psql ", "mariadb": "mariadb "}


class Page:
    """The page's blocks, with this world's keys and addresses in place of the example's."""

    def __init__(self, world):
        text = PAGE.read_text()
        for region, example in KEYS.items():
            arn = f"arn:aws:kms:{region}:111122223333:key/{example}"
            address = f"https://kms.{region}.amazonaws.com"
            assert arn in text and address in text
            text = text.replace(arn, world.keys[region])
            text = text.replace(address, f"http://{world.kmsd.address[region]}")
        self.blocks = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S)

    def of(self, kind, beginning=""):
        found = [text for k, text in self.blocks if k == kind and text.startswith(beginning)]
        assert found, (kind, beginning)
        return found


@pytest.fixture
def shell(place):
    """A folder as the page's reader has it, and a shell there."""
    if not CLI or not SDK:
        pytest.skip("AWS Encryption CLI and SDK NOT RUN: make check sets where they are")
    page, folder = Page(place.world), pathlib.Path(place.folder)
    (folder / ".aws").mkdir()
    (folder / ".aws/config").write_text(page.of("ini")[0])
    (folder / ".aws/credentials").write_text("".join(
        f"[sealrow-{name}]\naws_access_key_id = {place.env['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {place.world.secret}\n" for name in ("us", "eu")))
    (folder / "open_value.py").write_text(page.of("python")[0])
    (folder / "reader.cnf").write_text("")
    env = {k: v for k, v in place.env.items() if not k.startswith("AWS_")}
    env.update(HOME=str(folder), PATH=f"{CLI}/bin:{place.env['PATH']}")
    if place.engine == "sqlite":
        (folder / "bank.db").symlink_to(folder / "app.db")
    if place.engine == "mariadb":
        (folder / "reader.cnf").write_text(
            f"[client]\nsocket={place.pair.folder}/s1\nuser=app\npassword='secret of@app'\n")

    def run(text, **more):
        if place.engine == "mariadb":
            text = text.replace(" bank |", f" {place.database} |")
        return subprocess.run(["sh", "-eu", "-c", text], cwd=folder, capture_output=True,
                              timeout=120, stdin=subprocess.DEVNULL, env={**env, **more})
    run.page, run.folder = page, folder
    return run


def good(done):
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    return done.stdout


def test_the_commands_of_the_page_open_what_is_stored(place, shell):
    place.ok("init")
    for account, name in (("1001", "ada \U0001f600"), ("1002", "bob")):
        place.ok("put", "customer", f"account={account}", f"userid={name}")
    good(shell(shell.page.of("sh", FETCH[place.engine])[0]))
    decrypts = shell.page.of("sh", "aws-encryption-cli")
    assert len(decrypts) == 2
    for command, name in zip(decrypts, ("userid.us", "userid.eu")):
        good(shell(command))
        assert (shell.folder / name).read_text() == "ada \U0001f600"
        (shell.folder / name).unlink()
    path = f"{SDK}/bin:{place.env['PATH']}"
    script = shell.page.of("sh", "python3 open_value.py")[0]
    assert good(shell(script, PATH=path)).decode() == "ada \U0001f600"

    place.sql("UPDATE customers SET account_no = '1003' WHERE account_no = '1001'",
              "UPDATE customers SET account_no = '1001' WHERE account_no = '1002'")
    good(shell(shell.page.of("sh", FETCH[place.engine])[0]))
    for command, name in zip(decrypts, ("userid.us", "userid.eu")):
        assert shell(command).returncode == 1, "another row's value"
        assert not (shell.folder / name).exists()
    moved = shell(script, PATH=path)
    assert moved.returncode == 1 and not moved.stdout and b"another cell" in moved.stderr


def test_the_versions_of_the_page_are_those_that_are_run(shell):
    frozen = "".join((worlds.ROOT / "tests/peers" / name).read_text()
                     for name in ("requirements-cli.txt", "requirements-esdk.txt"))
    for command in shell.page.of("sh", "pip install"):
        package, version = re.search(r"([\w-]+)(?:\[MPL\])?==([\d.]+)", command).groups()
        assert f"{package}=={version}\n" in frozen
