#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Includes go only where src/FLOORS says, and each foreign library has one room that knows it."""
import re
import sys

from common import PRODUCT, ROOT, Tap, code_only, files, where

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
FLOOR = re.compile(r"^(\d+|-) (\w+):((?: \w+)*)$")

# Beginning of a foreign header's name -> where it may be included, as beginnings of paths.
WALLS = {
    "openssl/": ["src/crypto/"],
    "nettle/": ["src/crypto/"],
    "gmp.h": ["src/crypto/"],
    "curl/": ["src/net/"],
    "microhttpd": ["kmsd/", "examples/webapp/"],
    "gnutls/": ["kmsd/"],
    "sqlite3.h": ["src/db/db_sqlite.c", "examples/webapp/"],
    "libpq": ["src/db/db_postgres", "examples/webapp/"],
    "mysql": ["src/db/db_mysql", "examples/webapp/"],
    "yaml.h": ["src/config/"],
    "jansson": ["src/base/json."],
    "expat": ["src/aws/"],
}


def read_floors():
    """Room -> rooms it may include; and what is wrong with the table itself."""
    allowed, floor_of, wrong = {}, {}, []
    path = ROOT / "src/FLOORS"
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("#"):
            continue
        match = FLOOR.match(line)
        if not match:
            wrong.append(f"{where(path, number)}: not `FLOOR ROOM: ROOMS`: {line}")
            continue
        floor, room, rooms = match.groups()
        allowed[room] = (number, rooms.split())
        floor_of[room] = -1 if floor == "-" else int(floor)
    for room, (number, rooms) in allowed.items():
        for other in rooms:
            if floor_of.get(other, 99) >= floor_of[room]:
                wrong.append(f"{where(path, number)}: {other} is not below {room}")
    return {room: set(rooms) for room, (_, rooms) in allowed.items()}, wrong


def room_of(path):
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "src" and len(parts) > 2 else parts[0]


def violations(path, allowed):
    room, found = room_of(path), []
    may = allowed.get(room, set()) | {room, "base", "sealrow"}
    text = path.read_text()
    bare = code_only(text).splitlines()
    for number, (line, code) in enumerate(zip(text.splitlines(), bare), 1):
        match = INCLUDE.match(line)
        if not match or not code.strip():
            continue
        kind, name = match.groups()
        relative = str(path.relative_to(ROOT))
        for start, homes in WALLS.items():
            if name.startswith(start) and not any(relative.startswith(home) for home in homes):
                found.append(f"{where(path, number)}: {name} belongs to {' '.join(homes)} alone")
        target = name.split("/")[0] if "/" in name else room
        if kind == '"' and target not in may:
            found.append(f"{where(path, number)}: {room} may not include {name} (src/FLOORS)")
        if room == "examples" and kind == '"' and target not in {"examples", "sealrow"}:
            found.append(f"{where(path, number)}: examples see include/sealrow alone, not {name}")
    return found


def main():
    tap = Tap()
    allowed, wrong = read_floors()
    tap.point("every room of src FLOORS stands on rooms below it", wrong)
    homeless = sorted(p.name for p in (ROOT / "src").iterdir()
                      if p.is_dir() and p.name not in allowed)
    tap.point("every folder of src has a line in FLOORS",
              [f"src/FLOORS:1: no line for {name}" for name in homeless])
    by_room = {}
    for path in files(PRODUCT, ".c", ".h"):
        by_room.setdefault(room_of(path), []).append(path)
    for room, paths in sorted(by_room.items()):
        found = [v for path in paths for v in violations(path, allowed)]
        tap.point(f"{room} includes only what its floor allows", found)
    return tap.done()


sys.exit(main())
