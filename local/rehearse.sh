#!/usr/bin/env bash
# The body of "make rehearse": deploys the template as it is with the SAM CLI as it is, to an emulator of AWS on this
# machine, and uses what comes of it (local/rehearse). Linux only. What it needs it says in one sentence, or installs
# inside the clone.
#   make rehearse ARGS="-break all"    makes mistakes on purpose, each of which must be found and named
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }
die() { printf 'rehearse: %s\n' "$*" >&2; exit 1; }
. local/tools.sh

[ "$(uname -s)" = Linux ] || die "it needs Linux: the packages are Linux programs"
command -v go >/dev/null || die "Go is needed: https://go.dev/dl"
if [ "$(uname -m)" != aarch64 ] && ! command -v qemu-aarch64 >/dev/null; then
  install="apt-get install -y qemu-user"
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || die "the packages are for arm64, and there is no qemu-aarch64 to run them: sudo $install"
  say "qemu-aarch64 runs the packages, which are for arm64: $install"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive $install; } >/dev/null 2>&1 || die "$install failed"
fi
venv .venv "$SAM_AND_LINT"
venv .venv-emulator "$EMULATOR"
local/setup.sh page browser

# build: as a deployment does, unless nothing has changed since the last time.
build() {
  local stamp=.aws-sam/.built-from now
  now=$(built_from)
  [ -f .aws-sam/build/template.yaml ] && [ "$(cat $stamp 2>/dev/null)" = "$now" ] && return
  local began=$SECONDS log
  log=$(mktemp)
  rm -f "$stamp"
  CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false -tags=lambda.norpc '-ldflags=-s -w'" SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 \
    .venv/bin/sam build >"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; die "sam build failed"; }
  rm -f "$log"
  echo "$now" >"$stamp"
  say "sam build: $((SECONDS - began)) s"
}
build
mkdir -p .run
go build -o .run/rehearse ./local/rehearse
exec .run/rehearse "$@"
