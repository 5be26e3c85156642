# SPDX-License-Identifier: Apache-2.0
"""Stock clients see no difference: boto3 and the AWS CLI, unmodified, against sealrow-kmsd.

SEALROW_PEERS_VENV names a virtual environment that holds both; `make check` makes it. The cases in
ERRORS run in boto3 in that environment; what it saw comes back as JSON.
"""
import base64
import json
import os
import pathlib
import subprocess

import pytest

from conftest import BUILD, REGIONS
from test_kmsd_tls import make_pair

VENV = os.environ.get("SEALROW_PEERS_VENV", "")
BIN = pathlib.Path(VENV) / "bin"

pytestmark = pytest.mark.skipif(
    VENV == "", reason="boto3 and awscli NOT RUN: SEALROW_PEERS_VENV is unset; make check sets it")

NOBODY = "00000000-0000-4000-8000-000000000000"
HOME = f"arn:aws:kms:{REGIONS[0]}:111122223333"

# who, operation, parameters (KEY, OFF, BLOB stand for what the script makes), code, text
ERRORS = [
    ("default", "describe_key", {"KeyId": NOBODY}, "NotFoundException",
     f"Key '{HOME}:key/{NOBODY}' does not exist"),
    ("default", "describe_key", {"KeyId": "x"}, "NotFoundException", "Invalid keyId 'x'"),
    ("default", "describe_key", {"KeyId": "alias/x"}, "NotFoundException",
     f"Alias {HOME}:alias/x is not found."),
    ("default", "describe_key", {"KeyId": f"arn:aws:kms:us-east-1:111122223333:key/{NOBODY}"},
     "NotFoundException", "Invalid arn us-east-1"),
    ("default", "encrypt", {"KeyId": "OFF", "Plaintext": "x"}, "DisabledException",
     "OFF is disabled."),
    ("default", "decrypt", {"CiphertextBlob": "BLOB", "EncryptionContext": {"a": "c"}},
     "InvalidCiphertextException", ""),
    ("default", "decrypt", {"CiphertextBlob": "BLOB"}, "InvalidCiphertextException", ""),
    ("default", "decrypt", {"CiphertextBlob": "nonsense"}, "InvalidCiphertextException", ""),
    ("default", "decrypt", {"CiphertextBlob": "BLOB", "EncryptionContext": {"a": "b"},
                            "KeyId": "OFF"}, "IncorrectKeyException",
     "The key ID in the request does not identify a CMK that can perform this operation."),
    ("default", "decrypt", {"CiphertextBlob": "ELSEWHERE"}, "AccessDeniedException",
     "User: arn:aws:iam::111122223333:user/default is not authorized to perform: kms:Decrypt on "
     "the resource associated with this ciphertext because the resource does not exist in this "
     "Region, no resource-based policies allow access, or a resource-based policy explicitly "
     "denies access"),
    ("app", "create_key", {}, "AccessDeniedException",
     "User: arn:aws:iam::111122223333:user/app is not authorized to perform: kms:CreateKey on "
     "resource: * because no identity-based policy allows the kms:CreateKey action"),
    ("default", "generate_data_key", {"KeyId": "KEY"}, "ValidationException",
     "Please specify either number of bytes or key spec."),
    ("default", "encrypt", {"KeyId": "KEY", "Plaintext": "x" * 4097}, "ValidationException",
     "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must "
     "have length less than or equal to 4096"),
    ("default", "encrypt", {"KeyId": "KEY", "Plaintext": "x",
                            "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"},
     "InvalidKeyUsageException",
     "Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT."),
    ("default", "encrypt", {"KeyId": "KEY", "Plaintext": "x", "DryRun": True},
     "DryRunOperationException",
     "The request would have succeeded, but the DryRun option is set."),
    ("default", "list_keys", {"Marker": "x"}, "InvalidMarkerException", "Invalid marker."),
    ("default", "create_key", {"MultiRegion": True}, "UnsupportedOperationException",
     "MultiRegion is not supported here"),
    ("default", "list_key_rotations", {"KeyId": "KEY"}, "UnknownOperationException", ""),
    ("default", "create_alias", {"AliasName": "alias/a", "TargetKeyId": "KEY"},
     "AlreadyExistsException", f"An alias with the name {HOME}:alias/a already exists"),
    ("default", "create_alias", {"AliasName": "alias/aws/x", "TargetKeyId": "KEY"},
     "NotAuthorizedException", ""),
    ("default", "create_alias", {"AliasName": "x", "TargetKeyId": "KEY"}, "ValidationException",
     'Alias must start with the prefix "alias/".'),
    ("default", "update_alias", {"AliasName": "alias/none", "TargetKeyId": "KEY"},
     "NotFoundException", f"Alias {HOME}:alias/none is not found."),
    ("default", "delete_alias", {"AliasName": "alias/none"}, "NotFoundException",
     f"Alias {HOME}:alias/none is not found."),
    ("default", "re_encrypt", {"CiphertextBlob": "BLOB", "DestinationKeyId": "KEY"},
     "InvalidCiphertextException", ""),
    ("app", "generate_random", {"NumberOfBytes": 1}, "AccessDeniedException",
     "User: arn:aws:iam::111122223333:user/app is not authorized to perform: kms:GenerateRandom on "
     "resource: * because no identity-based policy allows the kms:GenerateRandom action"),
    ("wrong", "list_keys", {}, "InvalidSignatureException",
     "The request signature we calculated does not match the signature you provided. Check your "
     "AWS Secret Access Key and signing method. Consult the service documentation for details."),
    ("nobody", "list_keys", {}, "UnrecognizedClientException",
     "The security token included in the request is invalid."),
]

