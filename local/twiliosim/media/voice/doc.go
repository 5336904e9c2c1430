// Package voice gives the phone network real sound: it speaks the signalling protocol
// of @twilio/voice-sdk 2.18 with unmodified browsers, carries their speech by WebRTC
// and mixes what each of them hears, as the network says.
//
// It refuses to know conferences, TwiML and webhooks: who hears what, and which call
// rings where, is the business of the network behind the Network interface. It also
// keeps the sounds that a browser cannot fetch without a public net.
//
// One client is one WebSocket of one browser tab. Everything that happens to a client
// and its legs, from whichever side, is done in one goroutine of that client, in the
// order in which it came (see client), so legs need no locks.
package voice
