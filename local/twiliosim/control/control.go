// Package control is the control API, by which tests and scripts play the people at the
// telephones and look at what happens. It translates; what it does, the exchange does.
package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"warmtransfer/local/answer"
	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/journal"
	"warmtransfer/local/twiliosim/legs"
)

// Exchange is what the control API asks of the telephone exchange; exchange.Exchange
// explains it.
type Exchange interface {
	Parties
	Calls() []exchange.CallView
	Call(sid string) (exchange.CallView, bool)
	Params(sid string) map[string]string
	Messages(sid string) []legs.Message
	Conferences() []exchange.ConferenceView
	Clients() []exchange.ClientView
}

// Parties is what people at telephones do, and what they are set to do.
type Parties interface {
	PlaceAttested(e legs.Endpoint, from, to, stir string) (string, error)
	Answer(sid string, e legs.Endpoint) error
	Reject(sid string, e legs.Endpoint) error
	Busy(sid string) error
	Fail(sid string) error
	RingOut(sid string) error
	Hangup(sid string) error
	Lose(sid string) error
	DTMF(sid, digits string) error
	SetOutside(number, does string) error
	SetScripted(identity string, on bool) error
}

var _ Exchange = (*exchange.Exchange)(nil)

// Control answers the control API. It asks for no credentials: keep it on loopback.
type Control struct {
	exchange Exchange
	rules    *faults.Rules
	journal  *journal.Journal
	mux      *http.ServeMux
}

// New returns the control API of an exchange, its fault rules and its journal:
//
//	POST   /control/calls {"from","to","stir"}   an outside phone dials our number -> 201 {"sid"}
//	GET    /control/calls[?live=true]            a list of CallView
//	GET    /control/calls/{sid}                  one, with "messages" and "params"
//	POST   /control/calls/{sid}/answer           also reject, busy, fail, ring-out, hangup, lose
//	POST   /control/calls/{sid}/dtmf {"digits"}
//	GET    /control/conferences                  a list of ConferenceView
//	POST   /control/numbers {"number","does"}    what an outside telephone does: see SetOutside
//	POST   /control/clients {"identity"}         a scripted agent -> 201
//	GET    /control/clients                      a list of ClientView
//	DELETE /control/clients/{identity}
//	GET    /control/requests[?after=n]           a list of journal.Record
//	POST   /control/faults faults.Rule           -> 201 {"id"}
//	GET    /control/faults                       the rules, with "id" and "hits"
//	DELETE /control/faults[/{id}]
//	GET    /control/events                       server-sent events, one Event each
//
// An error is {"error": "..."}: 400 malformed, 404 nobody there, 409 not possible now.
func New(x Exchange, rules *faults.Rules, j *journal.Journal) *Control {
	c := &Control{exchange: x, rules: rules, journal: j}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /control/calls", c.placeCall)
	mux.HandleFunc("GET /control/calls", c.calls)
	mux.HandleFunc("GET /control/calls/{sid}", c.call)
	mux.HandleFunc("POST /control/calls/{sid}/{action}", c.act)
	mux.HandleFunc("GET /control/conferences", func(w http.ResponseWriter, _ *http.Request) {
		answer.JSON(w, http.StatusOK, c.exchange.Conferences())
	})
	mux.HandleFunc("POST /control/numbers", c.setNumber)
	mux.HandleFunc("POST /control/clients", c.addClient)
	mux.HandleFunc("GET /control/clients", func(w http.ResponseWriter, _ *http.Request) {
		answer.JSON(w, http.StatusOK, c.exchange.Clients())
	})
	mux.HandleFunc("DELETE /control/clients/{identity}", c.removeClient)
	mux.HandleFunc("GET /control/requests", c.requests)
	mux.HandleFunc("POST /control/faults", c.addFault)
	mux.HandleFunc("GET /control/faults", func(w http.ResponseWriter, _ *http.Request) {
		answer.JSON(w, http.StatusOK, c.rules.List())
	})
	mux.HandleFunc("DELETE /control/faults", func(w http.ResponseWriter, _ *http.Request) {
		c.rules.Clear()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("DELETE /control/faults/{id}", c.removeFault)
	mux.HandleFunc("GET /control/events", c.events)
	c.mux = mux
	return c
}

// ServeHTTP answers one request.
func (c *Control) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.mux.ServeHTTP(w, r) }

// errRequest marks an error of the request's form.
var errRequest = errors.New("malformed request")

// bodyMax is how large a body may be.
const bodyMax = 64 << 10

// readJSON reads a body strictly: one value, no unknown fields.
func readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, bodyMax))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%w: %w", errRequest, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: more than one JSON value", errRequest)
	}
	return nil
}

// fail answers an error: what is wrong with the request, nobody there, or not now.
func fail(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	switch {
	case errors.Is(err, legs.ErrNoLeg), errors.Is(err, errUnknown):
		status = http.StatusNotFound
	case errors.Is(err, legs.ErrGone), errors.Is(err, legs.ErrState):
		status = http.StatusConflict
	}
	answer.JSON(w, status, map[string]string{"error": err.Error()})
}

