# SPDX-License-Identifier: Apache-2.0
"""What a version stored, in a folder of its own, with its KMS running."""
import configparser
import os
import pathlib
import subprocess

from conftest import BUILD, ROOT, Kmsd

GOLDEN = ROOT / "tests" / "golden"
SEALROW = BUILD / "cmd" / "sealrow"


class Server:
    """The KMS of a folder, and the command line in it. The folder's configuration names addresses
    that only the running server knows; `configure` writes the one that is used."""

    regions = ("us-east-1", "eu-west-1")

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.kmsd = Kmsd(self.folder / "kms", regions=self.regions)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kmsd.stop()
        (self.folder / "running.yaml").unlink(missing_ok=True)

    def configure(self):
        text = (self.folder / "sealrow.yaml").read_text()
        for region in self.regions:
            text = text.replace(f"ADDRESS {region}", f"http://{self.kmsd.address[region]}")
        (self.folder / "running.yaml").write_text(text)

    def sealrow(self, *words, local="us-east-1", **how):
        users = configparser.ConfigParser(default_section="-")
        users.read(self.folder / "kms" / "credentials")
        user = users["default"]
        env = {**os.environ, "AWS_REGION": local, "DATABASE_URL": "sqlite:bank.db",
               "AWS_ACCESS_KEY_ID": user["aws_access_key_id"],
               "AWS_SECRET_ACCESS_KEY": user["aws_secret_access_key"]}
        done = subprocess.run([SEALROW, "-c", "running.yaml", *words], cwd=self.folder, env=env,
                              capture_output=True, timeout=30, **how)
        assert done.returncode == 0, (words, done.stderr.decode())
        return done.stdout
