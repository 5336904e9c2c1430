// Package push holds the rules of the push channel: who may open one, how long it is theirs, and which connections
// are told. The channel tells an agent's page only that something of theirs has changed, so that it asks at once. It
// carries no name, no number and no call.
//
// It is pure: no clock, no input or output. Nothing about a caller's safety leans on it.
package push

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"warmtransfer/shared/agent"
)

const (
	// TicketFor is how long a ticket may be used after it was issued.
	TicketFor = 30 * time.Second
	// OpenFor is how long a connection is told at most: API Gateway ends it then.
	// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
	OpenFor = 2 * time.Hour
	// MaxOpen is how many connections of one agent are told; the oldest gives way to a new one.
	MaxOpen = 6
	// maxTickets is how many tickets of one agent are good at the same time.
	maxTickets = 4
)

// Pages are the tickets and connections of one agent's pages: one stored item.
type Pages struct {
	Version int64        `json:"version"`
	Tickets []Ticket     `json:"tickets,omitempty"`
	Open    []Connection `json:"open,omitempty"`
}

// Ticket opens one connection, once.
type Ticket struct {
	Digest string    `json:"digest"` // of its text, which only the page has
	Until  time.Time `json:"until"`  // when it can be used no longer
	Told   time.Time `json:"told"`   // until when its connection is told
}

// Connection is one page that listens.
type Connection struct {
	ID    string    `json:"id"`             // API Gateway's name of it
	Page  string    `json:"page,omitempty"` // the page's own name of itself; "": it does not say
	Until time.Time `json:"until"`
}

// Protocol is the WebSocket subprotocol of the channel. The ticket stands beside it, with ticketPrefix, as another one
// that the page offers: a browser can set no header of a WebSocket
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-connect-route-subprotocol.html), and an
// address stands in logs. So does a name that the page has given itself, with pagePrefix, by which its next connection
// replaces the one before.
const (
	Protocol     = "warm-transfer"
	ticketPrefix = "ticket."
	pagePrefix   = "page."
)

// Text makes a ticket's text of the agent's ID and a secret that nobody can guess. It is a valid subprotocol.
func Text(id agent.ID, secret string) string { return ticketPrefix + string(id) + "." + secret }

// Offer is what a page offers when it connects.
type Offer struct {
	Agent  agent.ID // whose the ticket says it is
	Ticket string
	Page   string // see Connection; "" if it is none
}

// isPage says whether a text can be a page's name of itself, [A-Za-z0-9-]{1,40}: the page makes a UUID.
func isPage(name string) bool {
	strange := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-')
	}
	return name != "" && len(name) <= 40 && !strings.ContainsFunc(name, strange)
}

// Offered finds the offer in the header Sec-WebSocket-Protocol; ok says whether it has both a ticket and the channel's
// protocol.
func Offered(header string) (o Offer, ok bool) {
	known := false
	for word := range strings.SplitSeq(header, ",") {
		word = strings.TrimSpace(word)
		known = known || word == Protocol
		if rest, is := strings.CutPrefix(word, ticketPrefix); is && o.Ticket == "" {
			name, secret, _ := strings.Cut(rest, ".")
			if agent.Valid(name) && secret != "" {
				o.Agent, o.Ticket = agent.ID(name), word
			}
		}
		if rest, is := strings.CutPrefix(word, pagePrefix); is && isPage(rest) {
			o.Page = rest
		}
	}
	return o, known && o.Ticket != ""
}

// Digest is what is stored of a ticket's text: who reads the table cannot use the ticket.
func Digest(ticket string) string {
	sum := sha256.Sum256([]byte(ticket))
	return hex.EncodeToString(sum[:])
}

// Issue adds a ticket. Its connection is told until the page's sign-in ends, and no longer than OpenFor.
func (p *Pages) Issue(ticket string, signedInUntil, now time.Time) Ticket {
	p.tidy(now)
	t := Ticket{Digest: Digest(ticket), Until: now.Add(TicketFor), Told: now.Add(OpenFor)}
	if signedInUntil.Before(t.Told) {
		t.Told = signedInUntil
	}
	p.Tickets = append(p.Tickets, t)
	p.Tickets = p.Tickets[max(0, len(p.Tickets)-maxTickets):]
	return t
}

// Admit opens a connection with a ticket, which is then used up. The page's connection before, if there is one, is told
// nothing more: otherwise a page that reconnects often would take the place of another. It says whether the ticket was
// good.
func (p *Pages) Admit(o Offer, connection string, now time.Time) bool {
	p.tidy(now)
	digest := []byte(Digest(o.Ticket))
	i := slices.IndexFunc(p.Tickets, func(t Ticket) bool {
		return subtle.ConstantTimeCompare([]byte(t.Digest), digest) == 1
	})
	if i < 0 || !now.Before(p.Tickets[i].Told) {
		return false
	}
	p.Open = slices.DeleteFunc(p.Open, func(c Connection) bool { return o.Page != "" && c.Page == o.Page })
	p.Open = append(p.Open, Connection{ID: connection, Page: o.Page, Until: p.Tickets[i].Told})
	p.Open = p.Open[max(0, len(p.Open)-MaxOpen):]
	p.Tickets = slices.Delete(p.Tickets, i, i+1)
	return true
}

// Listening are the connections that are told now.
func (p *Pages) Listening(now time.Time) (ids []string) {
	for _, c := range p.Open {
		if now.Before(c.Until) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// Gone removes connections that API Gateway does not know any more. It says whether anything has changed.
func (p *Pages) Gone(ids []string) bool {
	before := len(p.Open)
	p.Open = slices.DeleteFunc(p.Open, func(c Connection) bool { return slices.Contains(ids, c.ID) })
	return len(p.Open) != before
}

// tidy removes what is over.
func (p *Pages) tidy(now time.Time) {
	p.Tickets = slices.DeleteFunc(p.Tickets, func(t Ticket) bool { return !now.Before(t.Until) })
	p.Open = slices.DeleteFunc(p.Open, func(c Connection) bool { return !now.Before(c.Until) })
}
