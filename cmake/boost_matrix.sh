#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# boost_matrix.sh [version ...] : builds and runs all tests against each Boost, 1.81 1.83 1.88 when
# none is named, below build/boost-<version>. The first run also links all versions with one archive.
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- 1.81 1.83 1.88

others=""
for version in "$@"; do
    include=$(cmake/unpack_boost.sh "$version" "$PWD/build/boost-headers-$version")
    others="$others${others:+;}$include"
done
for version in "$@"; do
    echo "== Boost $version"
    build="build/boost-$version"
    cmake --preset dev -B "$build" \
        "-DBoost_INCLUDE_DIR=$PWD/build/boost-headers-$version/usr/include" \
        "-DASIO_WAIT_OTHER_BOOST_PREFIXES=$others"
    cmake --build "$build"
    ctest --test-dir "$build" --output-on-failure --no-tests=error -j 2
    others=""
done
