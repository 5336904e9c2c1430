package twiliosim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
)

// unreachable are the numbers that Twilio keeps for tests of calls that are refused.
var unreachable = map[string]*restError{
	"+15005550001": {http.StatusBadRequest, 21217, "The phone number is invalid"},
	"+15005550002": {http.StatusBadRequest, 21214, "The phone number cannot be reached"},
	"+15005550003": {http.StatusBadRequest, 21215, "Account not authorized to call this country"},
	"+15005550004": {http.StatusBadRequest, 21216, "Account not allowed to call this number"},
}

// twimlMax is how long inline TwiML may be.
const twimlMax = 4000

// newCall reads who is called by whom, for how long it rings, and who is told.
// invalid is the code for a number that is none.
func (n *Network) newCall(q *restRequest, invalid int) (*leg, *restError) {
	from, to := q.form.Get("From"), q.form.Get("To")
	if to == "" {
		return nil, refused(21201, "No 'To' number is specified")
	}
	if from == "" {
		return nil, refused(21213, "No 'From' number is specified")
	}
	a, err := parseAddress(to)
	if err != nil {
		return nil, refused(invalid, "The 'To' address: "+err.Error())
	}
	if bad := unreachable[a.to]; bad != nil {
		return nil, bad
	}
	if id := q.form.Get("CallerId"); id != "" {
		from = id
	}
	fromAddress, err := parseAddress(from)
	switch {
	case err != nil || a.identity == "" && fromAddress.identity != "":
		return nil, refused(21212, "The 'From' number "+from+" is not a valid phone number or client")
	case fromAddress.identity == "" && from != n.cfg.Number && q.form.Get("CallToken") == "":
		return nil, refused(21210, "The source phone number provided, "+from+", is not yet verified for your account")
	}
	l := &leg{direction: outboundAPI, from: from, to: a.to, identity: a.identity, params: a.params, status: statusQueued}
	var bad *restError
	if l.callback, bad = q.hook("StatusCallback", "completed"); bad != nil {
		return nil, bad
	}
	if l.timeout, bad = q.seconds("Timeout", 60, 1, 600); bad != nil {
		return nil, bad
	}
	if l.timeLimit, bad = q.seconds("TimeLimit", 14400, 1, 86400); bad != nil {
		return nil, bad
	}
	return l, nil
}

// script reads what a call is to run: Url with Method and fallback, or Twiml.
func (q *restRequest) script() (target, *restError) {
	t, bad := q.document("Url", "Method", 21205, http.MethodPost)
	if bad != nil {
		return t, bad
	}
	fallback, bad := q.document("FallbackUrl", "FallbackMethod", 21206, http.MethodPost)
	if bad != nil {
		return t, bad
	}
	t.fallbackURL, t.fallbackMethod = fallback.url, fallback.method
	t.twiml = q.form.Get("Twiml")
	if len(t.twiml) > twimlMax {
		return t, refused(32018, "Twiml must not be longer than 4000 characters")
	}
	if t.url != "" {
		t.twiml = ""
	}
	return t, nil
}

func (t target) empty() bool { return t.url == "" && t.twiml == "" }

func (n *Network) createCall(q *restRequest) (int, any, *restError) {
	l, bad := n.newCall(q, 21211)
	if bad != nil {
		return 0, nil, bad
	}
	if l.voice, bad = q.script(); bad != nil {
		return 0, nil, bad
	}
	if l.voice.empty() {
		return 0, nil, refused(21205, "Url parameter is required")
	}
	n.addLeg(l)
	body := n.callJSON(l) // as it was accepted: queued
	n.dialSoon(l)
	return http.StatusCreated, body, nil
}

func (n *Network) fetchCall(q *restRequest) (int, any, *restError) {
	l := n.legs[q.args[0]]
	if l == nil {
		return 0, nil, notFound(q.path)
	}
	return http.StatusOK, n.callJSON(l), nil
}

func (n *Network) listCalls(q *restRequest) (int, any, *restError) {
	var list []*leg
	is := func(name, value string) bool { return !q.form.Has(name) || q.form.Get(name) == value }
	for _, l := range slices.Backward(n.legOrder) {
		if !is("To", l.to) || !is("From", l.from) || !is("ParentCallSid", l.parent) || !is("Status", l.status) {
			continue
		}
		start := l.dialled
		if start.IsZero() {
			start = l.created
		}
		began, err := q.between("StartTime", start)
		ended, err2 := q.between("EndTime", l.ended)
		if err != nil || err2 != nil {
			return 0, nil, refused(20001, "StartTime and EndTime: "+errDay.Error())
		}
		if began && ended {
			list = append(list, l)
		}
	}
	from, to, body := q.page(len(list))
	calls := make([]any, 0, to-from)
	for _, l := range list[from:to] {
		calls = append(calls, n.callJSON(l))
	}
	body["calls"] = calls
	return http.StatusOK, body, nil
}

// updateCall ends a call or gives it another document.
func (n *Network) updateCall(q *restRequest) (int, any, *restError) {
	l := n.legs[q.args[0]]
	if l == nil {
		return 0, nil, notFound(q.path)
	}
	t, bad := q.script()
	if bad != nil {
		return 0, nil, bad
	}
	status := q.form.Get("Status")
	redirect := status == "" && !t.empty()
	switch {
	case status != "" && status != statusCanceled && status != statusCompleted:
		return 0, nil, refused(21218, "Invalid Status: want canceled or completed")
	case l.over():
		return 0, nil, refused(21220, "Call is not in-progress. Cannot redirect.")
	case redirect && !l.live() && l.direction != inbound:
		return 0, nil, refused(21220, "Call is not in-progress. Cannot redirect.")
	}
	if q.form.Has("StatusCallback") {
		hook, bad := q.hook("StatusCallback", "completed")
		if bad != nil {
			return 0, nil, bad
		}
		l.callback.url, l.callback.method = hook.url, hook.method
	}
	if q.form.Has("TimeLimit") {
		limit, bad := q.seconds("TimeLimit", 14400, 1, 86400)
		if bad != nil {
			return 0, nil, bad
		}
		l.timeLimit = limit
		n.limitTime(l)
	}
	switch {
	case redirect:
		n.redirect(l, t)
	case status == statusCompleted && l.live():
		n.end(l, byAPI)
	case status != "" && !l.live():
		n.end(l, canceled)
	}
	return http.StatusOK, n.callJSON(l), nil
}

