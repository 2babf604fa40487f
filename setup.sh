#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# ./setup.sh demo                   sets up and runs the demo
# ./setup.sh test [preset]          sets up, builds and passes all tests (preset: dev)
# ./setup.sh docs                   sets up and builds the documentation as a site
# ./setup.sh deps [extra ...]       only installs what is missing: bench, clang, companions,
#                                   companions-boost, coverage, debug, docs, package, peers, static
#
# Debian 12, Ubuntu 24.04 and later; elsewhere, install what it names by hand.
set -eu
cd "$(dirname "$0")"

missing=""
need() { # need <command> <package>
    PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

# The version in the headers the compiler finds, e.g. 108100; 0 without any.
boost_version() {
    found=$(printf '#include <boost/version.hpp>\nBOOST_VERSION\n' |
        ${CXX:-g++} -E -P -x c++ - 2>/dev/null | tail -n 1 | tr -dc 0-9)
    echo "${found:-0}"
}

# The package of Boost headers here that is new enough: Debian 12 has 1.74 under the plain name.
boost_package() {
    plain=$(apt-cache policy libboost-dev | sed -n 's/^ *Candidate: 1\.\([0-9]*\).*/\1/p')
    if [ "${plain:-0}" -ge 81 ]; then echo libboost; else echo libboost1.81; fi
}

need_boost() { # need_boost <infix of the package name> <library or nothing>
    if [ -z "$1" ]; then
        [ "$(boost_version)" -ge 108100 ] || missing="$missing $(boost_package)-dev"
    elif [ ! -e "$(${CXX:-g++} -print-file-name="lib$2.so" 2>/dev/null)" ]; then
        missing="$missing $(boost_package | sed "s/libboost/libboost-$1/")-dev"
    fi
}

# What clang's sanitizers, fuzzer and counters link with; only recommended by its package.
need_clang_runtime() { # need_clang_runtime <compiler>
    version=$("$1" -dumpversion 2>/dev/null | cut -d. -f1)
    case "$("$1" -print-file-name="libclang_rt.profile-$(uname -m).a" 2>/dev/null)" in
    */*) ;;
    *) missing="$missing libclang-rt-${version:-14}-dev" ;;
    esac
}

install_missing() {
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "setup.sh: please install (Debian's names):$missing" >&2
        exit 1
    fi
    as_root=""
    [ "$(id -u)" -eq 0 ] || as_root="sudo"
    echo "setup.sh: installing$missing"
    # --no-remove: Boost 1.74's headers and 1.81's cannot be installed together.
    $as_root apt-get update -qq </dev/null
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        --no-remove $missing </dev/null || {
        echo "setup.sh: could not install$missing; if libboost1.74-dev is in the way, remove it," \
            "or unpack newer headers with cmake/unpack_boost.sh and set Boost_INCLUDE_DIR" >&2
        exit 1
    }
    missing=""
}

dependencies() {
    need "${CXX:-g++}" g++
    need cmake cmake
    need ninja ninja-build
    need ccache ccache
    if [ "$command" != demo ]; then # it runs no tests
        need python3 python3
        need pkg-config pkg-config
        need nginx nginx-light
    fi
    for extra in "$@"; do
        case "$extra" in
        clang) need clang++ clang ;; # and its runtime, below
        coverage)
            need clang++-16 clang-16
            need llvm-cov-16 llvm-16
            ;;
        debug) need gdb gdb ;;
        static)
            need clang-tidy clang-tidy
            need cppcheck cppcheck
            need spin spin
            ;;
        companions)
            [ -e /usr/include/openssl/ssl.h ] || missing="$missing libssl-dev"
            need pg_config libpq-dev
            ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing="$missing postgresql"
            ;;
        companions-boost) # of use with Boost 1.84 and newer
            need redis-server redis-server
            need mariadbd mariadb-server
            ;;
        bench)
            [ -e /usr/include/benchmark/benchmark.h ] || missing="$missing libbenchmark-dev"
            need gnuplot gnuplot-nox
            need valgrind valgrind
            ;;
        docs)
            need doxygen doxygen
            need dot graphviz
            [ -e /usr/share/doxygen-awesome-css ] || missing="$missing doxygen-awesome-css"
            need gnuplot gnuplot-nox
            ;;
        package) need lintian lintian ;;
        peers)
            need go golang-go
            need cargo cargo
            need rustc rustc
            ls -d /usr/share/cargo/registry/tokio-[0-9]* >/dev/null 2>&1 ||
                missing="$missing librust-tokio-dev"
            need gnuplot gnuplot-nox
            ;;
        *) echo "setup.sh: unknown extra '$extra'" >&2 && exit 2 ;;
        esac
    done
    # The compiler comes first: it is asked for Boost.
    install_missing
    for extra in "$@"; do
        case "$extra" in
        clang) need_clang_runtime clang++ ;;
        coverage) need_clang_runtime clang++-16 ;;
        esac
    done
    need_boost "" ""
    [ "$command" = demo ] || need_boost context boost_context
    install_missing
    have=$(cmake --version | sed -n 's/^cmake version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
    # shellcheck disable=SC2086
    set -- $have
    if [ "$1" -lt 3 ] || { [ "$1" -eq 3 ] && [ "$2" -lt 25 ]; }; then
        echo "setup.sh: CMake 3.25 or newer is needed, this is $1.$2" >&2
        exit 1
    fi
}

command=${1:-}
[ $# -eq 0 ] || shift
case "$command" in
demo)
    dependencies
    cmake -S . -B build/demo -G Ninja -DCMAKE_BUILD_TYPE=Release -DASIO_WAIT_BUILD_TESTS=OFF
    cmake --build build/demo --target fetch
    exec build/demo/example/fetch "$@"
    ;;
test)
    preset=${1:-dev}
    case "$preset" in
    clang | fuzz*) dependencies clang ;;
    coverage) dependencies coverage ;;
    *) dependencies ;;
    esac
    cmake --workflow --preset "$preset"
    [ "$preset" != coverage ] || python3 test/coverage/report.py build/coverage
    ;;
docs)
    dependencies docs
    cmake --workflow --preset docs
    ;;
deps) dependencies "$@" ;;
*)
    sed -n 's/^# \(.*\)/\1/p' "$0" | sed -n '2,6p'
    exit 2
    ;;
esac
