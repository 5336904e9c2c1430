#!/usr/bin/env bash
# The body of "make verify": is the template sound, and does it build into small packages? Needs no AWS account.
# Tools are pinned in tools.sh and live in .venv, inside the clone and outside of git; deleting that folder undoes them.
set -euo pipefail
cd "$(dirname "$0")/.."

LIMIT_KIB=3584         # 3.5 MiB: a package's size is time in every cold start
PUBLISH_LIMIT_KIB=8192 # publish holds the page and the music, and nobody waits for it but a deployment

export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1
export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false -tags=lambda.norpc '-ldflags=-s -w'"

say() { printf '%s\n' "$*"; }
die() { printf 'verify: %s\n' "$*" >&2; exit 1; }
. local/tools.sh

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

# managed_ids: every line of our table must be in the emulator's, which others keep.
managed_ids() {
  local ours theirs wrong
  ours=$(grep -v '^#' local/template/managed-ids.tsv | sort)
  theirs=$(GATEWAY_PORT=1 MINISTACK_HOST=us-east-1.amazonaws.com .venv-emulator/bin/python local/rehearse/emulator.py managed-ids 2>"$scratch/log" | sort)
  [ -n "$ours" ] && [ -n "$theirs" ] || { cat "$scratch/log" >&2; die "a table of managed ids is empty"; }
  wrong=$(comm -23 <(echo "$ours") <(echo "$theirs"))
  [ -z "$wrong" ] || die "AWS has no such id of that name: $wrong"
  say "$(wc -l <<<"$ours") managed ids, as the emulator knows them"
}

venv .venv "$SAM_AND_LINT"
venv .venv-emulator "$EMULATOR"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
say "sam validate --lint"
.venv/bin/sam validate --lint --template template.yaml
say "cfn-lint"
.venv/bin/cfn-lint template.yaml
say "cfn-lint on the transformed template, and six mistakes that it must find"
.venv/bin/python local/template/lint.py "$scratch/transformed.json" || die "the transformed template is wrong"
managed_ids
say "every reference of the transformed template"
go run ./local/template/resolve <"$scratch/transformed.json"
say "sam build (linux/arm64)"
began=$SECONDS
rm -f .aws-sam/.built-from
.venv/bin/sam build --template template.yaml >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; die "sam build failed"; }
say "built in $((SECONDS - began)) s"
[ -s functions/publish/page/index.html ] || die "the page was not put into functions/publish"
built_from >.aws-sam/.built-from
sizes
say "verified in ${SECONDS} s"
