// Package voicetest is a phone network without telephony for tests of its voice: a test
// says who rings, who is heard and what ends, and reads what the clients did.
//
// It knows nothing of WebRTC and signalling. It satisfies voice.Network.
package voicetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"warmtransfer/local/twiliosim"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
)

// The account that the network's access tokens are made for.
var account = twiliosim.Credentials{
	Account: "AC00000000000000000000000000000001", APIKey: "SK00000000000000000000000000000001",
	APISecret: "only for tests",
}

// Network is a scripted phone network. Its methods are safe for concurrent use.
type Network struct {
	mu        sync.Mutex
	changed   chan struct{} // closed, and made anew, whenever something is written down
	ahead     time.Duration
	log       []string
	legs      map[string]*leg
	endpoints map[string][]legs.Endpoint
	files     map[string][]byte
	count     int

	restricted bool
}

type leg struct {
	rings  []legs.Endpoint
	owner  legs.Endpoint
	sounds []media.Sound
}

// New returns a network that nobody has registered with.
func New() *Network {
	return &Network{
		changed: make(chan struct{}), legs: make(map[string]*leg),
		endpoints: make(map[string][]legs.Endpoint), files: make(map[string][]byte),
	}
}

// Credentials, Now, Hears and Audio are what a voice asks.
func (n *Network) Credentials() twiliosim.Credentials {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := account
	c.Restricted = n.restricted
	return c
}

// Restrict makes the account's API key a restricted one.
func (n *Network) Restrict() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.restricted = true
}

// Now is the real time plus what Advance added.
func (n *Network) Now() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return time.Now().Add(n.ahead)
}

// Hears returns what Hear has set.
func (n *Network) Hears(sid string) []media.Sound {
	n.mu.Lock()
	defer n.mu.Unlock()
	if l := n.legs[sid]; l != nil {
		return slices.Clone(l.sounds)
	}
	return nil
}

// Audio returns the file that was put there with File.
func (n *Network) Audio(url string) ([]byte, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if data := n.files[url]; data != nil {
		return data, nil
	}
	return nil, fmt.Errorf("%s: status 404", url)
}

// Recorded writes "recorded <recording>" down, and keeps the sound as a file of that name.
func (n *Network) Recorded(recording string, wav []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.files[recording] = wav
	n.write("recorded " + recording)
}

// Register writes "register <identity>" down when it is new.
func (n *Network) Register(identity string, e legs.Endpoint) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !slices.Contains(n.endpoints[identity], e) {
		n.endpoints[identity] = append(n.endpoints[identity], e)
		n.write("register " + identity)
	}
	return nil
}

// Unregister writes "unregister <identity>" down.
func (n *Network) Unregister(identity string, e legs.Endpoint) {
	n.mu.Lock()
	defer n.mu.Unlock()
	same := func(o legs.Endpoint) bool { return o == e }
	n.endpoints[identity] = slices.DeleteFunc(n.endpoints[identity], same)
	for _, l := range n.legs {
		l.rings = slices.DeleteFunc(l.rings, same)
	}
	n.write("unregister " + identity)
}

// Answer writes "answer <leg>" down; the other clients where it rang are told.
func (n *Network) Answer(sid string, e legs.Endpoint) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.legs[sid]
	if l == nil || !slices.Contains(l.rings, e) {
		return legs.ErrGone
	}
	for _, other := range l.rings {
		if other != e {
			other.Ended(sid, legs.End{Cancelled: true})
		}
	}
	l.owner, l.rings = e, nil
	n.write("answer " + sid)
	return nil
}

// Reject writes "reject <leg>" down.
func (n *Network) Reject(sid string, e legs.Endpoint) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.legs[sid]
	if l == nil || !slices.Contains(l.rings, e) {
		return legs.ErrGone
	}
	l.rings = slices.DeleteFunc(l.rings, func(o legs.Endpoint) bool { return o == e })
	n.write("reject " + sid)
	return nil
}

// Hangup writes "hangup <leg>" down.
func (n *Network) Hangup(sid string) error { return n.over("hangup", sid) }

// Lose writes "lose <leg>" down.
func (n *Network) Lose(sid string) error { return n.over("lose", sid) }

func (n *Network) over(how, sid string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := n.legs[sid]
	if l == nil {
		return legs.ErrGone
	}
	delete(n.legs, sid)
	n.write(how + " " + sid)
	if l.owner != nil {
		l.owner.Ended(sid, legs.End{})
	}
	return nil
}

// DTMF writes "dtmf <leg> <digits>" down.
func (n *Network) DTMF(sid, digits string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.write("dtmf " + sid + " " + digits)
	return nil
}

// PlaceCall writes "place <leg> <from> <to>" down. A call to "+1" is refused.
func (n *Network) PlaceCall(e legs.Endpoint, from, to string) (string, error) {
	if to == "+1" {
		return "", errors.New("that number is not connected")
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	sid := n.add(&leg{owner: e})
	n.write("place " + sid + " " + from + " " + to)
	return sid, nil
}

func (n *Network) add(l *leg) string {
	n.count++
	sid := fmt.Sprintf("CA%032d", n.count)
	n.legs[sid] = l
	return sid
}

// write notes what a client did. Locked.
func (n *Network) write(line string) {
	n.log = append(n.log, line)
	close(n.changed)
	n.changed = make(chan struct{})
}

// Log is what the clients did so far, one line each.
func (n *Network) Log() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Join(n.log, "\n")
}

// Await waits until a client has done something that begins with prefix and takes that
// line, and all before it, away. It fails after limit.
func (n *Network) Await(prefix string, limit time.Duration) (string, error) {
	deadline := time.After(limit)
	for {
		n.mu.Lock()
		changed := n.changed
		for i, line := range n.log {
			if strings.HasPrefix(line, prefix) {
				n.log = n.log[i+1:]
				n.mu.Unlock()
				return line, nil
			}
		}
		n.mu.Unlock()
		select {
		case <-changed:
		case <-deadline:
			return "", fmt.Errorf("no client did %q within %v; they did: %q", prefix, limit, n.Log())
		}
	}
}
