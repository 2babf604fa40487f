#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# unpack_debian.sh <suite> <prefix> <package> ... : unpacks packages of that Debian release below <prefix>,
# without those they depend on. Installs nothing and leaves apt's configuration alone.
set -eu
suite=${1:?suite} prefix=${2:?prefix}
shift 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/parts" "$prefix"
: >"$work/status"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || {
    echo "unpack_debian.sh: install debian-archive-keyring first" >&2
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
(cd "$work" && apt download "$@" </dev/null >&2)
for package in "$work"/*.deb; do
    dpkg -x "$package" "$prefix"
done
