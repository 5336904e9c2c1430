package twiliosim

import "time"

// number is the account's number.
type number struct {
	sid, phone, friendly string
	voice                target
	statusCallback       string
	statusMethod         string
	created, updated     time.Time
}

func newNumber(cfg Config, now time.Time) number {
	return number{
		sid: newSID("PN"), phone: cfg.Number, friendly: cfg.Number, created: now, updated: now,
		voice:        target{method: "POST", fallbackMethod: "POST"},
		statusMethod: "POST",
	}
}

// SetNumber points the number at an application: where its calls' first document is
// fetched (POST), where if that fails, and where the end of a call is told. Empty URLs
// switch the latter two off.
func (n *Network) SetNumber(voiceURL, fallbackURL, statusCallback string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.number.voice.url, n.number.voice.method = voiceURL, "POST"
	n.number.voice.fallbackURL, n.number.voice.fallbackMethod = fallbackURL, "POST"
	n.number.statusCallback, n.number.statusMethod = statusCallback, "POST"
	n.number.updated = n.clock.Now()
}
