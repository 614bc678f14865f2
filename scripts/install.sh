#!/bin/sh
# Make the virtual environment with exactly the locked packages, by uv if there is one, otherwise by a uv of our own.
set -eu
venv=${1:-.venv}
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

uv=$(command -v uv || true)
if [ -z "$uv" ] || ! "$uv" --version >/dev/null 2>&1; then
    if [ ! -x build/uv/bin/uv ]; then
        if ! python3 -m venv build/uv; then
            echo "Python's venv module is missing. On Debian: apt-get install python3-venv" >&2
            exit 1
        fi
        build/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
    fi
    uv=$root/build/uv/bin/uv
fi
# Compiled at once: each first start of a fresh environment would otherwise compile thousands of files.
UV_PROJECT_ENVIRONMENT=$venv "$uv" sync --frozen --quiet --compile-bytecode --no-progress --python-preference only-system \
    || UV_PROJECT_ENVIRONMENT=$venv "$uv" sync --frozen --compile-bytecode --no-progress
