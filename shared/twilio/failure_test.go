package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// every method of service.CallControl, and Tell.
func every(control service.CallControl, calls *Calls) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Dial":    func(ctx context.Context) error { _, err := control.Dial(ctx, dial()); return err },
		"FindLeg": func(ctx context.Context) error { return control.FindLeg(ctx, "alice", t0) },
		"FindConference": func(ctx context.Context) error {
			_, _, err := control.FindConference(ctx, caller)
			return err
		},
		"Participants": func(ctx context.Context) error { _, err := control.Participants(ctx, room1); return err },
		"Hangup":       func(ctx context.Context) error { return control.Hangup(ctx, leg1) },
		"FindParticipant": func(ctx context.Context) error {
			_,
				err := control.FindParticipant(ctx, room1, leg1)
			return err
		},
		"RejoinConference": func(ctx context.Context) error {
			return control.RejoinConference(ctx, caller, call.LegID(caller), 1)
		},
		"SayGoodbye": func(ctx context.Context) error {
			return control.SayGoodbye(ctx, caller, call.LegID(caller), call.ReasonMaxWait)
		},
		"Hold":         func(ctx context.Context) error { return control.Hold(ctx, caller, room1, leg1, true) },
		"Announce":     func(ctx context.Context) error { return control.Announce(ctx, caller, room1, caller) },
		"SetEndOnExit": func(ctx context.Context) error { return control.SetEndOnExit(ctx, room1, leg1, true) },
		"Tell":         func(ctx context.Context) error { return calls.Tell(ctx, leg1, "{}") },
	}
}

// class names an error of the contract.
func class(err error) string {
	var refused *service.RefusedError
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, service.ErrGone):
		return "gone"
	case errors.Is(err, service.ErrThrottled):
		return "throttled"
	case errors.Is(err, service.ErrUnknown):
		return "unknown"
	case errors.Is(err, service.ErrNotFound):
		return "not found"
	case errors.As(err, &refused):
		return fmt.Sprintf("refused %d/%d", refused.Status, refused.Code)
	}
	return "none of the contract: " + err.Error()
}

// discreet fails the test if an error holds what must not be logged (N9).
func discreet(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	for _, word := range []string{"555", "Carol", "alice", hush, apiKey, "12345", account, "http"} {
		if strings.Contains(err.Error(), word) {
			t.Errorf("the error tells %q: %v", word, err)
		}
	}
}

func TestErrorsOfTheContract(t *testing.T) {
	// A method that searches or creates cannot find that something has ended.
	makes := map[string]bool{"Dial": true, "FindLeg": true, "FindConference": true}
	for _, c := range []struct {
		name         string
		status, code int
		want         string // of a method that creates or searches
		there        string // of a method about a leg or conference, if that differs
	}{
		{"cut after it took effect", 0, 0, "unknown", ""},
		{"internal error", 500, 20500, "unknown", ""},
		{"bad gateway", 502, 0, "unknown", ""},
		{"F025 not available", 503, 20503, "unknown", ""},
		{"gateway's time is up", 504, 0, "unknown", ""},
		{"request time-out", 408, 0, "unknown", ""},
		{"redirected", 307, 0, "unknown", ""},
		{"too many requests", 429, 20429, "throttled", ""},
		{"too many requests, bare", 429, 0, "throttled", ""},
		{"too many requests, by code", 400, 20429, "throttled", ""},
		{"not found", 404, 20404, "refused 404/20404", "gone"},
		{"F124 not in progress", 400, 21220, "refused 400/21220", "gone"},
		{"F124 conflict", 409, 20409, "refused 409/20409", ""},
		{"F122 bad key", 401, 20003, "refused 401/20003", ""},
		{"suspended", 403, 20403, "refused 403/20403", ""},
		{"F062 no such number", 400, 13224, "refused 400/13224", ""},
		{"F062 geo permission", 400, 21215, "refused 400/21215", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, func(request) (int, string) {
				if c.status == 0 {
					return 0, ""
				}
				return refusal(c.status, c.code)
			})
			for method, do := range every(s.control()) {
				if method == "FindParticipant" && c.there != "" {
					continue // "not found" is an answer here (see TestF178LookAtOneLeg)
				}
				before := len(s.requests())
				err := do(t.Context())
				want := c.want
				if c.there != "" && !makes[method] {
					want = c.there
				}
				if got := class(err); got != want {
					t.Errorf("%s: %s, want %s", method, got, want)
				}
				discreet(t, err)
				if n := len(s.requests()) - before; n != 1 {
					t.Errorf("%s: %d requests, want 1: nothing is repeated blindly", method, n)
				}
			}
		})
	}
}

func TestAnswersThatAreNotJSON(t *testing.T) {
	for status, want := range map[int]string{400: "refused 400/0", 429: "throttled", 503: "unknown"} {
		s := newServer(t, always(status, "<html>call +15550100199"))
		control, _ := s.control()
		err := control.Hangup(t.Context(), leg1)
		if got := class(err); got != want {
			t.Errorf("%d: %s, want %s", status, got, want)
		}
		discreet(t, err)
	}
}

