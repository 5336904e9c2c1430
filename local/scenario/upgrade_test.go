package scenario

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/faults"
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

// notThere puts something between the functions and the store that does not know the index watch, as DynamoDB while it
// makes the index.
func notThere(t *testing.T, down *atomic.Bool) func(*stack.Options) {
	return viaProxy(t, func(w http.ResponseWriter, r *http.Request, store http.Handler) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		if !down.Load() || !bytes.Contains(body, []byte(`"IndexName":"watch"`)) {
			store.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"com.amazon.coral.validate#ValidationException",`+
			`"message":"Cannot read from backfilling global secondary index: watch"}`)
	})
}

// A deployment adds the index watch: CloudFormation does not wait until it is filled. Until then, and then at once,
// every function finds the free agents, and the sweep the calls.
func TestF016WhileTheIndexIsBeingMade(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	down.Store(true)
	l := open(t, notThere(t, &down))
	l.online("alice", "bob", "carol")
	caller := l.dial("+15550199")
	l.together(caller, l.answers("alice"))
	l.presses("alice", "consult", "*")
	l.together(l.answers("bob"), l.legTo("alice"))
	l.presses("alice", "cancel", "")
	l.pass(2 * time.Second)
	l.presses("alice", "end", "")
	l.pass(5 * time.Second)

	second := l.dial("+15550198")
	l.rejects("carol") // idle longest, and an event offers the caller again
	l.must(l.SetRemoved(l.ctx, "bob", true))
	l.must(l.Network.Answer(l.ringing("bob"), nil)) // whose answer is refused, and offers the caller again
	l.settle()
	l.together(second, l.answers("alice"))
	l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "drop"})
	l.hangs(l.legTo("alice"))
	l.gap = 70 * time.Second
	l.pass(62 * time.Second) // the sweep
	l.waitsOrTalks(second)
	l.Network.ClearFaults()
	down.Store(false)
	l.until("the caller is offered again", 40*time.Second, func() bool {
		l.takes("alice")
		return l.hears(second) == "alice"
	})
	l.done(15 * time.Second)
}

// Items of the release before have no place in the index watch.
func TestF016ItemsWithoutAPlaceInTheNewIndexAreFound(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := l.talks("alice", "bob")
	leg := l.legTo("alice")
	for _, key := range []string{"c#" + caller, "a#bob"} {
		_, err := l.Table.Client().UpdateItem(l.ctx, &dynamodb.UpdateItemInput{
			TableName:        &l.TableName,
			Key:              map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: key}},
			UpdateExpression: aws.String("REMOVE watch, watchAt, seen, due, sids"),
		})
		l.must(err)
	}
	second := l.dial("+15550198") // the arrival does not see bob; the page's next heartbeat does
	l.until("bob is rung", 15*time.Second, func() bool { return l.legTo("bob") != "" })
	l.together(second, l.answers("bob"))
	l.fault(faults.Rule{Kind: "webhook", Match: faults.Match{Path: "^/events/"}, Do: "drop"})
	l.gap = 70 * time.Second
	l.hangs(leg)
	l.pass(62 * time.Second)
	if c := l.conference(caller); c.State == call.Talking && c.Leg(c.Owner).SID == call.LegID(leg) {
		t.Errorf("the sweep did not find the call: %s", c.State)
	}
	l.Network.ClearFaults()
	l.done(15 * time.Second)
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
