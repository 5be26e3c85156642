# SPDX-License-Identifier: Apache-2.0
"""usage: tests/cli/wrong_input.py >docs/errors.md

Wrong input, the exact line it gets, and the exit code: a table that is a test and a
page of the documentation. In a line, <...> stands for what differs from run to run.
"""
import base64
import json
import os
import resource
import socket
import subprocess

from world import EU, SEALROW, closed_port

OPEN = ("open", "customer.userid", "--bind", "account=1")
SEAL = ("seal", "customer.userid", "--bind", "account=1")
GET = ("get", "customer", "account=1")
PUT = ("put", "customer", "account=2", "userid=x")
FROM = ("put", "customer", "--from", "-")
MISSING_KEY = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000000"


def good(place):
    return (place.folder / "good").read_bytes()


def config(*changes):
    return lambda place: place.config(*changes)


def environment(**values):
    def change(place):
        for name, value in values.items():
            place.env.pop(name) if value is None else place.env.update({name: value})
    return change


def no_config(place):
    (place.folder / "sealrow.yaml").unlink()


def table_with(columns):
    return lambda place: place.sql("DROP TABLE customers", f"CREATE TABLE customers ({columns})")


def swapped(place):
    """The sealed value of another row, stored in this one."""
    place.ok("put", "customer", "account=9", "userid=abc123")
    place.sql("UPDATE customers SET userid_sealed = (SELECT userid_sealed FROM customers "
              "WHERE account_no = '9') WHERE account_no = '1'")


def bundle(name):
    """AWS_CA_BUNDLE, and somebody with whom TLS is begun."""
    def change(place):
        place.listener = socket.create_server(("127.0.0.1", 0))
        place.config(eu=f"https://127.0.0.1:{place.listener.getsockname()[1]}")
        place.env["AWS_CA_BUNDLE"] = name
    return change


def full_disk(place):
    return {"stdout": os.open("/dev/full", os.O_WRONLY)}


def small_files(place):
    """No file may grow: the database is there, its journal cannot be made."""
    return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))}


def unreadable_credentials(place):
    environment(AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None,
                AWS_SHARED_CREDENTIALS_FILE="credentials")(place)
    (place.folder / "credentials").mkdir()


def closed_input(place):
    return {"preexec_fn": lambda: os.close(0), "stdin": subprocess.DEVNULL}



