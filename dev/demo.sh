#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# make demo [DB=sqlite|postgresql|mariadb]: builds what the tour needs and goes on the tour.
set -euo pipefail
cd "$(dirname "$0")/.."

case ${DB:-sqlite} in
sqlite) packages=build tour=(tour.sh) ;;
postgresql | mariadb) packages=demo-$DB tour=(replicated.sh "$DB") ;;
*) echo "make demo: unknown DB=$DB: say sqlite, postgresql or mariadb" >&2; exit 2 ;;
esac
dev/deps.sh "$packages"
[ -f build/build.ninja ] || echo "building (once; some minutes)"
dev/build.sh build
exec "examples/tour/${tour[0]}" "${tour[@]:1}" build
