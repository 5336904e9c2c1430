package httpapi_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/metrics"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

var at = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

func TestSavedChangesAreCounted(t *testing.T) {
	back := call.CallerSide{Return: call.Comeback{Count: 1}}
	transfer := func(o call.Outcome) *call.Transfer { return &call.Transfer{Leg: "b", Outcome: o} }
	for name, c := range map[string]struct {
		before service.Transition
		after  call.Call
		want   metrics.Name
	}{
		"a caller": {service.Transition{New: true, State: call.Waiting}, call.Call{State: call.Waiting},
			metrics.Calls},
		"a caller whom an agent calls": {service.Transition{New: true, State: call.AgentFirst},
			call.Call{State: call.AgentFirst, Out: call.Outbound{Number: "+15005550006"}}, ""},
		"a place is kept": {service.Transition{New: true, State: call.KeepsPlace},
			call.Call{State: call.KeepsPlace, Out: call.Outbound{Number: "+15005550006"}}, ""},
		"the caller gives up": {service.Transition{State: call.Waiting}, call.Call{State: call.Ended},
			metrics.Abandoned},
		"while it rings": {service.Transition{State: call.Ringing}, call.Call{State: call.Ended},
			metrics.Abandoned},
		"answered": {service.Transition{Transfer: "b"}, call.Call{Transfer: transfer(call.OutcomeAnswered)},
			metrics.TransferAnswered},
		"no answer": {service.Transition{Transfer: "b"}, call.Call{Transfer: transfer(call.OutcomeNoAnswer)},
			metrics.TransferNoAnswer},
		"failed for a code": {service.Transition{Transfer: "b"}, call.Call{Transfer: transfer(call.Failed("13224"))},
			metrics.TransferFailed},
		"caller left": {service.Transition{Transfer: "b"},
			call.Call{Transfer: transfer(call.OutcomeCallerLeft)}, metrics.TransferCallerLeft},
		"transfer now": {service.Transition{State: call.Talking},
			call.Call{Transfer: &call.Transfer{Kind: call.KindBlind, Leg: "b", Began: at}}, metrics.TransferNow},
		"transfer now, saved again": {service.Transition{Transfer: "b", Began: at},
			call.Call{Transfer: &call.Transfer{Kind: call.KindBlind, Leg: "b", Began: at}}, ""},
		"to the line, a second time": {service.Transition{Outcome: call.OutcomeQueued, Began: at.Add(-time.Minute)},
			call.Call{Transfer: &call.Transfer{Kind: call.KindQueue, Outcome: call.OutcomeQueued, Began: at}},
			metrics.ToTheLine},
		"a consult begins": {service.Transition{},
			call.Call{Transfer: &call.Transfer{Kind: call.KindConsult, Leg: "b", Began: at}}, ""},
		"talked and ended": {service.Transition{State: call.Talking}, call.Call{State: call.Ended}, ""},
		"talked, then left": {service.Transition{State: call.Waiting},
			call.Call{State: call.Ended, Place: call.Place{Requeued: true}},
			""},
		"a caller comes back": {service.Transition{State: call.Ended},
			call.Call{State: call.Waiting, CallerSide: back}, metrics.Returned},
		"who came back gives up": {service.Transition{State: call.Waiting},
			call.Call{State: call.Ended, CallerSide: back}, ""},
		"nothing": {service.Transition{State: call.Talking}, call.Call{State: call.Talking}, ""},
	} {
		ctx, counts := metrics.With(context.Background())
		httpapi.Observe(ctx, c.before, &c.after, at)
		if c.want == "" {
			if attrs := counts.Attrs(at); attrs != nil {
				t.Errorf("%s: %v", name, attrs)
			}
			continue
		}
		if attrs := counts.Attrs(at); counts.Value(c.want) != 1 || len(attrs) != 3 {
			t.Errorf("%s: want %s once, got %v", name, c.want, attrs)
		}
	}
}

