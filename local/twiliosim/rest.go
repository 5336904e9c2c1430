package twiliosim

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const apiVersion = "2010-04-01"

var (
	sidCall       = regexp.MustCompile(`^CA[0-9a-fA-F]{32}$`)
	sidConference = regexp.MustCompile(`^CF[0-9a-fA-F]{32}$`)
)

// restRequest is one REST call on its way.
type restRequest struct {
	path string   // without the query
	args []string // the ids in the path
	form url.Values
}

// operation does one REST call, locked. What it returns is the status and the JSON body.
type operation func(n *Network, q *restRequest) (int, any, *restError)

// restError is an error in Twilio's form.
type restError struct {
	status, code int
	text         string
}

func (e *restError) body() any {
	return map[string]any{
		"code": e.code, "message": e.text, "status": e.status,
		"more_info": "https://www.twilio.com/docs/errors/" + strconv.Itoa(e.code),
	}
}

func refused(code int, text string) *restError { return &restError{http.StatusBadRequest, code, text} }

func notFound(path string) *restError {
	return &restError{http.StatusNotFound, 20404, "The requested resource " + path + " was not found"}
}

// route is one operation under /2010-04-01/Accounts/{AccountSid}/; * stands for an id.
type route struct {
	method, pattern string
	name            string
	do              operation
}

// routes are the operations in the words of Twilio's OpenAPI document.
var routes = []route{
	{"POST", "Calls", "CreateCall", (*Network).createCall},
	{"GET", "Calls", "ListCall", (*Network).listCalls},
	{"GET", "Calls/*", "FetchCall", (*Network).fetchCall},
	{"POST", "Calls/*", "UpdateCall", (*Network).updateCall},
	{"POST", "Calls/*/UserDefinedMessages", "CreateUserDefinedMessage", (*Network).createMessage},
	{"GET", "Conferences", "ListConference", (*Network).listConferences},
	{"GET", "Conferences/*", "FetchConference", (*Network).fetchConference},
	{"POST", "Conferences/*", "UpdateConference", (*Network).updateConference},
	{"POST", "Conferences/*/Participants", "CreateParticipant", (*Network).createParticipant},
	{"GET", "Conferences/*/Participants", "ListParticipant", (*Network).listParticipants},
	{"GET", "Conferences/*/Participants/*", "FetchParticipant", (*Network).fetchParticipant},
	{"POST", "Conferences/*/Participants/*", "UpdateParticipant", (*Network).updateParticipant},
	{"DELETE", "Conferences/*/Participants/*", "DeleteParticipant", (*Network).deleteParticipant},
	{"GET", "IncomingPhoneNumbers", "ListIncomingPhoneNumber", (*Network).listNumbers},
	{"GET", "IncomingPhoneNumbers/*", "FetchIncomingPhoneNumber", (*Network).fetchNumber},
	{"POST", "IncomingPhoneNumbers/*", "UpdateIncomingPhoneNumber", (*Network).updateNumber},
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

// Handler answers REST calls at Twilio's own paths.
func (n *Network) Handler() http.Handler { return http.HandlerFunc(n.serveREST) }

// restBodyMax is the largest form that a REST call may have.
const restBodyMax = 256 << 10

func (n *Network) serveREST(w http.ResponseWriter, r *http.Request) {
	n.busy.add(1)
	defer n.busy.add(-1)
	began := time.Now()
	rec := Record{Kind: recordREST, At: n.clock.Now(), Method: r.Method, URL: r.URL.RequestURI()}
	r.Body = http.MaxBytesReader(w, r.Body, restBodyMax)
	var status int
	var body any
	rt, q, problem := n.find(r)
	if problem == nil {
		rec.Event, rec.Params, rec.Body = rt.name, flat(q.form), r.PostForm.Encode()
		if len(q.args) > 0 {
			rec.SID = q.args[0]
		}
		f := n.chooseFault(faultREST, r.URL.Path, r.Method, rt.name)
		if f != nil {
			rec.Fault = f.Do
		}
		status, body, problem = n.perform(r.Context(), rt, q, f)
	}
	if problem != nil {
		status, body = problem.status, problem.body()
		rec.Code, rec.Error = problem.code, problem.text
	}
	rec.Millis = float64(time.Since(began).Microseconds()) / 1000
	var text []byte
	if body != nil {
		text, _ = json.Marshal(body)
	}
	rec.Status, rec.Response = status, string(text)
	n.lock()
	n.record(rec)
	n.unlock()
	if status == 0 {
		panic(http.ErrAbortHandler) // no answer at all
	}
	writeREST(w, status, text)
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
func (n *Network) find(r *http.Request) (route, *restRequest, *restError) {
	if err := r.ParseForm(); err != nil {
		return route{}, nil, refused(20001, "The request's form cannot be read: "+err.Error())
	}
	if !n.authentic(r) {
		return route{}, nil, &restError{http.StatusUnauthorized, 20003, "Authenticate"}
	}
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), "/"+apiVersion+"/Accounts/")
	path, isJSON := strings.CutSuffix(path, ".json")
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if plain, err := url.PathUnescape(s); err == nil {
			segments[i] = plain
		}
	}
	if !ok || !isJSON || segments[0] != n.cfg.Account {
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
			form := r.Form
			if r.Method == http.MethodPost {
				form = r.PostForm
			}
			return rt, &restRequest{path: r.URL.Path, args: args, form: form}, nil
		}
	}
	if known {
		return route{}, nil, &restError{http.StatusMethodNotAllowed, 20004, "Method not allowed"}
	}
	return route{}, nil, notFound(r.URL.Path)
}

