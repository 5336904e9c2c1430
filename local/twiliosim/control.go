package twiliosim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// Control answers the control API, by which tests and scripts play the people at the
// telephones and look at what happens. It asks for no credentials: keep it on loopback.
//
//	POST   /control/calls {"from","to","stir"}   an outside phone dials our number -> 201 {"sid"}
//	GET    /control/calls[?live=true]            a list of CallView
//	GET    /control/calls/{sid}                  one, with "messages" and "params"
//	POST   /control/calls/{sid}/answer           also reject, busy, fail, hangup, lose
//	POST   /control/calls/{sid}/dtmf {"digits"}
//	GET    /control/conferences                  a list of RoomView
//	POST   /control/numbers {"number","does"}    what an outside telephone does: see SetOutside
//	POST   /control/clients {"identity"}         a scripted agent -> 201
//	GET    /control/clients                      a list of ClientView
//	DELETE /control/clients/{identity}
//	GET    /control/requests[?after=n]           a list of Record
//	POST   /control/faults FaultRule             -> 201 {"id"}
//	GET    /control/faults                       the rules, with "id" and "hits"
//	DELETE /control/faults[/{id}]
//	GET    /control/events                       server-sent events, one Event each
//
// An error is {"error": "..."}: 400 malformed, 404 nobody there, 409 not possible now.
func (n *Network) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /control/calls", n.controlDial)
	mux.HandleFunc("GET /control/calls", n.controlCalls)
	mux.HandleFunc("GET /control/calls/{sid}", n.controlCall)
	mux.HandleFunc("POST /control/calls/{sid}/{deed}", n.controlDeed)
	mux.HandleFunc("GET /control/conferences", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, n.Conferences())
	})
	mux.HandleFunc("POST /control/numbers", n.controlNumber)
	mux.HandleFunc("POST /control/clients", n.controlClient)
	mux.HandleFunc("GET /control/clients", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, n.Clients())
	})
	mux.HandleFunc("DELETE /control/clients/{identity}", n.controlForget)
	mux.HandleFunc("GET /control/requests", n.controlRequests)
	mux.HandleFunc("POST /control/faults", n.controlFault)
	mux.HandleFunc("GET /control/faults", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, n.Faults())
	})
	mux.HandleFunc("DELETE /control/faults", func(w http.ResponseWriter, _ *http.Request) {
		n.ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("DELETE /control/faults/{id}", n.controlUnfault)
	mux.HandleFunc("GET /control/events", n.controlEvents)
	return mux
}

// errRequest marks an error of the request's form.
var errRequest = errors.New("malformed request")

// controlBodyMax is how large a body may be.
const controlBodyMax = 64 << 10

// readJSON reads a body strictly: one value, no unknown fields.
func readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, controlBodyMax))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%w: %w", errRequest, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: more than one JSON value", errRequest)
	}
	return nil
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// fail answers an error: what is wrong with the request, nobody there, or not now.
func fail(w http.ResponseWriter, err error) {
	status := http.StatusBadRequest
	switch {
	case errors.Is(err, ErrNoLeg), errors.Is(err, errUnknown):
		status = http.StatusNotFound
	case errors.Is(err, ErrGone), errors.Is(err, ErrState):
		status = http.StatusConflict
	}
	writeJSON(w, status, map[string]string{"error": err.Error()})
}

// errUnknown is for an identity, rule or deed that is not known.
var errUnknown = errors.New("unknown")

func (n *Network) controlDial(w http.ResponseWriter, r *http.Request) {
	var body struct {
		From string `json:"from"`
		To   string `json:"to"`
		STIR string `json:"stir"` // StirVerstat, for example TN-Validation-Passed-A
	}
	if err := readJSON(w, r, &body); err != nil {
		fail(w, err)
		return
	}
	sid, err := n.placeCall(nil, body.From, body.To, body.STIR)
	if err != nil {
		fail(w, err)
		return
	}
	writeJSON(w, http.StatusCreated, map[string]string{"sid": sid})
}

