#!/bin/sh
# Export the lock file to requirements/ (versions and hashes) for machines where uv cannot be had.
set -eu
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
[ -x "$uv" ] || uv=uv
mkdir -p "${1:-requirements}"
$uv export --frozen --quiet --no-header --no-annotate --no-emit-project --format requirements.txt \
    --output-file "${1:-requirements}/runtime.txt" >/dev/null
$uv export --frozen --quiet --no-header --no-annotate --no-emit-project --format requirements.txt --group dev \
    --output-file "${1:-requirements}/dev.txt" >/dev/null
$uv export --frozen --quiet --no-header --no-annotate --no-emit-project --format requirements.txt --only-group bench \
    --output-file "${1:-requirements}/bench.txt" >/dev/null
