package webhooks

import (
	"slices"
	"testing"
	"time"
)

func TestParseOverrides(t *testing.T) {
	const ct, rt, c4, c5 = failedConnect, failedRead, failed4xx, failed5xx
	plain := overrides{retries: 1, retryFor: []failure{ct}, read: TwilioLimit, total: TwilioLimit}
	with := func(change func(*overrides)) overrides {
		o := plain
		change(&o)
		return o
	}
	for fragment, want := range map[string]overrides{
		"":                plain,
		"nonsense":        plain,
		"rc=3":            with(func(o *overrides) { o.retries = 3 }),
		"rc=0":            with(func(o *overrides) { o.retries = 0 }),
		"rc=6":            plain,
		"rc=-1":           plain,
		"rc=x":            plain,
		"rp=5xx,ct,rt":    with(func(o *overrides) { o.retryFor = []failure{c5, ct, rt} }),
		"rp=all":          with(func(o *overrides) { o.retryFor = []failure{ct, rt, c4, c5} }),
		"rt=4000":         with(func(o *overrides) { o.read = 4 * time.Second }),
		"rt=99":           plain,
		"tt=100":          with(func(o *overrides) { o.total = 100 * time.Millisecond }),
		"tt=15001":        plain,
		"rc=2&tt=12000":   with(func(o *overrides) { o.retries, o.total = 2, 12*time.Second }),
		"e=ashburn&sni=y": plain,
		"%zz":             plain,
	} {
		got := parseOverrides(fragment, TwilioLimit)
		if got.retries != want.retries || got.read != want.read || got.total != want.total ||
			!slices.Equal(got.retryFor, want.retryFor) {
			t.Errorf("%q: %+v, want %+v", fragment, got, want)
		}
	}
	if got := parseOverrides("rt=3000", 10*TwilioLimit); got.read != 30*time.Second || got.total != 10*TwilioLimit {
		t.Errorf("stretched tenfold: %+v", got)
	}
}
