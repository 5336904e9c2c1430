package twilio

import (
	"context"
	"io"
	"net/http"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

const (
	// callTime bounds one method of Calls, with every request that it sends: a voice webhook must
	// answer within 5 s.
	callTime = 2500 * time.Millisecond
	// warmTime bounds Warm, which delays the start of a function.
	warmTime = time.Second
	// legLimit ends a leg that nothing else has ended (N10). It is Twilio's own limit for a <Dial>:
	// https://www.twilio.com/docs/voice/twiml/dial
	legLimit = 4 * time.Hour
	// maxMessage is the longest message to a page, in characters; Twilio refuses a longer one:
	// https://www.twilio.com/docs/api/errors/32703
	maxMessage = 10_000
)

// legEvents are the events of a leg that we subscribe to. "answered" is not among them: Twilio then fetches the leg's
// document, and the conference reports that the leg has joined.
func legEvents(d call.Dial) []string {
	if d.TellsRinging() {
		return []string{"ringing", "completed"}
	}
	return []string{"completed"}
}

// Warm opens a connection, so that the first request need not wait for TLS: while Lambda starts a function it has a
// whole processor (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html), afterwards a fraction
// of one (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). It cannot fail, and takes a second
// at most.
func (c *Calls) Warm(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, warmTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, c.set.APIURL+"/", nil)
	if err != nil {
		return
	}
	c.freshen()
	resp, err := c.http.Do(req)
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
	_ = resp.Body.Close()
}

// Tell sends a message, a JSON text, to the page behind a leg of an agent. ErrGone: the leg is over.
func (c *Calls) Tell(ctx context.Context, leg call.LegID, message string) error {
	if len([]rune(message)) > maxMessage {
		return &service.RefusedError{Code: 32703, Status: http.StatusBadRequest}
	}
	if !named(string(leg)) {
		return service.ErrGone
	}
	return c.askExisting(ctx, func(s *api.ApiService) error {
		_, err := s.CreateUserDefinedMessage(string(leg), (&api.CreateUserDefinedMessageParams{}).SetContent(message))
		return err
	})
}

var _ service.CallControl = (*callControl)(nil)

// Dial implements service.CallControl.
func (c *callControl) Dial(ctx context.Context, d call.Dial) (call.LegID, error) {
	first, then := c.base.Connect(d.Call, d.Leg), c.base.ConnectAgain(d.Call, d.Leg, 1)
	how := http.MethodPost
	if d.Caller {
		first = c.base.ConnectCaller(d.Call, d.Leg)
		if then = first; c.set.FallbackURL != "" { // no outage of our API hangs up on a caller
			then, how = c.set.FallbackURL, http.MethodGet
		}
	}
	p := (&api.CreateCallParams{}).
		SetFrom(c.set.Number).
		SetTo(callee(d)).
		SetUrl(first).
		SetMethod(http.MethodPost).
		SetFallbackUrl(then).
		SetFallbackMethod(how).
		SetStatusCallback(c.base.LegEvents(d.Call, d.Leg)).
		SetStatusCallbackMethod(http.MethodPost).
		SetStatusCallbackEvent(legEvents(d)).
		SetTimeout(ringSeconds(d.Timeout)).
		SetTimeLimit(int(legLimit / time.Second))
	if d.Caller {
		listen(p, c.base.AnsweredBy(d.Call, d.Leg))
	}
	var leg call.LegID
	err := c.ask(ctx, func(s *api.ApiService) error {
		made, err := s.CreateCall(p)
		if err == nil {
			leg = call.LegID(value(made.Sid))
		}
		return err
	})
	if err == nil && leg == "" {
		err = service.ErrUnknown // the leg exists, and its CallSid is not known
	}
	return leg, err
}

// listen asks Twilio to find out whether a person or a machine has picked up, and to tell it at that address. The leg
// does not wait for it: whoever has picked up joins at once, since they must not hear silence
// (https://www.twilio.com/docs/voice/answering-machine-detection#asyncamd).
func listen(p *api.CreateCallParams, told string) {
	p.SetMachineDetection("Enable").SetAsyncAmd("true").SetAsyncAmdStatusCallback(told).
		SetAsyncAmdStatusCallbackMethod(http.MethodPost)
}

// callee is the To of a leg. An outside number gets no parameters: it has no page.
func callee(d call.Dial) string {
	if d.Number != "" {
		return d.Number
	}
	return invitation(d)
}

// ringSeconds is the time-out in whole seconds, within Twilio's limits of 5 and 600.
func ringSeconds(d time.Duration) int {
	return min(max(int(d/time.Second), 5), 600)
}

// Hangup implements service.CallControl. The status "completed" ends a leg that rings and one that
// has been answered; "canceled" ends only one that rings. See
// https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource
func (c *callControl) Hangup(ctx context.Context, leg call.LegID) error {
	return c.update(ctx, leg, (&api.UpdateCallParams{}).SetStatus("completed"))
}

// Cancel implements service.CallControl. The status "canceled" does not affect a call in progress:
// https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource
func (c *callControl) Cancel(ctx context.Context, leg call.LegID) error {
	return c.update(ctx, leg, (&api.UpdateCallParams{}).SetStatus("canceled"))
}

// SayGoodbye implements service.CallControl. The request holds the document itself
// (https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource). With an address, the
// caller would hear Twilio's own apology or the number's fallback whenever our API does not answer. A
// caller who is asked for a message is sent to that address, since a message must be expected before it
// is recorded.
func (c *callControl) SayGoodbye(
	ctx context.Context, id call.ID, caller call.LegID, why call.Reason,
) error {
	line := c.line(ctx)
	if TakesMessage(line, why) {
		return c.redirect(ctx, caller, c.base.Message(id))
	}
	return c.update(ctx, caller, (&api.UpdateCallParams{}).SetTwiml(LastWords(c.base, id, line, why)))
}

// RejoinConference implements service.CallControl. Twilio does not document whether a redirected call keeps the
// fallback URL of its number (https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource), so the
// request sets it: without one, Twilio would end the call if our API did not answer.
func (c *callControl) RejoinConference(
	ctx context.Context, id call.ID, caller call.LegID, generation int,
) error {
	return c.redirect(ctx, caller, c.base.DialEnded(id, generation)+askAgain)
}

func (c *callControl) redirect(ctx context.Context, caller call.LegID, to string) error {
	p := (&api.UpdateCallParams{}).SetUrl(to).SetMethod(http.MethodPost)
	if c.set.FallbackURL != "" {
		p.SetFallbackUrl(c.set.FallbackURL).SetFallbackMethod(http.MethodGet)
	}
	return c.update(ctx, caller, p)
}

func (c *callControl) update(ctx context.Context, leg call.LegID, p *api.UpdateCallParams) error {
	if !named(string(leg)) {
		return service.ErrGone
	}
	return c.askExisting(ctx, func(s *api.ApiService) error {
		_, err := s.UpdateCall(string(leg), p)
		return err
	})
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