func TestF122ActsOnTheNetworkAreCountedByHowTheyWent(t *testing.T) {
	for _, c := range []struct {
		err                   error
		rejected, failed, key float64
	}{
		{nil, 0, 0, 0},
		{service.ErrGone, 0, 0, 0},
		{service.ErrUnknown, 0, 1, 0},
		{fmt.Errorf("x: %w", service.ErrThrottled), 0, 1, 0},
		{&service.RefusedError{Status: 400, Code: 13224}, 1, 0, 0},
		{&service.RefusedError{Status: 401, Code: 20003}, 1, 0, 1},
		{&service.RefusedError{Status: 403}, 1, 0, 1},
	} {
		phones := servicetest.NewPhones(func() time.Time { return at })
		phones.Every("Hangup", servicetest.Fault{Err: c.err})
		ctx, counts := metrics.With(context.Background())
		_ = httpapi.Instrument(phones).Hangup(ctx, "CA00000000000000000000000000000002")
		if counts.Value(metrics.TwilioRequests) != 1 || counts.Value(metrics.TwilioRejected) != c.rejected ||
			counts.Value(metrics.TwilioFailed) != c.failed || counts.Value(metrics.TwilioKeyRefused) != c.key {
			t.Errorf("%v: %v", c.err, counts.Attrs(at))
		}
	}
}

func TestF140ARefusedSignatureIsCounted(t *testing.T) {
	s := voice(t, "", hello)
	e := s.Hook("/hello/CA11111111111111111111111111111111/leg-1", callForm)
	e.Headers["x-twilio-signature"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAA="
	if a := s.Do(e); a.Status != http.StatusForbidden {
		t.Fatalf("answered %d", a.Status)
	}
	if l := logLine(t, s); l["SignatureRefused"] != 1.0 || l["WebhookLatency"] != nil {
		t.Errorf("the log is %v", l)
	}
}

// A rule of the account has webhooks signed with a shared key that our secret does not have: the log
// says so, and repeats nothing of the request.
func TestF198AWebhookThatWeCannotCheckIsRefusedAndNamed(t *testing.T) {
	for settings, problem := range map[string]string{
		"key=webhooks_shared_key_1,algorithm=HMAC_SHA256": "signature-no-shared-key",
		"key=webhooks_shared_key_1,algorithm=HMAC_SHA1":   "signature-unknown-algorithm",
		"evil": "signature-unknown-settings",
		"":     "signature-unknown-settings",
	} {
		s := voice(t, "", func(*httpapi.Request) (string, error) {
			t.Errorf("%q is accepted", settings)
			return "", nil
		})
		e := s.Hook("/hello/CA11111111111111111111111111111111/leg-1", callForm) // signed with the auth token
		e.Headers["x-twilio-webhooks-signature-settings"] = settings
		if a := s.Do(e); a.Status != http.StatusForbidden || a.Body != "" {
			t.Errorf("%q is answered %d %q", settings, a.Status, a.Body)
		}
		l := logLine(t, s)
		if l["SignatureUnknown"] != 1.0 || l["SignatureRefused"] != 1.0 || l["problem"] != problem {
			t.Errorf("%q: the log is %v", settings, l)
		}
		if strings.Contains(s.Log.String(), "webhooks_shared_key_1") || strings.Contains(s.Log.String(), "evil") {
			t.Errorf("%q: the log repeats what was sent: %s", settings, s.Log)
		}
	}
}

func TestAFaultIsCountedThoughTheCallerHearsMusic(t *testing.T) {
	s := voice(t, "", func(*httpapi.Request) (string, error) { return "", service.ErrUnavailable })
	s.Post("/hello/CA11111111111111111111111111111111/leg-1", callForm)
	if l := logLine(t, s); l["Faults"] != 1.0 || l["WebhookLatency"] == nil {
		t.Errorf("the log is %v", l)
	}
}