# What is wrong; how it is made; the command; standard input; exit code; the line.
ROWS = [
    ("no configuration", no_config, SEAL, b"x", 78,
     "sealrow: there is no configuration sealrow.yaml: name one with -c FILE or "
     "SEALROW_CONFIG (SROW-021)"),
    ("unknown key in it", config(("domain:", "domian:")), SEAL, b"x", 78,
     "sealrow: sealrow.yaml: line 2, column 1: domian: unknown key, did you mean "
     '"domain"? (SROW-020)'),
    ("duplicate key in it", config(("domain: bank", "domain: bank\ndomain: bank")), SEAL, b"x", 78,
     'sealrow: sealrow.yaml: line 3, column 1: key "domain" is doubled: it stands in '
     "line 2 already (SROW-020)"),
    ("an anchor in it", config(("domain: bank", "domain: &a bank")), SEAL, b"x", 78,
     "sealrow: sealrow.yaml: line 2, column 9: anchors (&name) are not allowed: write "
     "the value out (SROW-020)"),
    ("an alias in it", config(("domain: bank", "domain: *a")), SEAL, b"x", 78,
     "sealrow: sealrow.yaml: line 2, column 9: aliases (*name) are not allowed: write "
     "the value out (SROW-020)"),
    ("a tag in it", config(("domain: bank", "domain: !!str bank")), SEAL, b"x", 78,
     "sealrow: sealrow.yaml: line 2, column 9: tags (!name) are not allowed: remove it (SROW-020)"),
    ("a second document in it", config(("version: 1", "version: 1\n---")), SEAL, b"x", 78,
     "sealrow: sealrow.yaml: line 2, column 1: a second document: one file holds one (SROW-020)"),
    ("unknown word in it", config(("pin_sealed, type: integer", "pin_sealed, accept: [anything]")),
     SEAL, b"x", 78,
     "sealrow: sealrow.yaml: line 20, column 42: tables.customer.columns.pin.accept[0]: "
     "unknown value: say context:no-cell (SROW-020)"),
    ("a word of a later version in it",
     config(("pin_sealed, type: integer", "pin_sealed, accept: [context:subset]")), SEAL, b"x", 78,
     "sealrow: sealrow.yaml: line 20, column 42: tables.customer.columns.pin.accept[0]: "
     "this version does not have this value: take it out (SROW-022)"),
    ("unknown column", None, ("seal", "customer.usrid", "--bind", "account=1"), b"x", 2,
     'sealrow: the configuration has no column "usrid" in table "customer": '
     "correct the name, or add it under columns (SROW-003)"),
    ("unknown table", None, ("get", "custmer", "account=1"), b"", 2,
     "sealrow: table custmer: not in the configuration: did you mean customer? (SROW-003)"),
    ("a table named twice", None, ("estimate", "customer", "customer"), b"", 2,
     "sealrow: estimate: customer is named twice: name it once (SROW-001)"),
    ("missing binding", None, ("seal", "customer.userid"), b"x", 2,
     'sealrow: binding "account" of table "customer" is missing: give its value (SROW-002)'),
    ("empty binding", None, ("seal", "customer.userid", "--bind", "account="), b"x", 2,
     'sealrow: binding "account" is empty: give the value that names the row (SROW-002)'),
    ("unknown command", None, ("sael",), b"", 2,
     "sealrow: unknown command sael: did you mean seal? (SROW-001)"),
    ("unknown code", None, ("explain", "contxt"), b"", 2,
     "sealrow: contxt: no such code: did you mean CONTEXT? (SROW-001)"),
    ("unknown log level", None, (*SEAL, "--log-level", "loud"), b"x", 2,
     "sealrow: --log-level: unknown level loud: say error, warning, info or debug (SROW-001)"),
    ("unknown log level in a variable", environment(SEALROW_LOG="loud"), SEAL, b"x", 78,
     "sealrow: SEALROW_LOG: unknown level loud: say error, warning, info or debug (SROW-020)"),
    ("unknown shell", None, ("completion", "tcsh"), b"", 2,
     "sealrow: completion tcsh: unknown shell: say bash, zsh or fish (SROW-001)"),
    ("unknown part of config", None, ("config", "list"), b"", 2,
     "sealrow: config list: unknown: say show or keys (SROW-001)"),
    ("unknown option", None, (*SEAL, "--bnd", "x"), b"x", 2,
     "sealrow: unknown option --bnd: did you mean --bind? (SROW-001)"),
    ("unknown option with a value", None, (*SEAL, "--bnd=account=abc123"), b"x", 2,
     "sealrow: unknown option --bnd: did you mean --bind? (SROW-001)"),
    ("unknown letter with a value", None, (*SEAL, "-babc123"), b"x", 2,
     "sealrow: unknown option -b: did you mean --bind? (SROW-001)"),
    ("required column missing", None, ("put", "customer", "account=2", "pin=1"), b"", 2,
     "sealrow: customer.userid: the column is required: give userid=VALUE (SROW-001)"),
    ("value of another type", None, ("seal", "customer.pin", "--bind", "account=1"), b"01", 65,
     "sealrow: bank.customer.pin: the value is no canonical integer: digits without "
     "leading zero or +, within 64 bits (SROW-045)"),
    ("a document that is no JSON",
     lambda p: p.config(("type: integer", "type: json")), ("seal", "customer.pin", "--bind",
                                                           "account=1"), b"{a:1}", 65,
     "sealrow: bank.customer.pin: the value is no JSON: line 1, column 2: not JSON, or a member is "
     "doubled, or a number is larger than 1.7e308 (SROW-045)"),
    ("no credentials", environment(AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None), SEAL, b"x",
     78,
     "sealrow: no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
     "or AWS_SHARED_CREDENTIALS_FILE and AWS_PROFILE (instance metadata is not asked "
     "by this version) (SROW-023)"),
    ("wrong secret", environment(AWS_SECRET_ACCESS_KEY="wrong"), SEAL, b"x", 77,
     "sealrow: bank.customer.userid: not wrapped in every Region that the write "
     "requires: Region us-east-1, GenerateDataKey with <key ARN>: "
     "InvalidSignatureException: <text of KMS>; see credentials and clock (SROW-102)"),
    ("unknown Region", None, (*OPEN, "--via", "eu-west-9"), good, 78,
     "sealrow: --via: the configuration has no Region eu-west-9: name one of us-east-1, "
     "eu-west-1 (SROW-024)"),
    ("unknown local Region", None, (*SEAL, "--local-region", "eu-west-9"), b"x", 78,
     "sealrow: local Region: the configuration has no Region eu-west-9: name one of "
     "us-east-1, eu-west-1 (SROW-024)"),
    ("unknown Region declared down", environment(SEALROW_WHILE_DOWN="us-east-9"), SEAL, b"x", 78,
     "sealrow: SEALROW_WHILE_DOWN: the configuration has no Region us-east-9: name one of "
     "us-east-1, eu-west-1 (SROW-024)"),
    ("certificates that are missing", bundle("none.pem"), SEAL, b"x", 78,
     "sealrow: bank.customer.userid: not wrapped in every Region that the write requires: "
     "Region eu-west-1: TLS with 127.0.0.1:<port>: no certificates to believe can be read "
     "from none.pem: name a file of them (PEM) with AWS_CA_BUNDLE (SROW-020)"),
    ("certificates that are none", bundle("sealrow.yaml"), SEAL, b"x", 78,
     "sealrow: bank.customer.userid: not wrapped in every Region that the write requires: "
     "Region eu-west-1: TLS with 127.0.0.1:<port>: no certificates to believe can be read "
     "from sealrow.yaml: name a file of them (PEM) with AWS_CA_BUNDLE (SROW-020)"),
    ("Region gone, on sealing", lambda p: p.config(eu=closed_port()), SEAL, b"x", 69,
     "sealrow: bank.customer.userid: not wrapped in every Region that the write requires: "
     "Region eu-west-1: no connection to 127.0.0.1:<port>: Connection refused: try again; "
     "declare a lost Region down (write.while_down), or let write.require ask for fewer "
     "(SROW-145)"),
    ("Region gone, on opening in it", lambda p: p.config(eu=closed_port()), (*OPEN, "--via", EU),
     good, 69,
     "sealrow: bank.customer.userid: Region eu-west-1: no connection to 127.0.0.1:<port>: "
     "Connection refused: try again, or mend the way to it; open.failover says which Regions a "
     "read asks (SROW-140)"),
    ("key disabled", lambda p: p.config(eu_key=p.world.off), SEAL, b"x", 77,
     "sealrow: bank.customer.userid: not wrapped in every Region that the write requires: "
     "Region eu-west-1, Encrypt: DisabledException: <key ARN> is disabled; enable the key "
     "in that Region, or take it out of the configuration (SROW-101)"),
    ("key unknown to its KMS", lambda p: p.config(us_key=MISSING_KEY), SEAL, b"x", 66,
     "sealrow: bank.customer.userid: not wrapped in every Region that the write "
     "requires: Region us-east-1, GenerateDataKey: NotFoundException: Key '<key ARN>' "
     "does not exist; see the keys of the configuration (SROW-121)"),
    ("database not named", environment(DATABASE_URL=None), GET, b"", 78,
     "sealrow: database: the variable DATABASE_URL is not set: set it to sqlite:PATH, "
     "postgresql://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE (SROW-020)"),
    ("database of another make", environment(DATABASE_URL="oracle:u:p@h/d"), GET, b"", 2,
     "sealrow: database URL: unknown scheme: write sqlite:PATH, postgresql://... or mysql://..."
     " (SROW-001)"),
    ("database missing", environment(DATABASE_URL="sqlite:none.db"), GET, b"", 66,
     "sealrow: database: there is no such file: check the path behind sqlite: (SROW-122)"),
    ("a database that is none", environment(DATABASE_URL="sqlite:sealrow.yaml"), GET, b"", 69,
     "sealrow: database: file is not a database: check the path behind sqlite:, or "
     "restore the file from a backup (SROW-147)"),
    ("table missing", lambda p: p.sql("DROP TABLE customers"), PUT, b"", 78,
     "sealrow: table customers is not in the database: create it, or correct "
     "tables.customer.table (SROW-025)"),
    ("sealed column missing", table_with("account_no TEXT NOT NULL"), PUT, b"", 78,
     "sealrow: table customers has no column userid_sealed: run sealrow init (SROW-025)"),
    ("column not binary", table_with("account_no TEXT, userid_sealed TEXT, pin_sealed BLOB"), PUT,
     b"", 78,
     "sealrow: column userid_sealed of table customers is TEXT and not binary: make "
     "it BLOB, see sealrow init --print (SROW-025)"),
    ("value too long for its column",
     table_with("account_no TEXT, userid_sealed BLOB(300), pin_sealed BLOB"), PUT, b"", 65,
     "sealrow: customer.userid: the sealed value has <n> bytes and column "
     "userid_sealed holds 300: shorten the value, or move to a wider column (SROW-063)"),
    ("row missing", None, ("get", "customer", "account=7"), b"", 66,
     "sealrow: customer: no row has this binding: check its values (SROW-120)"),
    ("a position of another database", None,
     ("get", "customer", "account=1", "--after", "mariadb:0-1-2"), b"", 2,
     "sealrow: --after: a position of <...> (SROW-001)"),
    ("row there with another value", None, ("put", "customer", "account=1", "userid=x"), b"", 75,
     "sealrow: customer: the row is there with another value: nothing was stored: say "
     "--replace to overwrite it (SROW-160)"),
    ("refused by the database", table_with("account_no TEXT, userid_sealed BLOB, pin_sealed BLOB, "
                                           "owner TEXT NOT NULL"), PUT, b"", 77,
     "sealrow: database: NOT NULL constraint failed: customers.owner: nothing was "
     "changed: see the table's rules (SROW-103)"),
    ("not a message", None, OPEN, b"abc123", 65,
     "sealrow: bank.customer.userid: this is text and no AWS Encryption SDK message: "
     "was it stored without being sealed? (SROW-044)"),
    ("message of another row", swapped, GET, b"", 65,
     "sealrow: bank.customer.userid: the message's encryption context does not have the "
     'expected value of "account": check the binding or context that was asked for; if it '
     "is right, somebody has moved the value: an alarm (SROW-080)"),
    ("message of another binding", None, ("open", "customer.userid", "--bind", "account=2"), good,
     65,
     "sealrow: bank.customer.userid: the message's encryption context does not have the "
     'expected value of "account": check the binding or context that was asked for; if it '
     "is right, somebody has moved the value: an alarm (SROW-080)"),
    ("message of another column", None, ("open", "customer.pin", "--bind", "account=1"), good, 65,
     "sealrow: bank.customer.pin: the message's encryption context does not have the "
     'expected value of "sealrow:cell": check the binding or context that was asked for; '
     "if it is right, somebody has moved the value: an alarm (SROW-080)"),
    ("message of another domain", None, OPEN,
     lambda p: (p.folder / "other-domain").read_bytes(), 65,
     "sealrow: bank.customer.userid: the message's encryption context does not have the "
     'expected value of "sealrow:cell": check the binding or context that was asked for; '
     "if it is right, somebody has moved the value: an alarm (SROW-080)"),
    ("message truncated", None, OPEN, lambda p: good(p)[:-1], 65,
     "sealrow: bank.customer.userid: message body, frame 1: it ends too early: 16 bytes "
     "wanted, 15 left: restore it from a backup; `sealrow check` compares the column's "
     "width (SROW-040)"),
    ("message with a bit flipped", None, OPEN, lambda p: good(p)[:-1] + bytes([good(p)[-1] ^ 1]),
     65,
     "sealrow: bank.customer.userid: message body, frame 1: the authentication tag is "
     "wrong: an alarm: restore the value from a backup (SROW-085)"),
    ("base64 instead of bytes", None, OPEN,
     lambda p: base64.b64encode(good(p)), 65,
     "sealrow: bank.customer.userid: this is base64 of a message: decode it first (SROW-044)"),
    ("NULL where a value is required",
     lambda p: p.sql("UPDATE customers SET userid_sealed = NULL"), GET, b"", 65,
     "sealrow: bank.customer.userid: NULL where the configuration requires a value: "
     "restore the value; or take `required` away if NULL is meant (SROW-088)"),
    ("a file to encrypt is missing", None, ("encrypt", "--in", "none", "--out", "x"), b"", 66,
     "sealrow: --in none: no such file: check its name (SROW-120)"),
    ("a file is there already", None, ("encrypt", "--out", "good"), b"x", 75,
     "sealrow: --out: good: it is there: say --overwrite to replace it (SROW-160)"),
    ("a folder to write in is missing", None, ("encrypt", "--out", "none/x"), b"x", 66,
     "sealrow: --out none/x: there is no folder none: make it first (SROW-120)"),
    ("a folder without --out", None, ("encrypt", "--in", "."), b"", 2,
     "sealrow: --in .: a folder: name another with --out (SROW-001)"),
    ("a folder into itself", None, ("encrypt", "--in", ".", "--out", "new"), b"", 2,
     "sealrow: new: the output lies within the input: name another folder (SROW-001)"),
    ("a device as output", None, ("encrypt", "--out", "/dev/null"), b"x", 2,
     "sealrow: --out: /dev/null: there is something else than a file: name another, or - "
     "for standard output (SROW-001)"),
    ("a file of another encryption context", None, ("decrypt", "--context", "account=2"), good, 65,
     "sealrow: standard input: the message's encryption context does not have the "
     'expected value of "account": check the binding or context that was asked for; if it '
     "is right, somebody has moved the value: an alarm (SROW-080)"),
    ("a context that is no pair", None, ("decrypt", "--context", "account"), good, 2,
     "sealrow: --context number 1: no equals sign: write KEY=VALUE (SROW-001)"),
    ("a value without its name", None, ("put", "customer", "account=1", "hunter2"), b"", 2,
     "sealrow: NAME=VALUE number 2: no equals sign: write NAME=VALUE (SROW-001)"),
    ("a reserved context key", None, ("encrypt", "--context", "aws-crypto-x=1"), b"x", 2,
     "sealrow: --context aws-crypto-x: keys that begin with aws-crypto- are reserved: "
     "name it otherwise (SROW-001)"),
    ("a limit that is no number", None, ("encrypt", "--max-edks", "many"), b"x", 2,
     "sealrow: --max-edks many: not a number: write one from 1 to 65535 (SROW-001)"),
    ("more keys than the limit, on encrypting", None, ("encrypt", "--max-edks", "1"), b"x", 65,
     "sealrow: standard input: 2 encrypted data keys, at most 1 are allowed: raise "
     "limits.wrapped_keys or --max-edks, or give fewer keys (SROW-061)"),
    ("more keys than the limit, on decrypting", None, ("decrypt", "--max-edks", "1"), good, 65,
     "sealrow: standard input: message header: the header has 2 encrypted data keys, at "
     "most 1 are allowed: raise limits.wrapped_keys or --max-edks if the message is "
     "trusted; each key may cost a request (SROW-061)"),
    ("an alias as key", None, ("encrypt", "--key", "alias/mine"), b"x", 2,
     "sealrow: --key alias/mine: not a key's ARN: write "
     "arn:aws:kms:REGION:ACCOUNT:key/ID (SROW-001)"),
    ("a key of an unknown Region", None,
     ("encrypt", "--key", MISSING_KEY.replace("us-east-1", "eu-west-9")), b"x", 78,
     "sealrow: --key: <key ARN>: the configuration has no Region eu-west-9: add it under "
     "regions (SROW-024)"),
    ("unknown key set", None, ("encrypt", "--key-set", "cards"), b"x", 2,
     "sealrow: --key-set cards: the configuration has no such key set: add it under keys, "
     "or give --key ARN (SROW-001)"),
    ("unknown algorithm suite", None, ("encrypt", "--suite", "0014"), b"x", 78,
     "sealrow: --suite 0014: this version does not write it: write 0478 or 0578 (SROW-022)"),
    ("standard input closed", None, SEAL, closed_input, 71,
     "sealrow: standard input: it is closed: give it data (SROW-181)"),
    ("NULL for a binding", None, ("put", "customer", "account=2", "--null", "account"), b"", 2,
     "sealrow: customer.account: a binding is never NULL: give a value and not NULL (SROW-002)"),
    ("a header with a wrong name", None, FROM, b"acount,userid\n1,x\n", 2,
     "sealrow: standard input, line 1: customer.acount: neither in the configuration nor in "
     "table customers: did you mean account? (SROW-003)"),
    ("a wrong header alone", None, FROM, b"account,telephone\n", 2,
     "sealrow: standard input, line 1: customer.telephone: neither in the configuration nor in "
     "table customers: correct the name (SROW-003)"),
    ("a file without a header", None, FROM, b"4711,abc123\n", 2,
     "sealrow: standard input, line 1: it names no column of customer: the header names the "
     "columns, commas between them, in UTF-8 (SROW-003)"),
    ("a file with tabs", None, FROM, b"account\tuserid\n4711\tabc123\n", 2,
     "sealrow: standard input, line 1: it names no column of customer: the header names the "
     "columns, commas between them, in UTF-8 (SROW-003)"),
    ("a header in capitals", None, FROM, b"account,USERID_SEALED\n1,x\n", 2,
     "sealrow: standard input, line 1: customer.USERID_SEALED: this column is written through the "
     "configuration: name it userid (SROW-001)"),
    ("a file in UTF-16", None, FROM, "account,userid\n1,x\n".encode("utf-16"), 65,
     "sealrow: standard input, line 1: it does not begin with text: give CSV or JSON lines in "
     "UTF-8 (SROW-041)"),
    ("a folder for bad rows is missing", None, (*FROM, "--skip-bad", "none/bad"),
     b"account,userid\n2,x\n", 66,
     "sealrow: --skip-bad none/bad: there is no folder none: make it first (SROW-120)"),
    ("an array of JSON", None, FROM, b'[{"account": "1", "userid": "x"}]\n', 65,
     "sealrow: standard input, line 1: an array of JSON is not read: give JSON lines, one object "
     "a line (jq -c '.[]') (SROW-046)"),
    ("a header without the binding", None, FROM, b"userid\nx\n", 2,
     "sealrow: standard input, line 1: customer.account: the header lacks this binding: name it, "
     "and its value in each row (SROW-002)"),
    ("a header that names a column twice", None, FROM, b"account,userid,account\n", 65,
     "sealrow: standard input, line 1: the header names account twice: give each column once "
     "(SROW-041)"),
    ("a file without rows", None, FROM, b"", 65,
     "sealrow: standard input, line 1: there is no header: the first line names the columns "
     "(SROW-041)"),
    ("a byte behind a message", None, OPEN, lambda p: good(p) + b"x", 65,
     "sealrow: bank.customer.userid: 1 byte behind the end of the message: <what to do> "
     "(SROW-043)"),
    ("credentials that cannot be read", unreadable_credentials, SEAL, b"x", 71,
     "sealrow: credentials: it cannot be read: Is a directory: name a file in "
     "AWS_SHARED_CREDENTIALS_FILE (SROW-181)"),
    ("a database that cannot be written", None, PUT, small_files, 71,
     "sealrow: database: disk I/O error: nothing was changed: see that its disk is well, has "
     "room and may be written (SROW-181)"),
    ("disk full", None, SEAL, full_disk, 71,
     "sealrow: standard output: disk full: make room (SROW-181)"),
]


