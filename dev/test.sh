#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# make test: builds, runs every unit, lint and system test and the tour, and counts their cases.
set -euo pipefail
cd "$(dirname "$0")/.."

dev/deps.sh test
dev/build.sh build all meson-test-prereq
exec /usr/bin/python3 dev/suite.py build