SCRIPT = r"""
import boto3, botocore.config, botocore.exceptions, json, sys
given = json.load(sys.stdin)
def client(who, region):
    id, secret = given["who"][who]
    return boto3.client("kms", region_name=region, endpoint_url=given["urls"][region],
                        aws_access_key_id=id, aws_secret_access_key=secret,
                        config=botocore.config.Config(retries={"total_max_attempts": 1}))
home, away = list(given["urls"])
kms = client("default", home)
words = {}
for name in ("KEY", "OFF"):
    words[name] = kms.create_key(Description="x")["KeyMetadata"]["Arn"]
assert kms.disable_key(KeyId=words["OFF"])["ResponseMetadata"]["HTTPStatusCode"] == 200
context = {"a": "b"}
words["BLOB"] = kms.encrypt(KeyId=words["KEY"], Plaintext=b"p",
                            EncryptionContext=context)["CiphertextBlob"]
there = client("default", away)
other = there.create_key()["KeyMetadata"]["Arn"]
words["ELSEWHERE"] = there.encrypt(KeyId=other, Plaintext=b"p")["CiphertextBlob"]
assert kms.decrypt(CiphertextBlob=words["BLOB"], EncryptionContext=context)["Plaintext"] == b"p"
made = client("app", home).generate_data_key(KeyId=words["KEY"], KeySpec="AES_256")
back = client("app", home).decrypt(CiphertextBlob=made["CiphertextBlob"])
assert back["Plaintext"] == made["Plaintext"]
bare = kms.generate_data_key_without_plaintext(KeyId=words["KEY"], NumberOfBytes=24)
assert "Plaintext" not in bare and bare["KeyId"] == words["KEY"]
pages = kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 1})
listed = [k["KeyArn"] for page in pages for k in page["Keys"]]
assert sorted(listed) == sorted([words["KEY"], words["OFF"]]), listed
assert kms.describe_key(KeyId=words["OFF"])["KeyMetadata"]["KeyState"] == "Disabled"
kms.enable_key(KeyId=words["OFF"]); kms.disable_key(KeyId=words["OFF"])
kms.create_alias(AliasName="alias/a", TargetKeyId=words["OFF"])
kms.update_alias(AliasName="alias/a", TargetKeyId=words["KEY"])
kms.create_alias(AliasName="alias/b", TargetKeyId=words["KEY"])
kms.delete_alias(AliasName="alias/b")
pages = kms.get_paginator("list_aliases").paginate(PaginationConfig={"PageSize": 1})
listed = [(a["AliasName"], a["TargetKeyId"]) for page in pages for a in page["Aliases"]]
assert listed == [("alias/a", words["KEY"].split("/")[1])], listed
moved = kms.re_encrypt(CiphertextBlob=words["BLOB"], SourceEncryptionContext=context,
                       DestinationKeyId="alias/a", DestinationEncryptionContext={"c": "d"})
assert moved["SourceKeyId"] == moved["KeyId"] == words["KEY"]
assert kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], KeyId="alias/a",
                   EncryptionContext={"c": "d"})["Plaintext"] == b"p"
assert len(kms.generate_random(NumberOfBytes=32)["Plaintext"]) == 32
seen = []
for who, op, members in given["cases"]:
    members = {k: words.get(v, v) if isinstance(v, str) else v for k, v in members.items()}
    try:
        getattr(client(who, home), op)(**members)
        seen.append(None)
    except botocore.exceptions.ClientError as e:
        seen.append([type(e).__name__, e.response["Error"], e.response["ResponseMetadata"]])
json.dump({"seen": seen, "off": words["OFF"]}, sys.stdout)
"""


