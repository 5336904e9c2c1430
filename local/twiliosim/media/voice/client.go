package voice

import (
	"time"

	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
	"warmtransfer/local/work"
)

// client is one browser tab, or one telephone page, as the network sees it. All its
// fields belong to the goroutine that runs its inbox; the methods of legs.Endpoint
// only add to it. It lives until its socket is gone and its last leg is over: a leg
// outlives the socket, and may be gone on with by the next socket of the same identity.
type client struct {
	voice   *Voice
	inbox   *work.Queue
	socket  *socket
	outside bool // a telephone page: no token, no registration

	identity   string
	expires    time.Time
	incoming   bool
	outgoing   bool
	registered bool
	gone       bool // the socket is closed
	legs       map[string]*leg
}

var _ legs.Endpoint = (*client)(nil)

func newClient(v *Voice, s *socket, outside bool) *client {
	return &client{voice: v, inbox: work.NewQueue(v.tasks.Go), socket: s, outside: outside, outgoing: outside,
		legs: make(map[string]*leg)}
}

// Invite, Answered, Ended, Message and Hears implement legs.Endpoint.
func (c *client) Invite(i legs.Invite) { c.inbox.Add(func() { c.ring(i) }) }

func (c *client) Answered(leg string) { c.inbox.Add(func() { c.taken(leg) }) }

func (c *client) Ended(leg string, end legs.End) { c.inbox.Add(func() { c.ended(leg, end) }) }

func (c *client) Message(leg string, m legs.Message) {
	c.inbox.Add(func() { c.deliver(leg, m) })
}

func (c *client) Hears(leg string, sounds []media.Sound) {
	c.inbox.Add(func() { c.hears(leg, sounds) })
}

// handle does what was said on a socket. That is the client's own, except that a leg
// may by now be talked about on a later one.
func (c *client) handle(s *socket, said request) {
	p := said.Payload
	switch said.Type {
	case "listen":
		c.listen(p.Token)
		return
	case "register":
		c.register(p.Media.Audio)
		return
	case "invite":
		if p.Reconnect == "" {
			c.dial(p.CallSID, p.SDP, p.Twilio.Params)
			return
		}
	}
	if l := c.legs[p.CallSID]; l != nil {
		c.handleLeg(l, s, said)
		return
	}
	other := c.voice.ownerOf(p.CallSID, c.identity)
	if other == nil {
		c.unknownLeg(said)
		return
	}
	other.inbox.Add(func() {
		if l := other.legs[p.CallSID]; l != nil {
			other.handleLeg(l, s, said)
		}
	})
}

// unknownLeg answers what is said about a leg that is over: only who wants to go on
// with it must be told; a late hangup and the like are what it wanted anyway.
func (c *client) unknownLeg(said request) {
	if said.Type == "invite" || said.Type == "reinvite" {
		c.socket.say("hangup", reply{CallSID: said.Payload.CallSID, Error: endError(codeNotFound)})
	}
}

// listen checks the token of a new client, or a new token.
func (c *client) listen(token string) {
	if c.outside {
		return
	}
	now := c.voice.network.Now()
	granted, refusal := checkToken(token, c.voice.network.Credentials(), now)
	if refusal != nil {
		c.deny(refusal)
		return
	}
	if granted.identity != c.identity {
		c.unregister()
	}
	c.identity, c.expires = granted.identity, granted.expires
	c.incoming, c.outgoing = granted.incoming, granted.outgoing
	life := granted.expires.Sub(now)
	c.socket.say("connected", reply{
		Edge: "local", Region: "local", Home: "local",
		Token: &tokenInfo{Identity: c.identity, TTL: max(0, int(life/time.Second))},
	})
}

// register makes the client ring from now on, or no longer. The SDK repeats it every
// 30 seconds.
func (c *client) register(audio bool) {
	refusal := func() *sdkError {
		switch {
		case c.identity == "":
			return &sdkError{codeInvalidToken, "register before a valid token"}
		case !audio:
			return nil
		case !c.expires.After(c.voice.network.Now()):
			return errExpired
		case !c.incoming:
			return &sdkError{codeUnauthorized, "The access token does not allow incoming calls"}
		}
		return nil
	}()
	switch {
	case refusal != nil:
		c.deny(refusal)
	case !audio:
		c.unregister()
		c.socket.say("offline", reply{})
	default:
		if err := c.voice.network.Register(c.identity, c); err != nil {
			c.deny(&sdkError{codeUnauthorized, err.Error()})
			return
		}
		c.registered = true
		c.socket.say("ready", reply{})
	}
}

// deny says what is wrong with a token. It costs a registration; the SDK registers again
// by itself when a later token is good, because it was told that it is offline.
func (c *client) deny(why *sdkError) {
	c.socket.say("error", reply{Error: why})
	if c.registered {
		c.unregister()
		c.socket.say("offline", reply{})
	}
}

func (c *client) unregister() {
	if c.registered {
		c.registered = false
		c.voice.network.Unregister(c.identity, c)
	}
}

// checkToken is done at every heartbeat: a client whose token has run out rings no more.
// Its legs live on, as with Twilio.
func (c *client) checkToken() {
	if c.registered && !c.expires.After(c.voice.network.Now()) {
		c.deny(errExpired)
	}
}

// socketGone is what follows when the connection ends: the client rings no more, and
// what rang here is dropped, as the SDK does; the network lets it ring until its time is
// up, as it cannot know. Legs in progress have the reconnect token and WebRTC's own signs
// of life.
func (c *client) socketGone() {
	c.gone = true
	c.unregister()
	for _, l := range c.legs {
		switch {
		case l.inProgress:
		case l.placed:
			c.tell("hang up", l, c.voice.network.Hangup(l.sid))
			c.drop(l)
		default:
			c.drop(l)
		}
	}
	c.retire()
}

// shutDown ends everything without a word to the network.
func (c *client) shutDown() {
	for _, l := range c.legs {
		c.drop(l)
	}
	c.gone = true
	c.socket.close()
	c.retire()
}

// retire ends the client when there is nothing left that could happen to it.
func (c *client) retire() {
	if c.gone && len(c.legs) == 0 {
		c.inbox.Close()
		c.voice.forget(c)
	}
}

// tell logs that the network refused something that does not matter to the browser any
// more, usually because the leg had ended on the other side in the same moment.
func (c *client) tell(what string, l *leg, err error) {
	if err != nil {
		c.voice.config.Log.Debug("the network would not "+what, "leg", l.sid, "error", err)
	}
}