def page():
    lines = ["# Errors of the command line", "",
             "One line on standard error says what, where and what to do, and ends with a code "
             "that `sealrow explain`", "knows; the exit code is the class of the failure. With "
             "`--json` the line is an object (`docs/compatibility.md`).", "`<...>` stands for what "
             "differs from run to run. This page is a test: `tests/cli/wrong_input.py` makes it.",
             "",
             "| what is wrong | exit | the line |", "|---|---|---|"]
    for name, _, _, _, code, line in ROWS:
        quote = "``" if "`" in line else "`"
        lines.append(f"| {name} | {code} | {quote}{line}{quote} |")
    lines += ["", "# Codes", "",
              "Every failure has a code, in `struct srow_error`, the log and security events; "
              "`sealrow explain CODE`", "prints its row. Numbers and names never change their "
              "meaning.", "", "| code | exit | meaning | cause | repair |",
              "|---|---|---|---|---|"]
    told = subprocess.run([str(SEALROW), "explain", "--json"], stdout=subprocess.PIPE, check=True)
    lines += [f"| {r['code']} `{r['name']}` | {r['exit']}, {r['class']} | {r['meaning']} | "
              f"{r['cause']} | {r['repair']} |" for r in json.loads(told.stdout)
              if r["class"] != "finding"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
