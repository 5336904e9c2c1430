// Package rest answers Twilio's REST API at Twilio's own paths: it checks credentials and
// forms, does what is asked at the exchange, writes the answer as Twilio does, and breaks
// it as the fault rules say.
//
// It keeps no state of its own: what a call or a conference is, the exchange knows.
package rest

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"warmtransfer/local/clock"
	"warmtransfer/local/twiliosim/activity"
	"warmtransfer/local/twiliosim/conference"
	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/journal"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/notation"
)

// Calls is what the resources of calls ask of the exchange; exchange.API explains it.
type Calls interface {
	Leg(sid string) (legs.Leg, error)
	Legs(keep func(*legs.Leg) bool) []legs.Leg
	CreateCall(exchange.Order) legs.Leg
	UpdateCall(sid string, c exchange.CallChange) (legs.Leg, error)
	SendMessage(sid, content, key string) (legs.Message, error)
}

// Conferences is what the resources of conferences ask of the exchange.
type Conferences interface {
	Conference(sid string) (exchange.Conference, error)
	Conferences(keep func(*conference.Conference) bool) []exchange.Conference
	UpdateConference(sid string, announcement legs.Document, end bool) (exchange.Conference, error)
}

// Participants is what the resources of participants ask of the exchange.
type Participants interface {
	Participant(sid, ref string) (exchange.Participant, error)
	Participants(sid string) ([]exchange.Participant, error)
	MayAdd(conference string) error
	AddParticipant(conference string, o exchange.Order, at exchange.Place) (exchange.Participant, error)
	UpdateParticipant(sid, ref string, c exchange.PlaceChange) (exchange.Participant, error)
	RemoveParticipant(sid, ref string) error
}

// Numbers is what the resources of numbers ask of the exchange.
type Numbers interface {
	Number() exchange.Number
	UpdateNumber(func(*exchange.Number)) exchange.Number
}

// Recordings is what the resources of recordings ask of the exchange.
type Recordings interface {
	Recordings() []exchange.Recording
	DeleteRecording(sid string) error
}

// Core is the exchange as REST sees it.
type Core interface {
	Calls
	Conferences
	Recordings
	Participants
	Numbers
	Closed() bool
}

var _ Core = exchange.API{}

// Config is what a Server is made of; all of it is required.
type Config struct {
	Account, Number   string        // the account's SID, its number
	APIKey, APISecret string        // one pair of credentials
	Token             func() string // the auth token, the other pair with the account's SID

	Core    Core
	Rules   *faults.Rules
	Journal *journal.Journal
	Busy    *activity.Tracker
	Clock   clock.Clock
	Tape    func(exchange.Recording) []byte // its sound, a WAV file
	Limit   time.Duration                   // for how long a call is not answered that a fault rule times out
}

// Server answers REST calls.
type Server struct {
	Config
	core Core
}

// New returns a Server.
func New(c Config) *Server { return &Server{Config: c, core: c.Core} }

// request is one REST call on its way.
type request struct {
	path string   // without the query
	args []string // the ids in the path
	form form
}

// operation does one REST call. What it returns is the status and the JSON body.
type operation func(s *Server, q *request) (int, any, *failure)

// failure is an error in Twilio's form.
type failure struct {
	status, code int
	text         string
}

func (e *failure) body() any {
	return map[string]any{
		"code": e.code, "message": e.text, "status": e.status,
		"more_info": "https://www.twilio.com/docs/errors/" + strconv.Itoa(e.code),
	}
}

func refuse(code int, text string) *failure { return &failure{http.StatusBadRequest, code, text} }

func notFound(path string) *failure {
	return &failure{http.StatusNotFound, 20404, "The requested resource " + path + " was not found"}
}

// failureOf is an error of the exchange as it is answered.
func failureOf(q *request, err error) *failure {
	var p *notation.Problem
	switch {
	case err == nil:
		return nil
	case errors.As(err, &p):
		return refuse(p.Code, p.Text)
	case errors.Is(err, legs.ErrState):
		return refuse(21220, "Call is not in-progress. Cannot redirect.")
	case errors.Is(err, legs.ErrGone):
		return refuse(21220, "Call is not in-progress")
	}
	return notFound(q.path)
}

// route is one operation under /2010-04-01/Accounts/{AccountSid}/; * stands for an id.
type route struct {
	method, pattern string
	name            string // as Twilio's description calls it
	do              operation
	takes           string // the parameters that it reads
}

// What several operations take.
const (
	pages    = " PageSize Page"
	party    = " To From CallerId CallToken StatusCallback StatusCallbackMethod StatusCallbackEvent Timeout TimeLimit"
	script   = " Url Method FallbackUrl FallbackMethod Twiml"
	coaching = " Coaching CallSidToCoach"
)

