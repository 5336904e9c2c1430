package exchange

import (
	"net/url"
	"time"

	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/journal"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/notation"
	"warmtransfer/local/twiliosim/twiml"
)

// Effect is something to be done outside of the exchange: one of Callback, Fetch, Load,
// Notify, Happened and Warned.
type Effect interface{ effect() }

type (
	// Callback sends a status callback, after those of the same queue.
	Callback struct {
		Queue       string // the SID of the call or conference
		Event       string // see journal.Record.Event
		URL, Method string
		Form        url.Values
	}
	// Fetch asks for a document. Then takes the answer; it takes the exchange's lock.
	Fetch struct {
		Request twiml.Request
		Then    func(twiml.Answer)
	}
	// Load fetches a sound file, with what a fault rule does to it. Then takes its length;
	// it takes the exchange's lock.
	Load struct {
		URL   string
		Fault *faults.Fault // nil if none has struck
		Then  func(time.Duration, error)
	}
	// Notify lets a client be told, after those notices that came before.
	Notify struct{ Notice legs.Notice }
	// Happened tells the stream of events.
	Happened struct{ Event journal.Event }
	// Warned tells what Twilio's debugger would show about a call or conference.
	Warned struct {
		SID     string
		Problem *notation.Problem
	}
)

func (Callback) effect() {}
func (Fetch) effect()    {}
func (Load) effect()     {}
func (Notify) effect()   {}
func (Happened) effect() {}
func (Warned) effect()   {}
