#!/bin/sh
# Pins every package with its hashes: one file for development, one for each image.
# No file names the index it came from; `make lock only=upgrade` takes newer versions.
set -eu
cd "$(dirname "$0")/.."
uv=${UV:-uv}
upgrade=
[ "${1:-}" = upgrade ] && upgrade=--upgrade

compile() { # <output> <more arguments to uv pip compile>
  output=$1
  shift
  echo "  $output"
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
    --no-annotate --no-emit-index-url --no-emit-find-links --no-emit-package convo-common \
    $upgrade --output-file "$output" "$@"
}

projects=
for each in libs/common gateway services/* stack; do
  [ -f "$each/pyproject.toml" ] && projects="$projects $each/pyproject.toml"
done

# shellcheck disable=SC2086 # a list of words
compile requirements/dev.txt requirements/dev.in $projects
compile requirements/uv.txt requirements/uv.in
compile requirements/swift.txt requirements/swift.in
# Of the test suite's own dependencies only what its cases need.
compile requirements/autobahn.txt requirements/autobahn.in --no-deps
upgrade=
for each in gateway services/*; do
  [ -f "$each/pyproject.toml" ] || continue
  # The same versions as in development: what was tested is what ships.
  compile "requirements/$(basename "$each").txt" "$each/pyproject.toml" \
    --constraint requirements/dev.txt
done
