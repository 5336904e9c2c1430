package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/conference"
	"warmtransfer/shared/metrics"
	"warmtransfer/shared/switchboard"
	"warmtransfer/shared/switchboard/switchboardtest"
	"warmtransfer/shared/web"
)

var at = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

func TestSavedChangesAreCounted(t *testing.T) {
	transfer := func(o conference.Outcome) *conference.Transfer { return &conference.Transfer{Leg: "b", Outcome: o} }
	for name, c := range map[string]struct {
		before switchboard.Before
		after  conference.Conference
		want   metrics.Name
	}{
		"a caller":            {switchboard.Before{New: true, State: conference.Waiting}, conference.Conference{State: conference.Waiting}, metrics.Calls},
		"the caller gives up": {switchboard.Before{State: conference.Waiting}, conference.Conference{State: conference.Ended}, metrics.Abandoned},
		"while it rings":      {switchboard.Before{State: conference.Ringing}, conference.Conference{State: conference.Ended}, metrics.Abandoned},
		"answered":            {switchboard.Before{Transfer: "b"}, conference.Conference{Transfer: transfer(conference.OutcomeAnswered)}, metrics.TransferAnswered},
		"no answer":           {switchboard.Before{Transfer: "b"}, conference.Conference{Transfer: transfer(conference.OutcomeNoAnswer)}, metrics.TransferNoAnswer},
		"failed for a code":   {switchboard.Before{Transfer: "b"}, conference.Conference{Transfer: transfer(conference.Failed("13224"))}, metrics.TransferFailed},
		"caller left":         {switchboard.Before{Transfer: "b"}, conference.Conference{Transfer: transfer(conference.OutcomeCallerLeft)}, metrics.TransferCallerLeft},
		"talked and ended":    {switchboard.Before{State: conference.Talking}, conference.Conference{State: conference.Ended}, ""},
		"talked, then left":   {switchboard.Before{State: conference.Waiting}, conference.Conference{State: conference.Ended, Head: true}, ""},
		"nothing":             {switchboard.Before{State: conference.Talking}, conference.Conference{State: conference.Talking}, ""},
	} {
		ctx, counts := metrics.With(context.Background())
		web.Observe(ctx, c.before, &c.after, at)
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
		{switchboard.ErrGone, 0, 0, 0},
		{switchboard.ErrUnknown, 0, 1, 0},
		{fmt.Errorf("x: %w", switchboard.ErrThrottled), 0, 1, 0},
		{&switchboard.RefusedError{Status: 400, Code: 13224}, 1, 0, 0},
		{&switchboard.RefusedError{Status: 401, Code: 20003}, 1, 0, 1},
		{&switchboard.RefusedError{Status: 403}, 1, 0, 1},
	} {
		phones := switchboardtest.NewPhones(func() time.Time { return at })
		phones.Every("Hangup", switchboardtest.Fault{Err: c.err})
		ctx, counts := metrics.With(context.Background())
		_ = web.Watch(phones).Hangup(ctx, "CA00000000000000000000000000000002")
		if counts.Value(metrics.TwilioRequests) != 1 || counts.Value(metrics.TwilioRejected) != c.rejected ||
			counts.Value(metrics.TwilioFailed) != c.failed || counts.Value(metrics.TwilioKeyRefused) != c.key {
			t.Errorf("%v: %v", c.err, counts.Attrs(at))
		}
	}
}

func TestF140ARefusedSignatureIsCounted(t *testing.T) {
	s := voice(t, "", hello)
	e := s.Hook("/hello/CA11111111111111111111111111111111/leg-1", call)
	e.Headers["x-twilio-signature"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAA="
	if a := s.Do(e); a.Status != http.StatusForbidden {
		t.Fatalf("answered %d", a.Status)
	}
	if l := line(t, s); l["SignatureRefused"] != 1.0 || l["WebhookLatency"] != nil {
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
		s := voice(t, "", func(*web.Request) (string, error) {
			t.Errorf("%q is accepted", settings)
			return "", nil
		})
		e := s.Hook("/hello/CA11111111111111111111111111111111/leg-1", call) // signed with the auth token
		e.Headers["x-twilio-webhooks-signature-settings"] = settings
		if a := s.Do(e); a.Status != http.StatusForbidden || a.Body != "" {
			t.Errorf("%q is answered %d %q", settings, a.Status, a.Body)
		}
		l := line(t, s)
		if l["SignatureUnknown"] != 1.0 || l["SignatureRefused"] != 1.0 || l["problem"] != problem {
			t.Errorf("%q: the log is %v", settings, l)
		}
		if strings.Contains(s.Log.String(), "webhooks_shared_key_1") || strings.Contains(s.Log.String(), "evil") {
			t.Errorf("%q: the log repeats what was sent: %s", settings, s.Log)
		}
	}
}

func TestAFaultIsCountedThoughTheCallerHearsMusic(t *testing.T) {
	s := voice(t, "", func(*web.Request) (string, error) { return "", switchboard.ErrUnavailable })
	s.Post("/hello/CA11111111111111111111111111111111/leg-1", call)
	if l := line(t, s); l["Faults"] != 1.0 || l["WebhookLatency"] == nil {
		t.Errorf("the log is %v", l)
	}
}