func (n *Network) controlCalls(w http.ResponseWriter, r *http.Request) {
	views := n.Calls()
	if r.URL.Query().Get("live") == "true" {
		live := views[:0]
		for _, v := range views {
			if !v.Over() {
				live = append(live, v)
			}
		}
		views = live
	}
	writeJSON(w, http.StatusOK, views)
}

func (n *Network) controlCall(w http.ResponseWriter, r *http.Request) {
	sid := r.PathValue("sid")
	v, ok := n.Call(sid)
	if !ok {
		fail(w, ErrNoLeg)
		return
	}
	messages := []json.RawMessage{}
	for _, m := range n.Messages(sid) {
		messages = append(messages, json.RawMessage(m.Content))
	}
	writeJSON(w, http.StatusOK, struct {
		CallView
		Params   map[string]string `json:"params"`
		Messages []json.RawMessage `json:"messages"`
	}{v, n.params(sid), messages})
}

// params are the custom parameters of a client's call.
func (n *Network) params(sid string) map[string]string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if l := n.legs[sid]; l != nil && len(l.params) > 0 {
		return flat(l.params)
	}
	return map[string]string{}
}

// controlDeed is what the party at a telephone does.
func (n *Network) controlDeed(w http.ResponseWriter, r *http.Request) {
	sid := r.PathValue("sid")
	deeds := map[string]func() error{
		"answer": func() error { return n.Answer(sid, nil) },
		"reject": func() error { return n.Reject(sid, nil) },
		"busy":   func() error { return n.Busy(sid) },
		"fail":   func() error { return n.Fail(sid) },
		"hangup": func() error { return n.Hangup(sid) },
		"lose":   func() error { return n.Lose(sid) },
		"dtmf": func() error {
			var body struct {
				Digits string `json:"digits"`
			}
			if err := readJSON(w, r, &body); err != nil {
				return err
			}
			return n.DTMF(sid, body.Digits)
		},
	}
	deed, ok := deeds[r.PathValue("deed")]
	if !ok {
		fail(w, fmt.Errorf("%w: a party can answer, reject, busy, fail, hangup, lose or dtmf", errUnknown))
		return
	}
	if err := deed(); err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (n *Network) controlClient(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Identity string `json:"identity"`
	}
	err := readJSON(w, r, &body)
	if err == nil {
		err = n.SetScripted(body.Identity, true)
	}
	if err != nil {
		fail(w, err)
		return
	}
	writeJSON(w, http.StatusCreated, body)
}

func (n *Network) controlForget(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("identity")
	known := false
	for _, c := range n.Clients() {
		known = known || c.Identity == id && c.Scripted
	}
	if !known {
		fail(w, fmt.Errorf("%w: no scripted client %q", errUnknown, id))
		return
	}
	_ = n.SetScripted(id, false) // its form was checked when it was registered
	w.WriteHeader(http.StatusNoContent)
}

func (n *Network) controlRequests(w http.ResponseWriter, r *http.Request) {
	after := int64(0)
	if s := r.URL.Query().Get("after"); s != "" {
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil || v < 0 {
			fail(w, fmt.Errorf("%w: after=%q: want a number", errRequest, s))
			return
		}
		after = v
	}
	writeJSON(w, http.StatusOK, n.Records(after))
}

func (n *Network) controlFault(w http.ResponseWriter, r *http.Request) {
	var rule FaultRule
	err := readJSON(w, r, &rule)
	id := 0
	if err == nil {
		id, err = n.AddFault(rule)
	}
	if err != nil {
		fail(w, err)
		return
	}
	writeJSON(w, http.StatusCreated, map[string]int{"id": id})
}

func (n *Network) controlUnfault(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || !n.RemoveFault(id) {
		fail(w, fmt.Errorf("%w: no fault rule %s", errUnknown, r.PathValue("id")))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// controlEvents streams what happens from now on.
func (n *Network) controlEvents(w http.ResponseWriter, r *http.Request) {
	stream, stop := n.Events()
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
