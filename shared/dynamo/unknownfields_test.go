package dynamo

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// A newer version has written this call; the parts that only it knows are called newer.
func byANewerVersion(t *testing.T, s *Store) *call.Call {
	t.Helper()
	c := caller(1)
	c.Legs = []call.Leg{{Key: "leg-1", Agent: "alice"}, {Key: "leg-2", Agent: "bob"}}
	c.Transfer = &call.Transfer{Leg: "leg-2", By: "alice", To: "bob"}
	must(t, s.SaveCall(t.Context(), c))
	it := rawItem(t, s, callKey(c.ID))
	newer := text(it[doc])
	for _, r := range [][2]string{
		{`{"id":`, `{"newer":{"a":[1,12345678901234567890]},"id":`},
		{`"schema":1`, `"schema":2`},
		{`"caller":{`, `"caller":{"newer":"c"`},
		{`"key":"leg-1"`, `"newer":"l1","key":"leg-1"`},
		{`"key":"leg-2"`, `"newer":"l2","key":"leg-2"`},
		{`"transfer":{`, `"transfer":{"newer":"t",`},
		{`"what":"arrive"`, `"newer":"h","what":"arrive"`},
	} {
		if strings.Count(newer, r[0]) != 1 {
			t.Fatalf("%d times %s in %s", strings.Count(newer, r[0]), r[0], newer)
		}
		newer = strings.Replace(newer, r[0], r[1], 1)
	}
	it[doc], it["newer"] = str(newer), str("attribute")
	putRaw(t, s, it)
	return c
}

// tree is the document of an item.
func tree(t *testing.T, it item) object {
	t.Helper()
	var o object
	must(t, decode([]byte(text(it[doc])), &o))
	return o
}

// dig goes down by members and places in lists.
func dig(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, p := range path {
		switch p := p.(type) {
		case string:
			v = v.(object)[p]
		case int:
			v = v.([]any)[p]
		}
	}
	return v
}

func TestF131WhatANewerVersionAddedSurvivesOurSaves(t *testing.T) {
	s := open(t)
	id := byANewerVersion(t, s).ID
	// Three saves after one load, as one request makes them; then one by a process that remembers
	// nothing, of a value that another process has loaded.
	c, err := s.Call(t.Context(), id)
	must(t, err)
	for i := range 3 {
		c.Legs[1].Phase, c.OnHold, c.Caller.Seq = call.LegAnswered, i%2 == 0, i
		must(t, s.SaveCall(t.Context(), c))
	}
	s.seen.entries = map[string]unknownFields{}
	c.Hops = 7
	must(t, s.SaveCall(t.Context(), c))

	it := rawItem(t, s, callKey(id))
	o := tree(t, it)
	if text(it["newer"]) != "attribute" {
		t.Errorf("the attribute is gone: %v", it)
	}
	for want, got := range map[string]any{
		"12345678901234567890": dig(t, o, "newer", "a", 1),
		"2":                    o["schema"],
		"c":                    dig(t, o, "caller", "newer"),
		"l1":                   dig(t, o, "legs", 0, "newer"),
		"l2":                   dig(t, o, "legs", 1, "newer"),
		"t":                    dig(t, o, "transfer", "newer"),
		"h":                    dig(t, o, "history", 0, "newer"),
		"7":                    o["hops"],
		"answered":             dig(t, o, "legs", 1, "phase"),
	} {
		if fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s, in %s", got, want, text(it[doc]))
		}
	}
	got, err := s.Call(t.Context(), id)
	must(t, err)
	if !reflect.DeepEqual(got, c) {
		t.Errorf("a part that this version knows was changed:\n%+v\n%+v", got, c)
	}
}

func TestF131WhatIsOverTakesItsUnknownPartsWithIt(t *testing.T) {
	s := open(t)
	id := byANewerVersion(t, s).ID
	c, err := s.Call(t.Context(), id)
	must(t, err)
	c.Legs = c.Legs[1:] // alice's leg ends
	c.Transfer = &call.Transfer{Leg: "leg-3", By: "bob", To: "carol"}
	must(t, s.SaveCall(t.Context(), c))
	o := tree(t, rawItem(t, s, callKey(id)))
	if legs := o["legs"].([]any); len(legs) != 1 || dig(t, legs, 0, "newer") != "l2" {
		t.Errorf("legs: %v", legs)
	}
	if n := dig(t, o, "transfer", "newer"); n != nil {
		t.Errorf("the new transfer took over %v of the old one", n)
	}
	c.Transfer, c.Legs = nil, nil
	must(t, s.SaveCall(t.Context(), c))
	if o := tree(t, rawItem(t, s, callKey(id))); o["transfer"] != nil || o["legs"] != nil {
		t.Errorf("a removed part came back: %v", o)
	}
}

