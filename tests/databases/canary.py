# SPDX-License-Identifier: Apache-2.0
"""Values that are looked for wherever a database leaves bytes: one that only ever went the sealed
way, and one that was planted beside it in clear, which a search finds first."""
import base64
import json
import os
import pathlib

from world import EU, US


def marker():
    return "canary" + os.urandom(12).hex()


class Canary:
    """A text and a number, and every form in which a server writes one."""

    def __init__(self):
        self.text, self.number = marker(), 2 ** 60 + int.from_bytes(os.urandom(6), "big")

    def forms(self):
        for name, value in (("text", self.text.encode()), ("digits", str(self.number).encode())):
            yield name, value
            yield f"hex of {name}", value.hex().encode()
            yield f"HEX of {name}", value.hex().upper().encode()
            for shift in range(3):
                whole = base64.b64encode(b"\0" * shift + value)
                yield (f"base64+{shift} of {name}",
                       whole[4 if shift else 0:(shift + len(value)) // 3 * 4])
        yield "number", self.number.to_bytes(8, "big")[1:]  # InnoDB turns the sign
        yield "number, least first", self.number.to_bytes(8, "little")[:7]

    def seen(self, data):
        return [name for name, form in self.forms() if form in data]


SEALED, PLANTED = Canary(), Canary()
COLUMNS = ("ALTER TABLE customers ADD COLUMN note {}",
           "ALTER TABLE customers ADD COLUMN amount BIGINT")
ACCOUNTS = 30


def rows(sealed):
    """JSON lines: what is sealed, and beside it what is not."""
    return b"".join(json.dumps(
        {"account": f"many{n}", "userid": f"{sealed} {n}", "pin": SEALED.number + n,
         "note": PLANTED.text, "amount": PLANTED.number}).encode() + b"\n"
        for n in range(ACCOUNTS))


def sealed_way(place):
    """Everything that carries a value, on the sealed way and once in clear beside it; gives what
    was said about it."""
    said = [place.run("init").stderr]

    def run(code, *args, **how):
        done = place.run(*args, **how)
        assert done.returncode == code, (args, done.returncode, done.stderr.decode())
        said.append(done.stderr)
        return done.stdout

    put = ("put", "customer", "account=one", f"userid={SEALED.text}", f"pin={SEALED.number}",
           f"note={PLANTED.text}", f"amount={PLANTED.number}")
    for stored in (b"inserted 1", b"inserted 0, already there 1"):
        assert run(0, *put).startswith(stored)
    other = [word.replace(SEALED.text, SEALED.text + " other") for word in put]
    run(75, *other)
    assert b"replaced 1" in run(0, *other, "--replace")
    run(65, "put", "customer", "account=two", f"userid={SEALED.text * 200}")
    place.env["SEALROW_WHILE_DOWN"] = EU
    run(0, "put", "customer", "--from", "-", data=rows(SEALED.text))
    del place.env["SEALROW_WHILE_DOWN"]
    run(0, "put", "customer", "--from", "-", "--replace", data=rows(SEALED.text + " new"))
    run(75, "put", "customer", "--from", "-", data=rows(SEALED.text + " third"))
    place.env["SEALROW_WHILE_DOWN"] = US
    run(0, "put", "customer", "account=debt", f"userid={SEALED.text} debt")
    del place.env["SEALROW_WHILE_DOWN"]
    assert b"healed 1," in run(0, "heal", "customer", "--prove", "all")
    assert SEALED.text.encode() in run(0, "get", "customer", "account=one")
    listed = run(0, "get", "customer", "--list", "--format", "csv")
    assert listed.count(SEALED.text.encode()) == ACCOUNTS + 2
    message = run(0, "seal", "customer.userid", "--bind", "account=one",
                  data=SEALED.text.encode())
    (place.folder / "message").write_bytes(message)
    run(0, "match", "customer.userid", "--bind", "account=one", "--message", "message",
        data=SEALED.text.encode())
    run(0, "status")
    return b"".join(said)


def files(*folders):
    """All that stands in the files of these folders, by their place in it."""
    return {str(path): path.read_bytes() for folder in folders
            for path in sorted(pathlib.Path(folder).rglob("*")) if path.is_file()}


def judge(places, said):
    """Each place holds the planted canary and not the sealed one."""
    assert SEALED.seen(said) == [] == PLANTED.seen(said), "what is said has no values"
    blind = [name for name, data in places.items() if not PLANTED.seen(data)]
    assert not blind, f"the search does not find what was planted in {blind}"
    found = {name: SEALED.seen(data) for name, data in places.items() if SEALED.seen(data)}
    assert found == {}
