#!/usr/bin/env bash
# The body of "make deploy": builds everything, the page too, and deploys it.
#   make deploy                                 the first time it asks five questions, later none
#   make deploy SET="RingSeconds=25"            with other parameters (docs/operations.md lists them)
#   make deploy ARGS="--config-env prod"        what stands in ARGS goes to "sam deploy"
#   make deploy ARGS=--credentials              asks the five questions again
# Answers may stand in the environment or in .env instead: TWILIO_NUMBER, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN,
# TWILIO_API_KEY, TWILIO_API_SECRET. No answer is written to a file that git knows; CloudFormation keeps them.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { printf 'deploy: %s\n' "$*" >&2; exit 1; }
. local/aws.sh

sam=$(command -v sam || true)
[ -n "$sam" ] || { [ -x .venv/bin/sam ] && sam=$PWD/.venv/bin/sam; } ||
  die "the SAM CLI is needed: pip install aws-sam-cli, or make verify, which puts one into .venv"
command -v go >/dev/null || die "Go is needed: https://go.dev/dl"

# What stands on the command line is meant for sam; the region, the environment and the stack's name are needed here too.
env=default region=${AWS_REGION:-${AWS_DEFAULT_REGION:-}} stack='' credentials='' overrides=() rest=() yes=''
while [ $# -gt 0 ]; do
  case $1 in
    --credentials) credentials=yes; shift ;;
    --parameter-overrides=*) overrides+=("${1#*=}"); shift ;;
    --parameter-overrides)
      shift
      while [ $# -gt 0 ] && [[ $1 != --* ]]; do overrides+=("$1"); shift; done
      ;;
    --config-env | --region | --stack-name)
      [ $# -gt 1 ] || die "$1 needs a value"
      case $1 in --config-env) env=$2 ;; --region) region=$2 ;; *) stack=$2 ;; esac
      shift 2
      ;;
    --config-env=*) env=${1#*=}; shift ;;
    --region=*) region=${1#*=}; shift ;;
    --stack-name=*) stack=${1#*=}; shift ;;
    --guided | -g) die "--guided would ask for every parameter and write the number to samconfig.toml: name those that you change in SET" ;;
    --no-confirm-changeset) yes=yes; rest+=("$1"); shift ;;
    *) rest+=("$1"); shift ;;
  esac
done

# saved KEY: what samconfig.toml says for the environment.
saved() {
  local part found
  for part in deploy global; do
    found=$(sed -n "/^\[$env\.$part\.parameters\]/,/^\[/s/^$1 *= *\"\(.*\)\".*/\1/p" samconfig.toml)
    [ -z "$found" ] || { echo "$found"; return; }
  done
}
stack=${stack:-$(saved stack_name)}
[ -n "$stack" ] || die "samconfig.toml has no stack_name for the environment $env"
need_aws "make deploy" "${region:-$(saved region)}"
at=(--region "$region" --stack-name "$stack")

status=$(aws cloudformation describe-stacks "${at[@]}" --query 'Stacks[0].StackStatus' --output text 2>/dev/null) || status=none
case $status in
  none | REVIEW_IN_PROGRESS | ROLLBACK_COMPLETE | ROLLBACK_FAILED | DELETE_FAILED) first=yes ;; # nothing runs there
  *_IN_PROGRESS) die "the stack $stack is at work ($status): wait until it has ended" ;;
  *) first='' ;;
esac

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
umask 077

# from_env NAME: the environment's value, or that of .env, which is read and not run.
from_env() {
  if [ -n "${!1:-}" ]; then
    echo "${!1}"
  elif [ -f .env ]; then
    sed -n "s/^\(export \)\{0,1\}$1=[\"']\{0,1\}\([^\"']*\)[\"']\{0,1\} *$/\2/p" .env | tail -1
  fi
}

