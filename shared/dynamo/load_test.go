package dynamo

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/service"
)

// loads is a store with a call and two agents, alice of version 1 and bob of version 2, and what is wanted of them.
func loads(t *testing.T) (*Store, *network, service.Wanted) {
	t.Helper()
	s, n := spoiled(t)
	must(t, s.SaveCall(t.Context(), caller(1)))
	must(t, s.SaveAgent(t.Context(), agent.New("alice", "Alice", t0)))
	bob := agent.New("bob", "Bob", t0)
	must(t, s.SaveAgent(t.Context(), bob))
	must(t, s.SaveAgent(t.Context(), bob))
	n.spoils()
	return s, n, service.Wanted{Call: caller(1).ID, Agents: []agent.ID{"alice", "bob"}}
}

// shape says of each part whether it came, with its version, or why not.
func shape(l service.Loaded, agents ...agent.ID) string {
	word := func(version func() int64, err error) string {
		switch {
		case errors.Is(err, service.ErrNotFound):
			return "none"
		case errors.Is(err, service.ErrUnavailable):
			return "unknown"
		case err != nil:
			return err.Error()
		}
		return fmt.Sprint(version())
	}
	all := []string{"-"}
	if l.Call != nil || l.NoCall != nil {
		all[0] = word(func() int64 { return l.Call.Version }, l.NoCall)
	}
	for _, id := range agents {
		a, err := l.Agent(id)
		all = append(all, word(func() int64 { return a.Version }, err))
	}
	return strings.Join(all, " ")
}

// What is wanted at once is one consistent request for the units of the single loads, and is as those return it.
func TestF420WhatIsWantedAtOnceIsOneRequest(t *testing.T) {
	s, n, w := loads(t)
	l := s.LoadAtOnce(t.Context(), w)
	if got := shape(l, w.Agents...); got != "1 1 2" || n.calls() != "BatchGetItem" {
		t.Errorf("%s by %s", got, n.calls())
	}
	if !strings.Contains(n.bodies[0], `"ConsistentRead":true`) {
		t.Errorf("not consistent: %s", n.bodies[0])
	}
	one, err := s.Call(t.Context(), w.Call)
	must(t, err)
	if !one.Equal(l.Call) {
		t.Errorf("the call is %+v, by itself %+v", l.Call, one)
	}
	n.spoils()
	must(t, s.SaveCall(t.Context(), l.Call)) // and what the store does not know of it is remembered
	if n.calls() != "PutItem" {
		t.Errorf("saved by %s", n.calls())
	}

	n.spoils()
	w = service.Wanted{Call: caller(2).ID, Agents: []agent.ID{"alice", "nobody", "alice"}}
	if got := shape(s.LoadAtOnce(t.Context(), w), w.Agents...); got != "none 1 none 1" || n.calls() != "BatchGetItem" {
		t.Errorf("%s by %s", got, n.calls())
	}
	n.spoils()
	w = service.Wanted{Agents: []agent.ID{"bob"}}
	if got := shape(s.LoadAtOnce(t.Context(), w), "bob"); got != "- 2" || n.calls() != "GetItem" {
		t.Errorf("one agent: %s by %s", got, n.calls())
	}
}

// An item that has expired is none, and one that cannot be read is unknown, whatever the others are.
func TestF420APartThatCannotBeReadHidesNoOther(t *testing.T) {
	s, n, w := loads(t)
	old := rawItem(t, s, agentKey("alice"))
	old[ttl] = number(s.now().Add(-time.Minute).Unix())
	putRaw(t, s, old)
	broken := rawItem(t, s, callKey(w.Call))
	broken[doc] = str("{")
	putRaw(t, s, broken)
	n.spoils()
	if got := shape(s.LoadAtOnce(t.Context(), w), w.Agents...); got != "unknown none 2" {
		t.Error(got)
	}
}

// F420: a batch that fails, or of which DynamoDB answers a part, is asked for once more, and what is missing then is
// not known: it never counts as not there.
func TestF420ABatchThatFailsInWholeOrInPart(t *testing.T) {
	const batch, each = "BatchGetItem", "GetItem GetItem GetItem"
	for name, c := range map[string]struct {
		plan        []fault
		want, calls string
	}{
		"lost once":                 {[]fault{lost}, "1 1 2", batch + " " + batch},
		"throttled once":            {[]fault{throttle}, "1 1 2", batch + " " + batch},
		"500 once":                  {[]fault{broken}, "1 1 2", batch + " " + batch},
		"hangs once":                {[]fault{hangs}, "1 1 2", batch + " " + batch},
		"lost twice":                {[]fault{lost, unheard}, "unknown unknown unknown", batch + " " + batch},
		"throttled twice":           {[]fault{throttle, throttle}, "unknown unknown unknown", batch + " " + batch},
		"a part":                    {[]fault{partly}, "1 1 2", batch + " " + batch},
		"a part, then nothing":      {[]fault{partly, broken}, "unknown 1 unknown", batch + " " + batch},
		"a part, then a part of it": {[]fault{partly, partly}, "unknown 1 2", batch + " " + batch},
		"throttled, then a part":    {[]fault{throttle, partly}, "unknown 1 unknown", batch + " " + batch},
	} {
		t.Run(name, func(t *testing.T) {
			s, n, w := loads(t)
			if slices.Contains(c.plan, hangs) {
				s.limits.first = 200 * time.Millisecond
			}
			n.spoils(c.plan...)
			if got := shape(s.LoadAtOnce(t.Context(), w), w.Agents...); got != c.want || n.calls() != c.calls {
				t.Errorf("%s by %s", got, n.calls())
			}
		})
	}
}

// F421: the function may not ask for a batch, or not yet: a deployment gives it the new code and the new permission,
// which takes some time to be known everywhere. Each part is asked for by itself, and nothing is refused for it.
func TestF421ABatchThatIsRefusedIsAskedForPartByPart(t *testing.T) {
	for name, c := range map[string]struct {
		plan  []fault
		want  string
		calls int // of GetItem
	}{
		"refused":              {[]fault{denied}, "1 1 2", 3},
		"lost, then refused":   {[]fault{lost, denied}, "1 1 2", 3},
		"a part, then refused": {[]fault{partly, denied}, "1 1 2", 2},
		"each is refused, too": {[]fault{denied, denied, denied, denied}, "unknown unknown unknown", 3},
	} {
		t.Run(name, func(t *testing.T) {
			s, n, w := loads(t)
			n.spoils(c.plan...)
			got, calls := shape(s.LoadAtOnce(t.Context(), w), w.Agents...), n.calls()
			if got != c.want || strings.Count(calls, "GetItem")-strings.Count(calls, "BatchGetItem") != c.calls {
				t.Errorf("%s by %s", got, calls)
			}
		})
	}
}

// firstKey is a batch that asks for its first key alone, and the answer's account of the others.
func firstKey(t *testing.T, body []byte) (first []byte, others map[string]any) {
	t.Helper()
	var in struct {
		RequestItems map[string]map[string]any
	}
	must(t, json.Unmarshal(body, &in))
	others = map[string]any{}
	for table, asked := range in.RequestItems {
		keys, _ := asked["Keys"].([]any)
		others[table] = map[string]any{"Keys": keys[1:], "ConsistentRead": asked["ConsistentRead"]}
		asked["Keys"] = keys[:1]
	}
	first, err := json.Marshal(in)
	must(t, err)
	return first, others
}
