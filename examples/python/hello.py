#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: hello.py [FILE]

The first configuration of docs/configuration.md: one value sealed, opened and compared from Python,
with the installed library and nothing but Python's own.
"""
import sys
from ctypes import CDLL, POINTER, Structure, byref, string_at
from ctypes import c_char, c_char_p, c_int, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

lib = CDLL("libsealrow.so.0")


class Bytes(Structure):
    _fields_ = [("at", c_char_p), ("len", c_size_t)]


class Buf(Structure):
    _fields_ = [("at", c_void_p), ("len", c_size_t), ("room", c_size_t)]


class Value(Structure):
    _fields_ = [("type", c_uint32), ("reserved", c_uint32), ("integer", c_int64), ("bytes", Bytes)]


class Bind(Structure):
    _fields_ = [("name", c_char_p), ("value", Value)]


class Cell(Structure):
    _fields_ = [("column", c_char_p), ("bind", POINTER(Bind)), ("bind_count", c_size_t),
                ("version", c_uint64), ("min_version", c_uint64), ("via", c_char_p),
                ("reserved", c_void_p * 2)]


class Sealed(Structure):
    _fields_ = [("message", Buf), ("wrapped", c_uint32), ("missing", c_uint32)]


class Error(Structure):
    _fields_ = [("rc", c_uint32), ("cls", c_uint32), ("retry_after_ms", c_uint32),
                ("reserved", c_uint32), ("event", c_char * 16), ("text", c_char * 480)]


def must(function, *args):
    """Calls a function whose last parameter is the error."""
    error = Error()
    if function(*args, byref(error)) != 0:
        sys.exit(f"hello.py: {error.text.decode()}")


def view(data):
    return Bytes(data, len(data))


client = c_void_p()
must(lib.srow_client_open, byref(client), (sys.argv[1:] or ["sealrow.yaml"])[0].encode())

TEXT = 1
row = Bind(b"account_number", Value(type=TEXT, bytes=view(b"12345678")))
cell = Cell(column=b"customer_profile.userid", bind=(Bind * 1)(row), bind_count=1)

sealed = Sealed()
must(lib.srow_cell_seal, byref(sealed), client, byref(cell), view(b"abc123"))
stored = string_at(sealed.message.at, sealed.message.len)  # the bytes of a blob column
lib.srow_sealed_free(byref(sealed))

plain = Buf()
must(lib.srow_cell_open, byref(plain), client, byref(cell), view(stored))
opened = string_at(plain.at, plain.len).decode()
lib.srow_buf_free(byref(plain))

same, other = c_int(), c_int()
must(lib.srow_cell_match, byref(same), client, byref(cell), view(stored), view(b"abc123"))
must(lib.srow_cell_match, byref(other), client, byref(cell), view(stored), view(b"abc124"))
print(f"{len(stored)} bytes sealed, opened: {opened}, the same as abc123: {bool(same.value)}, "
      f"as abc124: {bool(other.value)}")
lib.srow_client_free(client)
