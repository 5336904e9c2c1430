package httpapi

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"warmtransfer/shared/twilio"
)

// warmer stands in for a connection or the account's credentials.
type warmer struct{ warmed atomic.Bool }

func (w *warmer) Warm(context.Context) { w.warmed.Store(true) }

type keys struct {
	warmer
	err error
}

func (k *keys) Credentials(context.Context) (twilio.Credentials, error) {
	return twilio.Credentials{}, k.err
}
func (k *keys) Renewed(context.Context) (twilio.Credentials, bool) {
	return twilio.Credentials{}, false
}

func TestAWrongSettingIsAFailureToStart(t *testing.T) {
	w, bad := &warmer{}, errors.New("missing settings: A, B")
	if err := ready(bad, []Warmer{w}); !errors.Is(err, bad) || w.warmed.Load() {
		t.Errorf("%v, warmed %t", err, w.warmed.Load())
	}
}

func TestF142IncompleteCredentialsAreAFailureToStart(t *testing.T) {
	for want, err := range map[string]error{
		"fails": fmt.Errorf("%w: no token", twilio.ErrIncomplete), "starts": nil,
		"starts without them": errors.New("no answer"),
	} {
		w := &warmer{}
		got := ready(nil, []Warmer{w, &keys{err: err}})
		if (got != nil) != (want == "fails") || !w.warmed.Load() {
			t.Errorf("%s: %v, warmed %t", want, got, w.warmed.Load())
		}
	}
}