// authentic checks Basic authentication: the API key and its secret, or the account and
// its token.
func (n *Network) authentic(r *http.Request) bool {
	user, password, ok := r.BasicAuth()
	if !ok {
		return false
	}
	want := map[string]string{n.cfg.APIKey: n.cfg.APISecret, n.cfg.Account: *n.token.Load()}[user]
	return want != "" && subtle.ConstantTimeCompare([]byte(password), []byte(want)) == 1
}

// perform does an operation, with what a fault rule does to it. Status 0 is no answer.
func (n *Network) perform(ctx context.Context, rt route, q *restRequest, f *fault) (int, any, *restError) {
	if f == nil {
		return n.do(rt, q)
	}
	broken := &restError{f.status(), f.Code, "failed by a fault rule"}
	if f.Code == 0 {
		broken.code = pick(broken.status == http.StatusTooManyRequests, 20429, 20500)
	}
	switch f.Do {
	case doFail, doThrottle:
		return 0, nil, broken
	case doDrop:
		return 0, nil, nil
	case doTimeout:
		n.rest(ctx, n.cfg.WebhookLimit)
		return 0, nil, nil
	case doDelay:
		n.rest(ctx, f.delay(time.Second))
		return n.do(rt, q)
	}
	status, body, problem := n.do(rt, q)
	if problem != nil {
		return status, body, problem
	}
	switch f.Do {
	case doFailAfter:
		return 0, nil, broken
	case doTimeoutAfter:
		n.rest(ctx, n.cfg.WebhookLimit)
	}
	return 0, nil, nil
}

func (n *Network) do(rt route, q *restRequest) (int, any, *restError) {
	n.lock()
	defer n.unlock()
	if n.closed {
		return 0, nil, &restError{http.StatusServiceUnavailable, 20503, "the network is closed"}
	}
	return rt.do(n, q)
}

// Reading parameters. A missing one is the value otherwise.

func (q *restRequest) flag(name string, otherwise bool) bool {
	if !q.form.Has(name) {
		return otherwise
	}
	return strings.EqualFold(q.form.Get(name), "true")
}

// seconds reads a number of seconds between low and high.
func (q *restRequest) seconds(name string, otherwise, low, high int) (time.Duration, *restError) {
	s := q.form.Get(name)
	if s == "" {
		return time.Duration(otherwise) * time.Second, nil
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < low || v > high {
		return 0, refused(20001, "Invalid "+name+": want "+strconv.Itoa(low)+" to "+strconv.Itoa(high))
	}
	return time.Duration(v) * time.Second, nil
}

// address reads an absolute http(s) URL; it may be missing.
func (q *restRequest) address(name string, code int) (string, *restError) {
	s := q.form.Get(name)
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", refused(code, name+" is not a valid URL: "+s)
	}
	return s, nil
}

func (q *restRequest) method(name, otherwise string) (string, *restError) {
	m := strings.ToUpper(q.form.Get(name))
	switch m {
	case "":
		return otherwise, nil
	case http.MethodGet, http.MethodPost:
		return m, nil
	}
	return "", refused(21403, name+" must be GET or POST")
}

// words reads a list that is given by repetition or with spaces.
func (q *restRequest) words(name, otherwise string) []string {
	if list := strings.Fields(strings.Join(q.form[name], " ")); len(list) > 0 {
		return list
	}
	return strings.Fields(otherwise)
}

// document reads where a document is fetched: its URL, which errors get that code, and
// its method.
func (q *restRequest) document(name, method string, code int, otherwise string) (target, *restError) {
	var t target
	var err *restError
	if t.url, err = q.address(name, code); err != nil {
		return t, err
	}
	t.method, err = q.method(method, otherwise)
	return t, err
}

// hook reads a status callback; name is StatusCallback or ConferenceStatusCallback.
func (q *restRequest) hook(name, events string) (statusHook, *restError) {
	t, err := q.document(name, name+"Method", 21609, http.MethodPost)
	return statusHook{url: t.url, method: t.method, events: q.words(name+"Event", events)}, err
}

// page cuts one page out of a list of n and returns its bounds and its own fields.
func (q *restRequest) page(n int) (from, to int, fields map[string]any) {
	size := min(max(whole(q.form.Get("PageSize"), 50), 1), 1000)
	page := max(whole(q.form.Get("Page"), 0), 0)
	from = min(page*size, n)
	to = min(from+size, n)
	uri := func(p int) string {
		v := url.Values{}
		for name, values := range q.form {
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
	return rfc2822(t)
}

// errDay is a date filter that is none.
var errDay = errors.New("want YYYY-MM-DD")

// between tells whether t passes the filters name, name< and name>, which compare by
// the day, or to the second if a time of day is given.
func (q *restRequest) between(name string, t time.Time) (bool, error) {
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
