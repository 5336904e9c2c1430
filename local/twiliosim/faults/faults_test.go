package faults

import (
	"slices"
	"testing"
	"time"
)

// TestWhichRequestsAreStruck: skip, times and every count matching requests only.
func TestWhichRequestsAreStruck(t *testing.T) {
	for name, c := range map[string]struct {
		rule Rule
		want []bool
	}{
		"all":           {Rule{}, []bool{true, true, true, true, true}},
		"twice":         {Rule{Times: 2}, []bool{true, true, false, false, false}},
		"after two":     {Rule{Skip: 2}, []bool{false, false, true, true, true}},
		"each second":   {Rule{Every: 2}, []bool{false, true, false, true, false}},
		"by the event":  {Rule{Match: Match{Event: "other"}}, []bool{false, false, false, false, false}},
		"by the method": {Rule{Match: Match{Method: "POST"}, Times: 1}, []bool{true, false, false, false, false}},
		"by the path": {Rule{Match: Match{Path: "^/events/"}, Skip: 1, Times: 1},
			[]bool{false, true, false, false, false}},
	} {
		rules := &Rules{}
		c.rule.Kind, c.rule.Do = Webhook, Drop
		if _, err := rules.Add(c.rule); err != nil {
			t.Fatal(err)
		}
		var got []bool
		for range c.want {
			rules.Choose(REST, "/events/call", "POST", "x") // of another kind
			got = append(got, rules.Choose(Webhook, "/events/call", "POST", "x") != nil)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: struck %v, want %v", name, got, c.want)
		}
		hits := 0
		for _, struck := range c.want {
			if struck {
				hits++
			}
		}
		if v := rules.List(); len(v) != 1 || v[0].Hits != hits {
			t.Errorf("%s: %+v, want %d hits", name, v, hits)
		}
	}
}

func TestTheFirstRuleThatStrikesDecides(t *testing.T) {
	rules := &Rules{}
	cleared := 0
	rules.OnClear(func() { cleared++ })
	first, _ := rules.Add(Rule{Kind: REST, Do: Fail, Status: 503, Times: 1})
	second, _ := rules.Add(Rule{Kind: REST, Do: Throttle})
	if f := rules.Choose(REST, "/", "GET", ""); f == nil || f.HTTPStatus() != 503 {
		t.Errorf("the first: %+v", f)
	}
	if f := rules.Choose(REST, "/", "GET", ""); f == nil || f.HTTPStatus() != 429 ||
		f.Delay(time.Second) != time.Second {
		t.Errorf("the second: %+v", f)
	}
	if !rules.Remove(second) || rules.Remove(second) || rules.Choose(REST, "/", "GET", "") != nil {
		t.Error("a rule that was removed is not gone")
	}
	if rules.Clear(); cleared != 1 || rules.Remove(first) {
		t.Errorf("cleared %d times", cleared)
	}
}
