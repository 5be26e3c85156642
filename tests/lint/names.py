#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""foo.c exports only foo_* or srow_foo_*, so that a name says where it lives."""
import re
import sys

from common import ROOT, Tap, files, lines, tags, where

# Files that own a second noun, and why.
ALSO = {
    "src/client/cell.c": ["sealed"],     # what a seal gives
    "src/client/client_care.c": ["health"],  # what srow_client_health gives
    "src/client/version.c": ["srow"],    # the library's own version
    "src/base/bytes.c": ["buf", "str"],  # views and buffers that own are one idea
    "src/base/base64.c": ["text"],       # one form of text, too long for text.c
    "src/base/reader.c": ["read"],       # the verbs of the cursor: read_u16
    "src/base/error.c": ["rc"],          # the codes are the errors' other half
    "cmd/main.c": ["cmd"],               # the table of the commands
}


def faces(path):
    """Nouns of headers beside foo_part.c that it may be a part of: foo, where foo.h is there."""
    words = path.stem.split("_")
    stems = ["_".join(words[:count]) for count in range(1, len(words))]
    return [stem for stem in stems if path.with_name(stem + ".h").exists()]


def is_static(tag):
    """Whether a definition says static; ctags overlooks it behind the body of a struct."""
    if tag.get("file"):
        return True
    above = lines(tag["path"])[:tag["line"]]
    while above and not re.match(r"\w", above[-1]):
        above.pop()
    return bool(above) and above[-1].startswith("static ")


def main():
    tap = Tap()
    public = {tag["name"] for tag in tags(files(["include"], ".h"), "p")}
    by_room = {}
    for path in files(["src", "kmsd", "cmd"], ".c"):
        by_room.setdefault(path.parent, []).append(path)
    for room, paths in sorted(by_room.items()):
        found = []
        for tag in tags(paths, "fv"):
            path, name = tag["path"], tag["name"]
            noun = path.stem
            nouns = [noun, *faces(path), *ALSO.get(str(path.relative_to(ROOT)), [])]
            fits = any(name == n or name.startswith((n + "_", f"srow_{n}_")) for n in nouns)
            # A public function's name is its contract; its room may spread over several files.
            face = name in public and name.startswith(f"srow_{path.parent.name}")
            if not (is_static(tag) or fits or face or name == "main"):
                found.append(f"{where(path, tag['line'])}: {name} is not {noun}_*")
        tap.point(f"{room.relative_to(ROOT)} exports names that begin with their file's", found)
    return tap.done()


sys.exit(main())
