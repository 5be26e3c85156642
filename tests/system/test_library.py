# SPDX-License-Identifier: Apache-2.0
"""The shared libraries: what they show, under which version, and what they need."""
import os
import re
import subprocess

import pytest

from conftest import BUILD, ROOT

HEADERS = sorted(p.name for p in (ROOT / "include/sealrow").iterdir())
NAMES = ("libsealrow", "libsealrow-sql")
LIBRARIES = {name: BUILD / "src" / f"{name}.so.0" for name in NAMES}
CORE = LIBRARIES["libsealrow"]
# The private names, which promise nothing, stand under a version of their own.
PUBLIC, PRIVATE = "SROW_0.1", "SEALROW_PRIVATE"


def output(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, check=True,
                          timeout=30).stdout


def declared(library):
    """The functions that the public headers declare; those of the SQL library stand in sql.h."""
    text = "".join(p.read_text() for p in sorted((ROOT / "include/sealrow").glob("*.h"))
                   if (p.name == "sql.h") == (library == "libsealrow-sql"))
    text = re.sub(r"/\*.*?\*/|^#.*?(?<!\\)$", "", text, flags=re.S | re.M)
    return set(re.findall(r"\bSROW_API\b[^;(]*?(\w+)\s*\(", text))


def version():
    return re.search(r"version: '([0-9.]+)'", (ROOT / "meson.build").read_text()).group(1)


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


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """Everything as `meson install` puts it, below a folder that stands for the root."""
    folder = tmp_path_factory.mktemp("stage")
    output("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", folder)
    return folder


def pkg_config(stage, *args):
    (pc,) = stage.rglob("sealrow.pc")
    env = {**os.environ, "PKG_CONFIG_LIBDIR": str(pc.parent), "PKG_CONFIG_SYSROOT_DIR": str(stage)}
    return subprocess.run(["pkg-config", *args], capture_output=True, text=True, check=True,
                          env=env).stdout.split()


def loading(stage):
    """The environment in which a program finds the installed libraries. A build that is watched by
    a sanitizer wants its runtime loaded first, and Python does not give back all its memory."""
    (library,) = stage.rglob("libsealrow.so.0")
    env = {**os.environ, "LD_LIBRARY_PATH": str(library.parent)}
    if "libasan" in output("ldd", CORE):
        env["LD_PRELOAD"] = output("cc", "-print-file-name=libasan.so").strip()
        env["ASAN_OPTIONS"] = "detect_leaks=0"
    return env


@pytest.fixture
def app(start, tmp_path):
    """A folder with the configuration of the examples, against a KMS with two Regions."""
    kmsd = start()
    text = "version: 1\ndomain: bank\nregions:\n"
    text += "".join(f"  {r}: {{endpoint: 'http://{a}'}}\n" for r, a in kmsd.address.items())
    text += "keys:\n  default:\n"
    text += "".join(f"    {r}: ['{kmsd.client(r).create()}']\n" for r in kmsd.address)
    text += """tables:
  customer_profile:
    bind: {account_number: {column: account_number}}
    columns: {userid: {sealed: userid_sealed}}
"""
    (tmp_path / "sealrow.yaml").write_text(text)
    user = kmsd.client()
    env = {"AWS_ACCESS_KEY_ID": user.access, "AWS_SECRET_ACCESS_KEY": user.secret,
           "AWS_REGION": user.region}
    return tmp_path, env


@pytest.mark.parametrize("name", NAMES)
def test_a_library_shows_exactly_what_its_headers_declare(name):
    names = shown(LIBRARIES[name])
    assert names[PUBLIC] == declared(name), "src/*.map and include/sealrow/ differ"
    assert set(names) <= {PUBLIC, PRIVATE}
    assert all(n.startswith("srow_inner_") for n in names.get(PRIVATE, ()))


@pytest.mark.parametrize("name", NAMES)
def test_its_name_is_what_programs_will_look_for(name):
    assert re.search(rf"SONAME.*\[{name}\.so\.0\]", output("readelf", "-d", LIBRARIES[name]))


