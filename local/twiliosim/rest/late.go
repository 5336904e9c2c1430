package rest

import (
	"context"
	"time"
)

// lateBy is how late a fault lets a REST call be, and how old what a list shows, unless
// the rule says otherwise.
const lateBy = 5 * time.Second

// doLate does an operation after d, whether or not the client still waits for it then.
func (s *Server) doLate(ctx context.Context, rt route, q *request, d time.Duration) (int, any, *failure) {
	type answer struct {
		status  int
		body    any
		problem *failure
	}
	done := make(chan answer, 1)
	w := s.Busy.NewWaker()
	s.Clock.AfterFunc(d, func() {
		var a answer
		a.status, a.body, a.problem = s.do(rt, q)
		done <- a
		w.Wake()
	})
	s.Busy.Wait(ctx, w)
	select {
	case a := <-done:
		return a.status, a.body, a.problem
	default:
		return 0, nil, nil // the client has given up
	}
}

// lists are what lists are called in their answers, by the operation.
var lists = map[string]string{
	"ListCall": "calls", "ListConference": "conferences", "ListParticipant": "participants",
	"ListRecording": "recordings",
}

// doList does an operation; of a list's answer it leaves only what was made until then.
func (s *Server) doList(rt route, q *request, until time.Time) (int, any, *failure) {
	status, body, problem := s.do(rt, q)
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
