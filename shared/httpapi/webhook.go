package httpapi

import (
	"cmp"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/metrics"
	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
)

const (
	// webhookTime is our part of the 15 s that Twilio waits for a webhook's answer:
	// https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
	webhookTime = 5 * time.Second
	// maxForm is more than Twilio sends, in bytes.
	maxForm = 64 << 10
)

// Voice serves webhooks whose answer somebody hears. A request without Twilio's signature
// (https://www.twilio.com/docs/usage/webhooks/webhooks-security) gets an empty refusal; one with it always gets 200 and
// TwiML, whatever fails.
type Voice struct {
	Edge
	Keys twilio.Keys // of the account whose webhooks are accepted
	// Routes are the answers by method and path. An answer with an error may be empty; then Instead is
	// given.
	Routes map[string]func(*Request) (twiml string, err error)
	// Within bounds the time of an answer; 0 is the limit of all webhooks.
	Within time.Duration
	// Instead is the answer when there is no better one: something failed, or the signature could not
	// be checked. So it must tell nothing and have no effect.
	Instead func(*Request) string
}

// Handler serves the routes.
func (v Voice) Handler() http.Handler {
	instead := func(w http.ResponseWriter, r *Request) { writeTwiML(w, v.Instead(r)) }
	h := &routes{edge: v.Edge, limit: cmp.Or(v.Within, webhookTime), webhooks: true, refuse: refuseEmpty, fail: instead}
	check := twilio.NewValidator(v.Keys)
	for pattern, answer := range v.Routes {
		h.handle(pattern, func(w http.ResponseWriter, r *Request) {
			status, err := admit(check, w, r)
			if err != nil {
				r.line.err = err
				instead(w, r)
				return
			}
			if status != 0 {
				refuseEmpty(w, r, status)
				return
			}
			doc, err := answer(r)
			r.line.err = err
			if doc == "" {
				doc = v.Instead(r)
			}
			writeTwiML(w, doc)
		})
	}
	return h
}

// Callbacks serves webhooks whose answer nobody hears: 204 once the event is saved, 503 if it could not be. Twilio then
// retries a callback of a conference or an agent's leg a few times (see twilio.Base.ConferenceEvents,
// https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides); the clocks repair all others.
type Callbacks struct {
	Edge
	Keys   twilio.Keys
	Routes map[string]func(*Request) error
	// Within bounds the time of one callback; 0 is the limit of all webhooks.
	Within time.Duration
}

// Handler serves the routes.
func (c Callbacks) Handler() http.Handler {
	h := &routes{edge: c.Edge, limit: cmp.Or(c.Within, webhookTime), webhooks: true, refuse: refuseEmpty,
		fail: func(w http.ResponseWriter, r *Request) {
			refuseEmpty(w, r, http.StatusNoContent) // a retry would fail again
		}}
	check := twilio.NewValidator(c.Keys)
	for pattern, take := range c.Routes {
		h.handle(pattern, func(w http.ResponseWriter, r *Request) {
			status, err := admit(check, w, r)
			if status == 0 && err == nil {
				status, err = http.StatusNoContent, take(r)
			}
			if errors.Is(err, service.ErrNotFound) {
				err = nil // late, or about a call that is not ours
			}
			if err != nil {
				r.line.err = err
				status = http.StatusServiceUnavailable
			}
			refuseEmpty(w, r, status)
		})
	}
	return h
}

// admit checks that Twilio has signed a request, and reads its form. The status is 0, or the status of
// the refusal; an error means that the signature could not be checked.
func admit(check *twilio.Validator, w http.ResponseWriter, r *Request) (int, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return http.StatusUnsupportedMediaType, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err != nil {
		return http.StatusRequestEntityTooLarge, nil
	}
	form, err := url.ParseQuery(string(body))
	signatures := r.Header.Values("X-Twilio-Signature")
	if err != nil || len(signatures) != 1 {
		return http.StatusForbidden, nil
	}
	if settings := r.Header.Values(twilio.SettingsHeader); len(settings) > 0 {
		// The adapter splits a header at its commas, which this one has. Two such headers make settings
		// that are refused.
		why, err := check.VerifyShared(r.Context(), r.SelfURL(), form, signatures[0], strings.Join(settings, ","))
		if err != nil {
			return 0, err
		}
		if why != "" {
			r.line.problem = string(why)
			metrics.Add(r.Context(), metrics.SignatureUnknown, 1)
			return http.StatusForbidden, nil
		}
	} else {
		ok, err := check.Verify(r.Context(), r.SelfURL(), form, signatures[0])
		if err != nil {
			return 0, err
		}
		if !ok {
			return http.StatusForbidden, nil
		}
	}
	r.Form = form
	id := r.Call()
	if id == "" {
		id = call.ID(r.CallSID())
	}
	r.line.setIDs(id, r.Leg())
	return 0, nil
}

func refuseEmpty(w http.ResponseWriter, _ *Request, status int) { w.WriteHeader(status) }

func writeTwiML(w http.ResponseWriter, doc string) {
	w.Header().Set("Content-Type", twilio.ContentType)
	w.WriteHeader(http.StatusOK)
	_, _ = io.WriteString(w, doc)
}
