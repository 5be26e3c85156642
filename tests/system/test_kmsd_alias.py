# SPDX-License-Identifier: Apache-2.0
"""Aliases of the embedded KMS: names, limits, errors, and where they stand for a key."""
import pytest

from conftest import REGIONS
from sigv4 import b64

HOME = f"arn:aws:kms:{REGIONS[0]}:111122223333"
NOBODY = "00000000-0000-4000-8000-000000000000"
ONE = "1 validation error detected: Value "
MUST = " failed to satisfy constraint: Member must "


def done(client, op, **members):
    """An operation without output."""
    answer = client.call(op, **members)
    assert (answer.status, answer.raw) == (200, b""), answer.raw


def listed(client, **members):
    return client.ok("ListAliases", **members)["Aliases"]


@pytest.fixture
def other(client):
    return client.create()


@pytest.fixture
def alias(client, key):
    done(client, "CreateAlias", AliasName="alias/it", TargetKeyId=key)
    yield "alias/it"
    client.call("DeleteAlias", AliasName="alias/it")


def test_an_alias_stands_for_its_key(client, key, alias):
    for name in (alias, f"{HOME}:{alias}"):
        assert client.ok("DescribeKey", KeyId=name)["KeyMetadata"]["Arn"] == key
        sealed = client.ok("Encrypt", KeyId=name, Plaintext="AAAA")
        assert sealed["KeyId"] == key
        opened = client.ok("Decrypt", KeyId=name, CiphertextBlob=sealed["CiphertextBlob"])
        assert (opened["Plaintext"], opened["KeyId"]) == ("AAAA", key)
        assert client.ok("GenerateDataKey", KeyId=name, KeySpec="AES_256")["KeyId"] == key
        assert client.ok("GenerateDataKeyWithoutPlaintext", KeyId=name,
                         KeySpec="AES_256")["KeyId"] == key
        moved = client.ok("ReEncrypt", CiphertextBlob=sealed["CiphertextBlob"], SourceKeyId=name,
                          DestinationKeyId=name)
        assert (moved["SourceKeyId"], moved["KeyId"]) == (key, key)


def test_an_alias_moves_and_goes(client, key, other, alias):
    blob = client.ok("Encrypt", KeyId=alias, Plaintext="AAAA")["CiphertextBlob"]
    done(client, "UpdateAlias", AliasName=alias, TargetKeyId=other)
    assert client.ok("Encrypt", KeyId=alias, Plaintext="AAAA")["KeyId"] == other
    assert client.ok("Decrypt", CiphertextBlob=blob)["KeyId"] == key
    assert client.call("Decrypt", CiphertextBlob=blob, KeyId=alias).code == "IncorrectKeyException"
    done(client, "DeleteAlias", AliasName=alias)
    assert client.call("DescribeKey", KeyId=alias).text == f"Alias {HOME}:{alias} is not found."
    assert client.ok("Decrypt", CiphertextBlob=blob)["Plaintext"] == "AAAA"


def test_what_manages_keys_takes_no_alias(client, alias):
    for op, members in (("EnableKey", {"KeyId": alias}), ("DisableKey", {"KeyId": alias}),
                        ("DisableKey", {"KeyId": f"{HOME}:{alias}"}),
                        ("ListAliases", {"KeyId": alias})):
        answer = client.call(op, **members)
        assert (answer.status, answer.code) == (400, "NotFoundException")
        assert answer.text == f"Alias {HOME}:{alias} is not found."


def test_an_alias_is_of_its_region(kmsd, client, alias):
    away = kmsd.client(REGIONS[1])
    assert away.call("DescribeKey", KeyId=alias).code == "NotFoundException"
    assert away.call("DescribeKey", KeyId=f"{HOME}:{alias}").text == f"Invalid arn {REGIONS[0]}"
    foreign = f"{HOME}:{alias}".replace("111122223333", "999988887777")
    assert client.call("DescribeKey", KeyId=foreign).text == f"Alias {foreign} is not found."


def test_a_disabled_key_can_have_aliases(client, key):
    client.call("DisableKey", KeyId=key)
    done(client, "CreateAlias", AliasName="alias/off", TargetKeyId=key)
    answer = client.call("Encrypt", KeyId="alias/off", Plaintext="AAAA")
    assert (answer.code, answer.text) == ("DisabledException", f"{key} is disabled.")
    done(client, "UpdateAlias", AliasName="alias/off", TargetKeyId=key.split("/")[1])
    done(client, "DeleteAlias", AliasName="alias/off")


@pytest.mark.parametrize("name, code, text", [
    ("it", "ValidationException", 'Alias must start with the prefix "alias/".'),
    ("Alias/it", "ValidationException", 'Alias must start with the prefix "alias/".'),
    ("alias/aws/it", "NotAuthorizedException", None),
    ("alias/a:b", "ValidationException", "alias/a:b contains invalid characters for an alias"),
    ("alias/", "InvalidAliasNameException", 'An alias needs a name behind "alias/".'),
    ("", "ValidationException", None),
    ("alias/a b", "ValidationException", ONE + "'alias/a b' at 'aliasName'" + MUST +
     "satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$"),
    ("alias/ä", "ValidationException", None), ("alias/a\0", "ValidationException", None),
    ("alias/" + "x" * 251, "ValidationException", ONE + f"'alias/{'x' * 251}' at 'aliasName'" +
     MUST + "have length less than or equal to 256"),
])
@pytest.mark.parametrize("op", ["CreateAlias", "UpdateAlias", "DeleteAlias"])
def test_wrong_names(client, key, op, name, code, text):
    target = {} if op == "DeleteAlias" else {"TargetKeyId": key}
    answer = client.call(op, AliasName=name, **target)
    assert (answer.status, answer.code) == (400, code)
    assert text is None or answer.text == text
    assert code != "NotAuthorizedException" or answer.json == {"__type": code}


