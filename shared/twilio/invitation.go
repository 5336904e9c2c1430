package twilio

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"warmtransfer/shared/conference"
)

// maxParameters is how many bytes of parameters a call to a client may carry. Whether
// Twilio counts them before or after their encoding is not documented, so it is after.
const maxParameters = 800

// Custom parameters of a call to an agent's client, for his page. An empty one is left
// out.
const (
	ParamConference = "conference" // conference.ID
	ParamLeg        = "leg"        // conference.LegKey
	ParamKind       = "kind"       // conference.Kind, if it is a transfer
	ParamCaller     = "caller"     // her number, if it is not private
	ParamWaited     = "waited"     // waiting since, RFC 3339
	ParamRing       = "ring"       // how long it rings, in seconds, for the page's countdown
	ParamBy         = "by"         // name of the transferor
	ParamNote       = "note"       // his words
)

// invitation is the To of a call to an agent, with what his page shows before he
// answers. What is too long loses the end of the note, then that of the name, and then that
// of a caller who is named by no number: whoever has such a name is rung for like any other.
func invitation(d conference.Dial) string {
	params := url.Values{}
	set := func(key, value string) {
		if value != "" {
			params.Set(key, value)
		}
	}
	set(ParamConference, string(d.Conference))
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
	set(ParamNote, strings.ToValidUTF8(d.Info.Note, ""))
	for _, long := range []string{ParamNote, ParamBy, ParamCaller} {
		shorten(params, long)
	}
	return "client:" + string(d.Agent) + "?" + encode(params)
}

// shorten takes runes from the end of one parameter until all of them fit.
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

// encode writes a space as %20, which is one to every reader; + is one to some.
func encode(params url.Values) string { return strings.ReplaceAll(params.Encode(), "+", "%20") }

func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
