package scenario

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/local/stack"
	"warmtransfer/local/store/storetest"
	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/dynamo"
)

// isPacked says whether an item's document is packed.
func (l *line) isPacked(key string) bool {
	l.t.Helper()
	out, err := shared.store.Client().GetItem(l.ctx, &dynamodb.GetItemInput{
		TableName: &l.TableName, Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: key}},
	})
	l.must(err)
	_, packed := out.Item["doc"].(*types.AttributeValueMemberB)
	return packed
}

// F316: the operator switches CompactItems on in the middle of a call, and takes it back. Two functions choose the form
// of the items, all others keep it; nobody in the call notices.
func TestF316TheFormOfItemsChangesDuringACall(t *testing.T) {
	t.Parallel()
	l := open(t, func(o *stack.Options) { o.Parameters = map[string]string{"CompactItems": "false"} })
	caller := talking(l)
	keys := []string{"c#" + caller, "a#alice", "a#bob"}
	saved := func(packed bool) { // as a function does to which the parameter is switched
		t.Helper()
		s := dynamo.New(shared.store.Client(), l.TableName)
		s.Compact(packed)
		c, err := s.Call(l.ctx, call.ID(caller))
		l.must(err)
		l.must(s.SaveCall(l.ctx, c))
		for _, id := range []agent.ID{"alice", "bob"} {
			a, err := s.Agent(l.ctx, id)
			l.must(err)
			l.must(s.SaveAgent(l.ctx, a))
		}
	}
	want := func(packed bool) {
		t.Helper()
		if got := l.isPacked(keys[0]); got != packed {
			t.Errorf("the call is packed: %v, want %v", got, packed)
		}
	}
	want(false)
	saved(true)
	l.presses("alice", "consult", "bob") // and what follows at once: by functions that keep the form
	want(true)
	l.waits(caller)
	l.together(l.legTo("alice"), l.answers("bob"))
	saved(false)
	l.presses("alice", "complete", "")
	want(false)
	l.pass(2 * time.Second)
	l.together(caller, l.legTo("bob"))
	saved(true)
	l.hangs(caller)
	l.pass(10 * time.Second)
	l.wantOver(caller)
	l.done(10 * time.Second)
}

// F317: each save of a packed call is one write unit of the table, also with a note and with names and keys as pages
// have them.
func TestF317EachSaveOfACallIsOneWriteUnit(t *testing.T) {
	t.Parallel()
	var m *storetest.Meter
	l := open(t, metered(t, &m))
	m.Each(func(o storetest.Operation) {
		if o.Name == "PutItem" && o.Write > 1 {
			t.Errorf("a save of %s has %d bytes", o.Key, o.Bytes)
		}
	})
	caller := talking(l)
	l.must(l.agent("alice").Call(l.ctx, http.MethodPost, "/transfer", map[string]any{
		"action": "consult", "target": "bob", "request": "0d7f9f5e-7a52-4b6e-9f0e-3a1b2c4d5e6f",
		"note": "Wants the blue one, not the green. Has called twice about May.",
	}, nil))
	l.settle()
	l.answers("bob")
	l.pass(15 * time.Second)
	l.presses("alice", "complete", "")
	l.pass(15 * time.Second)
	l.together(caller, l.legTo("bob"))
	l.presses("bob", "end", "")
	l.pass(5 * time.Second)
	l.wantOver(caller)
}
