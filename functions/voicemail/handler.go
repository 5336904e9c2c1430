package main

import (
	"errors"
	"net/http"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/prompt"
	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/voicemail"
)

type handler struct {
	edge       httpapi.Edge
	keys       twilio.Keys
	newService func(twilio.Base) *service.Service
	box        *voicemail.Desk
	line       *service.LineSettings
	music      string // base address of the pieces
}

func (h handler) routes() http.Handler {
	return httpapi.Voice{
		Edge: h.edge, Keys: h.keys, Instead: h.instead,
		Routes: map[string]func(*httpapi.Request) (string, error){
			twilio.RouteMessage:     h.ask,
			twilio.RouteMessageLeft: h.left,
			twilio.RouteNoMessage:   h.nothing,
		},
	}.Handler()
}

// ask asks a caller for a message, once it is stored that they are, and that nobody is to say goodbye to them any more:
// that would cut the message.
func (h handler) ask(r *httpapi.Request) (string, error) {
	c, err := h.newService(r.Base).AskForMessage(r.Context(), r.Call(), r.Now)
	switch {
	case errors.Is(err, service.ErrNotFound): // asked all the same
	case err != nil:
		return "", err
	case c.State != call.Ended:
		return twilio.JoinCaller(r.Base, c.ID, c.Generation), nil
	}
	a := twilio.ReadArrival(r.Form)
	i, err := h.box.Invite(r.Context(), r.Call(), a.From, a.Verified, r.Now)
	switch {
	case errors.Is(err, service.ErrNotFound): // the caller was forgotten meanwhile
		return h.goodbye(r, prompt.NoMessage), nil
	case err != nil:
		return "", err
	case i.Left: // the answer to a request that was asked again
		return h.goodbye(r, prompt.MessageLeft), nil
	}
	return twilio.AskForMessage(r.Base, r.Call(), h.line.Values(r.Context(), r.Now), i.Why, r.Now), nil
}

// left handles the end of a recording. If it cannot be saved the caller is thanked all the same: Twilio has the
// recording, and the sweep finds it. A caller who has hung up hears nothing of it. One who has ended a recording that
// is too short for a message has left none, and is there.
func (h handler) left(r *httpapi.Request) (string, error) {
	recording := twilio.ReadRecording(r.Form)
	err := h.box.Take(r.Context(), r.Call(), recording, r.Now)
	if errors.Is(err, service.ErrNotFound) {
		err = nil
	}
	if !recording.Message() && !twilio.HungUp(r.Form) {
		doc, failed := h.back(r, false)
		return doc, errors.Join(err, failed)
	}
	return h.goodbye(r, prompt.MessageLeft), err
}

// nothing handles a caller who has said nothing, or whom Twilio does not record.
func (h handler) nothing(r *httpapi.Request) (string, error) {
	return h.back(r, twilio.NotRecorded(r.URL.Query(), r.Now))
}

// back takes a caller of whom there is no message back into the line, or says goodbye if it is closed. If that is
// because nothing is recorded, they are asked whether they keep their place, where the line lets callers do so.
func (h handler) back(r *httpapi.Request, notRecorded bool) (string, error) {
	line := h.line.Values(r.Context(), r.Now)
	stay, bye := prompt.StayInLine, prompt.NoMessage
	if notRecorded {
		stay, bye = prompt.NotRecStay, prompt.NotRecBye
	}
	c, err := h.newService(r.Base).ReturnToLine(r.Context(), r.Call(), notRecorded && line.Question.Keep, r.Now)
	var closed *call.TransitionError
	switch {
	case errors.As(err, &closed), errors.Is(err, service.ErrNotFound):
		return h.goodbye(r, bye), nil
	case err != nil:
		return "", err
	case c.Asking(r.Now).Is():
		return twilio.AskCaller(r.Base, c.ID, c.Generation, twilio.NotRecordedWords(line.Book())), nil
	}
	return twilio.JoinCallerLater(r.Base, c.ID, c.Generation, line.Book().Say(stay)), nil
}

func (h handler) goodbye(r *httpapi.Request, k prompt.Key) string {
	return twilio.Goodbye(h.line.Values(r.Context(), r.Now).Book().Say(k))
}

// instead keeps a caller of whom it could not be stored that they are asked: words and music, then the same request
// again.
func (h handler) instead(r *httpapi.Request) string {
	words := h.line.Values(r.Context(), r.Now).Book().Say(prompt.HoldTheLine)
	return twilio.Waiting(twilio.Turn{Words: words, Music: h.music + twilio.Introduction, Next: r.SelfURL()})
}
