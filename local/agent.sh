#!/usr/bin/env bash
# The body of "make agent": creates an agent in the stack's user pool. Cognito mails a temporary password.
#   agent.sh NAME EMAIL [GROUP]    GROUP is agent (the default) or supervisor
# STACK names the stack, if it is not warm-transfer.
set -euo pipefail

die() { printf 'agent: %s\n' "$*" >&2; exit 1; }
. "$(dirname "$0")/aws.sh"

name=${1:-} email=${2:-} group=${3:-agent} stack=${STACK:-warm-transfer}
[ -n "$name" ] && [ -n "$email" ] || die "say who: make agent NAME=ada EMAIL=ada@example.com"
[[ $name =~ ^[A-Za-z0-9_.-]{1,60}$ ]] || die "NAME must be 1 to 60 letters, digits, dots, dashes or underscores; it is how colleagues find the agent"
[[ $email =~ ^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$ ]] || die "EMAIL does not look like an address: $email"
[ "$group" = agent ] || [ "$group" = supervisor ] || die "the groups are agent and supervisor"
need_aws "make agent NAME=$name EMAIL=$email"

pool=$(output UserPoolId) || die "this account has no stack $stack in $region (STACK=… names another stack, AWS_REGION=… another region)"
[ -n "$pool" ] || die "the stack $stack signs agents in with another issuer: create the agent there"

if aws cognito-idp admin-get-user --user-pool-id "$pool" --username "$name" >/dev/null 2>&1; then
  echo "$name is there already (one who was removed: local/remove-agent.sh $name restore)"
else
  aws cognito-idp admin-create-user --user-pool-id "$pool" --username "$name" --desired-delivery-mediums EMAIL \
    --user-attributes Name=email,Value="$email" Name=email_verified,Value=true Name=name,Value="$name" >/dev/null ||
    die "Cognito did not create $name; its reason stands above"
  echo "$name was created; a temporary password goes to $email and holds for three days"
fi
aws cognito-idp admin-add-user-to-group --user-pool-id "$pool" --username "$name" --group-name "$group" ||
  die "$name could not be put into the group $group"
page=$(output PageUrl)
echo "$name is in the group $group and signs in at $page"