var routes = []route{
	{"POST", "Calls", "CreateCall", (*Server).createCall, party + script +
		" MachineDetection AsyncAmd AsyncAmdStatusCallback AsyncAmdStatusCallbackMethod"},
	{"GET", "Calls", "ListCall", (*Server).listCalls,
		"To From ParentCallSid Status StartTime StartTime< StartTime> EndTime EndTime< EndTime>" + pages},
	{"GET", "Calls/*", "FetchCall", (*Server).fetchCall, ""},
	{"POST", "Calls/*", "UpdateCall", (*Server).updateCall,
		"Status StatusCallback StatusCallbackMethod TimeLimit" + script},
	{"POST", "Calls/*/UserDefinedMessages", "CreateUserDefinedMessage", (*Server).createMessage,
		"Content IdempotencyKey"},
	{"GET", "Conferences", "ListConference", (*Server).listConferences,
		"FriendlyName Status DateCreated DateCreated< DateCreated> DateUpdated DateUpdated< DateUpdated>" + pages},
	{"GET", "Conferences/*", "FetchConference", (*Server).fetchConference, ""},
	{"POST", "Conferences/*", "UpdateConference", (*Server).updateConference, "Status AnnounceUrl AnnounceMethod"},
	{"POST", "Conferences/*/Participants", "CreateParticipant", (*Server).createParticipant,
		"Label Muted StartConferenceOnEnter EndConferenceOnExit EarlyMedia MaxParticipants Beep WaitUrl WaitMethod " +
			"ConferenceStatusCallback ConferenceStatusCallbackMethod ConferenceStatusCallbackEvent" + party + coaching},
	{"GET", "Conferences/*/Participants", "ListParticipant", (*Server).listParticipants, "Muted Hold Coaching" + pages},
	{"GET", "Conferences/*/Participants/*", "FetchParticipant", (*Server).fetchParticipant, ""},
	{"POST", "Conferences/*/Participants/*", "UpdateParticipant", (*Server).updateParticipant,
		"Muted Hold HoldUrl HoldMethod EndConferenceOnExit BeepOnExit WaitUrl WaitMethod AnnounceUrl AnnounceMethod" +
			coaching},
	{"DELETE", "Conferences/*/Participants/*", "DeleteParticipant", (*Server).deleteParticipant, ""},
	{"GET", "Recordings", "ListRecording", (*Server).listRecordings,
		"CallSid ConferenceSid DateCreated DateCreated< DateCreated>" + pages},
	{"GET", "Recordings/*", "FetchRecording", (*Server).fetchRecording, ""},
	{"DELETE", "Recordings/*", "DeleteRecording", (*Server).deleteRecording, ""},
	{"GET", "IncomingPhoneNumbers", "ListIncomingPhoneNumber", (*Server).listNumbers,
		"PhoneNumber FriendlyName Origin" + pages},
	{"GET", "IncomingPhoneNumbers/*", "FetchIncomingPhoneNumber", (*Server).fetchNumber, ""},
	{"POST", "IncomingPhoneNumbers/*", "UpdateIncomingPhoneNumber", (*Server).updateNumber,
		"VoiceUrl VoiceMethod VoiceFallbackUrl VoiceFallbackMethod StatusCallback StatusCallbackMethod FriendlyName"},
}

// match tells the ids in a path if it has the route's form.
func (r route) match(segments []string) ([]string, bool) {
	pattern := strings.Split(r.pattern, "/")
	if len(pattern) != len(segments) {
		return nil, false
	}
	var args []string
	for i, p := range pattern {
		switch {
		case p == "*" && segments[i] != "":
			args = append(args, segments[i])
		case p != segments[i]:
			return nil, false
		}
	}
	return args, true
}

// bodyMax is the largest form that a REST call may have.
const bodyMax = 256 << 10

