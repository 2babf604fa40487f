#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# unpack_boost.sh <version> <prefix> : unpacks Debian's Boost headers of that version, e.g. 1.88,
# below <prefix> and prints the directory to set Boost_INCLUDE_DIR to; see unpack_debian.sh.
set -eu
version=${1:?version} prefix=${2:?prefix}
header="$prefix/usr/include/boost/version.hpp"

case "$version" in
1.81) suite=bookworm ;;
1.83 | 1.88) suite=trixie ;;
*) echo "unpack_boost.sh: only 1.81, 1.83 and 1.88 are known" >&2 && exit 2 ;;
esac

set -- "libboost$version-dev"
# Boost.MySQL and Boost.Redis call this compiled library.
[ "$version" != 1.88 ] || set -- "$@" "libboost-charconv$version-dev"
[ -e "$header" ] || "$(dirname "$0")"/unpack_debian.sh "$suite" "$prefix" "$@"
grep -q "BOOST_LIB_VERSION \"$(echo "$version" | tr . _)\"" "$header" || {
    echo "unpack_boost.sh: $header is not Boost $version" >&2
    exit 1
}
echo "$prefix/usr/include"
