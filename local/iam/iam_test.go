package iam

import (
	"regexp"
	"testing"

	"warmtransfer/local/gateway/sam"
)

const table = "arn:aws:dynamodb:us-east-1:000000000000:table/calls"

func TestAllowed(t *testing.T) {
	allow := func(action, resource string) sam.Statement {
		return sam.Statement{Effect: "Allow", Actions: []string{action}, Resources: []string{resource}}
	}
	deny := func(action, resource string) sam.Statement {
		s := allow(action, resource)
		s.Effect = "Deny"
		return s
	}
	for name, c := range map[string]struct {
		statements       []sam.Statement
		action, resource string
		want             bool
	}{
		"nothing is allowed by itself": {nil, "dynamodb:GetItem", table, false},
		"what is named": {[]sam.Statement{allow("dynamodb:GetItem", table)},
			"dynamodb:GetItem", table, true},
		"another action": {[]sam.Statement{allow("dynamodb:GetItem", table)},
			"dynamodb:PutItem", table, false},
		"another service's action": {[]sam.Statement{allow("s3:GetItem", table)}, "dynamodb:GetItem",
			table, false},
		"another table": {[]sam.Statement{allow("dynamodb:GetItem", table)},
			"dynamodb:GetItem", table + "2", false},
		"the table is not its index": {[]sam.Statement{allow("dynamodb:Query", table)}, "dynamodb:Query",
			table + "/index/live", false},
		"the index is not the table": {[]sam.Statement{allow("dynamodb:Query", table+"/index/live")},
			"dynamodb:Query", table, false},
		"an index": {[]sam.Statement{allow("dynamodb:Query", table+"/index/live")},
			"dynamodb:Query", table + "/index/live", true},
		"another index": {[]sam.Statement{allow("dynamodb:Query", table+"/index/live")},
			"dynamodb:Query", table + "/index/agents", false},
		"every index": {[]sam.Statement{allow("dynamodb:Query", table+"/index/*")},
			"dynamodb:Query", table + "/index/live", true},
		"a star may be nothing": {[]sam.Statement{allow("dynamodb:Query", table+"*")},
			"dynamodb:Query", table, true},
		"a star goes over slashes": {[]sam.Statement{allow("s3:GetObject", "arn:aws:s3:::b/*")},
			"s3:GetObject", "arn:aws:s3:::b/c/d", true},
		"the objects are not the bucket": {[]sam.Statement{allow("s3:ListBucket", "arn:aws:s3:::b/*")},
			"s3:ListBucket", "arn:aws:s3:::b", false},
		"the bucket is not its objects": {[]sam.Statement{allow("s3:GetObject", "arn:aws:s3:::b")},
			"s3:GetObject", "arn:aws:s3:::b/c", false},
		"a star does not go over the ARN's parts": {[]sam.Statement{allow("dynamodb:GetItem",
			"arn:aws:dynamodb:*:table/calls")}, "dynamodb:GetItem", table, false},
		"a star for each part": {[]sam.Statement{allow("dynamodb:GetItem",
			"arn:aws:dynamodb:*:*:table/calls")}, "dynamodb:GetItem", table, true},
		"all resources": {[]sam.Statement{allow("dynamodb:GetItem", "*")},
			"dynamodb:GetItem", table, true},
		"all resources for what has none": {[]sam.Statement{allow("dynamodb:ListTables", "*")},
			"dynamodb:ListTables", "*", true},
		"one resource for what has none": {[]sam.Statement{allow("dynamodb:ListTables", table)},
			"dynamodb:ListTables", "*", false},
		"a star in the action": {[]sam.Statement{allow("dynamodb:*Item", table)},
			"dynamodb:PutItem", table, true},
		"a star in the middle that tries again": {[]sam.Statement{allow("dynamodb:*tem*s", table)},
			"dynamodb:ItemItems", table, true},
		"a star does not reach back": {[]sam.Statement{allow("dynamodb:Get*Get", table)}, "dynamodb:Get",
			table, false},
		"a question mark is one letter": {[]sam.Statement{allow("dynamodb:?etItem", table)},
			"dynamodb:GetItem", table, true},
		"a question mark is not none": {[]sam.Statement{allow("dynamodb:GetItem?", table)},
			"dynamodb:GetItem", table, false},
		"actions in whatever case": {[]sam.Statement{allow("DynamoDB:getitem", table)},
			"dynamodb:GetItem", table, true},
		"resources in their own case": {[]sam.Statement{allow("dynamodb:GetItem", table)},
			"dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:000000000000:table/Calls", false},
		"a deny wins over an allow before it": {[]sam.Statement{allow("dynamodb:*", "*"),
			deny("dynamodb:PutItem", table)}, "dynamodb:PutItem", table, false},
		"a deny wins over an allow after it": {[]sam.Statement{deny("dynamodb:PutItem", table),
			allow("dynamodb:*", "*")}, "dynamodb:PutItem", table, false},
		"a deny of something else does not matter": {[]sam.Statement{deny("dynamodb:PutItem", table),
			allow("dynamodb:*", "*")}, "dynamodb:GetItem", table, true},
		"a deny alone allows nothing else": {[]sam.Statement{deny("dynamodb:PutItem", table)},
			"dynamodb:GetItem", table, false},
		"any action with any resource of statement": {[]sam.Statement{{Effect: "Allow", Actions: []string{"a:B", "a:C"},
			Resources: []string{"arn:x", "*"}}}, "a:C", table, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Allowed(c.statements, c.action, c.resource); got != c.want {
				t.Errorf("%s on %s: %t, want %t", c.action, c.resource, got, c.want)
			}
		})
	}
}

func TestKeysLookLikeAWSsAndAreEachFunctionsOwn(t *testing.T) {
	form, seen := regexp.MustCompile(`^ASIA[A-Z0-9]+$`), map[string]bool{}
	for _, f := range []string{"wait", "connect-agent", "connectagent", "token"} {
		k := Key(f)
		if !form.MatchString(k) || seen[k] {
			t.Errorf("%s: %s", f, k)
		}
		seen[k] = true
	}
}
