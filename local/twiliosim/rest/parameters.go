package rest

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/notation"
)

// form is what a request asks for. It notes which parameters the operation has asked for: a test holds
// that against what the route says it takes.
type form struct {
	values url.Values
	read   map[string]bool
}

func newRequest(r *http.Request, args []string) *request {
	values := r.Form
	if r.Method == http.MethodPost {
		values = r.PostForm
	}
	return &request{path: r.URL.Path, args: args, form: form{values, map[string]bool{}}}
}

func (f form) All(name string) []string {
	f.read[name] = true
	return f.values[name]
}

func (f form) Has(name string) bool { return f.All(name) != nil }

func (f form) Get(name string) string {
	if list := f.All(name); len(list) > 0 {
		return list[0]
	}
	return ""
}

// Reading parameters. A missing one is the value otherwise.

func (q *request) flag(name string, otherwise bool) bool {
	if !q.form.Has(name) {
		return otherwise
	}
	return strings.EqualFold(q.form.Get(name), "true")
}

// seconds reads a number of seconds between low and high.
func (q *request) seconds(name string, otherwise, low, high int) (time.Duration, *failure) {
	s := q.form.Get(name)
	if s == "" {
		return time.Duration(otherwise) * time.Second, nil
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < low || v > high {
		return 0, refuse(20001, "Invalid "+name+": want "+strconv.Itoa(low)+" to "+strconv.Itoa(high))
	}
	return time.Duration(v) * time.Second, nil
}

// address reads an absolute http(s) URL; it may be missing.
func (q *request) address(name string, code int) (string, *failure) {
	s := q.form.Get(name)
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", refuse(code, name+" is not a valid URL: "+s)
	}
	return s, nil
}

func (q *request) method(name, otherwise string) (string, *failure) {
	m := strings.ToUpper(q.form.Get(name))
	switch m {
	case "":
		return otherwise, nil
	case http.MethodGet, http.MethodPost:
		return m, nil
	}
	return "", refuse(21403, name+" must be GET or POST")
}

// words reads a list that is given by repetition or with spaces.
func (q *request) words(name, otherwise string) []string {
	if list := strings.Fields(strings.Join(q.form.All(name), " ")); len(list) > 0 {
		return list
	}
	return strings.Fields(otherwise)
}

// document reads where a document is fetched: its URL, which errors get that code, and
// its method.
func (q *request) document(name, method string, code int, otherwise string) (legs.Document, *failure) {
	var t legs.Document
	var err *failure
	if t.URL, err = q.address(name, code); err != nil {
		return t, err
	}
	t.Method, err = q.method(method, otherwise)
	return t, err
}

// hook reads a status callback; name is StatusCallback or ConferenceStatusCallback.
func (q *request) hook(name, events string) (legs.Hook, *failure) {
	t, err := q.document(name, name+"Method", 21609, http.MethodPost)
	return legs.Hook{URL: t.URL, Method: t.Method, Events: q.words(name+"Event", events)}, err
}

// page cuts one page out of a list of n and returns its bounds and its own fields.
func (q *request) page(n int) (from, to int, fields map[string]any) {
	size := min(max(whole(q.form.Get("PageSize"), 50), 1), 1000)
	page := max(whole(q.form.Get("Page"), 0), 0)
	from = min(page*size, n)
	to = min(from+size, n)
	uri := func(p int) string {
		v := url.Values{}
		for name, values := range q.form.values {
			v[name] = slices.Clone(values)
		}
		v.Set("Page", strconv.Itoa(p))
		v.Set("PageSize", strconv.Itoa(size))
		return q.path + "?" + v.Encode()
	}
	fields = map[string]any{
		"page": page, "page_size": size, "start": from, "end": max(to-1, 0),
		"uri": uri(page), "first_page_uri": uri(0), "next_page_uri": nil, "previous_page_uri": nil,
	}
	if to < n {
		fields["next_page_uri"] = uri(page + 1)
	}
	if page > 0 {
		fields["previous_page_uri"] = uri(page - 1)
	}
	return from, to, fields
}

// text is s, or null if it is empty.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// stamp is a time, or null if it is not set.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return notation.Time(t)
}

// milliseconds is a time as the API writes how long a call was queued.
func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// errDay is a date filter that is none.
var errDay = errors.New("want YYYY-MM-DD")

// between tells whether t passes the filters name, name< and name>, which compare by
// the day, or to the second if a time of day is given.
func (q *request) between(name string, t time.Time) (bool, error) {
	for suffix, fits := range map[string]func(c int) bool{
		"":  func(c int) bool { return c == 0 },
		"<": func(c int) bool { return c <= 0 },
		">": func(c int) bool { return c >= 0 },
	} {
		s := q.form.Get(name + suffix)
		if s == "" {
			continue
		}
		limit, span, err := parseDay(s)
		if err != nil {
			return false, err
		}
		if !fits(t.UTC().Truncate(span).Compare(limit)) {
			return false, nil
		}
	}
	return true, nil
}

func parseDay(s string) (time.Time, time.Duration, error) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return t, 24 * time.Hour, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC().Truncate(time.Second), time.Second, nil
	}
	return time.Time{}, 0, errDay
}

// optional reads a flag; nil if it is not given.
func (q *request) optional(name string) *bool {
	if !q.form.Has(name) {
		return nil
	}
	v := q.flag(name, false)
	return &v
}

// is tells whether a filter is not given, or is value.
func (q *request) is(name, value string) bool { return !q.form.Has(name) || q.form.Get(name) == value }

// whole is s as a whole number.
func whole(s string, otherwise int) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return otherwise
	}
	return n
}
