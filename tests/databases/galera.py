# SPDX-License-Identifier: Apache-2.0
"""Three MariaDB servers as one Galera cluster, TLS to clients, on free ports of this machine."""
import os
import re
import subprocess
import time

import mariadb
from postgres import free_port

LIBRARIES = ("/usr/lib/galera/libgalera_smm.so", "/usr/lib/libgalera_smm.so",
             "/usr/lib64/galera-4/libgalera_smm.so", "/usr/lib64/galera/libgalera_smm.so")
NODES = (1, 2, 3)


def library():
    """The file of Galera's library, or None."""
    return next((path for path in LIBRARIES if os.path.exists(path)), None)


class Galera(mariadb.Mariadb):
    """The nodes begin as copies of the first, so that little has to be transferred."""

    def begin(self, alone):
        self.group, self.ist, self.sst = ({node: free_port() for node in NODES} for _ in range(3))
        self.install(1)
        self.launch(1, "--wsrep-new-cluster")
        self.wait(1)
        self.make_users()
        self.shut_down(1)
        for node in NODES[1:]:
            subprocess.run(["cp", "-a", f"{self.folder}/data1", f"{self.folder}/data{node}"],
                           check=True)
        self.launch(1, "--wsrep-new-cluster")
        self.wait(1)
        for node in NODES[1:]:
            self.launch(node)
        for node in NODES[1:]:
            self.wait(node)

    def launch(self, number, *more):
        here, everyone = self.group[number], ",".join(f"127.0.0.1:{self.group[n]}" for n in NODES)
        provider = (f"base_port={here};gmcast.listen_addr=tcp://127.0.0.1:{here};gcache.size=8M;"
                    f"ist.recv_addr=127.0.0.1:{self.ist[number]};"
                    f"ist.recv_bind=127.0.0.1:{self.ist[number]}")
        self.options = (
            "--wsrep-on=ON", f"--wsrep-provider={library()}",
            f"--wsrep-provider-options={provider}", f"--wsrep-cluster-address=gcomm://{everyone}",
            f"--wsrep-node-address=127.0.0.1:{here}", "--wsrep-sst-method=rsync",
            f"--wsrep-sst-receive-address=127.0.0.1:{self.sst[number]}", "--wsrep-sync-wait=1",
            "--innodb-autoinc-lock-mode=2", "--skip-log-bin", "--skip-gtid-strict-mode",
            "--skip-log-slave-updates", "--read-only=0", *more)
        super().launch(number)

    def rejoin(self, number, recover):
        """A node that was killed comes back: from where its own files say that it had come to, or
        as one that knows nothing and gets a copy of all. True: a copy it was."""
        position = ()
        if recover:
            self.launch(number, "--wsrep-recover")
            self.processes[number].wait(timeout=60)
            found = re.search(r"Recovered position: (\S+)", self.log(number))
            position = (f"--wsrep-start-position={found[1]}",)
        self.launch(number, *position)
        self.wait(number)
        return "rsync SST completed" in self.log(number)

    def log(self, number):
        return (self.folder / f"log{number}").read_text(errors="replace")

    def wait(self, number):
        super().wait(number)
        self.until(number, "wsrep_local_state_comment", "Synced")

    def status(self, number, name):
        return self.sql(f"SHOW STATUS LIKE '{name}'", at=number)[0][1]

    def until(self, number, name, wanted):
        end = time.monotonic() + 60
        while (found := self.status(number, name)) != wanted:
            assert time.monotonic() < end, (number, name, found)

    def is_whole(self):
        return all(self.processes[node].poll() is None for node in NODES)
