#!/usr/bin/env bash
# The body of "make verify": checks the template and builds it, with a limit for the packages' size. Needs no AWS
# account. Tools are pinned and are in .venv, inside the clone and outside of git; deleting that folder removes them.
set -euo pipefail
cd "$(dirname "$0")/.."

SAM=1.170.0
LINT=1.58.0
LIMIT_KIB=3584         # 3.5 MiB: a larger package makes every cold start slower
PUBLISH_LIMIT_KIB=8192 # publish contains the page and the music, and only a deployment waits for it

export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1
export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false -tags=lambda.norpc '-ldflags=-s -w'"

say() { printf '%s\n' "$*"; }
die() { printf 'verify: %s\n' "$*" >&2; exit 1; }

# Debian and Ubuntu have ensurepip in a package of its own; without it python3 -m venv leaves half an environment.
make_venv() {
  rm -rf .venv
  python3 -m venv .venv >/dev/null 2>&1 && return
  rm -rf .venv
  local install="apt-get install -y python3-venv"
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || die "python3 -m venv does not work here; install it first: sudo $install"
  say "python3 lacks venv: $install"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive $install >/dev/null; } || die "$install failed"
  python3 -m venv .venv || die "python3 -m venv still does not work"
}

tools() {
  local want="aws-sam-cli==$SAM cfn-lint==$LINT"
  [ "$(cat .venv/verify-has 2>/dev/null)" = "$want" ] && return
  command -v python3 >/dev/null || die "python3 (3.10 or newer) is needed for the SAM CLI"
  say "installing $want into .venv (once)"
  make_venv
  # shellcheck disable=SC2086
  .venv/bin/python -m pip install --quiet --disable-pip-version-check $want || die "pip could not install $want"
  echo "$want" > .venv/verify-has
}

# zip_kib FOLDER: the size of the folder's zip in KiB, packed as "sam package" packs it.
zip_kib() {
  python3 - "$1" <<'PY'
import io, os, sys, zipfile
packed = io.BytesIO()
with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as z:
    for root, _, names in os.walk(sys.argv[1]):
        for name in names:
            path = os.path.join(root, name)
            z.write(path, os.path.relpath(path, sys.argv[1]))
print((len(packed.getbuffer()) + 1023) // 1024)
PY
}

# bare FOLDER: builds the smallest possible handler, the lower limit of every function's size.
bare() {
  cat > "$1/main.go" <<'GO'
package main

import "github.com/aws/aws-lambda-go/lambda"

func main() { lambda.Start(func() error { return nil }) }
GO
  mkdir "$1/zip"
  GOOS=linux GOARCH=arm64 go build -o "$1/zip/bootstrap" "$1/main.go"
}

sizes() {
  local floor kib limit over=0 found=0
  mkdir "$scratch/bare"
  bare "$scratch/bare"
  floor=$(zip_kib "$scratch/bare/zip")
  say "$(printf '%-22s %8s %10s' package KiB 'x bare')"
  say "$(printf '%-22s %8d %10s' 'bare handler' "$floor" 1.00)"
  for f in .aws-sam/build/*/; do
    kib=$(zip_kib "$f")
    found=$((found + 1))
    say "$(printf '%-22s %8d %10s' "$(basename "$f")" "$kib" "$(awk "BEGIN{printf \"%.2f\", $kib/$floor}")")"
    limit=$LIMIT_KIB
    [ "$(basename "$f")" = PublishFunction ] && limit=$PUBLISH_LIMIT_KIB
    if [ "$kib" -gt "$limit" ]; then
      say "  ^ over $limit KiB"
      over=$((over + 1))
    fi
  done
  [ "$found" -gt 0 ] || die "sam build made no package"
  [ "$over" = 0 ] || die "$over of $found packages are too large"
}

# transformed FILE: the template as CloudFormation gets it, SAM's short forms written out.
transformed() {
  .venv/bin/python - >"$1" 2>"$scratch/transform.log" <<'PY' || { cat "$scratch/transform.log" >&2; die "the template cannot be transformed"; }
import json, sys
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

class NoPolicies:
    def load(self):
        return {}

with open("template.yaml") as f:
    template = yaml_parse(f.read())
for r in template["Resources"].values():
    if r["Type"] == "AWS::Serverless::Function":
        r["Properties"]["CodeUri"] = "s3://bucket/key"
values = {n: p.get("Default", "x") for n, p in template["Parameters"].items()}
json.dump(Translator(NoPolicies(), Parser()).translate(template, values), sys.stdout)
PY
}

tools
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
say "sam validate --lint"
.venv/bin/sam validate --lint --template template.yaml
say "cfn-lint"
.venv/bin/cfn-lint template.yaml
say "every reference of the transformed template"
transformed "$scratch/transformed.json"
go run ./local/template/resolve <"$scratch/transformed.json"
say "sam build (linux/arm64)"
began=$SECONDS
.venv/bin/sam build --template template.yaml >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; die "sam build failed"; }
say "built in $((SECONDS - began)) s"
[ -s functions/publish/page/index.html ] || die "the page was not put into functions/publish"
sizes
say "verified in ${SECONDS} s"
