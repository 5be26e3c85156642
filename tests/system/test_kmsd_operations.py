# SPDX-License-Identifier: Apache-2.0
"""Every operation of the embedded KMS, and every error it can answer with."""
import uuid

import pytest

from conftest import REGIONS
from sigv4 import b64, unb64

PLAIN = b64(b"a secret of the customer")
NOBODY = "00000000-0000-4000-8000-000000000000"
HOME = f"arn:aws:kms:{REGIONS[0]}:111122223333"


def test_a_new_key_describes_itself_completely(client):
    made = client.ok("CreateKey", Description="für Kunden")["KeyMetadata"]
    assert set(made) == {
        "AWSAccountId", "Arn", "CreationDate", "CurrentKeyMaterialId", "CustomerMasterKeySpec",
        "Description", "Enabled", "EncryptionAlgorithms", "KeyId", "KeyManager", "KeySpec",
        "KeyState", "KeyUsage", "MultiRegion", "Origin"}
    assert str(uuid.UUID(made["KeyId"])) == made["KeyId"]
    assert made["Arn"] == f"{HOME}:key/{made['KeyId']}"
    assert made["Description"] == "für Kunden"
    assert len(bytes.fromhex(made["CurrentKeyMaterialId"])) == 32
    assert client.ok("DescribeKey", KeyId=made["KeyId"])["KeyMetadata"] == made
    assert client.ok("DescribeKey", KeyId=made["Arn"])["KeyMetadata"] == made


def test_parameters_that_mean_the_default_are_accepted(client):
    client.ok("CreateKey", KeyUsage="ENCRYPT_DECRYPT", KeySpec="SYMMETRIC_DEFAULT",
              Origin="AWS_KMS", MultiRegion=False, Tags=[], Policy=None)
    client.ok("CreateKey", CustomerMasterKeySpec="SYMMETRIC_DEFAULT")


