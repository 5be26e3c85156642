# SPDX-License-Identifier: Apache-2.0
"""One address for all Regions: the signature's scope says which is meant."""
import pytest

from conftest import REGIONS


@pytest.fixture
def server(start):
    return start(options=["--any", "127.0.0.1:0"])


def test_each_region_answers_at_the_one_address(server):
    keys = {r: server.client(r).create() for r in REGIONS}
    for region in REGIONS:
        client = server.client(region, at="any")
        assert [k["KeyArn"] for k in client.ok("ListKeys")["Keys"]] == [keys[region]]
        assert server.total("--region", region, "--operation", "ListKeys") == 1
    assert server.command("status").splitlines()[2] == f"any http://{server.address['any']} up"


def test_what_names_no_region_of_ours_is_refused(server):
    client = server.client(at="any")
    client.region = "eu-north-1"
    answer = client.call("ListKeys")
    assert (answer.status, answer.code) == (400, "InvalidSignatureException")
    headers, body = client.request("ListKeys", {})
    assert client.send(headers, body).code == "MissingAuthenticationTokenException"


def test_the_scope_cannot_be_changed_after_signing(server):
    client = server.client(at="any")
    headers, body = client.request("ListKeys", {})
    client.authorize(headers, body)
    headers["Authorization"] = headers["Authorization"].replace(*REGIONS)
    assert client.send(headers, body).code == "InvalidSignatureException"


@pytest.mark.parametrize("now", [[], ["--now"]])
def test_a_region_that_is_stopped_answers_nowhere(server, now):
    goes, stays = REGIONS
    server.command("region", "stop", goes, *now)
    with pytest.raises(OSError):
        server.client(goes, at="any").call("ListKeys")
    assert server.client(stays, at="any").call("ListKeys").status == 200
    server.command("region", "start", goes)
    assert server.client(goes, at="any").call("ListKeys").status == 200


def test_the_one_address_stops_alone(server):
    server.command("region", "stop", "any", "--now")
    with pytest.raises(OSError):
        server.client(at="any").call("ListKeys")
    assert server.client().call("ListKeys").status == 200
