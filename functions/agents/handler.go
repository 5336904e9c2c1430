package main

import (
	"net/http"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
	"warmtransfer/shared/voicemail"
)

type handler struct {
	edge   httpapi.Edge
	signIn httpapi.SignIn
	// number is the line's own number: the page accepts numbers of its country without the country code.
	number     string
	newService func(twilio.Base) *service.Service
	line       *service.LineSettings
	// messages counts the new ones.
	messages *voicemail.Counter
}

func (h handler) routes() http.Handler {
	return httpapi.Agents{
		Edge: h.edge, SignIn: h.signIn,
		Routes: map[string]func(*httpapi.Request) (int, any, error){
			"GET /agents":         h.directory,
			"POST /agents/search": h.search,
			"GET /agents/me":      h.me,
			"PUT /agents/me":      h.setStatus,
		},
	}.Handler()
}

// entry and directory are what other agents see.
type (
	entry     = agentview.Colleague
	directory = agentview.Directory
)

func (h handler) directory(r *httpapi.Request) (int, any, error) {
	d, err := h.newService(r.Base).Directory(r.Context(), r.Who, r.Now)
	return http.StatusOK, h.listed(d, r.Now), err
}

// search is the directory of the agents whose name contains every word of a text. A part of a name must not be in an
// address (N9), so the text is in the body.
func (h handler) search(r *httpapi.Request) (int, any, error) {
	var in struct {
		Text string `json:"text"`
	}
	if err := r.Decode(&in); err != nil {
		return 0, nil, err
	}
	wanted := fold(in.Text)
	if wanted == "" || utf8.RuneCountInString(in.Text) > maxText {
		return 0, nil, httpapi.Malformed("The text must be a part of a name, at most 100 characters.")
	}
	named := finder(wanted)
	fits := func(a agent.Agent) bool { return named(a.Name) }
	d, err := h.newService(r.Base).Search(r.Context(), r.Who, fits)
	return http.StatusOK, h.listed(d, r.Now), err
}

func (h handler) listed(found service.Directory, now time.Time) directory {
	d := directory{At: now, Agents: make([]entry, 0, len(found.Agents)), Number: h.number, More: found.More,
		Partial: found.Gap}
	for _, a := range found.Agents {
		d.Agents = append(d.Agents, entry{
			ID: a.ID, Name: a.Name, Presence: a.Presence(now), Since: a.PresenceSince(now), Seen: a.LastSeen(),
			Rung: a.Rung(now),
		})
	}
	return d
}

// withHours adds whether the line takes new calls, by its settings: every agent may know that, and no more of them. If
// it takes messages, it adds how many are new, so that no page asks for the list to learn that there is nothing.
func (h handler) withHours(r *httpapi.Request, snap agentview.Snapshot) agentview.Snapshot {
	set := h.line.Values(r.Context(), r.Now)
	open, until := set.OpenUntil(r.Now)
	snap.Hours = &agentview.HoursView{Open: open, Until: until}
	if set.TakesMessages() {
		snap.NewMessages = h.messages.Counted(r.Context(), r.Now)
	}
	return snap
}

// snapshot answers with what ask returns and, where the page wants it in the same answer, the directory. Both are read
// side by side. A directory that cannot be read is left out.
func (h handler) snapshot(r *httpapi.Request, ask func() (agentview.Snapshot, error)) (int, any, error) {
	if r.URL.Query().Get("with") != "colleagues" {
		snap, err := ask()
		return http.StatusOK, h.withHours(r, snap), err
	}
	var found service.Directory
	var unread error
	var both sync.WaitGroup
	both.Go(func() { found, unread = h.newService(r.Base).Directory(r.Context(), r.Who, r.Now) })
	snap, err := ask()
	both.Wait()
	if unread == nil {
		d := h.listed(found, r.Now)
		snap.Colleagues = &d
	}
	return http.StatusOK, h.withHours(r, snap), err
}

func (h handler) me(r *httpapi.Request) (int, any, error) {
	return h.snapshot(r, func() (agentview.Snapshot, error) {
		return h.newService(r.Base).Snapshot(r.Context(), r.Who, r.Now)
	})
}

// setStatus sets the status that the agent has chosen; with beat it is only the page's heartbeat.
func (h handler) setStatus(r *httpapi.Request) (int, any, error) {
	var in struct {
		Status agent.Status `json:"status"`
		Beat   bool         `json:"beat"`
	}
	if err := r.Decode(&in); err != nil {
		return 0, nil, err
	}
	if !slices.Contains([]agent.Status{agent.Available, agent.Away, agent.WrapUp}, in.Status) {
		return 0, nil, httpapi.Malformed("There is no such status.")
	}
	return h.snapshot(r, func() (agentview.Snapshot, error) {
		return h.newService(r.Base).SetStatus(r.Context(), r.Who, in.Status, in.Beat, r.Now)
	})
}