// redirect takes a live leg out of whatever it does and gives it a document. Locked.
func (n *Network) redirect(l *leg, t target) {
	if l.script != nil {
		l.script.stop()
	}
	if d := l.dial; d != nil {
		d.action = ""
		n.endDial(l, d, false)
	}
	if p := l.part; p != nil {
		n.leave(p, leftByAPI, true)
	}
	if parent := n.legs[l.parent]; parent != nil && parent.dial != nil && parent.dial.bridged == l {
		d := parent.dial
		d.kids = nil
		n.finishDial(parent, d.outcome(l))
	}
	l.rest = false
	n.touch(l)
	n.startScript(l, t)
}

// callJSON is a call as Twilio writes it. Locked.
func (n *Network) callJSON(l *leg) map[string]any {
	uri := "/" + apiVersion + "/Accounts/" + n.cfg.Account + "/Calls/" + l.sid
	var duration any
	if l.over() && l.status == statusCompleted {
		duration = strconv.Itoa(l.seconds())
	}
	var number any
	if l.direction == inbound || l.from == n.cfg.Number {
		number = n.number.sid
	}
	subresources := map[string]any{}
	for _, name := range []string{"events", "notifications", "payments", "recordings", "siprec", "streams",
		"transcriptions", "user_defined_message_subscriptions", "user_defined_messages"} {
		subresources[name] = uri + "/" + camel(name) + ".json"
	}
	return map[string]any{
		"sid": l.sid, "account_sid": n.cfg.Account, "api_version": apiVersion, "parent_call_sid": text(l.parent),
		"date_created": stamp(l.created), "date_updated": stamp(l.updated),
		"from": l.from, "from_formatted": formatted(l.from), "to": l.to, "to_formatted": formatted(l.to),
		"phone_number_sid": number, "status": l.status, "direction": l.direction,
		"start_time": stamp(l.dialled), "end_time": stamp(l.ended), "duration": duration,
		"price": nil, "price_unit": "USD", "answered_by": nil, "forwarded_from": nil, "group_sid": nil,
		"caller_name": nil, "trunk_sid": nil, "queue_time": strconv.FormatInt(l.queueTime.Milliseconds(), 10),
		"uri": uri + ".json", "subresource_uris": subresources,
	}
}

// camel turns user_defined_messages into UserDefinedMessages.
func camel(s string) string {
	b := make([]byte, 0, len(s))
	up := true
	for _, c := range []byte(s) {
		switch {
		case c == '_':
			up = true
		case up:
			b = append(b, c-'a'+'A')
			up = false
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// formatted is a party as Twilio displays it: numbers of the United States in their
// usual form, all others as they are.
func formatted(s string) string {
	if len(s) == 12 && s[:2] == "+1" && e164.MatchString(s) {
		return "(" + s[2:5] + ") " + s[5:8] + "-" + s[8:]
	}
	return s
}

// messageMax is how many characters a user-defined message may have.
const messageMax = 10000

// createMessage sends a message to the client of a call, ringing or live.
func (n *Network) createMessage(q *restRequest) (int, any, *restError) {
	l := n.legs[q.args[0]]
	content := q.form.Get("Content")
	switch {
	case l == nil:
		return 0, nil, notFound(q.path)
	case len([]rune(content)) > messageMax:
		return 0, nil, refused(32703, "Content must not be longer than 10000 characters")
	case !json.Valid([]byte(content)):
		return 0, nil, refused(20001, "Content must be a JSON string")
	case l.over():
		return 0, nil, refused(21220, "Call is not in-progress")
	}
	key := q.form.Get("IdempotencyKey")
	m, repeated := l.keys[key]
	if !repeated || key == "" {
		m = Message{SID: newSID("KX"), Content: content}
		n.message(l, m, key)
	}
	return http.StatusCreated, map[string]any{
		"account_sid": n.cfg.Account, "call_sid": l.sid, "sid": m.SID, "date_created": stamp(n.clock.Now()),
	}, nil
}

// messagesKept is how many of the last messages of a leg are remembered.
const messagesKept = 200

// message hands a message to those who have the leg, or at whom it rings. Locked.
func (n *Network) message(l *leg, m Message, key string) {
	if key != "" {
		if l.keys == nil {
			l.keys = map[string]Message{}
		}
		l.keys[key] = m
	}
	l.messages = append(l.messages, m)
	if len(l.messages) > messagesKept {
		l.messages = slices.Clone(l.messages[len(l.messages)-messagesKept:])
	}
	n.emit(Event{Event: "message", Call: l.sid, Label: l.label(), Text: m.Content})
	sid := l.sid
	for _, e := range l.forks {
		n.post(func() { e.Message(sid, m) })
	}
	if e := l.endpoint; e != nil {
		n.post(func() { e.Message(sid, m) })
	}
}

// Messages returns the last user-defined messages that were sent to a leg.
func (n *Network) Messages(sid string) []Message {
	n.mu.Lock()
	defer n.mu.Unlock()
	if l := n.legs[sid]; l != nil {
		return slices.Clone(l.messages)
	}
	return nil
}
