#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# make demo: builds what the tour needs and goes on the tour.
set -euo pipefail
cd "$(dirname "$0")/.."

dev/deps.sh build
[ -f build/build.ninja ] || echo "building (once; about a minute)"
dev/build.sh build
exec examples/tour/tour.sh build