def test_the_longest_name_fits(client, key):
    name = "alias/" + "x" * 250
    done(client, "CreateAlias", AliasName=name, TargetKeyId=key)
    assert client.ok("DescribeKey", KeyId=f"{HOME}:{name}")["KeyMetadata"]["Arn"] == key
    assert client.call("DescribeKey", KeyId=name + "x").code == "NotFoundException"
    done(client, "DeleteAlias", AliasName=name)


@pytest.mark.parametrize("op, members, code, text", [
    ("CreateAlias", {"AliasName": "alias/it"}, "AlreadyExistsException",
     f"An alias with the name {HOME}:alias/it already exists"),
    ("CreateAlias", {"AliasName": "alias/new", "TargetKeyId": NOBODY}, "NotFoundException",
     f"Key '{HOME}:key/{NOBODY}' does not exist"),
    ("CreateAlias", {"AliasName": "alias/new", "TargetKeyId": "alias/it"}, "ValidationException",
     "Aliases must refer to keys. Not aliases"),
    ("CreateAlias", {"AliasName": "alias/new", "TargetKeyId": f"{HOME}:alias/it"},
     "ValidationException", "Aliases must refer to keys. Not aliases"),
    ("UpdateAlias", {"AliasName": "alias/new"}, "NotFoundException",
     f"Alias {HOME}:alias/new is not found."),
    ("UpdateAlias", {"AliasName": "alias/it", "TargetKeyId": NOBODY}, "NotFoundException",
     f"Key '{HOME}:key/{NOBODY}' does not exist"),
    ("DeleteAlias", {"AliasName": "alias/new"}, "NotFoundException",
     f"Alias {HOME}:alias/new is not found."),
    ("ListAliases", {"KeyId": NOBODY}, "NotFoundException",
     f"Key '{HOME}:key/{NOBODY}' does not exist"),
    ("ListAliases", {"Marker": "x"}, "InvalidMarkerException", "Invalid marker."),
    ("ListAliases", {"Marker": b64(b"x")}, "InvalidMarkerException", "Invalid marker."),
    ("ListAliases", {"Limit": 1001}, "ValidationException", None),
])
def test_refusals(client, key, alias, op, members, code, text):
    if op in ("CreateAlias", "UpdateAlias"):
        members = {"TargetKeyId": key, **members}
    answer = client.call(op, **members)
    assert (answer.status, answer.code) == (400, code)
    assert text is None or answer.text == text
    assert [a["AliasName"] for a in listed(client)] == [alias]


def test_a_key_has_at_most_fifty(client, key, other):
    for n in range(50):
        done(client, "CreateAlias", AliasName=f"alias/n{n}", TargetKeyId=key)
    done(client, "UpdateAlias", AliasName="alias/n0", TargetKeyId=key)
    done(client, "CreateAlias", AliasName="alias/more", TargetKeyId=other)
    for op, name in (("CreateAlias", "alias/n50"), ("UpdateAlias", "alias/more")):
        answer = client.call(op, AliasName=name, TargetKeyId=key)
        assert (answer.status, answer.code) == (400, "LimitExceededException")
    for name in ["more", *(f"n{n}" for n in range(50))]:
        done(client, "DeleteAlias", AliasName=f"alias/{name}")


def test_aliases_are_listed_in_pages(start):
    client = start().client()
    one, two = client.create(), client.create()
    names = [f"alias/{n}" for n in "abcde"]
    for name in names:
        done(client, "CreateAlias", AliasName=name, TargetKeyId=two if name == "alias/c" else one)
    entry = listed(client)[0]
    assert set(entry) == {"AliasName", "AliasArn", "TargetKeyId", "CreationDate",
                          "LastUpdatedDate"}
    assert entry["AliasArn"] == f"{HOME}:alias/a" and entry["TargetKeyId"] == one.split("/")[1]
    seen, marker = [], {}
    for size in (2, 2, 1):
        page = client.ok("ListAliases", Limit=2, **marker)
        assert len(page["Aliases"]) == size and page["Truncated"] is (size == 2)
        seen += [a["AliasName"] for a in page["Aliases"]]
        marker = {"Marker": page.get("NextMarker")}
    assert seen == names and marker == {"Marker": None}
    assert [a["AliasName"] for a in listed(client, KeyId=two)] == ["alias/c"]
    assert len(listed(client, KeyId=one.split("/")[1], Limit=3)) == 3


def test_aliases_outlive_the_server(start):
    server = start()
    key = server.client().create()
    done(server.client(), "CreateAlias", AliasName="alias/a", TargetKeyId=key)
    server.stop()
    again = start(ports=server.ports).client()
    assert again.ok("DescribeKey", KeyId="alias/a")["KeyMetadata"]["Arn"] == key
