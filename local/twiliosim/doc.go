// Package twiliosim stands in for Twilio on a developer's machine: its REST resources,
// its signed webhooks, a TwiML interpreter and the semantics of its conferences, with
// telephones that are played by a control API and real clients behind legs.Endpoint.
//
// It is written against Twilio's documentation alone and refuses to know the
// application that it calls. Sound is not mixed here: the network only says, for every
// leg and at every time, what that leg hears (see media.Sound); the package media/voice
// makes sound of it.
//
// This package only puts the parts together. An arrow is an import, all point one way:
//
//	twiliosim ──> rest, control ──> exchange ──> conference ──> legs ──> media, notation
//	    │               │               └──────> twiml ──────────────────────┘
//	    └──> webhooks ──┴──> faults, journal, activity
//
//	notation    SIDs, numbers, addresses, times and errors as Twilio writes them
//	activity    what is under way; waits by the clock
//	journal     webhooks, REST calls and warnings; the stream of events
//	faults      rules about what goes wrong on purpose
//	media       what a leg hears, as values; the sound files that are played
//	twiml       documents, and the player that runs them
//	legs        one leg as a value; Endpoint, by which real clients are told
//	conference  a conference as a value: its changes return effects
//	exchange    the telephone exchange: legs, Dials and conferences behind one lock; what
//	            has to be done outside leaves it as effects
//	webhooks    signatures, retries, the queues of status callbacks
//	rest        Twilio's REST API over the exchange
//	control     the control API over exchange, faults and journal
//	sdk         Twilio's API as twilio-go's types have it, for tests: rest is held against it
//
// How one request goes: rest reads a form and calls one method of exchange.API. The
// exchange takes its lock, changes legs and conferences, hands effects out in order, and
// gives the lock back. Network.perform queues each effect: a status callback with webhooks, a
// word to a client with the queue of notices, a fetch of a document in a goroutine whose
// answer comes back through the exchange's lock.
package twiliosim
