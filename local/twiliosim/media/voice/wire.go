package voice

import (
	"encoding/json"
)

// protocol is the version of the signalling protocol that the SDK puts in its frames.
const protocol = "1.6"

// heartbeat is the whole frame that says "still here", both ways.
const heartbeat = "\n"

// frame is one message of either side.
type frame struct {
	Type    string `json:"type"`
	Version string `json:"version"`
	Payload any    `json:"payload"`
}

// request is what an SDK client says. Which fields matter follows from the type.
type request struct {
	Type    string `json:"type"`
	Payload struct {
		Token string `json:"token"` // listen
		Media struct {
			Audio bool `json:"audio"` // register: false takes the registration back
		} `json:"media"`
		CallSID   string `json:"callsid"`
		SDP       string `json:"sdp"`
		Reconnect string `json:"reconnect"` // invite: go on with a call over a new socket
		Twilio    struct {
			Params string `json:"params"` // invite: a query string
		} `json:"twilio"`
		DTMF          string          `json:"dtmf"`
		Content       json.RawMessage `json:"content"` // message
		VoiceEventSID string          `json:"voiceeventsid"`
	} `json:"payload"`
}

// reply is what we say.
type reply struct {
	CallSID    string            `json:"callsid,omitempty"`
	SDP        string            `json:"sdp,omitempty"`
	Reconnect  string            `json:"reconnect,omitempty"`
	Parameters map[string]string `json:"parameters,omitempty"`
	Error      *sdkError         `json:"error,omitempty"`

	// connected
	Edge   string     `json:"edge,omitempty"`
	Region string     `json:"region,omitempty"`
	Home   string     `json:"home,omitempty"`
	Token  *tokenInfo `json:"token,omitempty"`

	// message and ack
	Content       any    `json:"content,omitempty"`
	ContentType   string `json:"contenttype,omitempty"`
	MessageType   string `json:"messagetype,omitempty"`
	AckType       string `json:"acktype,omitempty"`
	VoiceEventSID string `json:"voiceeventsid,omitempty"`

	// hears, to our telephone page only
	Hears []string `json:"hears,omitempty"`
}

type tokenInfo struct {
	Identity string `json:"identity"`
	TTL      int    `json:"ttl"` // seconds
}

// sdkError is an error in the SDK's words.
type sdkError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (e *sdkError) Error() string { return e.Message }

// The codes that the SDK makes errors of its own of.
const (
	codeDeclined     = 31002
	codeUnauthorized = 31201
	codeInvalidToken = 31204
	codeExpiredToken = 31205
	codeBadRequest   = 31400
	codeNotFound     = 31404
	codeUnavailable  = 31480
	codeBusy         = 31486
	codeDecline      = 31603
	codeMediaLost    = 53405
)

// errExpired is said to a client whose token is over.
var errExpired = &sdkError{codeExpiredToken, "The access token has expired"}

// endError says in the SDK's words why a leg ended; nil for a plain goodbye.
func endError(code int) *sdkError {
	words := map[int]string{
		codeNotFound: "Not Found", codeUnavailable: "Temporarily Unavailable", codeBusy: "Busy Here",
		codeDecline: "Decline",
	}
	if code == 0 {
		return nil
	}
	if words[code] == "" {
		return &sdkError{code, "The call failed"}
	}
	return &sdkError{code, words[code]}
}
