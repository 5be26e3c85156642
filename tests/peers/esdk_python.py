# SPDX-License-Identifier: Apache-2.0
"""The AWS Encryption SDK for Python with its keyrings, over KMS-compatible servers.

Reads a job as JSON on standard input and prints what became of it; runs in the environment that
dev/peers.sh makes. A job: {"regions": {NAME: {"endpoint", "arn"}}, "credentials": [ID, SECRET],
"folder", "mode": "write" (FOLDER/python/NAME.bin) or "open" (FOLDER/WRITER/NAME.bin),
"writer", "via": [REGION, ...], "tests": {NAME: {"suite", "frame-length", "context",
"plaintext"}}}. The answer: {"done": N, "failed": {NAME: why}}.
"""
import base64
import json
import pathlib
import sys

import aws_encryption_sdk
import boto3
import botocore.config
from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from aws_cryptographic_material_providers.mpl.models import (
    CreateAwsKmsKeyringInput, CreateMultiKeyringInput)
from aws_encryption_sdk.identifiers import AlgorithmSuite

SUITES = {"0478": AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
          "0578": AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384}


def keyring(job):
    """One keyring for each Region; with several, the first generates."""
    providers = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())
    identity, secret = job["credentials"]
    parts = []
    for region in job["via"]:
        kms = boto3.client("kms", region_name=region, aws_access_key_id=identity,
                           aws_secret_access_key=secret,
                           endpoint_url=job["regions"][region]["endpoint"],
                           config=botocore.config.Config(retries={"total_max_attempts": 1}))
        parts.append(providers.create_aws_kms_keyring(CreateAwsKmsKeyringInput(
            kms_key_id=job["regions"][region]["arn"], kms_client=kms)))
    if len(parts) == 1:
        return parts[0]
    return providers.create_multi_keyring(CreateMultiKeyringInput(
        generator=parts[0], child_keyrings=parts[1:]))


def write(client, keys, job, name, test):
    """This writer wants whole multiples of 128, whatever the suite."""
    message, _ = client.encrypt(
        source=base64.b64decode(test["plaintext"]), keyring=keys,
        encryption_context=test["context"], algorithm=SUITES[test["suite"]],
        frame_length=-(-(test["frame-length"] or 4096) // 128) * 128)
    pathlib.Path(job["folder"], "python", f"{name}.bin").write_bytes(message)


def open_(client, keys, job, name, test):
    message = pathlib.Path(job["folder"], job["writer"], f"{name}.bin").read_bytes()
    plaintext, header = client.decrypt(source=message, keyring=keys)
    context = {k: v for k, v in header.encryption_context.items()
               if k != "aws-crypto-public-key"}
    if context != test["context"]:
        raise ValueError("another encryption context")
    if plaintext != base64.b64decode(test["plaintext"]):
        raise ValueError("another plaintext")
    if header.algorithm != SUITES[test["suite"]]:
        raise ValueError("another suite")


def main():
    job = json.load(sys.stdin)
    act = {"write": write, "open": open_}[job["mode"]]
    client = aws_encryption_sdk.EncryptionSDKClient()
    keys = keyring(job)
    done, failed = 0, {}
    for name, test in job["tests"].items():
        try:
            act(client, keys, job, name, test)
            done += 1
        except Exception as error:  # whatever the SDK raises is the answer
            failed[name] = f"{type(error).__name__}: {error}".split("\n", 1)[0]
    json.dump({"done": done, "failed": failed}, sys.stdout)


main()
