package template

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// counted are the names of shared/metrics.
func counted(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	eachNode(t, "shared/metrics", func(n ast.Node) {
		v, ok := n.(*ast.ValueSpec)
		if !ok || v.Type == nil || len(v.Values) != 1 {
			return
		}
		if id, is := v.Type.(*ast.Ident); !is || id.Name != "Name" {
			return
		}
		if lit, ok := v.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
			all[strings.Trim(lit.Value, `"`)] = true
		}
	})
	return all
}

// shown are the metrics of the namespace WarmTransfer that the dashboard shows.
func shown(t *testing.T) map[string]bool {
	t.Helper()
	body := at(only(t, "AWS::CloudWatch::Dashboard"), "Properties", "DashboardBody")
	var dashboard struct {
		Widgets []struct {
			Properties struct{ Metrics [][]any }
		}
	}
	if err := json.Unmarshal([]byte(body.Value), &dashboard); err != nil {
		t.Fatalf("the dashboard is no JSON: %v", err)
	}
	all := map[string]bool{}
	for _, w := range dashboard.Widgets {
		for _, m := range w.Properties.Metrics {
			if m[0] == "WarmTransfer" {
				all[m[1].(string)] = true
				if m[2] != "Stack" || m[3] != "${AWS::StackName}" {
					t.Errorf("%v has other dimensions than the functions write", m)
				}
			}
		}
	}
	return all
}

func TestEveryMetricIsShownOrWatchedAndEveryOneThatIsExists(t *testing.T) {
	known, seen := counted(t), shown(t)
	for id, a := range resources(t, "AWS::CloudWatch::Alarm") {
		p := at(a, "Properties")
		if text(at(p, "Namespace")) != "WarmTransfer" {
			continue
		}
		seen[text(at(p, "MetricName"))] = true
		dims := items(at(p, "Dimensions"))
		if len(dims) != 1 || text(at(dims[0], "Name")) != "Stack" ||
			text(at(dims[0], "Value")) != "!Ref AWS::StackName" {
			t.Errorf("%s watches other dimensions than the functions write", id)
		}
	}
	if a, b := diff(known, seen); a != nil || b != nil {
		t.Errorf("nobody looks at %v; nobody counts %v", a, b)
	}
}

var runbook = regexp.MustCompile(`docs/operations\.md#([a-z-]+)$`)

func TestEveryAlarmTellsSomebodyAndHasAPageInTheRunbook(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(root, "docs", "operations.md"))
	if err != nil {
		t.Fatal(err)
	}
	headings := map[string]bool{}
	for line := range strings.Lines(string(raw)) {
		if title, ok := strings.CutPrefix(line, "### "); ok {
			headings[strings.ToLower(strings.TrimSpace(title))] = true
		}
	}
	alarms := 0
	for id, a := range resources(t, "AWS::CloudWatch::Alarm") {
		alarms++
		p := at(a, "Properties")
		if got := texts(at(p, "AlarmActions")); len(got) != 1 || got[0] != "!Ref AlarmTopic" {
			t.Errorf("%s tells nobody", id)
		}
		m := runbook.FindStringSubmatch(text(at(p, "AlarmDescription")))
		if m == nil || !headings[m[1]] {
			t.Errorf("%s: %q names no heading of docs/operations.md", id, text(at(p, "AlarmDescription")))
		}
		if text(at(p, "TreatMissingData")) == "" {
			t.Errorf("%s does not say what silence means", id)
		}
	}
	if alarms < 10 {
		t.Errorf("%d alarms", alarms)
	}
}

func TestF128TheSweepsSilenceIsAnAlarm(t *testing.T) {
	p := at(template(t), "Resources", "SweepSilentAlarm", "Properties")
	if text(at(p, "TreatMissingData")) != "breaching" || text(at(p, "MetricName")) != "Sweeps" {
		t.Error("a sweep that does not run raises no alarm")
	}
}

// Lambda's own errors and throttles are monitored for each function that a caller or an agent needs.
func TestErrorsAndThrottlesOfEachFunctionAreWatched(t *testing.T) {
	for _, alarms := range [][2]string{
		{"FunctionErrorsAlarm", "PageErrorsAlarm"}, {"ThrottlesAlarm", "PageThrottlesAlarm"},
	} {
		calls := references(at(template(t), "Resources", alarms[0])).values
		pages := references(at(template(t), "Resources", alarms[1])).values
		for id := range resources(t, "AWS::Serverless::Function") {
			own := id == "PublishFunction" || id == "RelayFunction" || // which has alarms of its own
				id == "SweepFunction" && alarms[0] == "FunctionErrorsAlarm"
			if (calls[id] || pages[id]) == own || calls[id] && pages[id] {
				t.Errorf("%s: in %s %t, in %s %t", id, alarms[0], calls[id], alarms[1], pages[id])
			}
		}
	}
}

// CloudWatch refuses an alarm of more than ten metrics, and the deployment with it:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html
func TestAnAlarmHasTenMetricsAtMost(t *testing.T) {
	for id, alarm := range resources(t, "AWS::CloudWatch::Alarm") {
		metrics := at(alarm, "Properties", "Metrics")
		if metrics == nil {
			continue
		}
		n := 0
		for _, m := range metrics.Content {
			if at(m, "MetricStat") != nil {
				n++
			}
		}
		if n == 0 || n > 10 {
			t.Errorf("%s has %d metrics", id, n)
		}
	}
}

// CloudWatch is paid by the metric that an alarm watches, and by the metric that is counted.
func TestTheOperatorIsToldHowManyAlarmsAndMetricsThereAre(t *testing.T) {
	var alarms, watch, also int // watch: metrics; also: alarms of the events for other systems, of one metric each
	for _, r := range resources(t, "AWS::CloudWatch::Alarm") {
		n := 0
		if several := at(r, "Properties", "Metrics"); several != nil {
			for _, m := range several.Content {
				if at(m, "MetricStat") != nil {
					n++
				}
			}
		}
		if at(r, "Condition") != nil {
			also += max(n, 1)
			continue
		}
		alarms, watch = alarms+1, watch+max(n, 1)
	}
	doc := read(t, "docs/operations.md")
	for _, s := range []string{
		fmt.Sprintf("%d alarms, which watch %d metrics", alarms, watch),
		fmt.Sprintf("With EventBusName %d alarms and %d metrics", alarms+also, watch+also),
		fmt.Sprintf("%d if all of them are counted", len(counted(t))),
	} {
		if !strings.Contains(doc, s) {
			t.Errorf("docs/operations.md does not say %q", s)
		}
	}
}

func TestSavedQueriesReadTheLogsOfAllFunctions(t *testing.T) {
	for id, q := range resources(t, "AWS::Logs::QueryDefinition") {
		read := references(at(q, "Properties", "LogGroupNames")).values
		for name, f := range functions(t) {
			group := strings.TrimPrefix(text(at(f, "Properties", "LoggingConfig", "LogGroup")), "!Ref ")
			if name != "publish" && !read[group] {
				t.Errorf("%s does not read the log of %s", id, name)
			}
		}
		if n := at(q, "Properties", "QueryString"); n == nil || n.Kind != yaml.ScalarNode ||
			!strings.Contains(n.Value, "|") {
			t.Errorf("%s asks nothing", id)
		}
	}
}
