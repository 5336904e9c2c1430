package main

import (
	"errors"
	"net/http"
	"strconv"

	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/prompt"
	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
)

type handler struct {
	edge       httpapi.Edge
	keys       twilio.Keys
	newService func(twilio.Base) *service.Service
	line       *service.LineSettings
	music      string // base address of the pieces
	// closed refuses new callers, whatever the line's settings say. Calls in progress go on.
	closed bool
}

func (h handler) routes() http.Handler {
	return httpapi.Voice{
		Edge: h.edge, Keys: h.keys, Instead: h.holdOn,
		Routes: map[string]func(*httpapi.Request) (string, error){
			twilio.RouteArrival:   h.arrive,
			twilio.RouteDialEnded: h.dialEnded,
			twilio.RouteChoice:    h.choose,
		},
	}.Handler()
}

// arrive handles a caller who has dialled our number. One whom we have dialled makes no new call: their own goes on.
func (h handler) arrive(r *httpapi.Request) (string, error) {
	a := twilio.ReadArrival(r.Form)
	use := h.newService(r.Base)
	if a.Dialled {
		return h.called(r, use, a)
	}
	line := h.line.Values(r.Context(), r.Now)
	take := use.ArriveBy(service.Arriving{Ahead: line.Question.Ahead, IfOnline: line.Voicemail.NobodyOnline})
	if h.closed || !line.OpenAt(r.Now) {
		take = use.TurnAway
	}
	c, err := take(r.Context(), a.Call, a.From, a.Verified, r.Now)
	if err != nil {
		return "", err
	}
	return h.place(r, c), nil
}

// called handles a caller whom we have dialled, and who has heard words and music because our API did not answer.
func (h handler) called(r *httpapi.Request, use *service.Service, a twilio.Arrival) (string, error) {
	c, err := use.CalledAsks(r.Context(), call.LegID(a.Call), a.To, r.Now)
	if errors.Is(err, service.ErrNotFound) {
		return twilio.Goodbye(h.line.Values(r.Context(), r.Now).Book().Say(prompt.CallEnded)), nil
	}
	if err != nil {
		return "", err
	}
	return h.place(r, c), nil
}

var errGeneration = errors.New("the address has no generation")

// choose handles a caller who has pressed a key when they were asked. If that cannot be saved they hear words and
// music, and the request is made again, with the key in its address.
func (h handler) choose(r *httpapi.Request) (string, error) {
	generation, err := strconv.Atoi(r.PathValue("generation"))
	if err != nil || generation < 0 {
		return "", errGeneration
	}
	closedFor := h.line.EndsWaits(r.Context(), r.Now)
	choice := twilio.ReadChoice(r.Form, r.URL.Query(), h.line.Values(r.Context(), r.Now).Question.Keep)
	c, err := h.newService(r.Base).Choose(r.Context(), r.Call(), generation, choice, closedFor, r.Now)
	if errors.Is(err, service.ErrNotFound) { // as in dialEnded
		return twilio.HoldOn(r.Base.Arrival(), 0, prompt.Words{}), nil
	}
	if err != nil {
		return h.holdOnTo(r, r.Base.ChoiceAgain(r.Call(), generation, choice)), err
	}
	return h.place(r, c), nil
}

// question asks a caller whether they go on waiting.
func (h handler) question(r *httpapi.Request, c *call.Call) string {
	line := h.line.Values(r.Context(), r.Now)
	keep := line.Question.Keep && h.newService(r.Base).MayKeep(r.Context(), c)
	words := twilio.QuestionWords(line.Book(), keep)
	if c.Generation == 0 {
		words = twilio.GreetingWords(line.Book(), words)
	}
	return twilio.AskCaller(r.Base, c.ID, c.Generation, words)
}

// dialEnded handles a caller whose conference has ended, or whom we have redirected into a new one.
func (h handler) dialEnded(r *httpapi.Request) (string, error) {
	generation, err := strconv.Atoi(r.PathValue("generation"))
	if err != nil || generation < 0 {
		return "", errGeneration
	}
	status, _ := twilio.ReadCallStatus(r.Form)
	gone := status.Over
	closedFor := h.line.EndsWaits(r.Context(), r.Now)
	c, err := h.newService(r.Base).HandleDialEnded(r.Context(), r.Call(), generation, gone, closedFor, r.Now)
	// the call's item is lost, and the caller is still there: treat it as a new arrival
	if errors.Is(err, service.ErrNotFound) {
		return twilio.HoldOn(r.Base.Arrival(), 0, prompt.Words{}), nil
	}
	if err != nil {
		return "", err
	}
	if gone { // nobody hears the answer
		return twilio.Goodbye(prompt.Words{}), nil
	}
	return h.place(r, c), nil
}

// pieces are the music before the next attempt to put a caller into a conference, by the number of
// failures in a row.
var pieces = [][]string{{}, {twilio.Introduction}, {"/01.wav"}, {"/01.wav", "/02.wav"}}

// place answers by the state of the call. If the conference has just refused the caller, they wait
// outside for a while (see call.Call.FailedJoins).
func (h handler) place(r *httpapi.Request, c *call.Call) string {
	switch {
	case c.State == call.Ended:
		return twilio.LastWords(r.Base, c.ID, h.line.Values(r.Context(), r.Now), c.Reason)
	case c.Asking(r.Now).Is():
		return h.question(r, c)
	case c.FailedJoins == 0:
		return twilio.JoinCaller(r.Base, c.ID, c.Generation)
	}
	var music []string
	for _, piece := range pieces[min(c.FailedJoins, len(pieces)-1)] {
		music = append(music, h.music+piece)
	}
	return twilio.JoinCallerLater(r.Base, c.ID, c.Generation, h.hold(r), music...)
}

// holdOn keeps a caller of whom nothing could be saved: some fourteen seconds of words and music, then
// the same request again.
func (h handler) holdOn(r *httpapi.Request) string { return h.holdOnTo(r, r.SelfURL()) }

func (h handler) holdOnTo(r *httpapi.Request, next string) string {
	return twilio.Waiting(twilio.Turn{Words: h.hold(r), Music: h.music + twilio.Introduction, Next: next})
}

// hold asks a caller to hold the line.
func (h handler) hold(r *httpapi.Request) prompt.Words {
	return h.line.Values(r.Context(), r.Now).Book().Say(prompt.HoldTheLine)
}
