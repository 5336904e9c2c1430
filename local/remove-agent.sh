#!/usr/bin/env bash
# The body of "make remove-agent": removes an agent. Sign-in ends, and the API refuses at once.
#   remove-agent.sh NAME [remove|restore]
# STACK names the stack, if it is not warm-transfer. LOCAL=1 is the local stack; CONTROL its control address.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { printf 'remove-agent: %s\n' "$*" >&2; exit 1; }
. local/aws.sh

name=${1:-} what=${2:-remove} stack=${STACK:-warm-transfer}
[ -n "$name" ] || die "say who: make remove-agent NAME=ada"
[ "$what" = remove ] || [ "$what" = restore ] || die "want remove or restore, not $what"
[[ $name != *[\"\\[:cntrl:]]* && ${#name} -le 256 ]] || die "NAME is what the access token calls the agent"

if [ -n "${LOCAL:-}" ]; then
  control=${CONTROL:-http://127.0.0.1:8081}
  removed=true; [ "$what" = remove ] || removed=false
  curl -fsS -X POST -H 'Content-Type: application/json' -d "{\"agent\":\"$name\",\"removed\":$removed}" "$control/control/agents" >/dev/null ||
    die "the local stack at $control did not do it: is it running, and is there an agent $name?"
  echo "$name: ${what}d on the local stack"
  exit
fi

need_aws "make remove-agent NAME=$name"

table=$(output Table) || die "this account has no stack $stack in $region (STACK=… names another stack, AWS_REGION=… another region)"
[ -n "$table" ] || die "the stack $stack has no output Table: is it of this program?"
pool=$(output UserPoolId) || die "the stack $stack did not tell its user pool"

if [ -z "$pool" ]; then
  echo "the stack $stack signs agents in with another issuer: $what $name there, too"
else
  # The name as the pool has it: its tokens carry that spelling, and sign-in ignores case.
  found=$(aws cognito-idp admin-get-user --user-pool-id "$pool" --username "$name" --query Username --output text) ||
    die "there is no agent $name in the user pool"
  name=$found
  if [ "$what" = remove ]; then
    aws cognito-idp admin-disable-user --user-pool-id "$pool" --username "$name" || die "Cognito did not disable $name"
    aws cognito-idp admin-user-global-sign-out --user-pool-id "$pool" --username "$name" || die "Cognito did not sign $name out"
  else
    aws cognito-idp admin-enable-user --user-pool-id "$pool" --username "$name" || die "Cognito did not enable $name"
  fi
fi

# Access tokens stay valid for up to an hour: the mark in the table makes the API refuse them.
if [ -z "${AWS_ACCESS_KEY_ID:-}" ] || [ -z "${AWS_SECRET_ACCESS_KEY:-}" ]; then
  credentials=$(aws configure export-credentials --format env) ||
    die "the AWS CLI does not give its credentials. Use its version 2, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
  eval "$credentials"
fi
# With it the agent's open pages learn of the mark at once; else, or if it cannot be read, with their next request.
PUSH_URL=$(output PushUrl) || PUSH_URL=
export PUSH_URL
go run ./local roster -table "$table" "$what" "$name" || die "the table was not marked: the API does not refuse $name yet"
if [ "$what" = remove ]; then
  echo "$name was removed: no sign-in, no calls, and the API refuses what is signed in. A call that $name is in goes on"
else
  echo "$name may sign in again"
fi
