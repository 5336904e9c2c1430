#!/usr/bin/env bash
# cfn-lint 1.58.0 refuses AutoPublishAliasAllProperties under Globals, where aws-sam-translator 1.115.0 takes it.
#
# The linter has a schema of its own for Globals and no longer asks the translator. What it calls E3724 is a property
# that the translator takes there, and that works: without it a change of a function's Timeout makes no new version
# (sam-version-by-code-only.sh). Whoever trusts the linter repeats the property in each function.
. "$(dirname "$0")/common.sh"
python_packages v cfn-lint==1.58.0 aws-sam-translator==1.115.0 boto3
cat > template.json <<'JSON'
{
  "Transform": "AWS::Serverless-2016-10-31",
  "Globals": {"Function": {"AutoPublishAlias": "live", "AutoPublishAliasAllProperties": true}},
  "Resources": {
    "F": {
      "Type": "AWS::Serverless::Function",
      "Properties": {"Runtime": "provided.al2023", "Handler": "bootstrap", "CodeUri": "s3://bucket/key", "Timeout": 5}
    }
  }
}
JSON
cat > main.py <<'PY'
import json

from samtranslator.translator.transform import transform


class Policies:
    def load(self):
        return {}


def version(timeout):
    with open("template.json") as f:
        template = json.load(f)
    template["Resources"]["F"]["Properties"]["Timeout"] = timeout
    made = transform(template, {}, Policies())
    return next(n for n, r in made["Resources"].items() if r["Type"] == "AWS::Lambda::Version")


print("the translator: another Timeout, a new version:", version(5) != version(9))
PY
got="the linter: $(v/bin/cfn-lint --region us-east-1 --template template.json 2>&1 | grep -oE '^E[0-9]+')
$(AWS_DEFAULT_REGION=us-east-1 v/bin/python main.py 2>/dev/null)"
expect "$got" "the linter: E3724
the translator: another Timeout, a new version: True"
