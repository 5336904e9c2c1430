package httpapi

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/awslabs/aws-lambda-go-api-proxy/core"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
)

// Request is one request as a handler sees it.
type Request struct {
	*http.Request
	Now  time.Time         // API Gateway's
	Base twilio.Base       // our public address
	Form url.Values        // of a webhook; each key has one value
	Who  service.Principal // of an agent's request

	line logLine
}

// SignedInUntil is when the access token of an agent's request expires. A token that does not say so is taken as over.
func (r *Request) SignedInUntil() time.Time {
	c, _ := core.GetAPIGatewayV2ContextFromContext(r.Context())
	if c.Authorizer == nil || c.Authorizer.JWT == nil {
		return r.Now
	}
	seconds, err := strconv.ParseFloat(c.Authorizer.JWT.Claims["exp"], 64)
	if err != nil || seconds < 0 || seconds > 1<<40 {
		return r.Now
	}
	return time.Unix(int64(seconds), 0).UTC()
}

// Noted logs an error that the answer does not have.
func (r *Request) Noted(err error) { r.line.err = err }

// Call is the call that the path names.
func (r *Request) Call() call.ID { return call.ID(r.PathValue("conference")) }

// Leg is the leg that the path names.
func (r *Request) Leg() call.LegKey { return call.LegKey(r.PathValue("leg")) }

// CallSID is the leg that a webhook is about. The caller's CallSid is also the id of the call.
func (r *Request) CallSID() string { return r.Form.Get("CallSid") }

// SelfURL is the address of this request, so that it can be asked again.
func (r *Request) SelfURL() string { return string(r.Base) + r.raw() }

// raw is path and query exactly as they came.
func (r *Request) raw() string {
	if raw, ok := r.Context().Value(rawKey{}).(string); ok {
		return raw
	}
	return r.URL.RequestURI() // not behind API Gateway
}

// logLine is what the log entry of a request holds besides route, status and time.
type logLine struct {
	conference string
	leg        string
	problem    string // slug
	err        error
}

// setIDs sets the ids; anything that has not the form of one is not logged as an id (N9). No regular expression: to
// compile one at each start costs more than a start has to spare.
func (l *logLine) setIDs(id call.ID, leg call.LegKey) {
	of := strings.TrimPrefix(string(id), "KP") // a kept place is named for the call in which it was chosen
	hex, ok := strings.CutPrefix(of, "CA")
	if !ok {
		hex, ok = strings.CutPrefix(of, "OB") // of a call back
	}
	if ok && len(hex) == 32 && madeOf(hex, "0123456789abcdef") {
		l.conference = string(id)
	}
	if k := string(leg); k != "" && len(k) <= 40 && madeOf(k, letters+"0123456789-") {
		l.leg = k
	}
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// madeOf reports whether s has only these characters.
func madeOf(s, these string) bool { return strings.Trim(s, these) == "" }
