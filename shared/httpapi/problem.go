package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/archive"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
	"warmtransfer/shared/settings"
	"warmtransfer/shared/voicemail"
)

// problem is an answer as RFC 9457 defines it: https://www.rfc-editor.org/rfc/rfc9457
type problem struct {
	Type   string     `json:"type"`
	Title  string     `json:"title"`
	Status int        `json:"status"`
	Detail string     `json:"detail,omitempty"`
	Field  string     `json:"field,omitempty"`  // of the settings: which one is refused
	Reason string     `json:"reason,omitempty"` // a slug: which cause of several the type had
	State  call.State `json:"state,omitempty"`  // the call's, if the state was the cause
}

// Malformed is a request that does not have the form that openapi.yaml describes. The text says what
// is wrong, without repeating what was sent.
type Malformed string

func (m Malformed) Error() string { return string(m) }

// ErrNoChannel: the operator has left the push channel out.
var ErrNoChannel = errors.New("no push channel")

var (
	errNoToken     = errors.New("no token")
	errContentType = errors.New("content type is not JSON")
	errTooLarge    = errors.New("body too large")
)

// kind is one row of the table from error to answer.
type kind struct {
	is     error // or as, for an error type with fields
	as     func(error) bool
	status int
	slug   string
	title  string
	reason string
}

func as[T error](err error) bool {
	var e T
	return errors.As(err, &e)
}

// kinds is the whole table; the first row that matches counts. Slugs are stable: pages depend on them.
var kinds = []kind{
	{as: as[archive.BadRequestError], status: 400, slug: "malformed", title: "The request is malformed."},
	{as: as[Malformed], status: 400, slug: "malformed", title: "The request is malformed."},
	{is: service.ErrTargetNeeded, status: 400, slug: "target-needed",
		title: "This action needs a target, or must not have one."},
	{is: call.ErrTooLong, status: 400, slug: "malformed", title: "The request is malformed."},
	{is: service.ErrReason, status: 400, slug: "malformed", title: "The request is malformed."},
	{is: errNoToken, status: 401, slug: "not-signed-in", title: "You are not signed in."},
	{is: agent.ErrNoName, status: 403, slug: "no-name", title: "Your sign-in does not name an agent."},
	{is: agent.ErrRemoved, status: 403, slug: "removed", title: "You were taken off this line."},
	{is: service.ErrNotSupervisor, status: 403, slug: "not-supervisor", title: "Only a supervisor may do that."},
	{is: service.ErrCallOver, status: 409, slug: "call-over", title: "That call is over."},
	{is: call.ErrNobodyTalks, status: 409, slug: "nobody-talks", title: "Nobody talks to that caller now."},
	{is: call.ErrCoached, status: 409, slug: "coached", title: "Another supervisor coaches in that call."},
	{is: call.ErrTooManySupervisors, status: 409, slug: "supervisors-full",
		title: "Two supervisors are in that call already."},
	{is: call.ErrOwnCall, status: 409, slug: "own-call", title: "You have a place in that call yourself."},
	{is: service.ErrTaken, status: 409, slug: "taken", title: "Another agent has that caller now."},
	{is: service.ErrHungUp, status: 409, slug: "hung-up",
		title: "That caller has hung up, and is called when it is their turn."},
	{is: service.ErrNotOffered, status: 409, slug: "not-offered",
		title: "That caller cannot be offered to that agent now."},
	{is: ErrNoChannel, status: 404, slug: "no-channel", title: "This line has no push channel."},
	{is: archive.ErrNoRecord, status: 404, slug: "no-record", title: "You were in no such call."},
	{is: archive.ErrNoteChanged, status: 409, slug: "note-changed",
		title: "This note was changed elsewhere since you have seen it."},
	{is: archive.ErrNoteTooLong, status: 422, slug: "note-too-long", title: "A note has at most 2000 characters."},
	{as: as[*settings.FieldError], status: 422, slug: "settings-refused", title: "These settings cannot be."},
	{is: service.ErrLineChanged, status: 409, slug: "settings-changed",
		title: "Somebody else has changed the settings."},
	{is: voicemail.ErrNoMessage, status: 404, slug: "no-message", title: "There is no such message."},
	{is: voicemail.ErrAction, status: 400, slug: "malformed", title: "The request is malformed."},
	{as: as[*voicemail.TakenError], status: 409, slug: "message-taken", title: "Somebody else has that message."},
	{is: service.ErrUnknown, status: 503, slug: "unavailable",
		title: "The server cannot do that now. Try again."},
	{is: service.ErrThrottled, status: 503, slug: "unavailable",
		title: "The server cannot do that now. Try again."},
	{as: as[*service.RefusedError], status: 503, slug: "unavailable", title: "Twilio refuses that now."},
	{is: errTooLarge, status: 413, slug: "too-large", title: "The request is too large."},
	{is: errContentType, status: 415, slug: "not-json", title: "The request must be JSON."},
	{is: call.ErrNoCall, status: 409, slug: "no-call", title: "You are in no call."},
	{is: call.ErrNotYours, status: 409, slug: "not-yours", title: "Only the owner of the call may do that."},
	{is: call.ErrTooManyHops, status: 409, slug: "too-many-hops", title: "This call was transferred too often."},
	{as: as[*call.TransitionError], status: 409, slug: "wrong-state", title: "That is not possible now."},
	{as: as[*agent.NotFreeError], status: 409, slug: "target-not-free", title: "The target cannot take a call now."},
	{is: service.ErrNobodyFree, status: 409, slug: "nobody-free", title: "No agent is free now."},
	{is: service.ErrNotAllSeen, status: 503, slug: "not-all-seen",
		title: "Not all agents can be looked at now, and none of the others is free. Try again."},
	{is: agent.ErrTooManyOutside, status: 409, slug: "too-many-numbers",
		title: "You have dialled too many outside numbers lately."},
	{is: service.ErrTooManyNumbers, status: 409, slug: "too-many-numbers",
		title: "Too many outside numbers were dialled lately."},
	{is: call.ErrTooManyOutside, status: 409, slug: "too-many-numbers",
		title: "Too many outside numbers were dialled for this caller.", reason: "caller"},
	{is: service.ErrConflict, status: 409, slug: "conflict", title: "Somebody else was quicker."},
	{is: call.ErrSelf, status: 422, slug: "target-in-call", title: "The target is already in the call."},
	{is: call.ErrCaller, status: 422, slug: "target-in-call", title: "The target is the caller.", reason: "caller"},
	{is: service.ErrNoTarget, status: 422, slug: "no-target", title: "There is no such agent."},
	{as: as[*service.NumberError], status: 422, slug: "target-not-allowed", title: "That number may not be dialled."},
	{is: service.ErrCallBackOff, status: 422, slug: "call-back-off", title: "Calling back is not switched on."},
	{is: service.ErrWithheld, status: 422, slug: "number-withheld", title: "That caller has withheld their number."},
	{is: service.ErrNotReady, status: 409, slug: "not-ready",
		title: "You cannot call now: you have a call, or your page is not connected."},
	{as: as[*service.AlreadyCalledError], status: 409, slug: "already-called",
		title: "That number has a call already."},
	{is: service.ErrUnavailable, status: 503, slug: "unavailable", title: "The server cannot do that now. Try again."},
	{is: context.DeadlineExceeded, status: 503, slug: "unavailable",
		title: "The server cannot do that now. Try again."},
}

