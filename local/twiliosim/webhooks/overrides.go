package webhooks

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// failure is how one attempt to send a webhook failed, in the words of Twilio's
// connection overrides.
type failure string

const (
	worked        failure = ""
	failedConnect failure = "ct"
	failedRead    failure = "rt"
	failed4xx     failure = "4xx"
	failed5xx     failure = "5xx"
)

// overrides are the connection overrides in a webhook URL's fragment, for example
// #rc=2&rp=5xx,ct,rt&rt=4000.
type overrides struct {
	retries  int       // rc: 0-5, default 1
	retryFor []failure // rp: default connect failures only
	read     time.Duration
	total    time.Duration
}

// IgnoreOverrides lets the fragments of all webhooks' addresses be overlooked, as where a
// rule of the account's gives them a setting: that one's connection configuration takes
// precedence over any override in the URL.
// https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
func (s *Sender) IgnoreOverrides(on bool) { s.deaf.Store(on) }

// TwilioLimit is how long Twilio gives a webhook in all.
const TwilioLimit = 15 * time.Second

// parseOverrides reads a fragment. Values out of range are ignored, as are unknown keys.
// Where the network gives a webhook another time than Twilio, times are stretched alike.
func parseOverrides(fragment string, limit time.Duration) overrides {
	o := overrides{retries: 1, retryFor: []failure{failedConnect}, read: limit, total: limit}
	values, err := url.ParseQuery(fragment)
	if err != nil {
		return o
	}
	if n, ok := inRange(values.Get("rc"), 0, 5); ok {
		o.retries = n
	}
	if n, ok := inRange(values.Get("rt"), 100, 15000); ok {
		o.read = stretched(n, limit)
	}
	if n, ok := inRange(values.Get("tt"), 100, 15000); ok {
		o.total = stretched(n, limit)
	}
	if rp := values.Get("rp"); rp != "" {
		o.retryFor = nil
		for _, p := range strings.Split(rp, ",") {
			if p == "all" {
				o.retryFor = []failure{failedConnect, failedRead, failed4xx, failed5xx}
				break
			}
			o.retryFor = append(o.retryFor, failure(p))
		}
	}
	return o
}

func stretched(ms int, limit time.Duration) time.Duration {
	return time.Duration(float64(ms) * float64(time.Millisecond) * (float64(limit) / float64(TwilioLimit)))
}

func (o overrides) retry(f failure) bool { return slices.Contains(o.retryFor, f) }

func inRange(s string, low, high int) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= low && n <= high
}
