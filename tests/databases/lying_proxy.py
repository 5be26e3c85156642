# SPDX-License-Identifier: Apache-2.0
"""A proxy between a client and a database server that lies: each message of the server goes to a
function, which says what the client gets in its place. Nothing goes through it by TLS."""
import contextlib
import socket
import threading

SSL_REQUEST = (80877103).to_bytes(4, "big")


def pg_message(kind, body):
    return kind + (len(body) + 4).to_bytes(4, "big") + body


def my_packet(number, body):
    return len(body).to_bytes(3, "little") + bytes([number % 256]) + body


def pg_length(data):
    """Of the message that these bytes begin with; None: not known yet."""
    return 1 + int.from_bytes(data[1:5], "big") if len(data) >= 5 else None


def my_length(data):
    return 4 + int.from_bytes(data[:3], "little") if len(data) >= 4 else None


LENGTHS = {"postgresql": pg_length, "mariadb": my_length}


class Liar:
    """Listens on a free port of loopback and goes on to a server's socket in the file system.
    `lie(n, message)` gives what the client gets for message n of a connection. `with` ends it."""

    def __init__(self, engine, target, lie):
        self.length, self.target, self.lie = LENGTHS[engine], str(target), lie
        self.offers_tls = engine == "postgresql"
        self.heard, self.threads = bytearray(), []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start(self.listen)

    def start(self, what, *args):
        self.threads.append(threading.Thread(target=what, args=args, daemon=True))
        self.threads[-1].start()

    def listen(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self.target)
                self.start(self.ask, client, server)
                self.start(self.answer, server, client)

    def ask(self, client, server):
        with contextlib.suppress(OSError):
            data = client.recv(65536)
            if self.offers_tls and data[4:8] == SSL_REQUEST:
                client.sendall(b"N")
                data = client.recv(65536)
            while data:
                self.heard += data
                server.sendall(data)
                data = client.recv(65536)
        self.end(client, server)

    def answer(self, server, client):
        data, number = b"", 0
        with contextlib.suppress(OSError):
            while more := server.recv(65536):
                data += more
                while (length := self.length(data)) is not None and len(data) >= length:
                    client.sendall(self.lie(number, data[:length]))
                    data, number = data[length:], number + 1
        self.end(client, server)

    @staticmethod
    def end(*sockets):
        for s in sockets:
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end(self.listener)
        self.listener.close()
        for thread in self.threads:
            thread.join(10)
