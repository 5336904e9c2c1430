package main

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
	"warmtransfer/shared/voicemail"
)

type handler struct {
	edge         httpapi.Edge
	signIn       httpapi.SignIn
	codeRequired bool
	callBack     bool
	archive      *archive.Archive
	line         *service.LineSettings
	box          messageLister
}

// messageLister lists the messages that callers have left.
type messageLister interface {
	VoiceMessages(ctx context.Context, before string, n int) ([]voicemail.Message, string, error)
}

func (h handler) routes() http.Handler {
	return httpapi.Agents{
		Edge: h.edge, SignIn: h.signIn,
		Routes: map[string]func(*httpapi.Request) (int, any, error){
			"GET /calls":               h.list,
			"POST /calls/search":       h.search,
			"GET /calls/rules":         h.rules,
			"GET /calls/{call}/caller": h.caller,
			"GET /calls/{call}/note":   h.note,
			"PUT /calls/{call}/note":   h.saveNote,
		},
	}.Handler()
}

// list is the history by the filters that may stand in an address. The others are refused, so that no page makes the
// mistake of sending a number there (N9).
func (h handler) list(r *httpapi.Request) (int, any, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return 0, nil, httpapi.Malformed("The query cannot be read.")
	}
	for name, values := range q {
		if !slices.Contains([]string{"from", "to", "outcome", "code", "cursor"}, name) || len(values) > 1 {
			return 0, nil, httpapi.Malformed("The query has from, to, outcome, code and cursor, each once at most.")
		}
	}
	s := archive.Search{Outcome: record.Outcome(q.Get("outcome")), Code: q.Get("code"), Cursor: q.Get("cursor")}
	for name, t := range map[string]*time.Time{"from": &s.From, "to": &s.To} {
		if v := q.Get(name); v != "" {
			if *t, err = time.Parse(time.RFC3339, v); err != nil {
				return 0, nil, httpapi.Malformed("The times from and to are as in RFC 3339.")
			}
		}
	}
	page, err := h.archive.ListCalls(r.Context(), r.Who, s, r.Now)
	return http.StatusOK, page, err
}

func (h handler) search(r *httpapi.Request) (int, any, error) {
	var s archive.Search
	if err := r.Decode(&s); err != nil {
		return 0, nil, err
	}
	page, err := h.archive.ListCalls(r.Context(), r.Who, s, r.Now)
	return http.StatusOK, page, err
}

type rules struct {
	Supervisor   bool     `json:"supervisor"`
	Records      bool     `json:"records"`
	Messages     bool     `json:"messages,omitempty"`
	CallBack     bool     `json:"callBack,omitempty"`
	Missed       bool     `json:"missed,omitempty"` // this release lists missed calls
	Codes        []string `json:"codes"`
	CodeRequired bool     `json:"codeRequired"`
}

func (h handler) rules(r *httpapi.Request) (int, any, error) {
	codes := h.archive.Codes(r.Context(), r.Now)
	return http.StatusOK, rules{
		Supervisor: r.Who.Supervisor, Records: h.archive.Keep > 0, Codes: codes,
		CodeRequired: h.codeRequired && len(codes) > 0, Messages: h.messages(r),
		CallBack: h.callBack, Missed: h.archive.Keep > 0,
	}, nil
}

// messages says whether the line asks callers for messages, or some are left from when it did. If that cannot be read
// it says yes: the page's list then says what is wrong, and no agent is without the codes for it.
func (h handler) messages(r *httpapi.Request) bool {
	if h.line.Values(r.Context(), r.Now).TakesMessages() {
		return true
	}
	list, _, err := h.box.VoiceMessages(r.Context(), "", 1)
	if err != nil {
		r.Noted(err)
	}
	return err != nil || len(list) > 0
}

// named is the call that the path names, or "" if it cannot be one.
func named(r *httpapi.Request) call.ID {
	if id := call.ID(r.PathValue("call")); id.Valid() {
		return id
	}
	return ""
}

func (h handler) caller(r *httpapi.Request) (int, any, error) {
	known, err := h.archive.KnownCaller(r.Context(), r.Who, named(r), r.Now)
	return http.StatusOK, known, err
}

func (h handler) note(r *httpapi.Request) (int, any, error) {
	var out struct {
		Note    *record.Note `json:"note,omitempty"`
		Version int64        `json:"version"`
	}
	n, err := h.archive.OwnNote(r.Context(), r.Who, named(r))
	if out.Version = n.Version; !n.Empty() {
		out.Note = &n
	}
	return http.StatusOK, out, err
}

func (h handler) saveNote(r *httpapi.Request) (int, any, error) {
	var in struct {
		Note string `json:"note"`
		Code string `json:"code"`
		Name string `json:"name"`
		// Version is the one that the page has seen; a page of the release before says none.
		Version *int64 `json:"version"`
	}
	if err := r.Decode(&in); err != nil {
		return 0, nil, err
	}
	n := record.Note{Text: in.Note, Code: in.Code, Name: strings.TrimSpace(in.Name)}
	n, err := h.archive.SaveNote(r.Context(), r.Who, named(r), n, in.Version, r.Now)
	return http.StatusOK, n, err
}

// offered are the codes that supervisors have set for the line, or else the operator's.
func offered(line *service.LineSettings, operators []string) func(context.Context, time.Time) []string {
	return func(ctx context.Context, now time.Time) []string {
		if set := line.Values(ctx, now).Codes; len(set) > 0 {
			return set
		}
		return operators
	}
}

// codes are the operator's codes: a list with commas, in which spaces around a code do not count.
func codes(list string) []string {
	all := []string{}
	for _, c := range strings.Split(list, ",") {
		if c = strings.TrimSpace(c); c != "" && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}
