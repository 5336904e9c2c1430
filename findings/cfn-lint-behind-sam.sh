#!/usr/bin/env bash
# cfn-lint from 1.54 on does not look behind the SAM transform any more, and does not say so.
#
# A misspelt key in a function's own policy statement ("Actions") and a schedule of "rate(1 minutes)", which EventBridge
# refuses, were errors E3510 and E3027 in 1.53.3 and pass in 1.58.0 with exit code 0. Whoever raises the version sees
# nothing but a green check. Lint the transformed template too.
. "$(dirname "$0")/common.sh"
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
      Policies:
        - Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Actions: s3:GetObject
              Resource: "*"
      Events:
        Clock:
          Type: Schedule
          Properties:
            Schedule: rate(1 minutes)
YAML
lint() {
  python_packages "v$1" "cfn-lint==$1"
  "v$1/bin/cfn-lint" --region us-east-1 --template template.yaml >out 2>&1 || true
  echo "cfn-lint $1: $(grep -oE '^E[0-9]+' out | sort -u | tr '\n' ' ')"
}
got=$(lint 1.53.3; lint 1.58.0)
expect "$got" "cfn-lint 1.53.3: E3027 E3510 
cfn-lint 1.58.0: "
