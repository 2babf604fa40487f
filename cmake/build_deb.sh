#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# build_deb.sh <work directory> [CMake option ...] : makes there the package libasio-wait-dev and prints
# its path. It depends on the series of Boost whose headers CMake finds; -DBoost_INCLUDE_DIR=... names
# others. DEBEMAIL (needed) and DEBFULLNAME name the maintainer, SOURCE_DATE_EPOCH the date.
set -eu
work=${1:?work directory}
shift
source=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$work"
work=$(cd "$work" && pwd)
templates="$source/cmake/debian"
maintainer="${DEBFULLNAME:-asio-wait maintainers} <${DEBEMAIL:?the address of the maintainer}>"
umask 022

architecture=$(dpkg --print-architecture)
triplet=$(${CXX:-g++} -print-multiarch)
cmake -S "$source" -B "$work/build" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_FLAGS="-ffile-prefix-map=$source=." \
    -DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_INSTALL_LIBDIR="lib/$triplet" -DBUILD_SHARED_LIBS=OFF \
    -DASIO_WAIT_BUILD_TESTS=OFF -DASIO_WAIT_BUILD_EXAMPLES=OFF "$@" >&2
cmake --build "$work/build" >&2
root="$work/root"
rm -rf "$root"
DESTDIR="$root" cmake --install "$work/build" >&2
rm -r "$root/usr/share/doc" # Debian's copyright file takes its place
strip --strip-unneeded -R .comment -R .note --enable-deterministic-archives "$root/usr/lib/$triplet/libasio_wait.a"

upstream=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$work/build/CMakeCache.txt")
boost_version=$(sed -n 's/^asio_wait_boost_version:INTERNAL=//p' "$work/build/CMakeCache.txt")
version="$upstream-0upstream1"
[ -n "$boost_version" ] || { echo "build_deb.sh: which Boost this is, is not known" >&2 && exit 1; }
export SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-$(date +%s)}"
fill() {
    sed -e "s|@version@|$version|" -e "s|@upstream@|$upstream|" -e "s|@maintainer@|$maintainer|" \
        -e "s|@boost@|libboost$boost_version-dev|" -e "s|@boost_version@|$boost_version|" \
        -e "s|@architecture@|$architecture|" -e "s|@size@|${size:-0}|" \
        -e "s|@date@|$(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")|" "$1"
}

doc="$root/usr/share/doc/libasio-wait-dev"
mkdir -p "$doc"
# The licence as a paragraph of the machine-readable form.
{
    cat "$templates/copyright"
    sed -e 's/^$/./' -e 's/^/ /' "$source/LICENSE_1_0.txt"
} >"$doc/copyright"
fill "$templates/changelog" | gzip -9n >"$doc/changelog.Debian.gz"
gzip -9nc "$source/CHANGELOG.md" >"$doc/changelog.gz"
gzip -9nc "$source/README.md" >"$doc/README.md.gz"

find "$root" -type d -exec chmod 755 {} +
find "$root" -type f -exec chmod 644 {} +
size=$(du -k -s --apparent-size "$root" | cut -f1)
mkdir "$root/DEBIAN"
fill "$templates/control" >"$root/DEBIAN/control"
(cd "$root" && find usr -type f -printf '%P\0' | LC_ALL=C sort -z |
    sed -z 's|^|usr/|' | xargs -0 md5sum >DEBIAN/md5sums)
package="$work/libasio-wait-dev_${version}_$architecture.deb"
rm -f "$work"/libasio-wait-dev_*.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >&2
rm -rf "$root/DEBIAN"
echo "$package"
