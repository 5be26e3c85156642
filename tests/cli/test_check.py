# SPDX-License-Identifier: Apache-2.0
"""Findings that need a KMS, each by its code; and what an operator accepts. The findings of the
live schema are in tests/unit/schema/test_finding.c."""
import http.server
import json
import threading

import pytest

from world import EU, closed_port

MISSING = "arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-4000-8000-000000000000"


def findings(place, *options):
    """The codes of all findings, of a configuration that is booked."""
    place.book()
    done = place.run("check", "--json", *options)
    said = json.loads(done.stdout)
    assert said["count"] == sum(not f["accepted"] for f in said["findings"])
    assert done.returncode == (1 if said["count"] else 0)
    return [f["code"] for f in said["findings"]], said


class Stranger(http.server.BaseHTTPRequestHandler):
    """Answers every question about a key with another key."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        arn = "arn:aws:kms:eu-west-1:111122223333:key/11111111-0000-4000-8000-000000000000"
        body = json.dumps({"KeyId": arn, "KeyMetadata": {
            "Arn": arn, "KeyId": arn.rsplit("/", 1)[1], "Enabled": True, "KeyState": "Enabled",
            "KeyUsage": "ENCRYPT_DECRYPT"}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def stranger():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_key_that_its_kms_does_not_know(place):
    place.config(eu_key=MISSING)
    codes, said = findings(place)
    assert codes == ["key-missing"]
    assert EU in said["findings"][0]["text"] and MISSING in said["findings"][0]["text"]


def test_a_key_that_is_disabled(place):
    place.config(eu_key=place.world.off)
    assert findings(place)[0] == ["key-disabled"]


def test_a_principal_that_kms_refuses(place):
    place.env["AWS_SECRET_ACCESS_KEY"] = "wrong"
    assert findings(place)[0] == ["key-denied", "key-denied"]


def test_a_region_that_does_not_answer(place):
    place.config(eu=closed_port())
    codes, said = findings(place)
    text = said["findings"][0]["text"]
    assert codes == ["region-unavailable"] and text.count(EU) == 1
    assert text.endswith(": mend the way to it, or try again")
    assert findings(place, "--as", "reader")[0] == ["probe-refused"]


def test_a_kms_that_answers_for_another_key(place, stranger):
    place.config(eu=stranger)
    assert findings(place)[0] == ["key-wrong"]


def test_probes_that_are_not_there_or_of_other_keys(place):
    place.sql("UPDATE sealrow_probe SET keys = 'others'")
    assert findings(place, "--as", "reader")[0] == ["probe-stale"]
    place.sql("DELETE FROM sealrow_probe")
    assert findings(place, "--as", "reader")[0] == ["probe-missing"]
    place.sql("DROP TABLE sealrow_probe")
    assert findings(place, "--as", "reader")[0] == ["probe-missing"]


DANGERS = (("pin: {sealed: pin_sealed,", "pin: {accept: [context:no-cell], sealed: pin_sealed,"),
           ("account: {column", "email: {column"))


def test_what_is_accepted_is_shown_and_counts_no_longer(place):
    place.config(*DANGERS)
    assert findings(place)[0] == ["bind-sensitive", "accept-no-cell"]
    codes, said = findings(place, "--accept", "bind-sensitive")
    assert codes == ["bind-sensitive", "accept-no-cell"] and said["count"] == said["accepted"] == 1
    accept = ("--accept", "bind-sensitive", "--accept=accept-no-cell")
    assert findings(place, *accept)[1]["accepted"] == 2
    *lines, last = place.ok("check", *accept).decode().splitlines()
    assert all(line.endswith(" (accepted)") for line in lines) and len(lines) == 2
    assert last == "0 findings, 2 accepted"


def test_what_is_accepted_must_be_known_and_harmless(place):
    for code, says in (("bind-sensitiv", "did you mean bind-sensitive?"),
                       ("bind-not-unique", "repair it")):
        done = place.run("check", "--accept", code)
        assert done.returncode == 2 and says in done.stderr.decode() and not done.stdout
