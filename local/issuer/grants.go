package issuer

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"sync"
	"time"

	"warmtransfer/local/clock"
)

// Lifetimes beside those of the tokens themselves; the last two are the user pool's.
const (
	codeLife    = 5 * time.Minute
	refreshLife = 12 * time.Hour
	// refreshGrace is how long a used refresh token still works: the page may not have received the answer, or have a
	// second tab.
	refreshGrace = 30 * time.Second
)

// grants holds the issued codes and refresh tokens.
type grants struct {
	clock clock.Clock

	mu      sync.Mutex
	codes   map[string]*code
	refresh map[string]*refresh
	off     map[string]bool // usernames of agents who may not sign in
}

func newGrants(c clock.Clock) grants {
	return grants{clock: c, codes: map[string]*code{}, refresh: map[string]*refresh{}, off: map[string]bool{}}
}

// setDisabled says whether an agent may not sign in; earlier sign-ins end.
func (g *grants) setDisabled(username string, off bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.off[username] = off
	for _, r := range g.refresh {
		r.revoked = r.revoked || off && r.agent.Username == username
	}
	for _, c := range g.codes {
		c.used = c.used || off && c.agent.Username == username
	}
}

func (g *grants) isDisabled(username string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.off[username]
}

// family is one sign-in with its codes and tokens.
type family struct {
	agent   Agent
	scope   string
	nonce   string
	began   time.Time
	revoked bool
}

type code struct {
	*family
	redirect, challenge string
	until               time.Time
	used                bool
}

type refresh struct {
	*family
	until time.Time
	used  time.Time // zero if it was not
}

// code makes a code for a request that the agent has answered.
func (g *grants) code(a Agent, q request) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock.Now()
	g.prune(now)
	text := secret()
	g.codes[text] = &code{family: &family{agent: a, scope: q.scope, nonce: q.nonce, began: now},
		redirect: q.redirect, challenge: q.challenge, until: now.Add(codeLife)}
	return text
}

// redeem takes a code. If one comes a second time, it was stolen: everything that came of it ends (section 4.1.2).
func (g *grants) redeem(text, redirect, verifier string) (*family, *failure) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock.Now()
	c := g.codes[text]
	switch {
	case c == nil || !now.Before(c.until) || c.revoked:
		return nil, &failure{"invalid_grant", "the code is not valid, or not any more"}
	case c.used:
		c.revoked = true
		return nil, &failure{"invalid_grant", "the code was used before"}
	case c.redirect != redirect:
		return nil, &failure{"invalid_grant", "redirect_uri is not that of the authorization"}
	}
	// A client that has the code and not the verifier gets no second try.
	c.used = true
	sum := sha256.Sum256([]byte(verifier))
	if subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(c.challenge)) != 1 {
		return nil, &failure{"invalid_grant", "code_verifier does not fit the code_challenge"}
	}
	return c.family, nil
}

// token makes a refresh token. It does not outlive the working day that began with the sign-in.
func (g *grants) token(f *family) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.prune(g.clock.Now())
	text := secret()
	g.refresh[text] = &refresh{family: f, until: f.began.Add(refreshLife)}
	return text
}

// renew takes a refresh token. If it is used after the grace, two parties have it and one has stolen it: both must sign
// in again (RFC 9700 section 4.14.2).
func (g *grants) renew(text string) (*family, *failure) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock.Now()
	t := g.refresh[text]
	switch {
	case t == nil || !now.Before(t.until) || t.revoked:
		return nil, &failure{"invalid_grant", "the refresh token is not valid, or not any more"}
	case t.used.IsZero():
		t.used = now
	case now.Sub(t.used) > refreshGrace:
		t.revoked = true
		return nil, &failure{"invalid_grant", "the refresh token was used before"}
	}
	return t.family, nil
}

// revoke ends the sign-in that a refresh token belongs to, if there is one.
func (g *grants) revoke(text string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t := g.refresh[text]; t != nil {
		t.revoked = true
	}
}

// prune forgets what has run out. Locked.
func (g *grants) prune(now time.Time) {
	for text, c := range g.codes {
		if !now.Before(c.until) {
			delete(g.codes, text)
		}
	}
	for text, t := range g.refresh {
		if !now.Before(t.until) {
			delete(g.refresh, text)
		}
	}
}