func TestF131AClaimThatIsReleasedStaysReleased(t *testing.T) {
	s := open(t)
	a := agent.New("alice", "Alice", t0)
	a.Status = agent.Available
	must(t, a.ClaimFor("CA1", "leg-1", t0))
	must(t, s.SaveAgent(t.Context(), a))
	it := rawItem(t, s, agentKey(a.ID))
	it[doc] = str(strings.Replace(text(it[doc]), `"claim":{`, `"claim":{"device":"phone",`, 1))
	putRaw(t, s, it)
	a, err := s.Agent(t.Context(), a.ID)
	must(t, err)
	a.Claim = nil
	must(t, s.SaveAgent(t.Context(), a))
	if a, err = s.Agent(t.Context(), a.ID); err != nil || a.Claim != nil {
		t.Errorf("claim %+v, %v", a.Claim, err)
	}
}

func TestF112ASaveThatRemembersNothingStillFindsOutWhoWasFirst(t *testing.T) {
	s := open(t)
	c := caller(1)
	must(t, s.SaveCall(t.Context(), c))
	stale := *c
	must(t, s.SaveCall(t.Context(), c))
	s.seen.entries = map[string]unknownFields{}
	if err := s.SaveCall(t.Context(), &stale); !errors.Is(err, service.ErrConflict) || stale.Version != 1 {
		t.Errorf("stale: version %d, %v", stale.Version, err)
	}
	nowhere := caller(2)
	nowhere.Version = 3
	if err := s.SaveCall(t.Context(), nowhere); !errors.Is(err, service.ErrConflict) {
		t.Errorf("an item that is not there: %v", err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	m := memory{entries: map[string]unknownFields{}}
	for i := range 3 * memorySize {
		m.put(fmt.Sprint(i), unknownFields{version: 1})
		if _, ok := m.get(fmt.Sprint(i), 1); !ok {
			t.Fatalf("%d was forgotten at once", i)
		}
	}
	if len(m.entries) != memorySize {
		t.Errorf("%d entries", len(m.entries))
	}
	last := fmt.Sprint(3*memorySize - 1)
	if _, ok := m.get(last, 2); ok {
		t.Error("another version is taken for the one that is remembered")
	}
}

// The kept parts of a newer version never change a part that this version knows, and all unknown
// members at the top are kept.
func TestF131KeepingNeverChangesWhatIsKnown(t *testing.T) {
	leg := rapid.Custom(func(t *rapid.T) call.Leg {
		return call.Leg{
			Key:   call.LegKey(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key")),
			Name:  rapid.SampledFrom([]string{"", "n"}).Draw(t, "name"),
			Since: t0.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "since"))),
		}
	})
	conf := rapid.Custom(func(t *rapid.T) *call.Call {
		c := caller(rapid.IntRange(0, 2).Draw(t, "n"))
		c.Legs = rapid.SliceOfN(leg, 0, 4).Draw(t, "legs")
		if rapid.Bool().Draw(t, "transfer") {
			c.Transfer = &call.Transfer{Leg: leg.Draw(t, "target").Key}
		}
		return c
	})
	rapid.Check(t, func(t *rapid.T) {
		before, after := conf.Draw(t, "before"), conf.Draw(t, "after")
		raw, err := json.Marshal(before)
		if err != nil {
			t.Fatal(err)
		}
		var newer object
		if err := decode(raw, &newer); err != nil {
			t.Fatal(err)
		}
		spread(t, newer)
		if raw, err = json.Marshal(newer); err != nil {
			t.Fatal(err)
		}
		_, r, err := decodeItem[call.Call](item{doc: str(string(raw)), version: number(1)})
		if err != nil {
			t.Fatal(err)
		}
		it := item{}
		if err := r.into(it, after, formJSON); err != nil {
			t.Fatal(err)
		}
		got, _, err := decodeItem[call.Call](it)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := asJSON(got), asJSON(after); a != b {
			t.Fatalf("got  %s\nwant %s", a, b)
		}
		var written object
		if err := decode([]byte(text(it[doc])), &written); err != nil || written["newer"] != newer["newer"] {
			t.Fatalf("%v is lost: %s", newer["newer"], text(it[doc]))
		}
	})
}

// spread puts unknown members into objects at random.
func spread(t *rapid.T, v any) {
	switch v := v.(type) {
	case object:
		for _, name := range slices.Sorted(maps.Keys(v)) { // in order, so that a failure can be repeated
			spread(t, v[name])
		}
		if rapid.Bool().Draw(t, "newer") {
			v["newer"] = "x"
		}
	case []any:
		for _, e := range v {
			spread(t, e)
		}
	}
}

func asJSON(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}
