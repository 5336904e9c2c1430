package sam

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// load writes a template and reads it.
func load(t *testing.T, text string, v Values) (*Template, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path, v)
}

// value makes a template whose one function has the expression in its environment.
const value = `
Parameters:
  Name: { Type: String, Default: blue }
  Empty: { Type: String, Default: "" }
  Count: { Type: Number, Default: 7 }
  List: { Type: CommaDelimitedList, Default: "a, b" }
  Given: { Type: String }
Conditions:
  Yes: !Equals [!Ref Name, blue]
  No: !Not [!Condition Yes]
  Both: !And [!Condition Yes, !Equals [!Ref Empty, ""]]
  Long: { Fn::Or: [{ Condition: No }, { Fn::Equals: [1, 2] }] }
  Circle: !Not [!Condition Circle]
Resources:
  Table: { Type: AWS::DynamoDB::Table, Properties: { KeySchema: [{ AttributeName: pk, KeyType: HASH }] } }
  Bucket: { Type: AWS::S3::Bucket }
  Secret: { Type: AWS::SecretsManager::Secret }
  Pool: { Type: AWS::Cognito::UserPool }
  Topic: { Type: AWS::SNS::Topic }
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/f/
      Environment:
        Variables:
          V: `

func TestIntrinsics(t *testing.T) {
	v := Values{Parameters: map[string]string{"Given": "gift"},
		Attributes: map[string]string{"Table": "calls", "Table.Arn": "arn:table"}}
	for expression, want := range map[string]string{
		`plain`:                               "plain",
		`!Ref Name`:                           "blue",
		`!Ref Given`:                          "gift",
		`!Ref Count`:                          "7",
		`!Ref Table`:                          "calls",
		`!Ref Bucket`:                         "Bucket",
		`!Ref AWS::Region`:                    Region,
		`{ Ref: Name }`:                       "blue",
		`!GetAtt Table.Arn`:                   "arn:table",
		`!GetAtt [Table, Arn]`:                "arn:table",
		`{ "Fn::GetAtt": [Table, Arn] }`:      "arn:table",
		`!GetAtt Bucket.Arn`:                  "arn:aws:s3:::Bucket",
		`!GetAtt Pool.Arn`:                    "arn:aws:cognito-idp:us-east-1:000000000000:userpool/Pool",
		`!GetAtt Topic.Arn`:                   "arn:aws:local:us-east-1:000000000000:Topic",
		`!Ref Secret`:                         "arn:aws:secretsmanager:us-east-1:000000000000:secret:Secret-local0",
		`!GetAtt Bucket.DomainName`:           "bucket-domainname.local.invalid",
		`!Sub "${Name}/${Table.Arn}/${!Raw}"`: "blue/arn:table/${Raw}",
		`!Sub ["${X}-${Name}", { X: !Ref Count }]`:        "7-blue",
		`!Join ["-", [a, !Ref Name]]`:                     "a-blue",
		`!Join ["-", !Ref List]`:                          "a-b",
		`!Select [1, !Split ["/", "x/y/z"]]`:              "y",
		`!If [Yes, one, two]`:                             "one",
		`!If [No, one, two]`:                              "two",
		`!If [Both, one, two]`:                            "one",
		`!If [Long, one, two]`:                            "two",
		`{ "Fn::If": [Yes, !Ref Name, !Ref Nothing] }`:    "blue",
		`!If [Yes, !Sub "${Name}", !GetAtt Nothing.Here]`: "blue",
	} {
		t.Run(expression, func(t *testing.T) {
			tmpl, err := load(t, value+expression+"\n", v)
			if err != nil {
				t.Fatal(err)
			}
			if got := tmpl.Functions[0].Env["V"]; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	tmpl, err := load(t, value+"!Ref AWS::NoValue\n", v)
	if err != nil {
		t.Fatal(err)
	}
	if got, there := tmpl.Functions[0].Env["V"]; there {
		t.Errorf("AWS::NoValue gave %q, want no variable", got)
	}
}

func TestFaultsNameTheLine(t *testing.T) {
	line := strings.Count(value, "\n") + 1
	for expression, want := range map[string]string{
		`!Ref Nobody`:             "no such parameter or resource",
		`!Ref Given`:              "has no value and no default",
		`!GetAtt Nobody.Arn`:      "no such resource",
		`!GetAtt Table`:           "the attribute's name is missing",
		`!Sub "${Nobody}"`:        "no such parameter or resource",
		`!Sub "${Name"`:           "not closed",
		`!If [Nobody, a, b]`:      "there is no condition Nobody",
		`!If [Yes, a]`:            "takes a condition and two values",
		`!Select [9, [a]]`:        "no item",
		`!ImportValue x`:          "does not know the function !ImportValue",
		`!Join [a]`:               "takes a separator and a list",
		`[a, list]`:               "cannot unmarshal",
		`!Sub ["${List}", { }]`:   "is no text",
		`!Equals [a]`:             "takes two values",
		`!Join ["-", not-a-list]`: "a list is expected",
	} {
		t.Run(expression, func(t *testing.T) {
			_, err := load(t, value+expression+"\n", Values{})
			var fault *Error
			if !errors.As(err, &fault) || !strings.Contains(fault.Msg, want) || fault.Line != line ||
				fault.File != "template.yaml" {
				t.Errorf("got %v, want template.yaml:%d: ...%s", err, line, want)
			}
		})
	}
	for name, text := range map[string]string{
		"a circle of conditions": value + "!If [Circle, a, b]\n",
		"no YAML":                "Resources:\n  - a\n b: {",
		"no mapping":             "- a\n",
		"no resources":           "Parameters: {}\n",
		"empty":                  "",
		"no CodeUri":             "Resources: { F: { Type: AWS::Serverless::Function } }\n",
		"no type":                "Resources: { F: { } }\n",
		"unknown authorizer": "Resources:\n  F:\n    Type: AWS::Serverless::Function\n" +
			"    Properties: { CodeUri: f, Events: " +
			"{ E: { Type: HttpApi, Properties: { Auth: { Authorizer: Nobody } } } } }\n",
		"a cron schedule": "Resources:\n  F:\n    Type: AWS::Serverless::Function\n" +
			"    Properties: { CodeUri: f, Events: " +
			"{ E: { Type: Schedule, Properties: { Schedule: cron(0 1 * * ? *) } } } }\n",
		"two APIs": "Resources: { A: { Type: AWS::Serverless::HttpApi }, B: { Type: AWS::Serverless::HttpApi } }\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(t, text, Values{})
			var fault *Error
			if !errors.As(err, &fault) || fault.Line < 1 {
				t.Errorf("got %v, want a fault with a line", err)
			}
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "absent.yaml"), Values{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: got %v", err)
	}
}

const full = `
Globals:
  Function: { Timeout: 7, MemorySize: 200, Environment: { Variables: { A: global, B: global } } }
Conditions:
  Never: !Equals [a, b]
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 }
      CorsConfiguration: { AllowOrigins: ["https://page"], AllowMethods: [GET], MaxAge: 60 }
      Auth:
        Authorizers:
          Agent: { AuthorizationScopes: [openid], JwtConfiguration: { issuer: "https://issuer", audience: [page] } }
  Gone: { Type: AWS::Serverless::Function, Condition: Never }
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: ./functions/hello/
      Timeout: 2
      ReservedConcurrentExecutions: 3
      LoggingConfig: { LogFormat: JSON }
      Environment: { Variables: { B: own } }
      Tags: !Unknown x
      Events:
        A: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: get, Path: "/hello/{who}", Auth: { Authorizer: Agent } } }
        B: { Type: HttpApi, Properties: { Method: POST, Path: /hello, TimeoutInMillis: 1500, Auth: { Authorizer: Agent, AuthorizationScopes: [x] } } }
        C: { Type: HttpApi }
        D: { Type: Schedule, Properties: { Schedule: rate(1 minute) } }
        E: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(2 hours), Input: "{}" } }
        F: { Type: Schedule, Properties: { Schedule: rate(1 minute), Enabled: false } }
        G: { Type: SQS }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }, { AttributeName: live, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      GlobalSecondaryIndexes:
        - IndexName: live
          KeySchema: [{ AttributeName: live, KeyType: HASH }]
          Projection: { ProjectionType: INCLUDE, NonKeyAttributes: [state] }
  Secret: { Type: AWS::SecretsManager::Secret }
  Headers:
    Type: AWS::CloudFront::ResponseHeadersPolicy
    Properties:
      ResponseHeadersPolicyConfig:
        SecurityHeadersConfig:
          ContentTypeOptions: { Override: true }
          FrameOptions: { FrameOption: DENY, Override: true }
          ReferrerPolicy: { ReferrerPolicy: no-referrer, Override: true }
          StrictTransportSecurity: { AccessControlMaxAgeSec: 60, IncludeSubdomains: true, Preload: true }
          ContentSecurityPolicy: { ContentSecurityPolicy: "default-src 'none'" }
        CustomHeadersConfig: { Items: [{ Header: Permissions-Policy, Value: camera=() }] }
`

func TestWholeTemplate(t *testing.T) {
	tmpl, err := load(t, full, Values{})
	if err != nil {
		t.Fatal(err)
	}
	want := Function{
		LogicalID: "Hello", CodeURI: "functions/hello", Timeout: 2 * time.Second, MemoryMB: 200, Reserved: 3,
		LogFormat: "JSON",
		Env:       map[string]string{"A": "global", "B": "own"},
		Routes: []Route{
			{Method: "GET", Path: "/hello/{who}", Authorizer: "Agent", Scopes: []string{"openid"},
				Timeout: 30 * time.Second},
			{Method: "POST", Path: "/hello", Authorizer: "Agent", Scopes: []string{"x"},
				Timeout: 1500 * time.Millisecond},
			{Method: "ANY", Path: "$default", Timeout: 30 * time.Second},
		},
		Schedules: []Schedule{{Name: "HelloD", Every: time.Minute},
			{Name: "HelloE", Every: 2 * time.Hour, Input: "{}"}},
	}
	if len(tmpl.Functions) != 1 || !reflect.DeepEqual(tmpl.Functions[0], want) {
		t.Errorf("functions: got %+v\nwant %+v", tmpl.Functions, want)
	}
	if want.Folder() != "hello" {
		t.Errorf("folder: %q", want.Folder())
	}
	api := tmpl.API
	if api.Rate != 50 || api.Burst != 100 || api.CORS.MaxAge != 60 ||
		api.Authorizers["Agent"].Issuer != "https://issuer" {
		t.Errorf("api: %+v", api)
	}
	if got := tmpl.Tables; len(got) != 1 || got[0].Name != "Table" ||
		got[0].Indexes[0].Projection.Include[0] != "state" {
		t.Errorf("tables: %+v", got)
	}
	if len(tmpl.Secrets) != 1 || !strings.HasSuffix(tmpl.Secrets[0], ":secret:Secret-local0") {
		t.Errorf("secrets: %v", tmpl.Secrets)
	}
	headers := []Header{
		{"Content-Security-Policy", "default-src 'none'"}, {"X-Content-Type-Options", "nosniff"},
		{"X-Frame-Options", "DENY"},
		{"Referrer-Policy", "no-referrer"}, {"Strict-Transport-Security", "max-age=60; includeSubDomains; preload"},
		{"Permissions-Policy", "camera=()"},
	}
	if !reflect.DeepEqual(tmpl.Headers, headers) {
		t.Errorf("headers: %v", tmpl.Headers)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(full)
	f.Add(value + "!Ref Name")
	f.Fuzz(func(t *testing.T, text string) {
		var probe yaml.Node
		if len(text) > 1<<14 || yaml.Unmarshal([]byte(text), &probe) != nil {
			return
		}
		_, _ = load(t, text, Values{})
	})
}

// Stacks that start together read one parsed template, each with its own values, and find it as it was.
func TestOneTemplateIsReadWithManyValues(t *testing.T) {
	path := filepath.Join("..", "..", "..", "template.yaml")
	with := func(number string) *Template {
		tmpl, err := Load(path, Values{Attributes: map[string]string{"Table": "table of " + number},
			Parameters: map[string]string{"TwilioNumber": number, "TwilioAccountSid": "", "TwilioAuthToken": "",
				"TwilioApiKey": "", "TwilioApiSecret": "", "EventBusName": "calls"}})
		if err != nil {
			t.Error(err)
			return &Template{}
		}
		return tmpl
	}
	first := with("+15550100")
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() { with(fmt.Sprintf("+1555010%d", n+1)) })
	}
	all.Wait()
	if again := with("+15550100"); !reflect.DeepEqual(first, again) {
		t.Error("read again, the template is another one")
	}
	seen := map[string]bool{}
	for _, f := range with("+15550109").Functions {
		seen[f.Env["TWILIO_NUMBER"]] = true
	}
	if !seen["+15550109"] || seen["+15550100"] {
		t.Errorf("the functions have the numbers %v", seen)
	}
}
