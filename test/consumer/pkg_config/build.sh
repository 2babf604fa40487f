#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# build.sh <directory of the .pc file> <version> <output directory> <compiler and flags ...>
set -eu
here=$(cd "$(dirname "$0")" && pwd)
pc_directory=$1 version=$2 output=$3
shift 3
mkdir -p "$output"
export PKG_CONFIG_PATH="$pc_directory"
pkg-config --exact-version="$version" asio_wait
# The lists of flags are meant to be split into words.
# shellcheck disable=SC2046
"$@" -std=c++20 $(pkg-config --cflags asio_wait) -c "$here/../program.cpp" -o "$output/program.o"
# shellcheck disable=SC2046
"$@" "$output/program.o" -o "$output/program" $(pkg-config --libs asio_wait)
"$output/program"
