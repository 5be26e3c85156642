#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# make deb: makes the Debian packages of the committed state, in build/deb, and has lintian look at
# them: an error of lintian's is a failure. What Debian wants to know stands in dev/debian/.
set -euo pipefail
cd "$(dirname "$0")/.."

dev/deps.sh deb
version=$(sed -n "s/^  version: '\(.*\)',$/\1/p" meson.build)
folder=build/deb
source=$folder/sealrow-$version
rm -rf "$folder"
mkdir -p "$source"
git archive HEAD | tar -x -C "$source"
cp -r "$source/dev/debian" "$source/debian"
sed -i "s/@VERSION@/$version/; s/@DATE@/$(git log -1 --format=%cD)/" "$source/debian/changelog"

log=$folder/build.log
(cd "$source" && dpkg-buildpackage -b -us -uc) >"$log" 2>&1 ||
    { tail -n 40 "$log" >&2; echo "$log has all of it" >&2; exit 1; }
mv "$source" "$folder/source"
mkdir "$folder/tmp" # lintian leaves databases behind
TMPDIR=$PWD/$folder/tmp lintian --allow-root --fail-on error --tag-display-limit 0 \
    "$folder"/*.changes
rm -r "$folder/tmp"
(cd "$folder" && ls ./*.deb)
