package template

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// voice are the functions whose answer a caller hears.
var voice = []string{"incoming", "wait", "connect-agent", "voicemail"}

// functions are the template's, by folder.
func functions(t *testing.T) map[string]*yaml.Node {
	t.Helper()
	all := map[string]*yaml.Node{}
	for id, f := range resources(t, "AWS::Serverless::Function") {
		name := folder(f)
		if all[name] != nil {
			t.Errorf("%s: the folder %s has two functions", id, name)
		}
		if want := "functions/" + name + "/"; text(at(f, "Properties", "CodeUri")) != want {
			t.Errorf("%s: CodeUri is %q, want %q", id, text(at(f, "Properties", "CodeUri")), want)
		}
		build := "go1.x"
		if name == "publish" {
			build = "makefile" // it puts the page into the package
		}
		if text(at(f, "Metadata", "BuildMethod")) != build {
			t.Errorf("%s is not built by %s", id, build)
		}
		all[name] = f
	}
	return all
}

func TestEveryFunctionHasAFolderAndEveryFolderAFunction(t *testing.T) {
	declared, written := map[string]bool{}, map[string]bool{}
	for name := range functions(t) {
		declared[name] = true
	}
	mains, err := filepath.Glob(filepath.Join(root, "functions", "*", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mains {
		written[filepath.Base(filepath.Dir(m))] = true
	}
	if a, b := diff(declared, written); a != nil || b != nil {
		t.Errorf("in the template without a main.go: %v; not in the template: %v", a, b)
	}
}

func TestFunctionsRunOnArmWithTheSizesThatWereMeasured(t *testing.T) {
	g := at(template(t), "Globals", "Function")
	for key, want := range map[string]string{"Runtime": "provided.al2023", "Handler": "bootstrap", "MemorySize": "256",
		"Timeout": "10"} {
		if got := text(at(g, key)); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
	if got := texts(at(g, "Architectures")); !slices.Equal(got, []string{"arm64"}) {
		t.Errorf("architectures %v", got)
	}
	large := map[string]bool{"incoming": true, "transfer": true}
	for name, f := range functions(t) {
		got, want := text(at(f, "Properties", "MemorySize")), ""
		if large[name] {
			want = "512"
		}
		if got != want {
			t.Errorf("%s: memory %q, want %q", name, got, want)
		}
	}
}

// Each function writes to a log of its own, in JSON, kept for as long as the operator sets.
func TestEveryFunctionHasALogOfItsOwn(t *testing.T) {
	logs := map[string]*yaml.Node{}
	for id, l := range resources(t, "AWS::Logs::LogGroup") {
		logs["!Ref "+id] = l
		if text(at(l, "Properties", "RetentionInDays")) != "!Ref LogRetentionDays" {
			t.Errorf("%s keeps its lines for ever", id)
		}
	}
	if text(at(template(t), "Globals", "Function", "LoggingConfig", "LogFormat")) != "JSON" {
		t.Error("the platform's own lines are not JSON")
	}
	owner := map[string]string{}
	for name, f := range functions(t) {
		group := text(at(f, "Properties", "LoggingConfig", "LogGroup"))
		if logs[group] == nil {
			t.Errorf("%s logs to %q, which is no log group of the template", name, group)
		}
		if other := owner[group]; other != "" {
			t.Errorf("%s and %s share a log group", name, other)
		}
		owner[group] = name
		if got := text(at(logs[group], "Properties", "LogGroupName")); !strings.HasSuffix(got, "/"+name) {
			t.Errorf("the log group of %s is called %q", name, got)
		}
	}
}

func TestF119VoiceFunctionsCanKeepTheirOwnConcurrency(t *testing.T) {
	for name, f := range functions(t) {
		n := at(f, "Properties", "ReservedConcurrentExecutions")
		if got := slices.Contains(texts(n), "ReserveVoice"); got != slices.Contains(voice, name) {
			t.Errorf("%s: concurrency of its own %t, want %t", name, got, !got)
		}
	}
}

// With a smaller quota than the operator was told, the deployment fails.
func TestTheQuotaThatVoiceConcurrencyNeedsIsWhatTheOperatorIsTold(t *testing.T) {
	const each, unreserved = 50, 100 // as in the documents' example, and what Lambda keeps for all others
	n := 0
	for _, f := range functions(t) {
		if slices.Contains(texts(at(f, "Properties", "ReservedConcurrentExecutions")), "ReserveVoice") {
			n++
		}
	}
	many := []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}[n]
	quota := each*n + unreserved
	for file, sentences := range map[string][]string{
		"template.yaml": {fmt.Sprintf("each of the %s functions that a caller hears", many),
			fmt.Sprintf("the account's quota is %s times as many and %d more", many, unreserved)},
		"samconfig.toml": {fmt.Sprintf("is at least %d: it reserves %d for each of %s functions", quota, each, many)},
		"docs/operations.md": {fmt.Sprintf("as soon as the account has %d: then %d keeps", quota, each),
			fmt.Sprintf("each of the %s functions that a caller hears", many),
			fmt.Sprintf("so %d reserves %d,", each, each*n), fmt.Sprintf("the quota must be %d", quota)},
	} {
		raw, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		prose := strings.Join(strings.Fields(strings.ReplaceAll(string(raw), "\n#", "\n")), " ")
		for _, s := range sentences {
			if !strings.Contains(prose, s) {
				t.Errorf("%s does not say %q", file, s)
			}
		}
	}
}

// variables is a function's environment: names to values.
func variables(f *yaml.Node) map[string]string {
	out := map[string]string{}
	for k, v := range pairs(at(f, "Properties", "Environment", "Variables")) {
		out[k] = text(v)
	}
	return out
}

func TestEnvironmentsMeanTheSameEverywhere(t *testing.T) {
	name := regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)
	value := map[string]string{}
	if at(template(t), "Globals", "Function", "Environment") != nil {
		t.Error("an environment for all functions gives each more than it needs")
	}
	for f, n := range functions(t) {
		for k, v := range variables(n) {
			if !name.MatchString(k) || strings.HasPrefix(k, "AWS_") || strings.HasPrefix(k, "LAMBDA_") {
				t.Errorf("%s: %s is reserved or no name", f, k)
			}
			if k == "PUBLIC_BASE_URL" && f == "sweep" {
				continue // no request tells it the API's address
			}
			if before, ok := value[k]; ok && before != v {
				t.Errorf("%s: %s is %q here and %q elsewhere", f, k, v, before)
			}
			value[k] = v
		}
	}
}

func TestEnvironmentsHoldExactlyWhatTheCodeReads(t *testing.T) {
	code := readCode(t)
	for f, n := range functions(t) {
		given := map[string]bool{}
		for k := range variables(n) {
			given[k] = true
		}
		if lacks, idle := diff(code.uses(t, f).settings, given); lacks != nil || idle != nil {
			t.Errorf("%s reads %v without being given it, is given %v without reading it", f, lacks, idle)
		}
	}
}

// statements are those of all a function's policies.
func statements(t *testing.T, name string, f *yaml.Node) []*yaml.Node {
	t.Helper()
	var all []*yaml.Node
	for _, p := range items(at(f, "Properties", "Policies")) {
		if text(at(p, "Version")) != "2012-10-17" {
			t.Errorf("%s: a policy without Version 2012-10-17", name)
		}
		for _, s := range items(at(p, "Statement")) {
			if s.Tag == "!If" { // only if there is a user pool
				s = s.Content[1]
			}
			all = append(all, s)
		}
	}
	return all
}

// fewer are functions that have only a part of the store, as a service.AgentReader or an archive.Shelf, or none of it,
// or of the service's use cases, and the calls that they do not make for that. Scenarios run them behind their own
// policies.
var fewer = map[string][]string{
	"incoming":  {"dynamodb:BatchGetItem"},
	"wait":      {"dynamodb:BatchGetItem"},
	"voicemail": {"dynamodb:BatchGetItem"},
	"agents":    {"dynamodb:BatchGetItem"},
	"sweep":     {"dynamodb:BatchGetItem"},

	"token":    {"dynamodb:PutItem", "dynamodb:Query", "dynamodb:BatchGetItem"},
	"calls":    {"dynamodb:PutItem"},
	"push":     {"dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"},
	"settings": {"dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"},
	"team":     {"dynamodb:UpdateItem"},
	"messages": {"dynamodb:UpdateItem"},
	"relay":    {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:BatchGetItem"},
}

// reading is what Lambda does for a function to read its stream, with the function's role.
var reading = map[string]bool{
	"dynamodb:DescribeStream": true, "dynamodb:GetRecords": true, "dynamodb:GetShardIterator": true,
	"dynamodb:ListStreams": true,
}

func TestPoliciesAllowExactlyTheCallsThatTheCodeMakes(t *testing.T) {
	code := readCode(t)
	for f, n := range functions(t) {
		allowed := map[string]bool{}
		for _, s := range statements(t, f, n) {
			if text(at(s, "Effect")) != "Allow" {
				continue
			}
			for _, a := range texts(at(s, "Action")) {
				allowed[a] = !(f == "relay" && reading[a])
			}
		}
		maps.DeleteFunc(allowed, func(_ string, asks bool) bool { return !asks })
		calls := code.uses(t, f).calls
		for _, never := range fewer[f] {
			delete(calls, never)
		}
		if lacks, idle := diff(calls, allowed); lacks != nil || idle != nil {
			t.Errorf("%s calls %v without leave, may call %v and does not", f, lacks, idle)
		}
	}
}

func TestPoliciesNameTheirResources(t *testing.T) {
	kinds := map[string][]string{
		"dynamodb:Query": {
			"!Sub ${Table.Arn}/index/live", "!Sub ${Table.Arn}/index/agents", "!Sub ${Table.Arn}/index/watch",
			"!Sub ${Table.Arn}/index/records",
		},
		"dynamodb:GetItem":              {"!GetAtt Table.Arn"},
		"dynamodb:PutItem":              {"!GetAtt Table.Arn"},
		"dynamodb:UpdateItem":           {"!GetAtt Table.Arn"},
		"dynamodb:BatchGetItem":         {"!GetAtt Table.Arn"},
		"secretsmanager:GetSecretValue": {"!Ref TwilioSecret"},
		"events:PutEvents": {
			"!Sub arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/${EventBusName}",
		},
		"dynamodb:DescribeStream":   {"!GetAtt Table.StreamArn"},
		"dynamodb:GetRecords":       {"!GetAtt Table.StreamArn"},
		"dynamodb:GetShardIterator": {"!GetAtt Table.StreamArn"},
		"dynamodb:ListStreams":      {"!GetAtt Table.StreamArn"},

		"execute-api:ManageConnections": {"!Sub arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:" +
			"${PushApi}/live/POST/@connections/*"},

		"s3:ListBucket":                      {"!GetAtt PageBucket.Arn"},
		"s3:GetObject":                       {"!Sub ${PageBucket.Arn}/*"},
		"s3:PutObject":                       {"!Sub ${PageBucket.Arn}/*", "!Sub ${PageBucket.Arn}/music/own/*"},
		"s3:DeleteObject":                    {"!Sub ${PageBucket.Arn}/*"},
		"cognito-idp:DescribeUserPoolClient": {"!GetAtt UserPool.Arn"},
		"cognito-idp:UpdateUserPoolClient":   {"!GetAtt UserPool.Arn"},
		"logs:CreateLogGroup":                {"*"}, // denied
	}
	for f, n := range functions(t) {
		for _, s := range statements(t, f, n) {
			for _, a := range texts(at(s, "Action")) {
				for _, r := range texts(at(s, "Resource")) {
					if !slices.Contains(kinds[a], r) {
						t.Errorf("%s: %s on %q", f, a, r)
					}
				}
			}
		}
	}
}

// Without EventBusName there is nothing of it: no function, no stream, no right and no alarm.
func TestF235WithoutABusNothingIsMade(t *testing.T) {
	doc := template(t)
	for _, id := range []string{"RelayFunction", "RelayStream", "RelayLog", "EventsFailAlarm", "EventsLateAlarm"} {
		if got := text(at(doc, "Resources", id, "Condition")); got != "SendEvents" {
			t.Errorf("%s is made if %q", id, got)
		}
	}
	stream := at(only(t, "AWS::DynamoDB::Table"), "Properties", "StreamSpecification")
	if stream == nil || stream.Tag != "!If" || text(stream.Content[0]) != "SendEvents" ||
		text(stream.Content[2]) != "!Ref AWS::NoValue" {
		t.Error("the table has a stream that nothing reads")
	}
	for name, want := range map[string]string{"EventBusName": "", "EventNumbers": "false"} {
		if got := text(at(doc, "Parameters", name, "Default")); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
}

// What fails is handed out again until the stream forgets it: neither a number of tries nor an age ends it sooner.
func TestF231F233WhatFailsIsHandedOutAgain(t *testing.T) {
	p := at(template(t), "Resources", "RelayStream", "Properties")
	if !slices.Contains(texts(at(p, "FunctionResponseTypes")), "ReportBatchItemFailures") ||
		at(p, "MaximumRetryAttempts") != nil || at(p, "MaximumRecordAgeInSeconds") != nil {
		t.Error("events can be given up")
	}
	if text(at(p, "StartingPosition")) != "TRIM_HORIZON" {
		t.Error("what is saved while the mapping is made may be left out")
	}
}

// Lambda would retry a failed event of the schedule after a minute and after two more, with its first time, and two
// sweeps would run at once. The next minute's event is enough.
func TestSweepIsNotRunAgainForAnOldMinute(t *testing.T) {
	f := functions(t)["sweep"]
	config := at(f, "Properties", "EventInvokeConfig")
	if text(at(config, "MaximumRetryAttempts")) != "0" || text(at(config, "MaximumEventAgeInSeconds")) != "60" {
		t.Error("a sweep that failed or could not start is run again later")
	}
	for id, e := range pairs(at(f, "Properties", "Events")) {
		if text(at(e, "Type")) != "Schedule" {
			t.Errorf("%s is no schedule, and may want to be tried again", id)
		}
	}
}

// Fewer than ten would throttle callers; 0 would leave callers who are on hold or queued in silence: Closed is the way
// to close the line.
func TestF204VoiceConcurrencyIsNoneOrEnough(t *testing.T) {
	p := at(template(t), "Parameters", "VoiceConcurrency")
	pattern, err := regexp.Compile(text(at(p, "AllowedPattern")))
	if err != nil || pattern.String() == "" || text(at(p, "Type")) != "String" {
		t.Fatalf("%v: a pattern is for text only", err)
	}
	for value, want := range map[string]bool{"-1": true, "10": true, "50": true, "1000": true,
		"": false, "0": false, "-2": false, "1": false, "9": false, "05": false, "1.5": false} {
		if pattern.MatchString(value) != want {
			t.Errorf("%q is allowed: %t", value, !want)
		}
	}
	if text(at(p, "Default")) != "-1" {
		t.Error("a new account, which has 10 in all, cannot be deployed to")
	}
}

// An account has a limit of 10 at first, or 1,000, and Lambda keeps 100 of them unreserved: a setting that needs more
// is the operator's choice.
func TestNoEnvironmentReservesWhatAnAccountMayNotHave(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(root, "samconfig.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if setting, _, _ := strings.Cut(line, "#"); strings.Contains(setting, "VoiceConcurrency") {
			t.Errorf("samconfig.toml: %s", line)
		}
	}
}

// What Lambda writes after a deletion would make the log group anew, without a term and in the way of the next stack.
func TestNoFunctionMayMakeALogGroup(t *testing.T) {
	for f, n := range functions(t) {
		denied := false
		for _, s := range statements(t, f, n) {
			denied = denied || text(at(s, "Effect")) == "Deny" && text(at(s, "Resource")) == "*" &&
				slices.Equal(texts(at(s, "Action")), []string{"logs:CreateLogGroup"})
		}
		if !denied {
			t.Errorf("%s may make log groups: SAM gives each function AWSLambdaBasicExecutionRole", f)
		}
	}
}

// Access logs under another name each take room in the account's one resource policy.
func TestTheAPILogsWhereRoomIsNotShort(t *testing.T) {
	name := text(at(template(t), "Resources", "ApiLog", "Properties", "LogGroupName"))
	if !strings.Contains(name, "/aws/vendedlogs/") {
		t.Errorf("the API's log group is called %s", name)
	}
}

// A version is made for any property of a function, not for its code, environment and memory alone.
func TestAnySettingOfAFunctionReachesTheAlias(t *testing.T) {
	for f, n := range functions(t) {
		if got := text(at(n, "Properties", "AutoPublishAliasAllProperties")); got != "true" {
			t.Errorf("%s: AutoPublishAliasAllProperties is %q: a new Timeout would reach nobody", f, got)
		}
	}
}
