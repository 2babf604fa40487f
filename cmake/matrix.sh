#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# matrix.sh [--quick] [--list] [--root DIR] [row ...] : builds and tests the rows of cmake/matrix.txt, all when
# none is named, below build/matrix; each leaves its line in doc/10_support.md.
#   --quick   the core, the rows of asyncio's semantics, the consumers, and Boost.Redis and Boost.MySQL where
#             they are, instead of everything
#   --root    where Debian releases other than the one at hand are set up with debootstrap
#             (as root; default: build/matrix/roots)
# ASIO_WAIT_MATRIX_JOBS: how many compilers and tests at a time (2).
set -eu
cd "$(dirname "$0")/.."
jobs=${ASIO_WAIT_MATRIX_JOBS:-2} quick="" roots="$PWD/build/matrix/roots"
while [ $# -gt 0 ]; do
    case "$1" in
    --quick) quick=quick ;;
    --list) grep -v '^#' cmake/matrix.txt && exit 0 ;;
    --root) roots=${2:?directory} && shift ;;
    -*) sed -n '3,9s/^# //p' "$0" && exit 2 ;;
    *) break ;;
    esac
    shift
done
# shellcheck disable=SC1091
here=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
quick_targets="asio_wait test_core test_semantics test_two_tu_odr test_many_macros_plain"
quick_tests='^(core|semantics)\.|^examples\.(redis|mysql)$|^structure\.two_tu_odr$|^consumer\.(install|add_subdirectory|find_package|sources|pkg_config|many_macros\.plain)$'
# The tests' own library needs type information; what users compile does not.
no_rtti_targets="asio_wait test_two_tu_odr test_many_macros_plain"
no_rtti_tests='^structure\.two_tu_odr$|^consumer\.(install|add_subdirectory|fetch_content|find_package|sources|pkg_config|many_macros\.plain)$'

# A root with that release and all its compilers; the sources are copied into it anew.
set_up_root() { # set_up_root <suite>
    root="$roots/$1"
    packages="g++,clang,clang-19,libc++-19-dev,libc++abi-19-dev,libclang-rt-19-dev,cmake,ninja-build,ccache"
    packages="$packages,python3,pkgconf,nginx-light,libboost1.83-dev,libboost-context1.83-dev,ca-certificates"
    [ -e "$root/set_up" ] || {
        mkdir -p "$root"
        debootstrap --variant=minbase --include="$packages" "$1" "$root" http://deb.debian.org/debian
        touch "$root/set_up"
    }
    mkdir -p "$root/asio_wait"
    git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - |
        tar -C "$root/asio_wait" -xf -
}

# A command, in the root when there is one. The directory is that of the sources.
inside() {
    if [ -z "$root" ]; then
        "$@"
    else
        chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
            CCACHE_DIR=/asio_wait/build/ccache sh -c 'cd /asio_wait && exec "$@"' sh "$@"
    fi
}

failed=""
run_row() { # run_row <name> <suite> <compiler> <boost> <standard> <build type> <tests> <flags ...>
    name=$1 suite=$2 compiler=$3 boost=$4 standard=$5 type=$6 tests=$7
    shift 7
    root="" sources="$PWD"
    if [ "$suite" != "$here" ]; then
        set_up_root "$suite"
        sources=/asio_wait
    fi
    inside sh -c "command -v $compiler" >/dev/null || {
        echo "matrix.sh: $name: no $compiler" >&2
        failed="$failed $name"
        return 0
    }
    build="build/matrix/$name" kept="$root$sources/build/matrix/$name"
    mkdir -p "$kept"
    rm -f "$kept"/configure.txt "$kept"/build.txt "$kept"/tests.xml
    options=""
    # The system's own Boost where it is the one, else headers unpacked into the build.
    if ! inside grep -qs "BOOST_LIB_VERSION \"$(echo "$boost" | tr . _)\"" /usr/include/boost/version.hpp; then
        cmake/unpack_boost.sh "$boost" "$root$sources/build/boost-headers-$boost" >&2
        options="-DBoost_INCLUDE_DIR=$sources/build/boost-headers-$boost/usr/include"
    fi
    # One archive with several Boosts, once.
    if [ "$name" = bookworm-gcc12 ] && [ -z "$quick" ]; then
        others=""
        for other in 1.83 1.88; do
            others="$others$(cmake/unpack_boost.sh "$other" "$PWD/build/boost-headers-$other");"
        done
        options="$options -DASIO_WAIT_OTHER_BOOST_PREFIXES=$others"
    fi
    targets="" filter="" what=${quick:-all}
    [ -z "$quick" ] || targets=$quick_targets filter=$quick_tests
    # Boost.Redis and Boost.MySQL against real servers, which are where these rows run.
    if [ -n "$quick" ] && [ -z "$root" ] && [ "$boost" = 1.88 ]; then
        targets="$targets redis mysql"
    fi
    [ "$tests" = all ] || what=$tests targets=$no_rtti_targets filter=$no_rtti_tests
    # The words of options and targets are meant to be split.
    # shellcheck disable=SC2086
    inside cmake -S . -B "$build" -G Ninja "-DCMAKE_BUILD_TYPE=$type" -DCMAKE_CXX_FLAGS_DEBUG=-g1 \
        "-DCMAKE_CXX_COMPILER=$compiler" "-DCMAKE_CXX_STANDARD=$standard" "-DCMAKE_CXX_FLAGS=$*" \
        -DASIO_WAIT_WARNINGS_AS_ERRORS=ON $options >"$kept/configure.txt" 2>&1 &&
        inside cmake --build "$build" -j "$jobs" ${targets:+--target} $targets >"$kept/build.txt" 2>&1 &&
        inside ctest --test-dir "$build" ${filter:+-R "$filter"} --no-tests=error -j "$jobs" \
            --output-on-failure --output-junit "$sources/$build/tests.xml" || failed="$failed $name"
    # Columns: name, suite, compiler and its version, Boost, standard, build, flags, what.
    python3 cmake/matrix_table.py doc/10_support.md cmake/matrix.txt "$kept" "$name" "$suite" \
        "$(inside "$compiler" --version | head -n 1)" "$boost" "C++$standard" "$type" "$*" "$what"
}

known=$(grep -v '^#' cmake/matrix.txt | cut -d' ' -f1)
# shellcheck disable=SC2086
[ $# -gt 0 ] || set -- $known
for row in "$@"; do
    line=$(grep "^$row " cmake/matrix.txt) || {
        echo "matrix.sh: no row $row; --list shows them" >&2
        exit 2
    }
    echo "== $line"
    # shellcheck disable=SC2086
    run_row $line
done
[ -z "$failed" ] || {
    echo "matrix.sh: failed:$failed" >&2
    exit 1
}
