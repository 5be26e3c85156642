# SPDX-License-Identifier: Apache-2.0
"""One KMS for all tests of the command line; each test has a folder of its own."""
import pytest

import world as worlds


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    made = worlds.World(tmp_path_factory.mktemp("cli"))
    yield made
    made.close()


@pytest.fixture
def place(world, tmp_path):
    return worlds.copy(world, tmp_path)