// errUnknown is for an identity, rule or action that is not known.
var errUnknown = errors.New("unknown")

func (c *Control) placeCall(w http.ResponseWriter, r *http.Request) {
	var body struct {
		From string `json:"from"`
		To   string `json:"to"`
		STIR string `json:"stir"` // StirVerstat, for example TN-Validation-Passed-A
	}
	if err := readJSON(w, r, &body); err != nil {
		fail(w, err)
		return
	}
	sid, err := c.exchange.PlaceAttested(nil, body.From, body.To, body.STIR)
	if err != nil {
		fail(w, err)
		return
	}
	answer.JSON(w, http.StatusCreated, map[string]string{"sid": sid})
}

func (c *Control) calls(w http.ResponseWriter, r *http.Request) {
	views := c.exchange.Calls()
	if r.URL.Query().Get("live") == "true" {
		live := views[:0]
		for _, v := range views {
			if !v.Over() {
				live = append(live, v)
			}
		}
		views = live
	}
	answer.JSON(w, http.StatusOK, views)
}

func (c *Control) call(w http.ResponseWriter, r *http.Request) {
	sid := r.PathValue("sid")
	v, ok := c.exchange.Call(sid)
	if !ok {
		fail(w, legs.ErrNoLeg)
		return
	}
	messages := []json.RawMessage{}
	for _, m := range c.exchange.Messages(sid) {
		messages = append(messages, json.RawMessage(m.Content))
	}
	answer.JSON(w, http.StatusOK, struct {
		exchange.CallView
		Params   map[string]string `json:"params"`
		Messages []json.RawMessage `json:"messages"`
	}{v, c.exchange.Params(sid), messages})
}

// act is what the party at a telephone does.
func (c *Control) act(w http.ResponseWriter, r *http.Request) {
	sid := r.PathValue("sid")
	actions := map[string]func() error{
		"answer":   func() error { return c.exchange.Answer(sid, nil) },
		"reject":   func() error { return c.exchange.Reject(sid, nil) },
		"busy":     func() error { return c.exchange.Busy(sid) },
		"fail":     func() error { return c.exchange.Fail(sid) },
		"ring-out": func() error { return c.exchange.RingOut(sid) },
		"hangup":   func() error { return c.exchange.Hangup(sid) },
		"lose":     func() error { return c.exchange.Lose(sid) },
		"dtmf": func() error {
			var body struct {
				Digits string `json:"digits"`
			}
			if err := readJSON(w, r, &body); err != nil {
				return err
			}
			return c.exchange.DTMF(sid, body.Digits)
		},
	}
	action, ok := actions[r.PathValue("action")]
	if !ok {
		fail(w, fmt.Errorf("%w: a party can answer, reject, busy, fail, ring-out, hangup, lose or dtmf", errUnknown))
		return
	}
	if err := action(); err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (c *Control) addClient(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Identity string `json:"identity"`
	}
	err := readJSON(w, r, &body)
	if err == nil {
		err = c.exchange.SetScripted(body.Identity, true)
	}
	if err != nil {
		fail(w, err)
		return
	}
	answer.JSON(w, http.StatusCreated, body)
}

func (c *Control) removeClient(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("identity")
	known := false
	for _, v := range c.exchange.Clients() {
		known = known || v.Identity == id && v.Scripted
	}
	if !known {
		fail(w, fmt.Errorf("%w: no scripted client %q", errUnknown, id))
		return
	}
	_ = c.exchange.SetScripted(id, false) // its form was checked when it was registered
	w.WriteHeader(http.StatusNoContent)
}

func (c *Control) requests(w http.ResponseWriter, r *http.Request) {
	after := int64(0)
	if s := r.URL.Query().Get("after"); s != "" {
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil || v < 0 {
			fail(w, fmt.Errorf("%w: after=%q: want a number", errRequest, s))
			return
		}
		after = v
	}
	answer.JSON(w, http.StatusOK, c.journal.Records(after))
}

func (c *Control) addFault(w http.ResponseWriter, r *http.Request) {
	var rule faults.Rule
	err := readJSON(w, r, &rule)
	id := 0
	if err == nil {
		id, err = c.rules.Add(rule)
	}
	if err != nil {
		fail(w, err)
		return
	}
	answer.JSON(w, http.StatusCreated, map[string]int{"id": id})
}

func (c *Control) removeFault(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || !c.rules.Remove(id) {
		fail(w, fmt.Errorf("%w: no fault rule %s", errUnknown, r.PathValue("id")))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// events streams what happens from now on.
func (c *Control) events(w http.ResponseWriter, r *http.Request) {
	stream, stop := c.journal.Events()
	defer stop()
	out := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	_ = out.Flush()
	for {
		select {
		case e, open := <-stream:
			if !open {
				return
			}
			text, _ := json.Marshal(e)
			if _, err := fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", e.N, e.Event, text); err != nil {
				return
			}
			_ = out.Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func (c *Control) setNumber(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Number string `json:"number"`
		Does   string `json:"does"`
	}
	err := readJSON(w, r, &body)
	if err == nil {
		err = c.exchange.SetOutside(body.Number, body.Does)
	}
	if err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
