#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# doc/pictures/render.sh <build directory>: draws the pictures of the pages anew. Needs graphviz,
# gnuplot and the examples stuck, crawler and the tutorial, built there.
set -eu
build=$(cd "$1" && pwd)
cd "$(dirname "$0")"
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

example() { # the first of the programs named that has been built
    for name in "$@"; do
        if [ -x "$build/example/$name" ]; then
            echo "$build/example/$name"
            return
        fi
    done
    echo "render.sh: none of these is in $build/example: $*" >&2
    exit 1
}

for picture in *.dot; do
    [ ! -e "$picture" ] || dot -Tsvg "$picture" -o "${picture%.dot}.svg"
done

stuck=$(example stuck)
tutorial=$(example tutorial first_steps)
crawler=$(example crawler)
python3 -B record.py stuck "$stuck" >"$directory/stuck.dot"
dot -Tsvg "$directory/stuck.dot" -o stuck.svg
ASIO_WAIT_TRACE="$directory/tutorial.json" "$tutorial" >"$directory/out"
ASIO_WAIT_TRACE="$directory/crawler.json" python3 -B record.py crawler "$crawler"
for name in tutorial crawler; do
    python3 -B timeline.py "$directory/$name.json" | gnuplot >"timeline_$name.svg"
done
ls -- *.svg
