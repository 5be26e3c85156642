# SPDX-License-Identifier: Apache-2.0
"""Cells as a program writes them that has the AWS Encryption SDK for Python and docs/format.md, and
nothing of Sealrow's: Python's own values, their canonical texts, the encryption context.

A job as JSON on standard input: {"regions": {NAME: {"endpoint", "arn"}}, "credentials": [ID,
SECRET], "rows": [[ID, TYPE, VALUE], ...]}; a list of messages in base64 comes back.
"""
import base64
import datetime
import decimal
import json
import sys
import uuid

import aws_encryption_sdk
import boto3
from aws_cryptographic_material_providers.mpl import AwsCryptographicMaterialProviders
from aws_cryptographic_material_providers.mpl.config import MaterialProvidersConfig
from aws_cryptographic_material_providers.mpl.models import (
    CreateAwsKmsKeyringInput, CreateMultiKeyringInput)
from aws_encryption_sdk.identifiers import AlgorithmSuite

decimal.getcontext().prec = 70


def number(value):
    text = format(decimal.Decimal(value), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text)
    digits = digits.lstrip("0")
    digits = "0" + digits if digits[:1] in ("", ".") else digits
    return digits if digits == "0" else sign + digits


def moment(value):
    utc = datetime.datetime.fromisoformat(value).astimezone(datetime.timezone.utc)
    return utc.replace(tzinfo=None).isoformat() + "Z"


def document(value):
    return json.dumps(json.loads(value), sort_keys=True, separators=(",", ":"),
                      ensure_ascii=False)


TEXTS = {"text": str, "integer": lambda v: str(int(v)), "decimal": number, "timestamp": moment,
         "bytes": str, "boolean": str, "json": document, "uuid": lambda v: str(uuid.UUID(v)),
         "date": lambda v: datetime.date.fromisoformat(v).isoformat()}


def main():
    job = json.load(sys.stdin)
    identity, secret = job["credentials"]
    providers = AwsCryptographicMaterialProviders(config=MaterialProvidersConfig())
    parts = [providers.create_aws_kms_keyring(CreateAwsKmsKeyringInput(
        kms_key_id=region["arn"], kms_client=boto3.client(
            "kms", region_name=name, endpoint_url=region["endpoint"], aws_access_key_id=identity,
            aws_secret_access_key=secret))) for name, region in job["regions"].items()]
    keyring = providers.create_multi_keyring(CreateMultiKeyringInput(
        generator=parts[0], child_keyrings=parts[1:]))
    client = aws_encryption_sdk.EncryptionSDKClient()
    messages = [client.encrypt(
        source=TEXTS[kind](value).encode(), keyring=keyring, frame_length=65536,
        encryption_context={"id": row, "sealrow:cell": f"bank.typed.{kind}"},
        algorithm=AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY)[0]
        for row, kind, value in job["rows"]]
    json.dump([base64.b64encode(message).decode() for message in messages], sys.stdout)


main()
