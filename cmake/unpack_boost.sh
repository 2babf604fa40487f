#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# unpack_boost.sh <version> <prefix> : unpacks Debian's Boost headers of that version, e.g. 1.88,
# below <prefix> and prints the directory to set Boost_INCLUDE_DIR to. Installs nothing and leaves
# apt's configuration alone; versions this Debian lacks come from the release that has them.
set -eu
version=${1:?version} prefix=${2:?prefix}
package="libboost$version-dev"
header="$prefix/usr/include/boost/version.hpp"

case "$version" in
1.81) suite=bookworm ;;
1.83 | 1.88) suite=trixie ;;
*) echo "unpack_boost.sh: only 1.81, 1.83 and 1.88 are known" >&2 && exit 2 ;;
esac

if [ ! -e "$header" ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/parts" "$prefix"
    : >"$work/status"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -e "$keyring" ] || {
        echo "unpack_boost.sh: install debian-archive-keyring first" >&2
        exit 1
    }
    echo "deb [signed-by=$keyring] http://deb.debian.org/debian $suite main" >"$work/sources.list"
    apt() {
        apt-get -qq \
            -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts="$work/parts" \
            -o Dir::State="$work/state" -o Dir::State::Status="$work/status" \
            -o Dir::Cache="$work/cache" -o APT::Sandbox::User="$(id -un)" "$@"
    }
    apt update </dev/null >&2
    (cd "$work" && apt download "$package" </dev/null >&2)
    dpkg -x "$work"/libboost"$version"-dev_*.deb "$prefix"
fi
grep -q "BOOST_LIB_VERSION \"$(echo "$version" | tr . _)\"" "$header" || {
    echo "unpack_boost.sh: $header is not Boost $version" >&2
    exit 1
}
echo "$prefix/usr/include"
