#!/usr/bin/env bash
# SAM CLI 1.170.0: "sam deploy" ends with 0 when the changes are declined, and leaves the change set and an empty stack.
#
# A script that deploys and then goes on takes a declined deployment for a done one. The stack that is left is
# REVIEW_IN_PROGRESS, has nothing in it, and stands in every list. Shown on ministack 1.5.33, an emulator of AWS: what
# is seen is the CLI's exit code, and the change set that it did not delete.
. "$(dirname "$0")/common.sh"
python_packages sam aws-sam-cli==1.170.0
python_packages emulator ministack==1.5.33 cryptography==50.0.2
cat > template.yaml <<'YAML'
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Topic:
    Type: AWS::SNS::Topic
YAML
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
GATEWAY_PORT=$port BIND_HOST=127.0.0.1 IOT_MTLS_ENABLED=0 HOME=$dir emulator/bin/python -m ministack >emulator.log 2>&1 &
trap 'kill "$!" 2>/dev/null; wait 2>/dev/null; rm -rf "$dir"' EXIT
for _ in $(seq 600); do
  curl -fsS "http://127.0.0.1:$port/_ministack/health" >/dev/null 2>&1 && break
  sleep 0.1
done
export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_DEFAULT_REGION=us-east-1
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null SAM_CLI_TELEMETRY=0
code=0
echo n | sam/bin/sam deploy --template-file template.yaml --stack-name finding --confirm-changeset >out 2>&1 || code=$?
grep -q 'Deploy this changeset' out || { cat out emulator.log >&2; exit 1; }
cat > left.py <<'PY'
import botocore.session

c = botocore.session.get_session().create_client("cloudformation")
print("the stack:", c.describe_stacks(StackName="finding")["Stacks"][0]["StackStatus"])
print("change sets left:", len(c.list_change_sets(StackName="finding")["Summaries"]))
PY
expect "declined: exit code $code
$(sam/bin/python left.py)" "declined: exit code 0
the stack: REVIEW_IN_PROGRESS
change sets left: 1"