# answer PARAMETER NAME PATTERN WHAT [secret]: takes the answer from the environment, or asks until it fits.
missing=()
answer() {
  local value
  value=$(from_env "$2")
  if [ -z "$value" ] && [ -t 0 ]; then
    while :; do
      printf '%s: ' "$4" >&2
      if [ -n "${5:-}" ]; then read -rs value && echo >&2; else read -r value; fi || die "no answer"
      [[ $value =~ $3 ]] && break
      echo "That is not it." >&2
    done
  fi
  [ -n "$value" ] || { missing+=("$2"); return 0; }
  [[ $value =~ $3 ]] || die "$2 should be: $4"
  printf '%s: "%s"\n' "$1" "$value" >>"$scratch/parameters.yaml"
}
[ -z "$first" ] || echo 'CompactItems: "true"' >>"$scratch/parameters.yaml" # no version before has written items
if [ -n "$first$credentials" ]; then
  answer TwilioNumber TWILIO_NUMBER '^\+[1-9][0-9]{6,14}$' 'The number that callers dial, like +15550100'
  answer TwilioAccountSid TWILIO_ACCOUNT_SID '^AC[0-9a-f]{32}$' 'Account SID (AC…)'
  answer TwilioAuthToken TWILIO_AUTH_TOKEN '^[0-9A-Za-z]{16,128}$' 'Auth token' secret
  answer TwilioApiKey TWILIO_API_KEY '^SK[0-9a-f]{32}$' 'SID of a standard API key in region US1 (SK…)'
  answer TwilioApiSecret TWILIO_API_SECRET '^[0-9A-Za-z]{16,128}$' 'Secret of that key' secret
  # What is given as an override needs no answer.
  for i in "${!missing[@]}"; do
    case " ${overrides[*]-} ${SET:-} " in
      *" $(sed 's/TWILIO_NUMBER/TwilioNumber/;s/TWILIO_ACCOUNT_SID/TwilioAccountSid/;s/TWILIO_AUTH_TOKEN/TwilioAuthToken/;s/TWILIO_API_KEY/TwilioApiKey/;s/TWILIO_API_SECRET/TwilioApiSecret/' <<<"${missing[i]}")="*) unset "missing[i]" ;;
    esac
  done
  [ ${#missing[@]} = 0 ] || die "there is no terminal to ask at, and these are not set: ${missing[*]}"
fi
parameters=()
[ ! -s "$scratch/parameters.yaml" ] || parameters+=("file://$scratch/parameters.yaml")
# shellcheck disable=SC2206,SC2207
parameters+=($(saved parameter_overrides) ${overrides[@]+"${overrides[@]}"} ${SET:-}) # the later counts more
[ ${#parameters[@]} = 0 ] || rest+=(--parameter-overrides "${parameters[@]}")
[ -t 0 ] || [ -n "$yes" ] || rest+=(--no-confirm-changeset) # nobody is there to confirm

# Without these flags each commit would make another binary, and each binary a deployment.
export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false -tags=lambda.norpc '-ldflags=-s -w'" SAM_CLI_TELEMETRY=0

began=$SECONDS
"$sam" build --config-env "$env"
[ -s functions/publish/page/index.html ] || die "the agent page was not built: run local/setup.sh page and look why"
echo "built in $((SECONDS - began)) s"

gone() { aws cloudformation delete-stack "${at[@]}" && aws cloudformation wait stack-delete-complete "${at[@]}"; }
if [ "$status" = ROLLBACK_COMPLETE ] || [ "$status" = ROLLBACK_FAILED ] || [ "$status" = DELETE_FAILED ]; then
  echo "The stack $stack is $status: nothing of it runs, and CloudFormation does not update such a stack. It is deleted and made anew."
  gone || die "the stack $stack could not be deleted: look in CloudFormation's console which resource holds it"
fi

# pending are the change sets that were made and not carried out.
pending() {
  aws cloudformation list-change-sets "${at[@]}" --query "Summaries[?starts_with(ChangeSetName,'samcli-deploy')&&ExecutionStatus=='AVAILABLE'].ChangeSetName" \
    --output text 2>/dev/null | grep -v '^None$' || true
}
before=$(pending)
deployed=yes
"$sam" deploy --config-env "$env" "${at[@]}" ${rest[@]+"${rest[@]}"} || deployed=''
left=''
for set in $(pending); do
  case " $before " in *[[:space:]]"$set"[[:space:]]*) continue ;; esac
  left=$set
  aws cloudformation delete-change-set "${at[@]}" --change-set-name "$set" >/dev/null
done
# A change set that fails or is declined leaves a first stack with nothing in it, in the way of the next.
if [ "$(aws cloudformation describe-stacks "${at[@]}" --query 'Stacks[0].StackStatus' --output text 2>/dev/null)" = REVIEW_IN_PROGRESS ]; then
  gone || true
fi
[ -n "$deployed" ] || die "the deployment failed; the reason stands above. CloudFormation has taken back what it had changed"
[ -z "$left" ] || die "nothing was deployed: the changes were declined"

echo
echo "Create an agent:     AWS_REGION=$region STACK=$stack make agent NAME=ada EMAIL=ada@example.com"
echo "Look if all is well: AWS_REGION=$region make doctor ARGS=\"-stack $stack\""