// F026: the outcome of a dial whose answer was lost is unknown, and FindLeg says that the leg may exist.
func TestF026CutAfterItTookEffect(t *testing.T) {
	var made atomic.Int32
	s := newServer(t, func(r request) (int, string) {
		if r.Op == "CreateCall" {
			made.Add(1)
			return 0, ""
		}
		return 200, `{"calls":[` + callJSON(leg1, "client:alice", "ringing", t0) + `]}`
	})
	control, _ := s.control()
	if leg, err := control.Dial(t.Context(), dial()); class(err) != "unknown" || leg != "" {
		t.Fatalf("Dial = %q, %v", leg, err)
	}
	if n := made.Load(); n != 1 {
		t.Errorf("%d calls were made", n)
	}
	if err := control.FindLeg(t.Context(), "alice", t0); err != nil {
		t.Errorf("FindLeg: %v", err)
	}
}

func TestAContextThatEnds(t *testing.T) {
	arrived, over := make(chan struct{}), make(chan struct{})
	s := newServer(t, func(request) (int, string) {
		arrived <- struct{}{}
		<-over
		return 200, `{}`
	})
	t.Cleanup(func() { close(over) }) // before the server waits for its answers
	for method, do := range every(s.control()) {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-arrived
			cancel()
		}()
		err := do(ctx)
		if class(err) != "unknown" || !errors.Is(err, context.Canceled) {
			t.Errorf("%s, cancelled under way: %v; want unknown and context.Canceled", method, err)
		}
		discreet(t, err)
		if err := do(ctx); class(err) != "unknown" {
			t.Errorf("%s, cancelled before: %v; want unknown", method, err)
		}
	}
}

// F186: a time-out is a different error from an answer of failure.
func TestF186NoAnswerInTimeIsSlow(t *testing.T) {
	over := make(chan struct{})
	s := newServer(t, func(request) (int, string) {
		<-over
		return 200, `{}`
	})
	t.Cleanup(func() { close(over) })
	control, _ := s.control()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := control.Hold(ctx, caller, room1, leg1, true); !errors.Is(err, service.ErrSlow) ||
		!errors.Is(err, service.ErrUnknown) {
		t.Errorf("no answer in time: %v", err)
	}
	s = newServer(t, always(503, `{}`))
	control, _ = s.control()
	if err := control.Hold(t.Context(), caller, room1, leg1, true); errors.Is(err, service.ErrSlow) ||
		!errors.Is(err, service.ErrUnknown) {
		t.Errorf("a server that fails: %v", err)
	}
}

func TestNobodyListens(t *testing.T) {
	s := newServer(t, always(200, `{}`))
	control, calls := s.control()
	s.Close()
	for method, do := range every(control, calls) {
		if err := do(t.Context()); class(err) != "unknown" {
			t.Errorf("%s: %v, want unknown", method, err)
		} else {
			discreet(t, err)
		}
	}
}

func TestARefusedKeyIsTriedOnceMoreIfReplaced(t *testing.T) {
	next := credentials()
	next.APIKey, next.APISecret = "SK00000000000000000000000000000002", "freshfresh"
	for _, c := range []struct {
		name     string
		replaced bool
		accepted bool // the new one
		want     string
		requests int
	}{
		{"not replaced", false, false, "refused 401/20003", 1},
		{"replaced", true, true, "done", 2},
		{"replaced by another bad one", true, false, "refused 401/20003", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, func(r request) (int, string) {
				if c.accepted && r.Key == next.APIKey+":"+next.APISecret {
					return 201, callJSON(leg1, "client:alice", "queued", t0)
				}
				return refusal(http.StatusUnauthorized, codeKey)
			})
			keys := &keyring{now: credentials()}
			if c.replaced {
				keys.next = &next
			}
			calls := NewCalls(keys, CallSettings{Number: number, APIURL: s.URL})
			t.Cleanup(calls.http.CloseIdleConnections)
			leg, err := calls.At(base).Dial(t.Context(), dial())
			if got := class(err); got != c.want || (err == nil) != (leg == leg1) {
				t.Errorf("Dial = %q, %s; want %s", leg, got, c.want)
			}
			if n := len(s.requests()); n != c.requests || keys.asked != 1 {
				t.Errorf("%d requests and %d looks for newer keys; want %d and 1", n, keys.asked, c.requests)
			}
		})
	}
}

func TestF125NoCredentials(t *testing.T) {
	s := newServer(t, always(200, `{}`))
	calls := NewCalls(&keyring{err: errors.New("read secret: no answer")}, CallSettings{APIURL: s.URL})
	for method, do := range every(calls.At(base), calls) {
		if err := do(t.Context()); class(err) != "unknown" {
			t.Errorf("%s: %v, want unknown", method, err)
		}
	}
	if n := len(s.requests()); n != 0 {
		t.Errorf("%d requests without credentials", n)
	}
}

func TestOurOwnNotFoundIsNoRefusal(t *testing.T) {
	s := newServer(t, func(r request) (int, string) {
		if r.Op == "ListCall" {
			return 200, `{"calls":[]}`
		}
		return 200, `{"conferences":[]}`
	})
	control, _ := s.control()
	leg := control.FindLeg(t.Context(), "alice", t0)
	_, _, room := control.FindConference(t.Context(), call.ID(caller))
	if class(leg) != "not found" || class(room) != "not found" {
		t.Errorf("FindLeg: %v, FindRoom: %v", leg, room)
	}
}
