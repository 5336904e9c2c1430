package phonenet

import (
	"context"
	"time"
)

// lateBy is how late a fault lets a REST call be, and how old what a list shows, unless
// the rule says otherwise.
const lateBy = 5 * time.Second

// doLate does an operation after d, whether or not the client still waits for it then.
func (n *Network) doLate(ctx context.Context, rt route, q *restRequest, d time.Duration) (int, any, *restError) {
	type answer struct {
		status  int
		body    any
		problem *restError
	}
	done := make(chan answer, 1)
	w := n.newWaker()
	n.clock.AfterFunc(d, func() {
		var a answer
		a.status, a.body, a.problem = n.do(rt, q)
		done <- a
		w.wake()
	})
	for _, c := range []context.Context{ctx, n.ctx} {
		defer context.AfterFunc(c, w.wake)()
	}
	w.wait()
	select {
	case a := <-done:
		return a.status, a.body, a.problem
	default:
		return 0, nil, nil // the client has given up
	}
}

// lists are what lists are called in their answers, by the operation.
var lists = map[string]string{"ListCall": "calls", "ListConference": "conferences", "ListParticipant": "participants"}

// doList does an operation; of a list's answer it leaves only what was made until then.
func (n *Network) doList(rt route, q *restRequest, until time.Time) (int, any, *restError) {
	status, body, problem := n.do(rt, q)
	fields, ok := body.(map[string]any)
	name := lists[rt.name]
	if problem != nil || !ok || name == "" {
		return status, body, problem
	}
	shown := []any{}
	for _, entry := range fields[name].([]any) {
		made, _ := entry.(map[string]any)["date_created"].(string)
		if at, err := time.Parse(time.RFC1123Z, made); err == nil && !at.After(until) {
			shown = append(shown, entry)
		}
	}
	fields[name] = shown
	return status, fields, nil
}
