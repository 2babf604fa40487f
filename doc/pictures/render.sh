#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# doc/pictures/render.sh <build directory>: draws the pictures of the pages anew. Needs graphviz,
# gnuplot and the examples stuck, crawler and the tutorial, built there.
set -eu
build=$(cd "$1" && pwd)
cd "$(dirname "$0")"
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

example() { # a program that has been built
    if [ ! -x "$build/example/$1" ]; then
        echo "render.sh: $build/example/$1 is not there" >&2
        exit 1
    fi
    echo "$build/example/$1"
}

for picture in *.dot; do
    [ ! -e "$picture" ] || dot -Tsvg "$picture" -o "${picture%.dot}.svg"
done

stuck=$(example stuck)
tutorial=$(example tutorial)
crawler=$(example crawler)
python3 -B record.py stuck "$stuck" >"$directory/stuck.dot"
dot -Tsvg "$directory/stuck.dot" -o stuck.svg
ASIO_WAIT_TRACE="$directory/tutorial.json" "$tutorial" >"$directory/out"
ASIO_WAIT_TRACE="$directory/crawler.json" python3 -B record.py crawler "$crawler"
for name in tutorial crawler; do
    python3 -B timeline.py "$directory/$name.json" | gnuplot >"timeline_$name.svg"
done
ls -- *.svg