// byStatus are the answers to requests that reach no handler.
var byStatus = map[int]kind{
	http.StatusNotFound:            {status: 404, slug: "not-found", title: "There is no such address."},
	http.StatusMethodNotAllowed:    {status: 405, slug: "method", title: "This address does not take that method."},
	http.StatusInternalServerError: {status: 500, slug: "internal", title: "Something went wrong in the server."},
}

func kindOf(err error) kind {
	for _, k := range kinds {
		if k.is != nil && errors.Is(err, k.is) || k.as != nil && k.as(err) {
			return k
		}
	}
	return byStatus[http.StatusInternalServerError]
}

// writeError answers with a problem. The log gets the text of an error only if the fault is ours: any
// other text may repeat what was sent.
func writeError(w http.ResponseWriter, r *Request, err error) {
	k := kindOf(err)
	if k.status >= http.StatusInternalServerError {
		r.line.err = err
	}
	p := k.problem()
	var malformed Malformed
	var bad archive.BadRequestError
	var transition *call.TransitionError
	var busy *agent.NotFreeError
	var number *service.NumberError
	var field *settings.FieldError
	var taken *voicemail.TakenError
	var already *service.AlreadyCalledError
	switch {
	case errors.As(err, &malformed):
		p.Detail = malformed.Error()
	case errors.Is(err, call.ErrTooLong):
		p.Detail = "The note is too long."
	case errors.As(err, &bad):
		p.Detail = bad.Error()
	case errors.As(err, &transition):
		p.State, p.Detail = transition.State, transition.Error()
	case errors.As(err, &busy):
		p.Detail = busy.Error()
	case errors.As(err, &number):
		p.Detail, p.Reason = number.Error(), number.Why
	case errors.As(err, &taken):
		p.Detail, p.Reason = taken.ByName, string(taken.State)
	case errors.As(err, &already):
		p.Detail, p.Reason = already.Who, string(already.Is)
	case errors.As(err, &field):
		p.Field, p.Detail = field.Field, field.Why
	}
	writeProblem(w, r, p, k.slug)
}

func writeStatus(w http.ResponseWriter, r *Request, status int) {
	k := byStatus[status]
	writeProblem(w, r, k.problem(), k.slug)
}

func (k kind) problem() problem {
	return problem{Type: "/problems/" + k.slug, Title: k.title, Status: k.status, Reason: k.reason}
}

func writeProblem(w http.ResponseWriter, r *Request, p problem, slug string) {
	r.line.problem = slug
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	writeJSON(w, "application/problem+json", p.Status, p)
}

// writeJSON forbids all caching: every answer belongs to one agent.
func writeJSON(w http.ResponseWriter, kind string, status int, body any) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	out, err := json.Marshal(body)
	if err != nil { // bodies hold only strings, times and numbers
		panic("json: " + err.Error())
	}
	w.WriteHeader(status)
	_, _ = w.Write(out)
}
