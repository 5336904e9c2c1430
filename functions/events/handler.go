package main

import (
	"errors"
	"net/http"
	"time"

	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/voicemail"
)

type handler struct {
	edge       httpapi.Edge
	keys       twilio.Keys
	newService func(twilio.Base) *service.Service
	box        *voicemail.Desk
	after      func(time.Duration) <-chan time.Time // time.After
}

// within leaves the function, which has 10 s, time to save what it has done.
const within = 8 * time.Second

func (h handler) routes() http.Handler {
	return httpapi.Callbacks{
		Edge: h.edge, Keys: h.keys, Within: within,
		Routes: map[string]func(*httpapi.Request) error{
			twilio.RouteConferenceEvents: h.conference,
			twilio.RouteLegEvents:        h.leg,
			twilio.RouteCallEvents:       h.call,
			twilio.RouteAnsweredBy:       h.answeredBy,
			twilio.RouteRecordingEvents:  h.recording,
		},
	}.Handler()
}

// conference handles the callbacks of a conference.
func (h handler) conference(r *httpapi.Request) error {
	e, known := twilio.ReadConferenceEvent(r.Form)
	if !known {
		return nil
	}
	return h.retryAudible(r, h.newService(r.Base).HandleConferenceEvent(r.Context(), r.Call(), e, r.Now))
}

// leg handles the callbacks of an agent's leg.
func (h handler) leg(r *httpapi.Request) error {
	s, known := twilio.ReadCallStatus(r.Form)
	if !known {
		return nil
	}
	err := h.newService(r.Base).HandleCallStatus(r.Context(), r.Call(), r.Leg(), s.Leg, s.Over, s.Outcome, r.Now)
	return h.retryAudible(r, err)
}

// pauses are the waits before each further attempt while the caller may hear nothing. Nobody waits for
// the answer to a callback, but the caller hears silence, and the next clock may be the sweep.
var pauses = []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second}

// retryAudible retries while the caller may hear nothing. After the last attempt it reports success: Twilio
// cannot help, and the clocks will retry.
func (h handler) retryAudible(r *httpapi.Request, err error) error {
	now := r.Now
	for _, pause := range pauses {
		if !errors.Is(err, service.ErrCallerUnheard) {
			break
		}
		select {
		case <-r.Context().Done():
			return nil
		case <-h.after(pause):
		}
		now = now.Add(pause)
		err = h.newService(r.Base).RetryAudible(r.Context(), r.Call(), now)
	}
	if errors.Is(err, service.ErrCallerUnheard) {
		return nil
	}
	return err
}

// call handles the end of a caller's own leg.
func (h handler) call(r *httpapi.Request) error {
	s, _ := twilio.ReadCallStatus(r.Form)
	if !s.Over {
		return nil
	}
	a := twilio.ReadArrival(r.Form)
	return h.newService(r.Base).HandleCallerEnded(r.Context(), a.Call, a.From, r.Now)
}

// answeredBy handles what Twilio takes whoever has picked up for.
func (h handler) answeredBy(r *httpapi.Request) error {
	if !twilio.ByMachine(r.Form) {
		return nil
	}
	return h.newService(r.Base).HandleMachine(r.Context(), r.Call(), r.Leg(), r.Now)
}

// recording handles the callbacks of a caller's recording.
func (h handler) recording(r *httpapi.Request) error {
	return h.box.Take(r.Context(), r.Call(), twilio.ReadRecording(r.Form), r.Now)
}
