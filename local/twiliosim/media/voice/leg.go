package voice

import (
	"encoding/json"
	"maps"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
)

// leg is one call at one client.
type leg struct {
	sid        string
	socket     *socket // where it is talked about: that of its client, or a later one
	peer       *peer
	placed     bool   // by this client; otherwise it rang here
	answerSDP  string // placed: our answer, kept until the call is taken
	inProgress bool
	joined     bool   // at the desk
	reconnect  string // proves that a new socket may go on with it
}

func (c *client) newLeg(sid string) (*leg, error) {
	l := &leg{sid: sid, socket: c.socket, reconnect: uuid.NewString()}
	p, err := c.voice.media.newPeer(peerEvents{
		lost: func() { c.inbox.Add(func() { c.mediaLost(l) }) },
		key:  func(digit string) { c.inbox.Add(func() { c.pressed(l, digit) }) },
	})
	l.peer = p
	return l, err
}

// ring passes an invitation on. A browser that is busy says nothing to it.
func (c *client) ring(i legs.Invite) {
	if c.gone || c.legs[i.Leg] != nil {
		return
	}
	l, err := c.newLeg(i.Leg)
	if err != nil {
		c.voice.config.Log.Error("no media for a call that comes in", "leg", i.Leg, "error", err)
		return
	}
	c.legs[l.sid] = l
	c.voice.desk.expect(l.sid)
	offer, err := l.peer.offer()
	if err != nil {
		c.voice.config.Log.Error("no offer for a call that comes in", "leg", i.Leg, "error", err)
		c.drop(l)
		return
	}
	parameters := maps.Clone(i.Parameters)
	if len(i.Params) > 0 {
		custom := make(url.Values)
		for k, v := range i.Params {
			custom.Set(k, v)
		}
		parameters["Params"] = custom.Encode()
	}
	l.socket.say("invite", reply{CallSID: l.sid, SDP: offer, Parameters: parameters, Reconnect: l.reconnect})
}

// dial places a call of an outside phone: params is a query string with From and To.
func (c *client) dial(temporary, sdp, params string) {
	refuse := func(code int, why string) {
		c.socket.say("hangup", reply{CallSID: temporary, Error: &sdkError{code, why}})
	}
	values, err := url.ParseQuery(params)
	switch {
	case err != nil || temporary == "" || sdp == "":
		refuse(codeBadRequest, "an invite needs callsid, sdp and params")
		return
	case !c.outgoing:
		refuse(codeDeclined, "The access token does not allow outgoing calls")
		return
	}
	l, err := c.newLeg("")
	if err != nil {
		refuse(codeUnavailable, err.Error())
		return
	}
	if l.answerSDP, err = l.peer.answer(sdp); err != nil {
		c.closePeer(l)
		refuse(codeBadRequest, err.Error())
		return
	}
	if l.sid, err = c.voice.network.PlaceCall(c, values.Get("From"), values.Get("To")); err != nil {
		c.closePeer(l)
		refuse(codeNotFound, err.Error())
		return
	}
	l.placed = true
	c.legs[l.sid] = l
	c.join(l)
	l.socket.say("ringing", reply{CallSID: l.sid})
}

// taken tells the browser that the call it placed was answered.
func (c *client) taken(sid string) {
	l := c.legs[sid]
	if l == nil || !l.placed || l.inProgress {
		return
	}
	l.inProgress = true
	l.socket.say("answer", reply{CallSID: sid, SDP: l.answerSDP, Reconnect: l.reconnect})
}

// handleLeg does what the browser says about a leg.
func (c *client) handleLeg(l *leg, s *socket, said request) {
	p := said.Payload
	switch said.Type {
	case "answer":
		c.accept(l, p.SDP)
	case "reject":
		if !l.placed && !l.inProgress {
			c.drop(l)
			c.tell("reject", l, c.voice.network.Reject(l.sid, c))
		}
	case "hangup":
		c.drop(l)
		c.tell("hang up", l, c.voice.network.Hangup(l.sid))
	case "dtmf":
		c.pressed(l, p.DTMF)
	case "reinvite":
		c.reinvite(l, s, p.SDP)
	case "invite":
		if p.Reconnect != l.reconnect {
			s.say("hangup", reply{CallSID: l.sid, Error: endError(codeNotFound)})
			return
		}
		l.socket = s
		s.say("answer", reply{CallSID: l.sid, Reconnect: l.reconnect})
	case "message":
		// What an agent's browser says to the application is not delivered here, as the
		// application has not subscribed to it; the browser is told that it arrived.
		s.say("ack", reply{AckType: "message", CallSID: l.sid, VoiceEventSID: p.VoiceEventSID})
	}
}