def test_the_sql_library_takes_the_core_from_the_core():
    """One log, one error table, one pool of secrets a process; nothing is taken unused."""
    core = {line.split()[-1] for line in output(
        "nm", "-g", "--defined-only", BUILD / "src/libsealrow-core.a").splitlines() if " " in line}
    inside = {line.split()[-1] for line in output(
        "nm", "--defined-only", LIBRARIES["libsealrow-sql"]).splitlines()}
    assert "error_table" in core and not core & inside
    wanted = {line.split()[-1].partition("@")[0]
              for line in output("nm", "-D", "-u", LIBRARIES["libsealrow-sql"]).splitlines()}
    assert shown(CORE)[PRIVATE] == {n for n in wanted if n.startswith("srow_inner_")}, \
        "src/base/inner.h names more than the SQL library takes"
    ours = {n for n in wanted if n.startswith("srow_")}
    assert ours <= shown(CORE)[PRIVATE] | shown(CORE)[PUBLIC]


def test_install_puts_each_thing_in_its_place(stage):
    there = {re.sub(r".*/usr/local/(lib/[a-z0-9_]+-linux-gnu/|lib/)?", "", str(p))
             for p in stage.rglob("*") if not p.is_dir()}
    headers = {f"include/sealrow/{p.name}" for p in (ROOT / "include/sealrow").iterdir()}
    assert headers <= there and {n for n in there if n.startswith("include/")} == headers
    assert there >= {"bin/sealrow", "bin/sealrow-kmsd", "share/doc/sealrow/LICENSE",
                     "libsealrow.so", "libsealrow.so.0", "libsealrow-sql.so", "libsealrow-sql.so.0",
                     "pkgconfig/sealrow.pc", "pkgconfig/sealrow-sql.pc"}
    assert not [n for n in there if n.endswith(".a")]


def test_a_program_names_our_libraries_and_nothing_they_are_built_on(stage):
    words = pkg_config(stage, "--libs", "--static", "sealrow-sql")
    assert [w for w in words if w.startswith("-l")] == ["-lsealrow-sql", "-lsealrow"]
    assert pkg_config(stage, "--modversion", "sealrow") == [version()]


@pytest.mark.parametrize("language", ["c99", "c17", "c++11", "c++17"])
@pytest.mark.parametrize("header", HEADERS)
def test_each_header_stands_alone_in_each_language(header, language):
    compiler = ["c++", "-x", "c++"] if "+" in language else ["cc", "-x", "c"]
    done = subprocess.run([*compiler, f"-std={language}", "-Wall", "-Wextra", "-Wpedantic",
                           "-Werror", "-fsyntax-only", "-I", ROOT / "include", "-"],
                          input=f"#include <sealrow/{header}>\n", capture_output=True, text=True,
                          timeout=30)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("language", [
    ["cc", "-std=c17"], ["c++", "-x", "c++", "-std=c++11"], ["c++", "-x", "c++", "-std=c++20"]])
def test_hello_against_the_installed_library(stage, app, language):
    folder, credentials = app
    flags = pkg_config(stage, "--cflags", "--libs", "sealrow")
    source = ROOT / "examples/hello.c"
    assert len(source.read_text().splitlines()) < 40
    output(*language, "-Wall", "-Wextra", "-Wpedantic", "-Werror", source, "-x", "none",
           "-o", folder / "hello", *flags)
    done = subprocess.run([folder / "hello"], cwd=folder, capture_output=True, text=True,
                          timeout=30, env={**loading(stage), **credentials})
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"\d+ bytes sealed, opened: abc123\n", done.stdout)


def test_the_example_in_python(stage, app):
    folder, credentials = app
    source = ROOT / "examples/python/hello.py"
    assert len(source.read_text().splitlines()) < 80
    done = subprocess.run(["/usr/bin/python3", source], cwd=folder, capture_output=True,
                          text=True, timeout=30, env={**loading(stage), **credentials})
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"\d+ bytes sealed, opened: abc123, "
                        r"the same as abc123: True, as abc124: False\n", done.stdout)


def test_the_example_in_python_says_why_it_stopped(stage, app):
    folder, credentials = app
    done = subprocess.run(["/usr/bin/python3", ROOT / "examples/python/hello.py", "none.yaml"],
                          cwd=folder, capture_output=True, text=True, timeout=30,
                          env={**loading(stage), **credentials})
    assert done.returncode == 1 and done.stdout == ""
    assert re.match(r"hello\.py: .*none\.yaml", done.stderr)


def test_the_manual_names_every_function_and_no_other():
    page = (ROOT / "man/libsealrow.3").read_text()
    named = set(re.findall(r"\bsrow_\w+", page))
    assert named - {"srow_rc", "srow_error"} == declared("libsealrow")
