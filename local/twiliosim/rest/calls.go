package rest

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/notation"
)

// unreachable are the numbers that Twilio keeps for tests of calls that are refused:
// https://www.twilio.com/docs/iam/test-credentials#test-calls
var unreachable = map[string]*failure{
	"+15005550001": {http.StatusBadRequest, 21217, "The phone number is invalid"},
	"+15005550002": {http.StatusBadRequest, 21214, "The phone number cannot be reached"},
	"+15005550003": {http.StatusBadRequest, 21215, "Account not authorized to call this country"},
	"+15005550004": {http.StatusBadRequest, 21216, "Account not allowed to call this number"},
}

// twimlMax is how long inline TwiML may be.
const twimlMax = 4000

// order reads who is called by whom, for how long it rings, and who is told. invalid is
// the code for a number that is none, shortest how many seconds it must ring at least.
func (s *Server) order(q *request, invalid, shortest int) (exchange.Order, *failure) {
	var o exchange.Order
	from, to := q.form.Get("From"), q.form.Get("To")
	if to == "" {
		return o, refuse(21201, "No 'To' number is specified")
	}
	if from == "" {
		return o, refuse(21213, "No 'From' number is specified")
	}
	var err error
	if o.To, err = notation.ParseAddress(to); err != nil {
		return o, refuse(invalid, "The 'To' address: "+err.Error())
	}
	if bad := unreachable[o.To.To]; bad != nil {
		return o, bad
	}
	if id := q.form.Get("CallerId"); id != "" {
		from = id
	}
	o.From = from
	fromAddress, err := notation.ParseAddress(from)
	switch {
	case err != nil || o.To.Identity == "" && fromAddress.Identity != "":
		return o, refuse(21212, "The 'From' number "+from+" is not a valid phone number or client")
	case fromAddress.Identity == "" && from != s.Number && q.form.Get("CallToken") == "":
		return o, refuse(21210, "The source phone number provided, "+from+", is not yet verified for your account")
	}
	var bad *failure
	if o.Callback, bad = q.hook("StatusCallback", "completed"); bad != nil {
		return o, bad
	}
	if o.RingTime, bad = q.seconds("Timeout", 60, shortest, 600); bad != nil {
		return o, bad
	}
	o.TimeLimit, bad = q.seconds("TimeLimit", 14400, 1, 86400)
	return o, bad
}

// script reads what a call is to run: Url with Method and fallback, or Twiml.
func (q *request) script() (legs.Document, *failure) {
	d, bad := q.document("Url", "Method", 21205, http.MethodPost)
	if bad != nil {
		return d, bad
	}
	fallback, bad := q.document("FallbackUrl", "FallbackMethod", 21206, http.MethodPost)
	if bad != nil {
		return d, bad
	}
	d.FallbackURL, d.FallbackMethod = fallback.URL, fallback.Method
	d.TwiML = q.form.Get("Twiml")
	if len(d.TwiML) > twimlMax {
		return d, refuse(32018, "Twiml must not be longer than 4000 characters")
	}
	if d.URL != "" {
		d.TwiML = ""
	}
	return d, nil
}

func (s *Server) createCall(q *request) (int, any, *failure) {
	o, bad := s.order(q, 21211, 1)
	if bad != nil {
		return 0, nil, bad
	}
	if o.Voice, bad = q.script(); bad != nil {
		return 0, nil, bad
	}
	if o.Voice.Empty() {
		return 0, nil, refuse(21205, "Url parameter is required")
	}
	if o.Listen, bad = q.listen(); bad != nil {
		return 0, nil, bad
	}
	l := s.core.CreateCall(o)
	return http.StatusCreated, s.showCall(&l), nil
}

// listen reads where it is told whether a person or a machine has answered. Only the asynchronous kind is modelled: the
// other one would keep whoever has answered waiting (https://www.twilio.com/docs/voice/answering-machine-detection).
func (q *request) listen() (legs.Hook, *failure) {
	how, async := q.form.Get("MachineDetection"), q.form.Get("AsyncAmd") == "true"
	told, bad := q.document("AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod", 21609, http.MethodPost)
	switch {
	case bad != nil || how == "":
		return legs.Hook{}, bad
	case how != "Enable" || !async:
		return legs.Hook{}, refuse(20001, "MachineDetection: the network has Enable with AsyncAmd alone")
	}
	return legs.Hook{URL: told.URL, Method: told.Method}, nil
}

func (s *Server) fetchCall(q *request) (int, any, *failure) {
	l, err := s.core.Leg(q.args[0])
	if err != nil {
		return 0, nil, failureOf(q, err)
	}
	return http.StatusOK, s.showCall(&l), nil
}