def test_what_was_encrypted_is_decrypted(client, key):
    sealed = client.ok("Encrypt", KeyId=key, Plaintext=PLAIN, EncryptionContext={"a": "1"})
    assert sealed["KeyId"] == key and sealed["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    assert set(sealed) == {"CiphertextBlob", "KeyId", "EncryptionAlgorithm"}
    opened = client.ok("Decrypt", CiphertextBlob=sealed["CiphertextBlob"],
                       EncryptionContext={"a": "1"})
    assert opened["Plaintext"] == PLAIN and opened["KeyId"] == key
    assert set(opened) == {"EncryptionAlgorithm", "KeyId", "KeyMaterialId", "Plaintext"}
    again = client.ok("Encrypt", KeyId=key, Plaintext=PLAIN, EncryptionContext={"a": "1"})
    assert again["CiphertextBlob"] != sealed["CiphertextBlob"]


@pytest.mark.parametrize("size", [1, 4096])
def test_the_shortest_and_the_longest_plaintext_fit(client, key, size):
    plain = b64(b"x" * size)
    blob = client.ok("Encrypt", KeyId=key, Plaintext=plain)["CiphertextBlob"]
    assert len(unb64(blob)) <= 6144
    assert client.ok("Decrypt", CiphertextBlob=blob)["Plaintext"] == plain


@pytest.mark.parametrize("asked, size", [
    ({"KeySpec": "AES_256"}, 32), ({"KeySpec": "AES_128"}, 16), ({"NumberOfBytes": 1}, 1),
    ({"NumberOfBytes": 1024}, 1024)])
def test_a_data_key_comes_with_its_ciphertext(client, key, asked, size):
    made = client.ok("GenerateDataKey", KeyId=key, EncryptionContext={"a": "b"}, **asked)
    assert set(made) == {"CiphertextBlob", "KeyId", "KeyMaterialId", "Plaintext"}
    assert len(unb64(made["Plaintext"])) == size and made["KeyId"] == key
    opened = client.ok("Decrypt", CiphertextBlob=made["CiphertextBlob"], KeyId=key,
                       EncryptionContext={"a": "b"})
    assert opened["Plaintext"] == made["Plaintext"]
    assert opened["KeyMaterialId"] == made["KeyMaterialId"]


def test_a_data_key_without_plaintext_has_none(client, key):
    made = client.ok("GenerateDataKeyWithoutPlaintext", KeyId=key, KeySpec="AES_256")
    assert set(made) == {"CiphertextBlob", "KeyId", "KeyMaterialId"}
    opened = client.ok("Decrypt", CiphertextBlob=made["CiphertextBlob"])
    assert len(unb64(opened["Plaintext"])) == 32


def test_a_ciphertext_moves_to_another_key_and_context(client, key):
    other = client.create()
    blob = client.ok("Encrypt", KeyId=key, Plaintext=PLAIN, EncryptionContext={"a": "1"})
    moved = client.ok("ReEncrypt", CiphertextBlob=blob["CiphertextBlob"], DestinationKeyId=other,
                      SourceEncryptionContext={"a": "1"}, DestinationEncryptionContext={"b": "2"})
    assert set(moved) == {
        "CiphertextBlob", "SourceKeyId", "KeyId", "SourceEncryptionAlgorithm",
        "DestinationEncryptionAlgorithm", "SourceKeyMaterialId", "DestinationKeyMaterialId"}
    assert (moved["SourceKeyId"], moved["KeyId"]) == (key, other)
    opened = client.ok("Decrypt", CiphertextBlob=moved["CiphertextBlob"],
                       EncryptionContext={"b": "2"})
    assert (opened["Plaintext"], opened["KeyId"]) == (PLAIN, other)
    assert opened["KeyMaterialId"] == moved["DestinationKeyMaterialId"]


def test_both_keys_and_the_source_context_of_a_move_are_checked(kmsd, client, key):
    other, off = client.create(), client.create()
    blob = client.ok("Encrypt", KeyId=key, Plaintext=PLAIN, EncryptionContext={"a": "1"})
    how = {"CiphertextBlob": blob["CiphertextBlob"], "SourceEncryptionContext": {"a": "1"},
           "DestinationKeyId": other}
    client.call("DisableKey", KeyId=off)
    from_off = client.ok("ReEncrypt", **how)
    for more, code in (({"SourceEncryptionContext": {"a": "2"}}, "InvalidCiphertextException"),
                       ({"SourceEncryptionContext": None}, "InvalidCiphertextException"),
                       ({"SourceKeyId": other}, "IncorrectKeyException"),
                       ({"DestinationKeyId": off}, "DisabledException"),
                       ({"DestinationKeyId": NOBODY}, "NotFoundException"),
                       ({"DestinationKeyId": "alias/none"}, "NotFoundException")):
        answer = client.call("ReEncrypt", **{**how, **more})
        assert (answer.status, answer.code) == (400, code), more
    client.call("DisableKey", KeyId=other)
    assert client.call("ReEncrypt", CiphertextBlob=from_off["CiphertextBlob"],
                       DestinationKeyId=key).text == f"{other} is disabled."
    away = kmsd.client(REGIONS[1])
    answer = away.call("ReEncrypt", **{**how, "DestinationKeyId": away.create()})
    assert answer.code == "AccessDeniedException" and "kms:ReEncryptFrom on" in answer.text


@pytest.mark.parametrize("size", [1, 1024])
def test_random_bytes_are_as_many_as_asked_and_never_the_same(client, size):
    seen = {client.ok("GenerateRandom", NumberOfBytes=size)["Plaintext"] for _ in range(16)}
    assert {len(unb64(text)) for text in seen} == {size}
    assert size == 1 or len(seen) == 16


def test_a_disabled_key_is_refused_until_it_is_enabled(client, key):
    blob = client.ok("Encrypt", KeyId=key, Plaintext=PLAIN)["CiphertextBlob"]
    for _ in range(2):
        answer = client.call("DisableKey", KeyId=key)
        assert (answer.status, answer.raw) == (200, b"")
    described = client.ok("DescribeKey", KeyId=key)["KeyMetadata"]
    assert (described["Enabled"], described["KeyState"]) == (False, "Disabled")
    for op, members in (("Encrypt", {"KeyId": key, "Plaintext": PLAIN}),
                        ("Decrypt", {"CiphertextBlob": blob}),
                        ("GenerateDataKey", {"KeyId": key, "KeySpec": "AES_256"}),
                        ("GenerateDataKeyWithoutPlaintext", {"KeyId": key, "KeySpec": "AES_256"})):
        answer = client.call(op, **members)
        assert (answer.status, answer.code) == (400, "DisabledException")
        assert answer.text == f"{key} is disabled."
    answer = client.call("EnableKey", KeyId=key)
    assert (answer.status, answer.raw) == (200, b"")
    assert client.ok("Decrypt", CiphertextBlob=blob)["Plaintext"] == PLAIN


def test_keys_are_listed_in_pages(start):
    client = start().client()
    made = sorted(client.create() for _ in range(5))
    whole = client.ok("ListKeys")
    assert [k["KeyArn"] for k in whole["Keys"]] == made and whole["Truncated"] is False
    assert "NextMarker" not in whole
    seen, marker = [], {}
    for size in (2, 2, 1):
        page = client.ok("ListKeys", Limit=2, **marker)
        assert len(page["Keys"]) == size and page["Truncated"] is (size == 2)
        seen += [k["KeyArn"] for k in page["Keys"]]
        marker = {"Marker": page.get("NextMarker")}
    assert seen == made and marker == {"Marker": None}


def test_an_encryption_context_is_matched_exactly(client, key):
    blob = client.ok("Encrypt", KeyId=key, Plaintext=PLAIN,
                     EncryptionContext={"ab": "c", "x": "y"})["CiphertextBlob"]
    client.ok("Decrypt", CiphertextBlob=blob, EncryptionContext={"x": "y", "ab": "c"})
    for context in ({"a": "bc", "x": "y"}, {"ab": "c"}, {"AB": "c", "x": "y"}, {}, None,
                    {"ab": "cx", "": "y"}, {"ab": "c", "x": "y", "z": ""}, {"ab": "cxy"}):
        answer = client.call("Decrypt", CiphertextBlob=blob, EncryptionContext=context)
        assert (answer.status, answer.json) == (400, {"__type": "InvalidCiphertextException"})


def test_every_flipped_bit_of_a_ciphertext_is_refused(client, key):
    blob = unb64(client.ok("Encrypt", KeyId=key, Plaintext=b64(b"z"))["CiphertextBlob"])
    for bit in range(len(blob) * 8):
        bent = bytearray(blob)
        bent[bit // 8] ^= 1 << bit % 8
        answer = client.call("Decrypt", CiphertextBlob=b64(bytes(bent)))
        assert answer.code in ("InvalidCiphertextException", "AccessDeniedException"), bit
        assert "Plaintext" not in answer.json


def test_a_ciphertext_is_of_its_key_and_region(kmsd, client, key):
    blob = client.ok("Encrypt", KeyId=key, Plaintext=PLAIN)["CiphertextBlob"]
    answer = client.call("Decrypt", CiphertextBlob=blob, KeyId=client.create())
    assert (answer.status, answer.code) == (400, "IncorrectKeyException")
    assert answer.text == ("The key ID in the request does not identify a CMK that can perform "
                           "this operation.")
    answer = kmsd.client(REGIONS[1]).call("Decrypt", CiphertextBlob=blob)
    assert (answer.status, answer.code) == (400, "AccessDeniedException")
    assert set(answer.json) == {"__type", "Message"}
    assert answer.text == (
        "User: arn:aws:iam::111122223333:user/default is not authorized to perform: kms:Decrypt on "
        "the resource associated with this ciphertext because the resource does not exist in this "
        "Region, no resource-based policies allow access, or a resource-based policy explicitly "
        "denies access")


def test_what_is_no_ciphertext_of_ours_is_refused(client):
    for blob in (b"x", b"\x01" * 113, b"\x02" * 200, b"\x01" + bytes(300)):
        answer = client.call("Decrypt", CiphertextBlob=b64(blob))
        assert answer.json == {"__type": "InvalidCiphertextException"}


@pytest.mark.parametrize("asked, text", [
    (NOBODY, f"Key '{HOME}:key/{NOBODY}' does not exist"),
    (f"{HOME}:key/{NOBODY}", f"Key '{HOME}:key/{NOBODY}' does not exist"),
    ("mrk-" + "0" * 32, f"Key '{HOME}:key/mrk-{'0' * 32}' does not exist"),
    (HOME.replace("111122223333", "999988887777") + f":key/{NOBODY}",
     f"Key 'arn:aws:kms:eu-central-1:999988887777:key/{NOBODY}' does not exist"),
    (HOME.replace("eu-central-1", "us-east-1") + f":key/{NOBODY}", "Invalid arn us-east-1"),
    ("alias/app", f"Alias {HOME}:alias/app is not found."),
    (f"{HOME}:alias/app", f"Alias {HOME}:alias/app is not found."),
    ("nonsense", "Invalid keyId 'nonsense'"),
    ("../../etc/passwd", "Invalid keyId '../../etc/passwd'"),
    (NOBODY.upper().replace("0", "A"), f"Invalid keyId '{NOBODY.replace('0', 'A')}'"),
    ("arn:aws:s3:::bucket", "Invalid keyId 'arn:aws:s3:::bucket'"),
    (NOBODY[:-1] + "\0", None),
])
def test_a_key_that_is_not_here_is_not_found(client, asked, text):
    for op, more in (("DescribeKey", {}), ("Encrypt", {"Plaintext": PLAIN}), ("EnableKey", {}),
                     ("DisableKey", {}), ("GenerateDataKey", {"KeySpec": "AES_256"})):
        answer = client.call(op, KeyId=asked, **more)
        assert (answer.status, answer.code) == (400, "NotFoundException")
        assert text is None or answer.text == text


ONE = "1 validation error detected: Value "
MUST = " failed to satisfy constraint: Member must "


@pytest.mark.parametrize("op, members, text", [
    ("Encrypt", {"KeyId": "k", "Plaintext": b64(b"x" * 4097)},
     ONE + "at 'plaintext'" + MUST + "have length less than or equal to 4096"),
    ("Encrypt", {"KeyId": "k", "Plaintext": ""},
     ONE + "at 'plaintext'" + MUST + "have length greater than or equal to 1"),
    ("Encrypt", {"KeyId": "k"}, ONE + "at 'plaintext'" + MUST + "not be null"),
    ("Encrypt", {}, "2 validation errors detected: Value null at 'keyId'" + MUST +
     "not be null; Value at 'plaintext'" + MUST + "not be null"),
    ("Encrypt", {"KeyId": "k" * 2049, "Plaintext": PLAIN},
     ONE + f"'{'k' * 2049}' at 'keyId'" + MUST + "have length less than or equal to 2048"),
    ("Encrypt", {"KeyId": "k", "Plaintext": PLAIN, "EncryptionAlgorithm": "ROT13"},
     ONE + "'ROT13' at 'encryptionAlgorithm'" + MUST + "satisfy enum value set: "
     "[SYMMETRIC_DEFAULT, RSAES_OAEP_SHA_1, RSAES_OAEP_SHA_256, SM2PKE]"),
    ("Encrypt", {"KeyId": "k", "Plaintext": PLAIN, "GrantTokens": ["t"] * 11},
     ONE + "'[...]' at 'grantTokens'" + MUST + "have length less than or equal to 10"),
    ("Decrypt", {"CiphertextBlob": b64(b"x" * 6145)},
     ONE + "at 'ciphertextBlob'" + MUST + "have length less than or equal to 6144"),
    ("GenerateDataKey", {"KeyId": "k", "NumberOfBytes": 0},
     ONE + "'0' at 'numberOfBytes'" + MUST + "have value greater than or equal to 1"),
    ("GenerateDataKey", {"KeyId": "k", "NumberOfBytes": 1025},
     ONE + "'1025' at 'numberOfBytes'" + MUST + "have value less than or equal to 1024"),
    ("GenerateDataKey", {"KeyId": "k", "KeySpec": "AES_512"},
     ONE + "'AES_512' at 'keySpec'" + MUST + "satisfy enum value set: [AES_256, AES_128]"),
    ("GenerateDataKey", {"KeyId": "k"}, "Please specify either number of bytes or key spec."),
    ("GenerateDataKey", {"KeyId": "k", "KeySpec": "AES_256", "NumberOfBytes": 32},
     "Please specify either number of bytes or key spec."),
    ("GenerateRandom", {}, ONE + "null at 'numberOfBytes'" + MUST + "not be null"),
    ("GenerateRandom", {"NumberOfBytes": 1025}, ONE + "'1025' at 'numberOfBytes'" + MUST +
     "have value less than or equal to 1024"),
    ("ReEncrypt", {"CiphertextBlob": PLAIN}, ONE + "null at 'destinationKeyId'" + MUST +
     "not be null"),
    ("ListKeys", {"Limit": 1001}, ONE + "'1001' at 'limit'" + MUST +
     "have value less than or equal to 1000"),
    ("CreateKey", {"Description": "ä" * 8193}, None),
    ("CreateKey", {"KeySpec": "ROT13"}, None),
    ("CreateKey", {"KeySpec": "SYMMETRIC_DEFAULT", "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT"},
     None),
])
def test_ranges_are_those_of_kms(client, op, members, text):
    answer = client.call(op, **members)
    assert (answer.status, answer.code) == (400, "ValidationException")
    assert text is None or answer.text == text


@pytest.mark.parametrize("member, value", [
    ("MultiRegion", True), ("Policy", "{}"), ("Tags", [{"TagKey": "a", "TagValue": "b"}]),
    ("BypassPolicyLockoutSafetyCheck", True), ("CustomKeyStoreId", "cks-1"), ("XksKeyId", "x"),
    ("KeySpec", "RSA_2048"), ("KeyUsage", "SIGN_VERIFY"), ("Origin", "EXTERNAL"),
    ("CustomerMasterKeySpec", "ECC_NIST_P256"), ("Descripton", "misspelt")])
def test_what_is_not_built_is_refused_by_name(client, member, value):
    before = len(client.ok("ListKeys", Limit=1000)["Keys"])
    answer = client.call("CreateKey", **{member: value})
    assert (answer.status, answer.code) == (400, "UnsupportedOperationException")
    assert member in answer.text
    assert len(client.ok("ListKeys", Limit=1000)["Keys"]) == before


def test_more_refusals(client, key):
    blob = client.ok("Encrypt", KeyId=key, Plaintext=PLAIN)["CiphertextBlob"]
    for op, members, code in (
            ("Encrypt", {"KeyId": key, "Plaintext": PLAIN, "DryRun": True},
             "DryRunOperationException"),
            ("Decrypt", {"CiphertextBlob": blob, "DryRun": True}, "DryRunOperationException"),
            ("ReEncrypt", {"CiphertextBlob": blob, "DestinationKeyId": key, "DryRun": True},
             "DryRunOperationException"),
            ("ReEncrypt", {"CiphertextBlob": blob, "DestinationKeyId": key, "GrantTokens": ["t"]},
             "InvalidGrantTokenException"),
            ("ReEncrypt", {"CiphertextBlob": blob, "DestinationKeyId": key,
                           "DestinationEncryptionAlgorithm": "SM2PKE"}, "InvalidKeyUsageException"),
            ("GenerateRandom", {"NumberOfBytes": 1, "CustomKeyStoreId": "cks-1"},
             "UnsupportedOperationException"),
            ("GenerateDataKey", {"KeyId": key, "KeySpec": "AES_256", "DryRun": True},
             "DryRunOperationException"),
            ("Encrypt", {"KeyId": key, "Plaintext": PLAIN, "GrantTokens": ["t"]},
             "InvalidGrantTokenException"),
            ("Encrypt", {"KeyId": key, "Plaintext": PLAIN,
                         "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}, "InvalidKeyUsageException"),
            ("Decrypt", {"CiphertextBlob": blob, "Recipient": {"KeyEncryptionAlgorithm": "x"}},
             "UnsupportedOperationException"),
            ("ListKeys", {"Marker": "%%"}, "InvalidMarkerException"),
            ("CreateGrant", {"KeyId": key}, "UnknownOperationException"),
            ("Encrypt", {"KeyId": 7, "Plaintext": PLAIN}, "SerializationException"),
            ("Encrypt", {"KeyId": key, "Plaintext": "no base64!"}, "SerializationException"),
            ("Encrypt", {"KeyId": key, "Plaintext": PLAIN, "EncryptionContext": {"a": 1}},
             "SerializationException")):
        answer = client.call(op, **members)
        assert (answer.status, answer.code) == (400, code), (op, members)
        assert answer.headers["x-amzn-ErrorType"] == code
    assert client.call("Decrypt", CiphertextBlob=b64(b"x" * 200), DryRun=True).code == \
        "InvalidCiphertextException"


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'{"KeyId":"a","KeyId":"b"}', b"\xff",
                                  b'{"KeyId":"a"} x'])
def test_a_body_that_is_no_object_is_refused(client, body):
    assert client.call("DescribeKey", body).code == "SerializationException"


def test_answers_carry_the_headers_of_kms(client, key):
    for answer in (client.call("DescribeKey", KeyId=key), client.call("DescribeKey", KeyId="x")):
        assert answer.headers["Content-Type"] == "application/x-amz-json-1.1"
        assert str(uuid.UUID(answer.headers["x-amzn-RequestId"]))
        assert answer.headers["Date"].endswith("GMT")
        assert int(answer.headers["Content-Length"]) == len(answer.raw)


def test_the_app_profile_describes_and_uses_keys_and_nothing_else(kmsd, client, key):
    app = kmsd.client(profile="app")
    blob = app.ok("Encrypt", KeyId=key, Plaintext=PLAIN)["CiphertextBlob"]
    assert app.ok("Decrypt", CiphertextBlob=blob)["Plaintext"] == PLAIN
    app.ok("GenerateDataKey", KeyId=key, KeySpec="AES_256")
    app.ok("GenerateDataKeyWithoutPlaintext", KeyId=key, KeySpec="AES_256")
    app.ok("DescribeKey", KeyId=key)
    app.ok("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=key)
    for op, members, resource in (("CreateKey", {}, "*"), ("ListKeys", {}, "*"),
                                  ("ListAliases", {}, "*"),
                                  ("GenerateRandom", {"NumberOfBytes": 1}, "*"),
                                  ("DeleteAlias", {"AliasName": "alias/x"}, "*"),
                                  ("CreateAlias", {"AliasName": "alias/x", "TargetKeyId": key},
                                   key),
                                  ("EnableKey", {"KeyId": key}, key),
                                  ("DisableKey", {"KeyId": key}, key)):
        answer = app.call(op, **members)
        assert (answer.status, answer.code) == (400, "AccessDeniedException")
        assert answer.json == {
            "__type": "AccessDeniedException",
            "Message": "User: arn:aws:iam::111122223333:user/app is not authorized to perform: "
                       f"kms:{op} on resource: {resource} because no identity-based policy allows "
                       f"the kms:{op} action"}
    assert client.ok("DescribeKey", KeyId=key)["KeyMetadata"]["Enabled"] is True
