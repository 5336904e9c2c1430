package twilio

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/shared/conference"
	"warmtransfer/shared/switchboard"
)

const (
	// callTime bounds one method of Calls with all that belongs to it: a voice webhook must
	// answer within 5 s.
	callTime = 2500 * time.Millisecond
	// warmTime bounds Warm, which delays the start of a function.
	warmTime = time.Second
	// legLimit ends a leg that everybody has forgotten (N10). It is the limit that Twilio
	// has for a Dial.
	legLimit = 4 * time.Hour
	// maxMessage is the longest message to a page, in characters (error 32703).
	maxMessage = 10_000
)

// legEvents are a leg's events that we are told. That it was answered is not among them:
// its document is fetched then, and its joining the room is told too.
var legEvents = []string{"initiated", "ringing", "completed"}

// CallSettings say how calls are placed.
type CallSettings struct {
	// Number is our own, in E.164 form: the caller that an agent's client, or an outside
	// number, is told of.
	Number string
	// APIURL is the base address of the REST API, without a trailing slash; "" is Twilio's.
	APIURL string
	// FallbackURL is the document that a caller hears when our API does not answer (see
	// Fallback); "" if there is none.
	FallbackURL string
}

// Calls acts on one account's calls and conferences by REST.
//
// No request is repeated, but for one that Twilio refused for its credentials when
// there are others by now. Whatever Twilio says of itself in words stays out of the
// errors: it may contain numbers and names.
type Calls struct {
	keys Keys
	set  CallSettings
	http *http.Client
	now  func() time.Time

	mu   sync.Mutex
	used time.Time // when a connection was last used
}

// NewCalls acts with the API key of keys.
func NewCalls(keys Keys, set CallSettings) *Calls {
	if set.APIURL == "" {
		set.APIURL = twilioAPI
	}
	set.APIURL = strings.TrimRight(set.APIURL, "/")
	return &Calls{keys: keys, set: set, http: newHTTPClient(), now: time.Now}
}

// At is the account's calls with our webhooks at that base address.
func (c *Calls) At(b Base) switchboard.CallControl { return &callControl{Calls: c, base: b} }

// Warm opens a connection, so that the first call does not wait for TLS: a function
// starts with a whole processor and works with a fraction of one. It cannot fail, and
// takes a second at the most.
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

// Tell sends a message, a JSON text, to the page behind an agent's leg that rings or
// talks. ErrGone: there is no such leg any more.
func (c *Calls) Tell(ctx context.Context, leg conference.LegID, message string) error {
	if len([]rune(message)) > maxMessage {
		return &switchboard.RefusedError{Code: 32703, Status: http.StatusBadRequest}
	}
	if !named(string(leg)) {
		return switchboard.ErrGone
	}
	return c.act(ctx, func(s *api.ApiService) error {
		_, err := s.CreateUserDefinedMessage(string(leg), (&api.CreateUserDefinedMessageParams{}).SetContent(message))
		return err
	})
}

// callControl is Calls with an address of ours.
type callControl struct {
	*Calls
	base Base
}

var _ switchboard.CallControl = (*callControl)(nil)

// Dial implements switchboard.CallControl.
func (c *callControl) Dial(ctx context.Context, d conference.Dial) (conference.LegID, error) {
	p := (&api.CreateCallParams{}).
		SetFrom(c.set.Number).
		SetTo(callee(d)).
		SetUrl(c.base.Connect(d.Conference, d.Leg)).
		SetMethod(http.MethodPost).
		SetFallbackUrl(c.base.ConnectAgain(d.Conference, d.Leg, 1)).
		SetFallbackMethod(http.MethodPost).
		SetStatusCallback(c.base.LegEvents(d.Conference, d.Leg)).
		SetStatusCallbackMethod(http.MethodPost).
		SetStatusCallbackEvent(legEvents).
		SetTimeout(ringSeconds(d.Timeout)).
		SetTimeLimit(int(legLimit / time.Second))
	var leg conference.LegID
	err := c.create(ctx, func(s *api.ApiService) error {
		call, err := s.CreateCall(p)
		if err == nil {
			leg = conference.LegID(value(call.Sid))
		}
		return err
	})
	if err == nil && leg == "" {
		err = switchboard.ErrUnknown // it was made, but under which name?
	}
	return leg, err
}

// callee is whom a leg calls. Nothing goes with it to an outside number: it has no page.
func callee(d conference.Dial) string {
	if d.Number != "" {
		return d.Number
	}
	return invitation(d)
}

// ringSeconds is what Twilio accepts: 5 to 600.
func ringSeconds(d time.Duration) int {
	return min(max(int(d/time.Second), 5), 600)
}

// Hangup implements switchboard.CallControl. The status completed ends a leg that
// rings as well as one that has just been answered; canceled would only do the first.
func (c *callControl) Hangup(ctx context.Context, leg conference.LegID) error {
	return c.update(ctx, leg, (&api.UpdateCallParams{}).SetStatus("completed"))
}

// LastWords implements switchboard.CallControl. The document goes with the request, as
// https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource allows: one
// that had to be fetched would be missing when our API does not answer, and Twilio would
// end the call with an apology of its own, or let her hear whatever it falls back on.
func (c *callControl) LastWords(ctx context.Context, id conference.ID, why conference.Reason) error {
	return c.update(ctx, conference.LegID(id), (&api.UpdateCallParams{}).SetTwiml(LastWords(why)))
}

// FreshRoom implements switchboard.CallControl. Whether the call keeps what its number
// falls back on is not documented, so that is named: where her request cannot be answered
// either, Twilio would end the call.
func (c *callControl) FreshRoom(ctx context.Context, id conference.ID, round int) error {
	p := (&api.UpdateCallParams{}).SetUrl(c.base.AfterRoom(id, round) + askAgain).SetMethod(http.MethodPost)
	if c.set.FallbackURL != "" {
		p.SetFallbackUrl(c.set.FallbackURL).SetFallbackMethod(http.MethodGet)
	}
	return c.update(ctx, conference.LegID(id), p)
}

func (c *callControl) update(ctx context.Context, leg conference.LegID, p *api.UpdateCallParams) error {
	if !named(string(leg)) {
		return switchboard.ErrGone
	}
	return c.act(ctx, func(s *api.ApiService) error {
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
