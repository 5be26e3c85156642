# SPDX-License-Identifier: Apache-2.0
"""The shared libraries: what they show, under which version, and what they need."""
import re
import subprocess

import pytest

from conftest import BUILD, ROOT

CORE = BUILD / "src" / "libsealrow.so.0"
# The private names, which promise nothing, stand under a version of their own.
PUBLIC, PRIVATE = "SROW_0.1", "SEALROW_PRIVATE"


def output(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, check=True,
                          timeout=30).stdout


def declared():
    """The functions that the public headers declare."""
    text = "".join(p.read_text() for p in sorted((ROOT / "include/sealrow").glob("*.h")))
    text = re.sub(r"/\*.*?\*/|^#.*?(?<!\\)$", "", text, flags=re.S | re.M)
    return set(re.findall(r"\bSROW_API\b[^;(]*?(\w+)\s*\(", text))


def shown(library):
    """What a library exports, by version."""
    names = {}
    for line in output("nm", "-D", "--defined-only", "--with-symbol-versions",
                       library).splitlines():
        kind, name = line.split()[-2:]
        if kind != "A":
            name, _, version = name.partition("@@")
            names.setdefault(version, set()).add(name)
    return names


def test_the_library_shows_exactly_what_the_headers_declare():
    names = shown(CORE)
    assert "srow_cell_seal" in declared()
    assert names[PUBLIC] == declared(), "src/sealrow.map and include/sealrow/ differ"
    assert set(names) <= {PUBLIC, PRIVATE}


def test_its_name_is_what_programs_will_look_for():
    assert re.search(r"SONAME.*\[libsealrow\.so\.0\]", output("readelf", "-d", CORE))
