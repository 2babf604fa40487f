#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# check_deb.sh <work directory> <version> <Boost package> <CMake option ...> : makes the Debian package,
# installs it into an empty root, and builds and runs a consumer against that, through CMake and
# through pkg-config.
set -eu
work=$1 version=$2 boost=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../../.." && pwd)
fail() {
    echo "check_deb.sh: $*" >&2
    exit 1
}

export DEBEMAIL="${DEBEMAIL:-packager@users.noreply.github.com}"
package=$("$source/cmake/build_deb.sh" "$work" "$@" | tail -n 1)
[ "$(dpkg-deb -f "$package" Package)" = libasio-wait-dev ] || fail "the name is wrong"
case "$(dpkg-deb -f "$package" Version)" in "$version"-*) ;; *) fail "the version is not $version" ;; esac
case ", $(dpkg-deb -f "$package" Depends)," in
*", $boost,"*) ;;
*) fail "does not depend on $boost" ;;
esac

if command -v lintian >/dev/null; then
    lintian --fail-on error,warning,info,pedantic --display-info --pedantic "$package"
    echo "lintian has nothing to say"
fi

root="$work/empty_root"
rm -rf "$root"
mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates"
: >"$root/var/lib/dpkg/status"
if [ "$(id -u)" -eq 0 ]; then
    # What it depends on is taken from outside this root.
    dpkg --root="$root" --force-depends --install "$package"
    (cd "$root" && md5sum --quiet -c "var/lib/dpkg/info/libasio-wait-dev:$(dpkg --print-architecture).md5sums")
else
    dpkg-deb -x "$package" "$root"
fi

# Neither this build nor another installation is to be found.
rm -rf "$work/consumer"
cmake -S "$here/../find_package" -B "$work/consumer" "$@" "-DCMAKE_PREFIX_PATH=$root/usr" \
    "-DASIO_WAIT_VERSION=$version"
cmake --build "$work/consumer" --target program
"$work/consumer/program"

launcher="" compiler=c++ flags=""
for option in "$@"; do
    case "$option" in
    -DCMAKE_CXX_COMPILER=*) compiler=${option#*=} ;;
    -DCMAKE_CXX_COMPILER_LAUNCHER=*) launcher=${option#*=} ;;
    -DBoost_INCLUDE_DIR=*) flags="-isystem ${option#*=}" ;;
    esac
done
pc_directory=$(dirname "$(find "$root/usr" -name asio_wait.pc)")
# The flags are meant to be split into words.
# shellcheck disable=SC2086
sh "$here/../pkg_config/build.sh" "$pc_directory" "$version" "$work/pkg_config" \
    $launcher "$compiler" $flags
case "$(PKG_CONFIG_PATH="$pc_directory" pkg-config --cflags asio_wait)" in
*"$root"/*) ;;
*) fail "pkg-config found another installation" ;;
esac
