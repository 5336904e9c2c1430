package scenario

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"warmtransfer/local/stack"
)

func (l *line) agent(id string) *stack.Agent {
	if l.api[id] == nil {
		l.api[id] = l.Agent(id)
	}
	return l.api[id]
}

// online opens agents' pages: their telephones are registered, and they take calls.
func (l *line) online(ids ...string) {
	l.t.Helper()
	for _, id := range ids {
		l.register(id)
		l.pages[id] = true
		if _, err := patient(func() (stack.Snapshot,
			error) {
			return l.agent(id).Set(l.ctx, "available")
		}); err != nil {
			l.t.Fatalf("%s goes online: %v", id, err)
		}
		l.settle()
		l.clock.Advance(time.Second) // so that one has been idle longer than the next
		l.settle()
	}
}

func (l *line) register(id string) {
	l.t.Helper()
	if err := l.Network.SetScripted(id, true); err != nil {
		l.t.Fatal(err)
	}
}

// crash closes an agent's page without a message: heartbeats stop, and the telephone is unregistered.
func (l *line) crash(id string) {
	l.t.Helper()
	delete(l.pages, id)
	if err := l.Network.SetScripted(id, false); err != nil {
		l.t.Fatal(err)
	}
	if sid := l.legTo(id); sid != "" {
		l.must(l.Network.Lose(sid))
	}
	l.settle()
}

// legTo is the live leg to an agent, "" if there is none.
func (l *line) legTo(id string) string {
	for _, c := range l.Network.Live() {
		if c.To == "client:"+id {
			return c.SID
		}
	}
	return ""
}

// ringing is the leg that rings at an agent's page.
func (l *line) ringing(id string) string {
	l.t.Helper()
	sid := l.legTo(id)
	if c, _ := l.Network.Call(sid); c.Status != "ringing" {
		l.t.Fatalf("%s is not being rung", id)
	}
	return sid
}

func (l *line) notRinging(id string) {
	l.t.Helper()
	if sid := l.legTo(id); sid != "" {
		l.t.Fatalf("%s has a leg and should have none", id)
	}
}

// answers lets an agent take the ringing call; it returns the agent's leg.
func (l *line) answers(id string) string {
	l.t.Helper()
	sid := l.ringing(id)
	l.must(l.Network.Answer(sid, nil))
	l.settle()
	return sid
}

// talks has these agents online, and a caller with the first of them. The others go online once that one is rung: on a
// busy machine a claim may take longer than the store's limit, and then the next agent would be rung, as is right.
func (l *line) talks(ids ...string) (caller string) {
	l.t.Helper()
	l.online(ids[0])
	caller = l.dial("+15550199")
	for range 10 { // the next heartbeat or music turn offers again
		if len(l.ringingAt(ids[:1])) > 0 {
			break
		}
		l.pass(2 * time.Second)
	}
	l.online(ids[1:]...)
	l.together(caller, l.answers(ids[0]))
	return caller
}

func (l *line) rejects(id string) {
	l.t.Helper()
	l.must(l.Network.Reject(l.ringing(id), nil))
	l.settle()
}

// presses lets an agent press a button, which must be accepted.
func (l *line) presses(id, action, target string) stack.Snapshot {
	l.t.Helper()
	l.keys++
	key := fmt.Sprintf("press-%d", l.keys)
	snap, err := patient(func() (stack.Snapshot, error) { return l.agent(id).Press(l.ctx, action, target, key) })
	if err != nil {
		l.t.Fatalf("%s presses %s %s: %v", id, action, target, err)
	}
	l.settle()
	return snap
}

// patient repeats a request that the server could not handle just now, as the page does. On a busy machine the store
// may take longer than a function waits for it.
func patient(ask func() (stack.Snapshot, error)) (snap stack.Snapshot, err error) {
	for range 10 {
		snap, err = ask()
		var problem *stack.APIError
		if !errors.As(err, &problem) || problem.Status != http.StatusServiceUnavailable {
			break
		}
	}
	return snap, err
}

// refused lets an agent press a button, which must be refused with that status.
func (l *line) refused(id, action, target string, status int) *stack.APIError {
	l.t.Helper()
	_, err := l.agent(id).Do(l.ctx, action, target)
	var problem *stack.APIError
	if !errors.As(err, &problem) || problem.Status != status {
		l.t.Fatalf("%s presses %s %s: %v, want status %d", id, action, target, err, status)
	}
	l.settle()
	return problem
}

// state is the state of an agent's call, as the agent's page shows it.
func (l *line) state(id string) string {
	l.t.Helper()
	return l.me(id).State()
}

func (l *line) me(id string) stack.Snapshot {
	l.t.Helper()
	snap, err := patient(func() (stack.Snapshot, error) { return l.agent(id).Me(l.ctx) })
	if err != nil {
		l.t.Fatalf("snapshot of %s: %v", id, err)
	}
	l.settle()
	return snap
}

func (l *line) wantState(id, want string) {
	l.t.Helper()
	if got := l.state(id); got != want {
		l.t.Fatalf("%s's call is %q, want %q", id, got, want)
	}
}

func (l *line) wantPresence(id, want string) {
	l.t.Helper()
	if got := l.me(id).Agent.Presence; got != want {
		l.t.Fatalf("%s is %q, want %q", id, got, want)
	}
}
