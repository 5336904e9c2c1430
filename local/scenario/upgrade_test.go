package scenario

import (
	"maps"
	"testing"
	"time"

	"warmtransfer/shared/call"
)

// later are what a newer version of the program adds to an item and to its parts.
func later(doc map[string]any) {
	doc["schema"] = 2
	doc["language"] = "cy"
	doc["skills"] = []any{"billing", map[string]any{"name": "dogs", "level": 3}}
	for _, part := range []string{"caller", "transfer", "claim"} {
		if p, ok := doc[part].(map[string]any); ok {
			p["mood"] = "calm"
		}
	}
	legs, _ := doc["legs"].([]any)
	for _, l := range legs {
		l.(map[string]any)["codec"] = "opus"
	}
}

// wantLater asserts that an item written since still has what the newer version added.
func (l *line) wantLater(key string, since int64) {
	l.t.Helper()
	item, doc := l.item(key)
	if v, _ := doc["version"].(float64); int64(v) <= since {
		l.t.Errorf("%s was not written since version %d", key, since)
	}
	skills, _ := doc["skills"].([]any)
	if schema, _ := doc["schema"].(float64); schema != 2 || doc["language"] != "cy" || len(skills) != 2 {
		l.t.Errorf("%s has lost what a newer version wrote: schema %v, language %v, skills %v", key, doc["schema"],
			doc["language"], doc["skills"])
	}
	if caller, ok := doc["caller"].(map[string]any); ok && caller["mood"] != "calm" {
		l.t.Errorf("%s has lost a member of the caller's: %v", key, caller)
	}
	if item["parking"] == nil {
		l.t.Errorf("%s has lost an attribute", key)
	}
}

// version is how often an item was saved.
func (l *line) version(key string) int64 {
	l.t.Helper()
	_, doc := l.item(key)
	v, _ := doc["version"].(float64)
	return int64(v)
}

// The stack is being updated: the newer version has written alice's item before the call comes, and the call's in the
// middle of it. The older version, which is this one, goes on with both.
func TestF016CallWhileTheStackIsBeingUpdated(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.online("alice", "bob")
	l.edit("a#alice", later, "parking")
	agent := l.version("a#alice")
	caller := l.dial("+15550199")
	l.waits(caller)
	alice := l.answers("alice")
	l.together(caller, alice)

	l.edit("c#"+caller, later, "parking")
	shown := l.version("c#" + caller)
	l.presses("alice", "consult", "bob")
	l.waits(caller)
	l.together(alice, l.answers("bob"))
	l.wantLater("c#"+caller, shown)
	_, doc := l.item("c#" + caller)
	for _, leg := range doc["legs"].([]any) {
		if m := leg.(map[string]any); m["agent"] == "alice" && m["codec"] != "opus" {
			t.Errorf("alice's leg has lost a member: %v", m)
		}
	}
	l.presses("alice", "complete", "")
	l.pass(2 * time.Second)
	l.together(caller, l.legTo("bob"))
	l.presses("bob", "end", "")
	l.pass(10 * time.Second)
	l.wantOver(caller)
	l.wantLater("c#"+caller, shown+3)
	l.wantLater("a#alice", agent+1)
	l.done(10 * time.Second)
}

// The other way round: an item of an older version lacks what was added since. Only the fields that hold the call's
// state are there.
func TestF016ItemsOfAnOlderVersionAreRead(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	bare := func(names ...string) func(map[string]any) {
		return func(doc map[string]any) {
			maps.DeleteFunc(doc, func(name string, _ any) bool {
				for _, n := range names {
					if n == name {
						return false
					}
				}
				return true
			})
		}
	}
	l.edit("c#"+caller, bare("id", "version", "state", "since", "room", "started", "caller", "arrived", "queued",
		"legs", "owner", "callerOn"))
	for _, id := range []string{"alice", "bob"} {
		l.edit("a#"+id, bare("id", "name", "version", "status", "since", "idle", "seen", "claim"))
	}
	l.wantState("alice", "talking")
	l.presses("alice", "consult", "bob")
	l.waits(caller)
	l.together(l.legTo("alice"), l.answers("bob"))
	l.presses("alice", "complete", "")
	l.pass(2 * time.Second)
	l.together(caller, l.legTo("bob"))
	l.wantPresence("alice", "available")
	l.pass(2 * time.Minute)
	l.together(caller, l.legTo("bob"))
	if c := l.conference(caller); c.Hops != 1 || c.Transfer.Outcome != call.OutcomeAnswered {
		t.Errorf("the item: %d hops, transfer %+v", c.Hops, c.Transfer)
	}
	l.done(10 * time.Second)
}

// After a rollback a call is in a state that this version does not know. It hangs up nobody, refuses all requests, and
// keeps the fields that it does not know; but when the caller hangs up, everything is closed.
func TestF131RollbackFindsAStateOfTheNewerVersion(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := consulting(l)
	alice, bob := l.legTo("alice"), l.legTo("bob")
	l.edit("c#"+caller, func(doc map[string]any) { later(doc); doc["state"] = "parked" }, "parking")
	version := l.version("c#" + caller)
	before := int64(len(l.Network.Records(0)))
	for range 10 { // the pages poll, and the sweep runs
		l.pass(13 * time.Second)
		l.together(alice, bob)
		l.waits(caller)
		l.wantLive(caller)
	}
	for _, r := range l.Network.Records(before) {
		if r.Event == "UpdateCall" || r.Event == "UpdateParticipant" || r.Event == "CreateCall" {
			t.Errorf("something was done in a state that is not known: %s %v", r.Event, r.Params)
		}
	}
	for _, verb := range []string{"swap", "complete", "cancel", "hold", "end"} {
		if p := l.refused("alice", verb, "", 409); p.Type != "/problems/wrong-state" || p.State != "parked" {
			t.Errorf("%s is refused as %s in state %q", verb, p.Type, p.State)
		}
	}
	if me := l.me("alice"); me.Call == nil || me.Call.State != "parked" || len(me.Call.Actions) != 0 {
		t.Errorf("alice is shown %+v", me.Call)
	}
	l.together(alice, bob)
	l.waits(caller)
	l.hangs(caller)
	l.pass(10 * time.Second)
	l.wantOver(alice)
	l.wantOver(bob)
	l.wantLater("c#"+caller, version) // in that state nothing was worth a write
	for _, id := range []string{"alice", "bob"} {
		l.wantPresence(id, "available")
	}
	l.done(10 * time.Second)
}
