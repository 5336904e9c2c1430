#!/usr/bin/env bash
# aws-sam-translator 1.115.0: AutoPublishAlias makes no new version when only the function's Timeout changes.
#
# The version's logical id is a hash of the code's address. A change of Timeout, memory or LoggingConfig alone leaves it
# as it was, so CloudFormation keeps the version that is published, the alias goes on pointing at it, and the deployment
# succeeds without any effect on whoever calls the alias. With AutoPublishAliasAllProperties the id follows the
# properties as the template's text has them, so a parameter behind Ref is not seen either.
. "$(dirname "$0")/common.sh"
python_packages v aws-sam-translator==1.115.0 boto3
cat > main.py <<'PY'
import boto3
from samtranslator.translator.transform import transform
from samtranslator.parser.parser import Parser  # noqa: F401


class Policies:
    def load(self):
        return {}


def version(timeout, every):
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "F": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Runtime": "provided.al2023", "Handler": "bootstrap", "CodeUri": "s3://bucket/key",
                    "AutoPublishAlias": "live", "AutoPublishAliasAllProperties": every, "Timeout": timeout,
                },
            }
        },
    }
    made = transform(template, {}, Policies())
    return next(n for n, r in made["Resources"].items() if r["Type"] == "AWS::Lambda::Version")


boto3.setup_default_session(region_name="us-east-1")
print("another Timeout, a new version:", version(5, False) != version(9, False))
print("with AllProperties, a new version:", version(5, True) != version(9, True))
PY
got=$(AWS_DEFAULT_REGION=us-east-1 v/bin/python main.py 2>/dev/null)
expect "$got" "another Timeout, a new version: False
with AllProperties, a new version: True"
