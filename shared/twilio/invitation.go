package twilio

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"warmtransfer/shared/call"
)

// maxParameters is how many bytes of parameters a call to a client may carry. Twilio does not document
// whether they are counted before or after encoding; we count after.
const maxParameters = 800

// Custom parameters of a call to an agent's client, for the agent's page. An empty one is left out.
const (
	ParamConference = "conference" // call.ID
	ParamLeg        = "leg"        // call.LegKey
	ParamKind       = "kind"       // call.TransferKind, in a transfer
	ParamCaller     = "caller"     // the caller's number, unless it is withheld
	ParamWaited     = "waited"     // waiting since, https://www.rfc-editor.org/rfc/rfc3339
	ParamRing       = "ring"       // ring time-out in seconds, for the page's countdown
	ParamBy         = "by"         // name of the transferor
	ParamNote       = "note"       // the transferor's words
	ParamAsked      = "asked"      // the request key of the page that calls a caller back, and answers by itself
	ParamPlace      = "place"      // "kept": the caller keeps a place, and is dialled when the agent has answered
	ParamWatch      = "watch"      // call.Mode, of a supervisor's own leg
)

// invitation is the To of a call to an agent, with what the page shows before the agent answers. If it
// is too long, the end of the note is cut first, then that of the transferor's name, then that of a
// caller's address that is not a number.
func invitation(d call.Dial) string {
	params := url.Values{}
	set := func(key, value string) {
		if value != "" {
			params.Set(key, value)
		}
	}
	set(ParamConference, string(d.Call))
	set(ParamLeg, string(d.Leg))
	set(ParamKind, string(d.Info.Kind))
	set(ParamCaller, d.Info.Caller)
	if !d.Info.Waited.IsZero() {
		set(ParamWaited, d.Info.Waited.UTC().Format(time.RFC3339))
	}
	if d.Timeout > 0 {
		set(ParamRing, strconv.Itoa(ringSeconds(d.Timeout)))
	}
	set(ParamBy, strings.ToValidUTF8(d.Info.By, ""))
	set(ParamAsked, d.Info.Asked)
	if d.Info.Place {
		set(ParamPlace, "kept")
	}
	set(ParamWatch, string(d.Info.Watch))
	set(ParamNote, strings.ToValidUTF8(d.Info.Note, ""))
	for _, long := range []string{ParamNote, ParamBy, ParamCaller} {
		shorten(params, long)
	}
	return "client:" + string(d.Agent) + "?" + encode(params)
}

// shorten cuts runes from the end of one parameter until all parameters fit.
func shorten(params url.Values, key string) {
	for {
		s := params.Get(key)
		over := len(encode(params)) - maxParameters
		if over <= 0 || s == "" {
			break
		}
		for over > 0 && s != "" {
			r, size := utf8.DecodeLastRuneInString(s)
			over -= len(escape(string(r)))
			s = s[:len(s)-size]
		}
		params.Set(key, s)
	}
	if params.Get(key) == "" {
		params.Del(key)
	}
}

// encode writes a space as %20, which every reader decodes; only some decode +.
func encode(params url.Values) string { return strings.ReplaceAll(params.Encode(), "+", "%20") }

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