func (s *Server) listCalls(q *request) (int, any, *failure) {
	var bad error
	list := s.core.Legs(func(l *legs.Leg) bool {
		if !q.is("To", l.To) || !q.is("From", l.From) || !q.is("ParentCallSid", l.Parent) || !q.is("Status", l.Status) {
			return false
		}
		began, err := q.between("StartTime", l.Started())
		ended, err2 := q.between("EndTime", l.Ended)
		bad = errors.Join(bad, err, err2)
		return began && ended
	})
	if bad != nil {
		return 0, nil, refuse(20001, "StartTime and EndTime: "+errDay.Error())
	}
	from, to, body := q.page(len(list))
	calls := make([]any, 0, to-from)
	for _, l := range list[from:to] {
		calls = append(calls, s.showCall(&l))
	}
	body["calls"] = calls
	return http.StatusOK, body, nil
}

// updateCall ends a call or gives it another document. Everything is checked before
// anything is changed.
func (s *Server) updateCall(q *request) (int, any, *failure) {
	l, err := s.core.Leg(q.args[0])
	if err != nil {
		return 0, nil, failureOf(q, err)
	}
	var c exchange.CallChange
	var bad *failure
	if c.Voice, bad = q.script(); bad != nil {
		return 0, nil, bad
	}
	c.Status = q.form.Get("Status")
	if c.Status != "" && c.Status != legs.Canceled && c.Status != legs.Completed {
		return 0, nil, refuse(21218, "Invalid Status: want canceled or completed")
	}
	if err := exchange.MayChange(&l, c); err != nil {
		return 0, nil, failureOf(q, err)
	}
	if q.form.Has("StatusCallback") {
		to, bad := q.document("StatusCallback", "StatusCallbackMethod", 21609, http.MethodPost)
		if bad != nil {
			return 0, nil, bad
		}
		c.Callback = &legs.Hook{URL: to.URL, Method: to.Method}
	}
	if q.form.Has("TimeLimit") {
		limit, bad := q.seconds("TimeLimit", 14400, 1, 86400)
		if bad != nil {
			return 0, nil, bad
		}
		c.TimeLimit = &limit
	}
	if l, err = s.core.UpdateCall(q.args[0], c); err != nil {
		return 0, nil, failureOf(q, err)
	}
	return http.StatusOK, s.showCall(&l), nil
}

// showCall is a call as Twilio writes it.
func (s *Server) showCall(l *legs.Leg) map[string]any {
	uri := "/" + notation.Version + "/Accounts/" + s.Account + "/Calls/" + l.SID
	var duration any
	if l.Over() && l.Status == legs.Completed {
		duration = strconv.Itoa(l.Seconds())
	}
	var number any
	if l.Direction == legs.Inbound || l.From == s.Number {
		number = s.core.Number().SID
	}
	subresources := map[string]any{}
	for _, name := range []string{"events", "notifications", "payments", "recordings", "siprec", "streams",
		"transcriptions", "user_defined_message_subscriptions", "user_defined_messages"} {
		subresources[name] = uri + "/" + camel(name) + ".json"
	}
	return map[string]any{
		"sid": l.SID, "account_sid": s.Account, "api_version": notation.Version, "parent_call_sid": text(l.Parent),
		"date_created": stamp(l.Created), "date_updated": stamp(l.Updated),
		"from": l.From, "from_formatted": formatted(l.From), "to": l.To, "to_formatted": formatted(l.To),
		"phone_number_sid": number, "status": l.Status, "direction": l.Direction,
		"start_time": stamp(l.Dialled), "end_time": stamp(l.Ended), "duration": duration,
		"price": nil, "price_unit": "USD", "answered_by": nil, "forwarded_from": nil, "group_sid": nil,
		"caller_name": nil, "trunk_sid": nil, "queue_time": milliseconds(l.QueueTime),
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
	if len(s) == 12 && s[:2] == "+1" && notation.IsE164(s) {
		return "(" + s[2:5] + ") " + s[5:8] + "-" + s[8:]
	}
	return s
}

// messageMax is how many characters a user-defined message may have.
const messageMax = 10000

// createMessage sends a message to the client of a call, ringing or live.
func (s *Server) createMessage(q *request) (int, any, *failure) {
	content := q.form.Get("Content")
	_, err := s.core.Leg(q.args[0])
	switch {
	case err != nil:
		return 0, nil, failureOf(q, err)
	case len([]rune(content)) > messageMax:
		return 0, nil, refuse(32703, "Content must not be longer than 10000 characters")
	case !json.Valid([]byte(content)):
		return 0, nil, refuse(20001, "Content must be a JSON string")
	}
	m, err := s.core.SendMessage(q.args[0], content, q.form.Get("IdempotencyKey"))
	if err != nil {
		return 0, nil, failureOf(q, err)
	}
	return http.StatusCreated, map[string]any{
		"account_sid": s.Account, "call_sid": q.args[0], "sid": m.SID, "date_created": stamp(s.Clock.Now()),
	}, nil
}
