package scenario

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/shared/call"
	"warmtransfer/shared/dynamo"
)

// rival saves the call just before somebody else does, so that the table refuses the other's save; and again as soon as
// somebody has saved it in spite of that.
type rival struct {
	mu  sync.Mutex
	l   *line // nil until it starts
	won []int64
}

func (r *rival) between(t *testing.T) func(*stack.Options) {
	return saving(func(c *call.Call, _ func()) bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.l == nil || c.Version < 2 || len(r.won) > 0 && c.Version < r.won[len(r.won)-1]+2 {
			return false // the first save of all has no rival
		}
		store := dynamo.New(shared.store.Client(), r.l.TableName)
		now, err := store.Call(r.l.ctx, c.ID)
		if err == nil && store.SaveCall(r.l.ctx, now) == nil {
			r.won = append(r.won, now.Version)
		}
		return false
	}).between(t)
}

// Every second save of the whole call loses the race. No request fails, and nothing is done twice.
func TestF112EverySecondSaveIsTooLate(t *testing.T) {
	t.Parallel()
	r := &rival{}
	l := open(t, r.between(t))
	r.mu.Lock()
	r.l = l
	r.mu.Unlock()
	caller := consulting(l)
	l.presses("alice", "swap", "")
	l.together(caller, l.legTo("alice"))
	l.presses("alice", "join", "")
	l.together(caller, l.legTo("alice"), l.legTo("bob"))
	l.presses("alice", "complete", "")
	l.pass(2 * time.Second)
	l.together(caller, l.legTo("bob"))
	l.presses("bob", "hold", "")
	l.waits(caller)
	l.presses("bob", "end", "")
	l.pass(10 * time.Second)
	l.wantOver(caller)
	if n := len(r.won); n < 15 {
		t.Errorf("only %d saves were too late", n)
	}
	if l.dials("alice") != 1 || l.dials("bob") != 1 {
		t.Errorf("alice was dialled %d times, bob %d times", l.dials("alice"), l.dials("bob"))
	}
	l.wantNoFault()
	l.done(10 * time.Second)
}

// wantNoFault asserts that no webhook was answered with an error, and no function wrote one.
func (l *line) wantNoFault() {
	l.t.Helper()
	for _, r := range l.Network.Records(0) {
		if r.Kind == "webhook" && r.Status >= 400 {
			l.t.Errorf("%s %s is answered %d", r.Event, r.URL, r.Status)
		}
	}
	for _, s := range strings.Split(l.log.String(), "\n") {
		if strings.Contains(s, `"level":"ERROR"`) {
			l.t.Errorf("logged: %s", s)
		}
	}
}

// Many requests about one call at the same time, as from many pages of one agent: each takes effect or is refused with
// a reason, and none fails.
func TestF112AHundredRequestsAboutOneCallAtOnce(t *testing.T) {
	t.Parallel()
	l := open(t)
	caller := talking(l)
	var all []func()
	for n := range 100 {
		verb := []string{"hold", "resume"}[n%2]
		all = append(all, func() {
			_, err := l.agent("alice").Do(l.ctx, verb, "")
			var problem *stack.APIError
			if err != nil && (!errors.As(err, &problem) || problem.Status != 409 && problem.Status != 503) {
				t.Errorf("%s: %v", verb, err)
			}
		})
	}
	l.atOnce(all...)
	l.pass(5 * time.Second)
	if c := l.conference(caller); c.OnHold != l.held(caller) {
		t.Errorf("on hold by the item %t, in the network %t", c.OnHold, l.held(caller))
	}
	if l.held(caller) {
		l.presses("alice", "resume", "")
	}
	l.together(caller, l.legTo("alice"))
	l.done(10 * time.Second)
}
