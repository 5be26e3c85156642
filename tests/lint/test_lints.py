# SPDX-License-Identifier: Apache-2.0
"""Each lint fails on a planted violation, and says in which line of which file it is."""
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LINT = Path(__file__).parent
ROOT = LINT.parent.parent
LONG_FUNCTION = "int planted(void)\n{\n" + "    ;\n" * 60 + "}\n"
SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"

# lint, file that is written or added to, what is planted there, what the lint says
PLANTS = [
    ("floors", "src/format/planted.c", '#include "keys/keyring.h"\n',
     "src/format/planted.c:2: format may not include keys/keyring.h"),
    ("floors", "src/base/planted.h", '#include "aws/arn.h"\n',
     "src/base/planted.h:2: base may not include aws/arn.h"),
    ("floors", "src/keys/planted.c", "#include <openssl/evp.h>\n",
     "src/keys/planted.c:2: openssl/evp.h belongs to src/crypto/ alone"),
    ("floors", "src/rows/planted.c", "#include <sqlite3.h>\n",
     "src/rows/planted.c:2: sqlite3.h belongs to src/db/db_sqlite.c"),
    ("floors", "cmd/planted.c", "#include <curl/curl.h>\n",
     "cmd/planted.c:2: curl/curl.h belongs to src/net/ alone"),
    ("floors", "examples/planted.c", '#include "client/client.h"\n',
     "examples/planted.c:2: examples see include/sealrow alone"),
    ("floors", "src/FLOORS", "1 planted: rows\n", "rows is not below planted"),
    ("shape", "src/base/planted.c", "\n" * 600, "src/base/planted.c:601: 601 lines"),
    ("shape", "cmd/planted.c", LONG_FUNCTION, "cmd/planted.c:2: planted has 63 lines"),
    ("shape", "src/aws/planted.h", "int six(int a, int b, int c, int (*d)(int, int), int, int);\n",
     "src/aws/planted.h:2: six takes 6"),
    ("shape", "tests/planted.c", "/*" + "-" * 97 + "*/\n", "tests/planted.c:2: 101 columns"),
    ("names", "src/aws/planted.c", "int other_thing(void)\n{\n    return 0;\n}\n",
     "src/aws/planted.c:2: other_thing is not planted_*"),
    ("names", "src/aws/planted.c", "int counter;\n",
     "src/aws/planted.c:2: counter is not planted_*"),
    ("errors", "include/sealrow/error.h", "    SROW_E_PLANTED = 250,\n",
     "no test expects SROW_E_PLANTED (SROW-250)"),
    ("errors", "include/sealrow/error.h", "    SROW_E_PLANTED = 250,\n",
     "nothing raises SROW_E_PLANTED"),
    ("errors", "include/sealrow/error.h", "    SROW_E_PLANTED = 250,\n",
     "SROW_E_PLANTED has none"),
    ("library", "include/sealrow/planted.h", "SROW_API int srow_planted(void);\n",
     "include/sealrow/planted.h: srow_planted is not in src/sealrow.map"),
    ("library", "include/sealrow/planted.h", "extern int planted;\n",
     "include/sealrow/planted.h: not among the headers that src/meson.build installs"),
    ("library", "src/sealrow-sql.map", "srow_planted;\n",
     "no header declares srow_planted"),
    ("attacks", "tests/attacks/planted.py", "def test_x22_and_x23_planted():\n    pass\n",
     "tests/lint/attacks.py: X23 has a case"),
    ("text", "kmsd/planted.c", "/* TO" "DO: later */\n", "kmsd/planted.c:2: /* TO" "DO"),
    ("text", "cmd/planted.c", "int a; // why\n", "cmd/planted.c:2: int a; // why"),
    ("text", "dev/planted.sh", "cd /ho" "me/somebody\n", "dev/planted.sh:2: cd /ho" "me/somebody"),
]


@pytest.fixture
def copy(tmp_path):
    for folder in ("include", "src", "kmsd", "cmd", "examples", "tests", "dev"):
        if (ROOT / folder).exists():
            shutil.copytree(ROOT / folder, tmp_path / folder,
                            ignore=shutil.ignore_patterns("__pycache__", "vectors"))
    return tmp_path


def lint(name, root):
    return subprocess.run([sys.executable, LINT / f"{name}.py", root],
                          capture_output=True, text=True)


@pytest.mark.parametrize("name, file, text, said", PLANTS)
def test_a_planted_violation_is_found(copy, name, file, text, said):
    before = lint(name, copy)
    assert said not in before.stdout and before.stderr == ""
    path = copy / file
    path.parent.mkdir(exist_ok=True)
    path.write_text((path.read_text() if path.exists() else SPDX) + text)
    after = lint(name, copy)
    assert said in after.stdout and after.returncode == 1


def test_a_file_without_its_licence_is_found(copy):
    (copy / "src/base/planted.c").write_text("int planted;\n")
    assert "src/base/planted.c:1: no SPDX line" in lint("text", copy).stdout


def test_a_paper_that_names_what_is_not_there_is_found(copy):
    (copy / "SECURITY.md").write_text('| x | "no such case" |\nSee `src/base/nothing.c`.\n')
    said = lint("papers", copy).stdout
    assert 'SECURITY.md:1: no test "no such case"' in said
    assert "SECURITY.md:2: no src/base/nothing.c" in said


def test_what_stands_in_strings_and_comments_is_no_code(copy):
    (copy / "src/base/planted.c").write_text(
        SPDX + '/* #include "rows/rows.h"\n#include <curl/curl.h> */\n'
        'static const char *planted = "http://localhost /* ";\n')
    for name in ("floors", "text"):
        assert "planted" not in lint(name, copy).stdout
