#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# python_matrix.sh <program differential_asio_side> [argument of run.py ...] : compares with the asyncio
# of Debian 13's Python 3.13, too; it is unpacked beside the program, nothing is installed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "${1:?program}")
shift
[ $# -gt 0 ] || set -- --seeds 0-5000
root="$(dirname "$program")/python3.13"

if [ ! -x "$root/usr/bin/python3.13" ]; then
    "$here/../../cmake/unpack_debian.sh" trixie "$root" python3.13-minimal libpython3.13-minimal \
        libpython3.13-stdlib libc6 zlib1g libexpat1 libssl3t64 libffi8
fi
# Debian 12's C library is too old for it, so it comes with its own.
libraries="$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu"
cat >"$root/python3.13" <<END
#!/bin/sh
exec "$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$libraries" "$root/usr/bin/python3.13" "\$@"
END
chmod +x "$root/python3.13"
export PYTHONHOME="$root/usr"
"$root/python3.13" --version
exec "$root/python3.13" -B "$here/run.py" "$program" "$@"
