# shellcheck shell=bash
# Sourced by every finding: a temporary folder that goes away again, and what all of them do. No finding itself.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

# quietly COMMAND: what it prints is shown only if it fails.
quietly() { "$@" >log 2>&1 || { cat log >&2; exit 1; }; }

# python_packages FOLDER PACKAGE...: the packages in an environment of their own.
python_packages() {
  python3 -m venv "$1"
  quietly "$1/bin/pip" install --quiet --no-compile --disable-pip-version-check "${@:2}"
}

# node PACKAGE...: the packages in this folder.
node_packages() {
  npm init -y >/dev/null
  quietly npm install --loglevel=error --no-audit --no-fund "$@"
}

# module PACKAGE@VERSION...: a Go module that needs them.
module() {
  { printf 'module finding\n\ngo 1.25\n'; printf 'require %s\n' "${@/@/ }"; } >go.mod
  quietly go mod tidy
}

# expect GOT WANT: prints what was seen, and fails if it is something else than before.
expect() {
  printf '%s\n' "$1"
  [ "$1" = "$2" ] || { printf 'CHANGED: it used to be\n%s\n' "$2" >&2; exit 1; }
}
