package main

import (
	"net/http"
	"net/url"
	"time"

	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/voicemail"
)

type handler struct {
	edge   httpapi.Edge
	signIn httpapi.SignIn
	box    *voicemail.Desk
}

func (h handler) routes() http.Handler {
	return httpapi.Agents{
		Edge: h.edge, SignIn: h.signIn,
		Routes: map[string]func(*httpapi.Request) (int, any, error){
			"GET /messages":                 h.list,
			"POST /messages/{message}":      h.act,
			"GET /messages/{message}/sound": h.sound,
		},
	}.Handler()
}

// view is a message as agents see it.
type view struct {
	ID       string          `json:"id"`
	Call     string          `json:"call"`
	Caller   string          `json:"caller"` // "": withheld
	Verified bool            `json:"verified"`
	At       time.Time       `json:"at"`
	Seconds  int             `json:"seconds"`
	Why      string          `json:"why,omitempty"`
	State    voicemail.State `json:"state"`
	By       *party          `json:"by,omitempty"`
	Since    time.Time       `json:"since,omitzero"`
	Left     bool            `json:"left,omitempty"` // By is gone, so that any agent may take it
}

type party struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func viewOf(m voicemail.Message) view {
	v := view{
		ID: m.ID, Call: string(m.Call), Caller: m.From, Verified: m.Verified, At: m.At, Seconds: m.Seconds,
		Why: string(m.Why), State: m.State, Since: m.Since, Left: m.Left,
	}
	if m.By != "" {
		v.By = &party{string(m.By), m.ByName}
	}
	return v
}

type page struct {
	Messages []view `json:"messages"`
	Cursor   string `json:"cursor,omitempty"` // of the next page
	Days     int    `json:"days"`             // for which a message is kept
}

func (h handler) list(r *httpapi.Request) (int, any, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return 0, nil, httpapi.Malformed("The query cannot be read.")
	}
	for name, values := range q {
		if name != "cursor" || len(values) > 1 || len(values[0]) > maxCursor {
			return 0, nil, httpapi.Malformed("The query has cursor, once at most.")
		}
	}
	list, next, err := h.box.List(r.Context(), r.Who, q.Get("cursor"), r.Now)
	out := page{Messages: []view{}, Cursor: next, Days: int(h.box.Keep / (24 * time.Hour))}
	for _, m := range list {
		out.Messages = append(out.Messages, viewOf(m))
	}
	return http.StatusOK, out, err
}

// maxCursor is longer than every cursor.
const maxCursor = 100

func (h handler) act(r *httpapi.Request) (int, any, error) {
	var in struct {
		Action voicemail.Action `json:"action"`
	}
	if err := r.Decode(&in); err != nil {
		return 0, nil, err
	}
	m, err := h.box.Act(r.Context(), r.Who, r.PathValue("message"), in.Action, r.Now)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, viewOf(*m), nil
}

func (h handler) sound(r *httpapi.Request) (int, any, error) {
	wav, err := h.box.Sound(r.Context(), r.Who, r.PathValue("message"), r.Now)
	return http.StatusOK, httpapi.Sound(wav), err
}
