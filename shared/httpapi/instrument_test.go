package httpapi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
)

// toldCalls records a message.
type toldCalls struct {
	leg     call.LegID
	message string
}

func (c *toldCalls) Tell(_ context.Context, leg call.LegID, message string) error {
	c.leg, c.message = leg, message
	return nil
}

// watchEverything makes each effect fail in each way, and asserts what is returned and logged.
func watchEverything(t *testing.T, log *bytes.Buffer) {
	const id, leg, room = "CA11111111111111111111111111111111", "CA22222222222222222222222222222222",
		"CF33333333333333333333333333333333"
	phones := servicetest.NewPhones(time.Now)
	calls := httpapi.Instrument(phones)
	ctx := t.Context()
	acts := map[string]func() error{
		"Dial": func() error {
			_, err := calls.Dial(ctx,
				call.Dial{Call: id, Info: call.DialInfo{Caller: "+15005550006", Note: "Agent x"}})
			return err
		},
		"FindLeg":          func() error { return calls.FindLeg(ctx, "alice", time.Time{}) },
		"Hangup":           func() error { return calls.Hangup(ctx, leg) },
		"RejoinConference": func() error { return calls.RejoinConference(ctx, id, "", 0) },
		"SayGoodbye":       func() error { return calls.SayGoodbye(ctx, id, "", "") },
		"FindConference":   func() error { _, _, err := calls.FindConference(ctx, id); return err },
		"Hold":             func() error { return calls.Hold(ctx, id, room, leg, true) },
		"Announce":         func() error { return calls.Announce(ctx, id, room, leg) },
		"SetEndOnExit":     func() error { return calls.SetEndOnExit(ctx, room, leg, true) },
		"Participants":     func() error { _, err := calls.Participants(ctx, room); return err },
	}
	for op, act := range acts {
		for _, tt := range []struct {
			err   error
			level string
		}{
			{nil, ""}, {service.ErrGone, ""}, {service.ErrNotFound, ""}, {service.ErrUnknown, "WARN"},
			{service.ErrThrottled, "WARN"},
			{fmt.Errorf("deep: %w", &service.RefusedError{Code: 20003, Status: 401}), "ERROR"},
		} {
			log.Reset()
			phones.Heal()
			phones.Every(op, servicetest.Fault{Err: tt.err})
			if err := act(); !errors.Is(err, tt.err) {
				t.Errorf("%s: %v came out as %v", op, tt.err, err)
			}
			got := log.String()
			if tt.level == "" && got != "" || tt.level != "" && !strings.Contains(got, `"level":"`+tt.level+`"`) {
				t.Errorf("%s, %v: the log is %q", op, tt.err, got)
			}
			if tt.level == "ERROR" && !strings.Contains(got, `"code":20003,"status":401`) {
				t.Errorf("F122: %s: the log does not hold the code: %s", op, got)
			}
			if private := httpapitest.Private(got); private != "" {
				t.Errorf("F163: %s: the log holds %q", op, private)
			}
		}
	}
}
