package archive

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
	"warmtransfer/shared/service"
)

// Search is what an agent asks of the history, as the API takes it.
type Search struct {
	From    time.Time      `json:"from"`
	To      time.Time      `json:"to"`
	Agent   agent.ID       `json:"agent"`
	Caller  string         `json:"caller"`
	Outcome record.Outcome `json:"outcome"`
	Code    string         `json:"code"`
	Text    string         `json:"text"`
	// Missed: only calls in which nobody has talked to the caller, who has left no message. All agents see all of them.
	Missed bool   `json:"missed,omitempty"`
	Cursor string `json:"cursor"`
	Limit  int    `json:"limit"` // calls on a page; 0: pageSize
}

// Page is one page of the history, newest first.
type Page struct {
	At    time.Time       `json:"at"`
	Calls []record.Record `json:"calls"`
	// Next is the cursor of the next page; "" at the end.
	Next string `json:"cursor,omitempty"`
}

const (
	pageSize, MaxPage = 25, 100
	// examineMost is how many records one request examines for a filter, and examineStep at a time.
	examineMost, examineStep = 400, 100
	// walkMost is how far back one request goes through all calls, of which there is a list for each month.
	walkMost = 366 * 24 * time.Hour
)

// ListCalls is one page of the calls that have ended: an agent's own, a supervisor's all. The missed ones are
// everybody's.
func (a *Archive) ListCalls(ctx context.Context, who service.Principal, s Search, now time.Time) (Page, error) {
	page, err := a.listCalls(ctx, who, s, now)
	if err == nil && s.Missed {
		err = a.addLater(ctx, page.Calls, now)
	}
	return page, err
}

func (a *Archive) listCalls(ctx context.Context, who service.Principal, s Search, now time.Time) (Page, error) {
	page := Page{At: now, Calls: []record.Record{}}
	if err := a.may(ctx, who); err != nil {
		return page, err
	}
	if !who.Supervisor {
		if s.Agent != "" && s.Agent != who.ID {
			return page, service.ErrNotSupervisor
		}
		if !s.Missed {
			s.Agent = who.ID
		}
	}
	from, before, err := a.bounds(s, now)
	if err != nil {
		return page, err
	}
	list, filter := s.lookIn()
	from, rest := list.walk(from, before)
	size, step := cmp.Or(s.Limit, pageSize), examineStep
	if filter.None() || filter == (record.Filter{Missed: true}) && list.Unheard { // nearly all of them are
		step = size
	}
	for examined := 0; examined < examineMost && len(page.Calls) < size; examined += step {
		places, err := a.Shelf.Places(ctx, list, from, before, step+1)
		if err != nil {
			return page, err
		}
		more := len(places) > step
		places = places[:min(len(places), step)]
		found, err := a.Shelf.Records(ctx, idsOf(places))
		if err != nil {
			return page, err
		}
		at := map[call.ID]string{}
		for _, p := range places {
			at[idOf(p)] = p
		}
		for _, r := range found {
			if !filter.Fits(r) {
				continue
			}
			if len(page.Calls) == size {
				page.Next = s.cursor(at[page.Calls[size-1].ID])
				return page, nil
			}
			page.Calls = append(page.Calls, r)
		}
		if !more {
			if rest {
				page.Next = s.cursor(from)
			}
			return page, nil
		}
		before = places[len(places)-1]
	}
	page.Next = s.cursor(before)
	return page, nil
}

// lookIn is the list in which a search looks, and what it narrows that to.
func (s Search) lookIn() (List, record.Filter) {
	filter := record.Filter{Outcome: s.Outcome, Code: s.Code, Text: s.Text, Missed: s.Missed}
	switch {
	case s.Caller != "":
		filter.Agent = s.Agent
		return List{Caller: s.Caller}, filter
	case s.Missed:
		filter.Agent = s.Agent
		return List{Unheard: true}, filter
	}
	return List{Agent: s.Agent}, filter
}

// walk is the place down to which one request walks, and whether there is more before it.
func (l List) walk(from, before string) (string, bool) {
	if least := Before(before, walkMost); l == (List{}) && least > from {
		return least, true
	}
	return from, false
}

// bounds are the places between which the page lies, or what is wrong with the search.
func (a *Archive) bounds(s Search, now time.Time) (from, before string, err error) {
	until := s.To
	if until.IsZero() {
		until = now.Add(time.Second) // what has ended just now, too
	}
	since := s.From
	if since.IsZero() {
		since = until.Add(-max(MaxSpan, a.Keep))
	}
	switch {
	case !since.Before(until):
		return "", "", BadRequestError("The span ends before it begins.")
	case !s.From.IsZero() && until.Sub(since) > MaxSpan:
		return "", "", BadRequestError("The span has at most 92 days.")
	case s.Limit < 0 || s.Limit > MaxPage:
		return "", "", BadRequestError("A page has at most 100 calls.")
	case s.Outcome != "" && !slices.Contains(record.Outcomes, s.Outcome):
		return "", "", BadRequestError("There is no such outcome.")
	case utf8.RuneCountInString(s.Text) > MaxText, utf8.RuneCountInString(s.Caller) > MaxText:
		return "", "", BadRequestError("A text or number to look for has at most 100 characters.")
	case utf8.RuneCountInString(s.Code) > MaxText: // the codes of old notes need not be among today's
		return "", "", BadRequestError("A code has at most 100 characters.")
	}
	from, before = Place(since, ""), Place(until, "")
	if s.Cursor != "" {
		if before, err = s.resume(before); err != nil {
			return "", "", err
		}
	}
	return from, before, nil
}

// A cursor is the place after which a list goes on, and a name of the list, so that it fits no other. It tells nothing
// that its page has not told, and gives nothing that the list does not, so it is not signed.
func (s Search) cursor(place string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(s.name() + place))
}

const nameLength = 12

func (s Search) name() string {
	s.Cursor, s.Limit = "", 0 // a page of another size is one of the same list
	raw, _ := json.Marshal(s) // texts and times
	sum := sha256.Sum256(raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])[:nameLength]
}

func (s Search) resume(before string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(s.Cursor)
	place, ours := strings.CutPrefix(string(raw), s.name())
	at, id, _ := strings.Cut(place, "#")
	if t, bad := time.Parse(time.RFC3339Nano, at); err != nil || !ours || bad != nil ||
		Place(t, call.ID(id)) != place {
		return "", BadRequestError("The cursor is none of this list.")
	}
	return min(place, before), nil
}

func idOf(place string) call.ID {
	_, id, _ := strings.Cut(place, "#")
	return call.ID(id)
}
