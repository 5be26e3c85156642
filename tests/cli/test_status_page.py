# SPDX-License-Identifier: Apache-2.0
"""status --html: the page says what --json says, names stay names, and the file is whole."""
import json
import os
import re
import stat

import pytest

import page
from world import EU, US

TAGS = {"html", "head", "meta", "title", "style", "body", "svg", "defs", "pattern", "rect",
        "circle", "path", "use", "header", "main", "nav", "section", "footer", "h1", "h2", "h3",
        "h4", "p", "span", "strong", "b", "bdi", "small", "code", "time", "a", "dl", "dt", "dd",
        "div", "ul", "li", "table", "caption", "thead", "tbody", "tr", "th", "td", "br",
        "details", "summary"}


@pytest.fixture
def full(place):
    place.evil = page.fill(place)
    return place


def test_the_page_says_what_json_says_and_names_stay_names(full):
    del full.env["AWS_ACCESS_KEY_ID"]  # headers alone: nobody is asked
    said = json.loads(full.ok("status", "--json", "--html", "a.html"))
    text = (full.folder / "a.html").read_text()
    found, wanted = page.tables_of(text), page.told(said)
    assert found == wanted
    assert wanted["customer"][0]["debts"] == {EU: 4}  # one of them by another's key
    assert wanted["customer"][1]["not_sealed"] == 1 and full.evil in wanted["customer"][0]["keys"]
    root = page.parse(text)
    assert {element.tag for element in root.iter()} <= TAGS
    for element in root.iter():
        assert not {name for name in element.attrib if name.startswith("on")}, element.attrib
        for name in ("href", "src"):
            assert element.get(name, "#").startswith("#")
    assert not re.search(r"https?:|@import|url\((?!#)", text)
    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    assert root.get("lang") == "en" and root.find("head/title").text == "Sealrow status of bank"
    headers = [page.words(h) for h in page.by_class(root, "p", "about")]
    assert f"11 rows in {page.TABLE}" in headers
    assert len(list(root.iter("main"))) == len(list(root.iter("h1"))) == 1
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    links = [e.get("href")[1:] for e in root.iter() if e.get("href")]
    assert len(ids) == len(set(ids)) and set(links) <= set(ids)


def test_what_is_wrong_is_said_in_words(full):
    text = page.words(page.parse(full.ok("status", "--html", "-")))
    for words in ("Debt: 4 values lack a Region", "Run sealrow heal customer.",
                  "Not sealed: 1 value is no message. Run sealrow check.",
                  "Not configured: 1 key", "A sample: what follows is of 10,000 of the 12,001 rows",
                  f"Plaintext: 1 value still there, in {page.PLAIN}, counted in all rows.",
                  f"in {page.SEALED}, key set",
                  "not configured, of no Region of the configuration", "no key for new values",
                  "suite 0x0578, signed 6", "nothing sealed"):
        assert words in text, words
    assert "A sample" not in page.words(page.parse(full.ok("status", "--all", "--html", "-")))


def test_a_table_without_debt_is_said_to_have_none(place):
    root = page.parse(place.ok("status", "--html", "-"))
    assert "No debt: each sealed value" in page.words(root) and not list(root.iter("nav"))
    rows = [[page.words(cell) for cell in row]
            for row in page.by_class(root, "table", "regions")[0].find("tbody")]
    assert rows == [[US, "", "1", "opens all"], [EU, "", "1", "opens all"]]


def test_the_file_is_whole_or_not_there(place):
    path, names = place.folder / "a.html", set(os.listdir(place.folder))
    assert place.ok("status", "--html", "a.html", "--dry-run") == b"" and not path.exists()
    for mask, mode in ((0o022, 0o644), (0o077, 0o600)):
        assert place.ok("status", "--html", "a.html", preexec_fn=lambda: os.umask(mask)) == b""
        assert stat.S_IMODE(path.stat().st_mode) == mode
        assert path.read_text().endswith("</html>\n")
    before = path.read_bytes()
    assert place.run("status", "custmer", "--html", "a.html").returncode == 2
    assert path.read_bytes() == before
    assert set(os.listdir(place.folder)) == names | {"a.html"}


def test_a_file_that_cannot_be_written_is_told_first(place):
    (place.folder / "app.db").unlink()
    (place.folder / "folder").mkdir()
    (place.folder / "link").symlink_to("sealrow.yaml")
    for name, code, words in (("no/a.html", 66, "no folder no: make it"),
                              ("folder", 2, "something else than a file"),
                              ("link", 2, "something else than a file"),
                              ("folder/", 2, "no name of a file"), ("", 2, "no name of a file")):
        done = place.run("status", "--html", name)
        assert done.returncode == code and words in done.stderr.decode(), (name, done.stderr)
    done = place.run("status", "--html", "-", "--json")
    assert done.returncode == 2 and "--html -" in done.stderr.decode()
