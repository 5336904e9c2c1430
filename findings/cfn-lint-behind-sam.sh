#!/usr/bin/env bash
# cfn-lint from 1.54 on does not look behind the SAM transform any more, and does not say so.
#
# A function with a Timeout of 901 seconds, which Lambda refuses, was an error in 1.53.3 and passes in 1.58.0 with exit code 0. Whoever raises the
# version sees nothing but a green check. Lint the transformed template too.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > template.yaml <<'YAML'
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Handler: bootstrap
      CodeUri: s3://bucket/key
      Timeout: 901
YAML
lint() {
  python3 -m venv "v$1"
  "v$1/bin/pip" install --quiet --disable-pip-version-check "cfn-lint==$1" >log 2>&1 || { cat log >&2; exit 1; }
  if "v$1/bin/cfn-lint" --region us-east-1 --template template.yaml >out 2>&1; then echo "cfn-lint $1: passes"; else echo "cfn-lint $1: an error"; fi
}
got=$(lint 1.53.3; lint 1.58.0)
printf '%s\n' "$got"
[ "$got" = "cfn-lint 1.53.3: an error
cfn-lint 1.58.0: passes" ] || { echo "CHANGED" >&2; exit 1; }
