package metrics

import (
	"bytes"
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

var t0 = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

// line is the log entry that the counts make.
func line(t *testing.T, c *Counts) map[string]any {
	t.Helper()
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).LogAttrs(context.Background(), slog.LevelInfo, "request", c.Attrs(t0)...)
	var fields map[string]any
	if err := json.Unmarshal(out.Bytes(), &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

// The form follows AWS's "Embedded metric format specification".
func TestCountsAreInTheEmbeddedMetricFormat(t *testing.T) {
	t.Setenv("AWS_LAMBDA_LOG_GROUP_NAME", "/warm-transfer/wait")
	ctx, c := With(context.Background())
	Add(ctx, Calls, 1)
	Add(ctx, Calls, 2)
	Add(ctx, WebhookLatency, 12)
	got := line(t, c)
	if got["Calls"] != 3.0 || got["WebhookLatency"] != 12.0 || got["Stack"] != "warm-transfer" {
		t.Errorf("the line is %v", got)
	}
	want := map[string]any{
		"Timestamp": float64(t0.UnixMilli()),
		"CloudWatchMetrics": []any{map[string]any{
			"Namespace": "WarmTransfer", "Dimensions": []any{[]any{"Stack"}},
			"Metrics": []any{map[string]any{"Name": "Calls", "Unit": "Count"},
				map[string]any{"Name": "WebhookLatency", "Unit": "Milliseconds"}},
		}},
	}
	if !reflect.DeepEqual(got["_aws"], want) {
		t.Errorf("_aws is %v\nwant %v", got["_aws"], want)
	}
}

func TestNothingCountedIsNoMetric(t *testing.T) {
	_, c := With(context.Background())
	if attrs := c.Attrs(t0); attrs != nil {
		t.Errorf("%v", attrs)
	}
	Add(context.Background(), Calls, 1) // without Counts
}

func TestCountingAtTheSameTime(t *testing.T) {
	ctx, c := With(context.Background())
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { Add(ctx, Faults, 1) })
	}
	all.Wait()
	if n := c.Value(Faults); n != 50 {
		t.Errorf("%v of 50", n)
	}
}

func TestStackIsTheFirstPartOfTheLogGroup(t *testing.T) {
	for group, want := range map[string]string{"/line/wait": "line", "line": "line", "": "none", "/": "none"} {
		if got := stack(group); got != want {
			t.Errorf("%q: %q, want %q", group, got, want)
		}
	}
}

// A name or dimension that comes from a call could hold a telephone number (N9), and would cost a
// metric for each call: all names are constants here, and the dimension is the stack.
func TestF164NamesOfMetricsAreConstants(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "metrics.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := 0
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || v.Type == nil || len(v.Values) != 1 {
			return true
		}
		lit, ok := v.Values[0].(*ast.BasicLit)
		if id, is := v.Type.(*ast.Ident); !is || id.Name != "Name" {
			return true
		}
		names++
		if !ok || strings.Trim(lit.Value, `"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz`) != "" ||
			lit.Value != `"`+v.Names[0].Name+`"` {
			t.Errorf("%s must be a plain word, equal to its value", v.Names[0].Name)
		}
		return true
	})
	if names < 20 {
		t.Errorf("%d names were found; this test looks in the wrong place", names)
	}
}