// accept is the browser's answer to an invitation.
func (c *client) accept(l *leg, sdp string) {
	if l.placed || l.inProgress {
		return
	}
	if err := l.peer.accept(sdp); err != nil {
		c.drop(l)
		c.tell("reject", l, c.voice.network.Reject(l.sid, c))
		l.socket.say("hangup", reply{CallSID: l.sid, Error: &sdkError{codeBadRequest, err.Error()}})
		return
	}
	if err := c.voice.network.Answer(l.sid, c); err != nil {
		c.drop(l) // another client was faster, or the caller has gone
		l.socket.say("hangup", reply{CallSID: l.sid})
		return
	}
	l.inProgress = true
	c.join(l)
	c.voice.desk.unexpect(l.sid)
}

// join puts a leg that is this client's now into the books and at the desk.
func (c *client) join(l *leg) {
	l.joined = true
	c.voice.own(l.sid, c)
	c.voice.desk.join(l.sid, l.peer)
	c.hears(l.sid, c.voice.network.Hears(l.sid))
}

// reinvite restarts ICE after the browser's network changed.
func (c *client) reinvite(l *leg, s *socket, sdp string) {
	answer, err := l.peer.answer(sdp)
	if err != nil {
		s.say("hangup", reply{CallSID: l.sid, Error: &sdkError{codeMediaLost, err.Error()}})
		c.drop(l)
		c.tell("lose", l, c.voice.network.Lose(l.sid))
		return
	}
	s.say("answer", reply{CallSID: l.sid, SDP: answer})
}

// pressed passes keys on, one by one. The SDK's pauses (w) are none, and A to D are on no
// telephone that people have.
func (c *client) pressed(l *leg, digits string) {
	if c.legs[l.sid] != l || !l.inProgress {
		return
	}
	for _, key := range digits {
		if strings.ContainsRune("0123456789*#", key) {
			c.tell("take a key", l, c.voice.network.DTMF(l.sid, string(key)))
		}
	}
}

// ended tells the browser that a leg is over: cancel while it rings, hangup otherwise.
func (c *client) ended(sid string, end legs.End) {
	l := c.legs[sid]
	if l == nil {
		return
	}
	if l.placed || l.inProgress {
		l.socket.say("hangup", reply{CallSID: sid, Error: endError(end.Code)})
	} else {
		l.socket.say("cancel", reply{CallSID: sid})
	}
	c.drop(l)
}

// deliver hands a user-defined message to the page. The SDK passes content on as it
// is, so what is JSON goes as such.
func (c *client) deliver(sid string, m legs.Message) {
	l := c.legs[sid]
	if l == nil {
		return
	}
	var content any = m.Content
	if json.Valid([]byte(m.Content)) {
		content = json.RawMessage(m.Content)
	}
	l.socket.say("message", reply{
		CallSID: sid, Content: content, ContentType: "application/json",
		MessageType: "user-defined-message", VoiceEventSID: m.SID,
	})
}

// hears sets what a leg hears, and shows it on a telephone page.
func (c *client) hears(sid string, sounds []media.Sound) {
	l := c.legs[sid]
	if l == nil || !l.joined {
		return
	}
	c.voice.desk.hear(sid, sounds)
	if c.outside {
		words := []string{}
		for _, s := range sounds {
			words = append(words, s.String())
		}
		l.socket.say("hears", reply{CallSID: sid, Hears: words})
	}
}

// mediaLost is WebRTC's word that no packet has come for too long.
func (c *client) mediaLost(l *leg) {
	if c.legs[l.sid] != l {
		return
	}
	l.socket.say("hangup", reply{CallSID: l.sid, Error: &sdkError{codeMediaLost, "The media connection was lost"}})
	c.drop(l)
	c.tell("lose", l, c.voice.network.Lose(l.sid))
}

// drop forgets a leg here: its sound and its place in the books.
func (c *client) drop(l *leg) {
	if c.legs[l.sid] != l {
		return
	}
	delete(c.legs, l.sid)
	if l.joined {
		c.voice.disown(l.sid)
		c.voice.desk.leave(l.sid)
	} else {
		c.voice.desk.unexpect(l.sid)
	}
	c.closePeer(l)
	c.retire()
}

func (c *client) closePeer(l *leg) {
	if err := l.peer.close(); err != nil {
		c.voice.config.Log.Warn("closing a connection", "leg", l.sid, "error", err)
	}
}
