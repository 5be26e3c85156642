# SPDX-License-Identifier: Apache-2.0
"""What a long gate says while it runs, and what it has counted: lines of the file that
SEALROW_GATES names, since pytest keeps what a test prints."""
import os
import time


def tell(line):
    path = os.environ.get("SEALROW_GATES")
    if path:
        with open(path, "a") as file:
            file.write(f"{time.strftime('%H:%M:%S')} {line}\n")
