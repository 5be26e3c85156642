# SPDX-License-Identifier: Apache-2.0
"""A proxy between a client and a database server that breaks a connection at a place that is told:
behind byte N or TLS record N of either direction. It knows no more of the two protocols than where
TLS begins, and keeps what it has carried."""
import dataclasses
import select
import socket
import struct
import threading

TO_SERVER, TO_CLIENT = "to server", "to client"
RESET, CLOSE, STALL = "reset", "close", "stall"


@dataclasses.dataclass
class Cut:
    """Where: `at` bytes, or TLS records behind the clear beginning, of one direction. What then:
    both sides are reset, closed, or hear nothing more; later connections pass or are refused. With
    `pause` nothing breaks: that is called, and what comes behind the place goes on."""
    way: str
    at: int
    records: bool = False
    how: str = RESET
    later: bool = True
    connection: int = 0
    pause: object = None


def clear_part(engine, way, data):
    """How many bytes stand before TLS; None: not known yet."""
    if engine == "postgresql":  # SSLRequest, and "S"
        return 8 if way == TO_SERVER else 1
    # the greeting, and the client's request for TLS: a packet each
    return None if len(data) < 4 else 4 + int.from_bytes(data[:3], "little")


def record_ends(engine, way, data):
    """The offsets behind the clear part and each whole TLS record."""
    ends, at = [], clear_part(engine, way, data)
    while at is not None and at <= len(data):
        ends.append(at)
        head = data[at:at + 5]
        at = at + 5 + int.from_bytes(head[3:5], "big") if len(head) == 5 else None
    return ends


class Link:
    """One connection; what was carried, by direction."""

    def __init__(self, proxy, client, number):
        self.proxy, self.client, self.number = proxy, client, number
        self.server = socket.create_connection(("127.0.0.1", proxy.target))
        self.carried = {TO_SERVER: b"", TO_CLIENT: b""}
        self.is_cut = False

    def room(self, way, data):
        """How many of these bytes come before the cut; None: all of them."""
        cut = self.proxy.cut
        if cut is None or cut.connection != self.number or cut.way != way:
            return None
        had, place = len(self.carried[way]), cut.at
        if cut.records:
            ends = record_ends(self.proxy.engine, way, self.carried[way] + data)
            if len(ends) <= cut.at:
                return None
            place = ends[cut.at]
        return max(place - had, 0) if place <= had + len(data) else None

    def carry(self, way):
        """Carries on what has come; False at the end."""
        source, sink = ((self.client, self.server) if way == TO_SERVER else
                        (self.server, self.client))
        data = source.recv(65536)
        room = self.room(way, data)
        sink.sendall(data[:room])
        self.carried[way] += data[:room]
        if room is not None and self.proxy.cut.pause is not None:
            pause, rest = self.proxy.cut.pause, data[room:]
            self.proxy.cut = None
            pause()
            sink.sendall(rest)
            self.carried[way] += rest
        elif room is not None:
            self.is_cut = True
        return data != b"" and not self.is_cut

    def run(self):
        sides = {self.client: TO_SERVER, self.server: TO_CLIENT}
        try:
            if self.room(TO_SERVER, b"") == 0 or self.room(TO_CLIENT, b"") == 0:
                self.is_cut = True
            alive = not self.is_cut
            while alive:
                ready, _, _ = select.select(list(sides), [], [])
                for side in ready:
                    alive = alive and self.carry(sides[side])
        except OSError:
            pass  # a side is gone: so goes the other
        if not (self.is_cut and self.proxy.cut.how == STALL):
            self.end()

    def end(self):
        for side in (self.client, self.server):
            if self.is_cut and self.proxy.cut.how == RESET:
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            side.close()


class Proxy:
    """Listens on a free port of loopback. `with` ends it and what it still holds."""

    def __init__(self, engine, target, cut=None):
        self.engine, self.target, self.cut, self.links = engine, target, cut, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.has_cut() and not self.cut.later:
                client.close()
                continue
            try:
                link = Link(self, client, len(self.links))
            except OSError:  # the server is down
                client.close()
                continue
            self.links.append(link)
            link.thread = threading.Thread(target=link.run, daemon=True)
            link.thread.start()

    def has_cut(self):
        return any(link.is_cut for link in self.links)

    def carried(self, way, connection=0):
        return self.links[connection].carried[way]

    def everything(self):
        return b"\n".join(part for link in self.links for part in link.carried.values())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)
        for link in self.links:
            if link.is_cut and self.cut.how == STALL:
                link.end()
            link.thread.join(10)
