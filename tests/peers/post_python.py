# SPDX-License-Identifier: Apache-2.0
"""Values as a plain user of the AWS Encryption SDK for Python writes them: two KMS keys in two
Regions by a strict master key provider, and a context of the caller's pairs and nothing more.

A job as JSON on standard input: {"regions": {NAME: {"endpoint", "arn"}}, "credentials": [ID,
SECRET], "contexts": [{...}], "plaintext", "suite"}; a list of messages in base64 comes back.
"""
import base64
import json
import sys

import aws_encryption_sdk
import boto3
from aws_encryption_sdk.identifiers import AlgorithmSuite, CommitmentPolicy

SUITES = {"0478": AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
          "0578": AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384}
JOB = json.load(sys.stdin)


class Provider(aws_encryption_sdk.StrictAwsKmsMasterKeyProvider):
    """The SDK's own, with addresses of the job's servers."""

    def add_regional_client(self, region_name):
        if region_name not in self._regional_clients:
            identity, secret = JOB["credentials"]
            self._regional_clients[region_name] = boto3.client(
                "kms", region_name=region_name, aws_access_key_id=identity,
                aws_secret_access_key=secret,
                endpoint_url=JOB["regions"][region_name]["endpoint"])


client = aws_encryption_sdk.EncryptionSDKClient(
    commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)
provider = Provider(key_ids=[region["arn"] for region in JOB["regions"].values()])
messages = [client.encrypt(source=JOB["plaintext"], key_provider=provider,
                           encryption_context=context, algorithm=SUITES[JOB["suite"]])[0]
            for context in JOB["contexts"]]
json.dump([base64.b64encode(message).decode() for message in messages], sys.stdout)
