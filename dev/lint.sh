#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# make lint: what tools can say about the text of the code, without building it.
set -euo pipefail
cd "$(dirname "$0")/.."

dev/deps.sh test
exec /usr/bin/python3 dev/suite.py build lint
