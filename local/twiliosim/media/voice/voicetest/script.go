package voicetest

import (
	"time"

	"github.com/golang-jwt/jwt/v5"

	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
)

// Ring lets a new leg ring at everybody who is registered under identity.
func (n *Network) Ring(identity string, params map[string]string) (sid string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := &leg{rings: append([]legs.Endpoint(nil), n.endpoints[identity]...)}
	sid = n.add(l)
	for _, e := range l.rings {
		e.Invite(legs.Invite{Leg: sid, From: "+15550100", To: "client:" + identity, Params: params,
			Parameters: map[string]string{
				"CallSid": sid, "AccountSid": account.Account, "From": "+15550100", "To": "client:" + identity,
				"Direction": "inbound", "ApiVersion": "2010-04-01",
			}})
	}
	return sid
}

// Take answers a call that was placed.
func (n *Network) Take(sid string) {
	n.with(sid, func(l *leg) { l.owner.Answered(sid) })
}

// Hear sets what a leg hears.
func (n *Network) Hear(sid string, sounds ...media.Sound) {
	n.with(sid, func(l *leg) {
		l.sounds = sounds
		if l.owner != nil {
			l.owner.Hears(sid, sounds)
		}
	})
}

// Message sends a user-defined message to a leg.
func (n *Network) Message(sid string, m legs.Message) {
	n.with(sid, func(l *leg) {
		for _, e := range l.rings {
			e.Message(sid, m)
		}
		if l.owner != nil {
			l.owner.Message(sid, m)
		}
	})
}

// End ends a leg from the other side.
func (n *Network) End(sid string, end legs.End) {
	n.with(sid, func(l *leg) {
		delete(n.legs, sid)
		for _, e := range l.rings {
			e.Ended(sid, end)
		}
		if l.owner != nil {
			l.owner.Ended(sid, end)
		}
	})
}

func (n *Network) with(sid string, f func(*leg)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if l := n.legs[sid]; l != nil {
		f(l)
	}
}

// File puts a file where Audio finds it.
func (n *Network) File(url string, data []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.files[url] = data
}

// Advance moves the network's clock forward.
func (n *Network) Advance(d time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ahead += d
}

// Token makes an access token for incoming calls as the application does, valid for life.
func (n *Network) Token(identity string, life time.Duration) string {
	now := n.Now()
	return Sign(account.APISecret, jwt.MapClaims{
		"iss": account.APIKey, "sub": account.Account, "jti": account.APIKey + "-1",
		"iat": now.Unix(), "exp": now.Add(life).Unix(),
		"grants": map[string]any{"identity": identity,
			"voice": map[string]any{"incoming": map[string]any{"allow": true}}},
	})
}

// Sign makes a token with any claims.
func Sign(secret string, claims jwt.MapClaims) string {
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	token.Header["cty"] = "twilio-fpa;v=1"
	signed, err := token.SignedString([]byte(secret))
	if err != nil {
		panic(err) // HMAC over a map of strings and numbers cannot fail
	}
	return signed
}