@pytest.fixture(scope="module")
def seen(kmsd):
    who = {name: (kmsd.client(profile=name).access, kmsd.client(profile=name).secret)
           for name in ("default", "app")}
    who["wrong"] = (who["default"][0], "x" * 40)
    who["nobody"] = ("AKIAIOSFODNN7EXAMPLE", "x" * 40)
    given = {"who": who, "urls": {r: f"http://{kmsd.address[r]}" for r in REGIONS},
             "cases": [row[:3] for row in ERRORS]}
    done = subprocess.run([BIN / "python", "-c", SCRIPT], input=json.dumps(given), text=True,
                          capture_output=True, timeout=60, env=clean())
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def clean(**more):
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    return {**env, "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull, **more}


@pytest.mark.parametrize("row", range(len(ERRORS)),
                         ids=[f"{n}-{op}-{code}" for n, (_, op, _, code, _) in enumerate(ERRORS)])
def test_boto3_reads_every_error_as_from_kms(seen, row):
    _, _, _, code, text = ERRORS[row]
    kind, error, metadata = seen["seen"][row]
    assert (error["Code"], error["Message"]) == (code, text.replace("OFF", seen["off"]))
    assert metadata["HTTPStatusCode"] == 400
    headers = metadata["HTTPHeaders"]
    assert headers["content-type"] == "application/x-amz-json-1.1"
    assert headers["x-amzn-errortype"] == code
    assert headers["x-amzn-requestid"] == metadata["RequestId"]
    modelled = {"NotFoundException", "DisabledException", "InvalidCiphertextException",
                "IncorrectKeyException", "InvalidKeyUsageException", "DryRunOperationException",
                "InvalidMarkerException", "UnsupportedOperationException",
                "AlreadyExistsException"}
    assert kind == (code if code in modelled else "ClientError")


def test_the_aws_cli_goes_from_create_key_to_decrypt(kmsd, tmp_path):
    (tmp_path / "plain").write_bytes(b"\0of the customer")

    def aws(*args, profile="default"):
        env = clean(AWS_SHARED_CREDENTIALS_FILE=str(kmsd.data / "credentials"),
                    AWS_PROFILE=profile, AWS_REGION=REGIONS[0], AWS_DEFAULT_REGION=REGIONS[0],
                    AWS_ENDPOINT_URL_KMS=f"http://{kmsd.address[REGIONS[0]]}")
        done = subprocess.run([BIN / "aws", "kms", *args, "--output", "text"], env=env,
                              cwd=tmp_path, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout.strip(), done.stderr.strip()

    def ok(*args, **how):
        code, out, err = aws(*args, **how)
        assert (code, err) == (0, "")
        return out

    key = ok("create-key", "--description", "by the CLI", "--query", "KeyMetadata.Arn")
    context = ["--encryption-context", "table=customer,row=1001"]
    blob = ok("encrypt", "--key-id", key, "--plaintext", "fileb://plain", *context,
              "--query", "CiphertextBlob", profile="app")
    (tmp_path / "blob").write_bytes(base64.b64decode(blob))
    plain = ok("decrypt", "--ciphertext-blob", "fileb://blob", *context, "--query", "Plaintext",
               profile="app")
    assert base64.b64decode(plain) == b"\0of the customer"
    assert key in ok("list-keys", "--query", "Keys[].KeyArn")
    ok("disable-key", "--key-id", key)
    assert ok("describe-key", "--key-id", key, "--query", "KeyMetadata.KeyState") == "Disabled"
    code, _, err = aws("decrypt", "--ciphertext-blob", "fileb://blob", *context)
    assert code != 0 and "(DisabledException)" in err and f"{key} is disabled." in err
    ok("enable-key", "--key-id", key)
    code, _, err = aws("create-key", profile="app")
    assert code != 0 and "(AccessDeniedException)" in err and "kms:CreateKey" in err


def test_the_aws_cli_reaches_two_regions_at_one_address_over_tls(start, tmp_path):
    """Aliases, a move and random bytes, by a client that knows one endpoint and one certificate."""
    cert, key = make_pair(tmp_path)
    server = start(options=["--any", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key])
    where = f"https://{server.address['any']}"

    def aws(region, *args, trust=("--ca-bundle", cert)):
        env = clean(AWS_SHARED_CREDENTIALS_FILE=str(server.data / "credentials"),
                    AWS_MAX_ATTEMPTS="1")
        done = subprocess.run([BIN / "aws", "kms", *args, "--region", region, "--endpoint-url",
                               where, *trust, "--output", "text"],
                              env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout.strip(), done.stderr.strip()

    def ok(*args):
        code, out, err = aws(*args)
        assert (code, err) == (0, ""), err
        return out

    for region in REGIONS:
        made = ok(region, "create-key", "--query", "KeyMetadata.Arn")
        ok(region, "create-alias", "--alias-name", "alias/a", "--target-key-id", made)
        assert made.split(":")[3] == region
        assert ok(region, "describe-key", "--key-id", "alias/a", "--query",
                  "KeyMetadata.Arn") == made
    assert ok(REGIONS[0], "list-aliases", "--query", "Aliases[].AliasName") == "alias/a"
    blob = ok(REGIONS[0], "encrypt", "--key-id", "alias/a", "--plaintext", "AAAA",
              "--query", "CiphertextBlob")
    (tmp_path / "blob").write_bytes(base64.b64decode(blob))
    moved = ok(REGIONS[0], "re-encrypt", "--ciphertext-blob", "fileb://blob",
               "--destination-key-id", "alias/a", "--destination-encryption-context", "a=b",
               "--query", "CiphertextBlob")
    assert moved != blob
    assert len(base64.b64decode(ok(REGIONS[1], "generate-random", "--number-of-bytes", "16",
                                   "--query", "Plaintext"))) == 16
    code, _, err = aws(REGIONS[0], "list-keys", trust=())
    assert code != 0 and "SSL validation failed" in err
    for region in REGIONS:
        assert server.total("--region", region, "--operation", "CreateKey") == 1


# -- another signer --

TOKENS = r"""
import boto3, datetime, json, sys
from unittest import mock
when = datetime.datetime(2026, 11, 24, 8, 30)
with mock.patch("botocore.auth.get_current_datetime", return_value=when):
    for user, region, token in json.load(sys.stdin):
        client = boto3.client("rds", region_name=region, aws_access_key_id="AKIDEXAMPLE",
                              aws_secret_access_key="secret", aws_session_token=token)
        print(client.generate_db_auth_token(DBHostname="db.example.com", Port=5432,
                                            DBUsername=user, Region=region))
"""


def test_database_tokens_are_those_of_botocore():
    """Byte for byte, under a clock that stands still."""
    from urllib.parse import quote
    cases = [("jane", REGIONS[0], None), ("jane@x y+z/\u00e4", REGIONS[1], None),
             ("jane", REGIONS[1], "FQoG//tok+en=="), ("x" * 63, REGIONS[0], None)]
    theirs = subprocess.run([BIN / "python", "-c", TOKENS], input=json.dumps(cases), text=True,
                            capture_output=True, timeout=60, env=clean(), check=True)
    for (user, region, token), wanted in zip(cases, theirs.stdout.splitlines(), strict=True):
        env = clean(AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY="secret",
                    **({"AWS_SESSION_TOKEN": token} if token else {}))
        ours = subprocess.run(
            [BUILD / "tests" / "peer-presign", "rds-db", region, "20261124T083000Z", "900",
             "db.example.com:5432", f"Action=connect&DBUser={quote(user, safe='')}"],
            env=env, capture_output=True, text=True, check=True)
        assert "db.example.com:5432/?" + ours.stdout.strip() == wanted