// ServeHTTP answers a REST call.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Busy.Begin()
	defer s.Busy.Done()
	began := time.Now()
	rec := journal.Record{Kind: journal.KindREST, At: s.Clock.Now(), Method: r.Method, URL: r.URL.RequestURI()}
	r.Body = http.MaxBytesReader(w, r.Body, bodyMax)
	var status int
	var body any
	rt, q, problem := s.find(r)
	if problem == nil {
		rec.Event, rec.Params, rec.Body = rt.name, journal.Flat(q.form.values), r.PostForm.Encode()
		if len(q.args) > 0 {
			rec.SID = q.args[0]
		}
		f := s.Rules.Choose(faults.REST, r.URL.Path, r.Method, rt.name)
		if f != nil {
			rec.Fault = f.Do
		}
		status, body, problem = s.perform(r.Context(), rt, q, f)
	}
	if problem != nil {
		status, body = problem.status, problem.body()
		rec.Code, rec.Error = problem.code, problem.text
	}
	rec.Millis = float64(time.Since(began).Microseconds()) / 1000
	var text []byte
	sound, isSound := body.(tape)
	if body != nil && !isSound {
		text, _ = json.Marshal(body)
	}
	rec.Status, rec.Response = status, string(text)
	s.Journal.Add(rec)
	switch {
	case status == 0:
		panic(http.ErrAbortHandler) // no answer at all
	case isSound:
		sound.write(w)
	default:
		writeREST(w, status, text)
	}
}

func writeREST(w http.ResponseWriter, status int, text []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Twilio-Concurrent-Requests", "1")
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Basic realm="Twilio API"`)
	}
	w.WriteHeader(status)
	_, _ = w.Write(text) // the client may have gone
}

// find finds the operation of a request and checks who asks.
func (s *Server) find(r *http.Request) (route, *request, *failure) {
	if err := r.ParseForm(); err != nil {
		return route{}, nil, refuse(20001, "The request's form cannot be read: "+err.Error())
	}
	if !s.authentic(r) {
		return route{}, nil, &failure{http.StatusUnauthorized, 20003, "Authenticate"}
	}
	if number, ok := strings.CutPrefix(r.URL.EscapedPath(), regionsPath); ok {
		return findRegion(r, number)
	}
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), "/"+notation.Version+"/Accounts/")
	if rt, q, found := s.findTape(r, path); ok && found {
		return rt, q, nil
	}
	path, isJSON := strings.CutSuffix(path, ".json")
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if plain, err := url.PathUnescape(segment); err == nil {
			segments[i] = plain
		}
	}
	if !ok || !isJSON || segments[0] != s.Account {
		return route{}, nil, notFound(r.URL.Path)
	}
	known := false
	for _, rt := range routes {
		args, fits := rt.match(segments[1:])
		if !fits {
			continue
		}
		known = true
		if rt.method == r.Method {
			return rt, newRequest(r, args), nil
		}
	}
	if known {
		return route{}, nil, &failure{http.StatusMethodNotAllowed, 20004, "Method not allowed"}
	}
	return route{}, nil, notFound(r.URL.Path)
}

// authentic checks Basic authentication: the API key and its secret, or the account and
// its token.
func (s *Server) authentic(r *http.Request) bool {
	user, password, ok := r.BasicAuth()
	if !ok {
		return false
	}
	want := map[string]string{s.APIKey: s.APISecret, s.Account: s.Token()}[user]
	return want != "" && subtle.ConstantTimeCompare([]byte(password), []byte(want)) == 1
}

// perform does an operation, with what a fault rule does to it. Status 0 is no answer.
func (s *Server) perform(ctx context.Context, rt route, q *request, f *faults.Fault) (int, any, *failure) {
	if f == nil {
		return s.do(rt, q)
	}
	broken := &failure{f.HTTPStatus(), f.Code, "failed by a fault rule"}
	switch {
	case f.Code != 0:
	case broken.status == http.StatusTooManyRequests:
		broken.code = 20429
	default:
		broken.code = 20500
	}
	switch f.Do {
	case faults.Fail, faults.Throttle:
		return 0, nil, broken
	case faults.Drop:
		return 0, nil, nil
	case faults.Timeout:
		s.Busy.Rest(ctx, s.Limit)
		return 0, nil, nil
	case faults.Delay:
		s.Busy.Rest(ctx, f.Delay(time.Second))
		return s.do(rt, q)
	case faults.Late:
		return s.doLate(ctx, rt, q, f.Delay(lateBy))
	case faults.Empty:
		return s.doList(rt, q, time.Time{})
	case faults.Lag:
		return s.doList(rt, q, s.Clock.Now().Add(-f.Delay(lateBy)))
	}
	status, body, problem := s.do(rt, q)
	if problem != nil {
		return status, body, problem
	}
	switch f.Do {
	case faults.FailAfter:
		return 0, nil, broken
	case faults.TimeoutAfter:
		s.Busy.Rest(ctx, s.Limit)
	}
	return 0, nil, nil
}

func (s *Server) do(rt route, q *request) (int, any, *failure) {
	if s.core.Closed() {
		return 0, nil, &failure{http.StatusServiceUnavailable, 20503, "the network is closed"}
	}
	if bad := rt.refuses(q.form.values); bad != nil {
		return 0, nil, bad
	}
	return rt.do(s, q)
}
