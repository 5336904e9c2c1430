package httpapi

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"testing"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

func TestEveryErrorHasItsAnswer(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		slug   string
	}{
		{Malformed("x"), 400, "malformed"},
		{service.ErrTargetNeeded, 400, "target-needed"},
		{service.ErrReason, 400, "malformed"},
		{call.ErrTooLong, 400, "malformed"},
		{agent.ErrNoName, 403, "no-name"},
		{call.ErrNoCall, 409, "no-call"},
		{call.ErrNotYours, 409, "not-yours"},
		{call.ErrTooManyHops, 409, "too-many-hops"},
		{call.ErrTooManyOutside, 409, "too-many-numbers"},
		{agent.ErrTooManyOutside, 409, "too-many-numbers"},
		{service.ErrTooManyNumbers, 409, "too-many-numbers"},
		{&call.TransitionError{State: call.Talking, Event: call.Swap}, 409, "wrong-state"},
		{&agent.NotFreeError{Presence: agent.IsBusy}, 409, "target-not-free"},
		{service.ErrNobodyFree, 409, "nobody-free"},
		{service.ErrNotAllSeen, 503, "not-all-seen"},
		{service.ErrConflict, 409, "conflict"},
		{call.ErrSelf, 422, "target-in-call"},
		{call.ErrCaller, 422, "target-in-call"},
		{service.ErrNoTarget, 422, "no-target"},
		{&service.NumberError{Why: "premium"}, 422, "target-not-allowed"},
		{service.ErrUnavailable, 503, "unavailable"},
		{context.DeadlineExceeded, 503, "unavailable"},
		{service.ErrNotFound, 500, "internal"}, // the handler has not said what was not found
		{errors.New("anything"), 500, "internal"},
	} {
		k := kindOf(fmt.Errorf("deep in there: %w", tt.err))
		if k.status != tt.status || k.slug != tt.slug {
			t.Errorf("%v: %d %s, want %d %s", tt.err, k.status, k.slug, tt.status, tt.slug)
		}
	}
}

func TestSlugsAndTitlesAreFitToBeShown(t *testing.T) {
	slug := regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)*$`)
	all := kinds
	for _, k := range byStatus {
		all = append(all, k)
	}
	for _, k := range all {
		if !slug.MatchString(k.slug) || k.title == "" || k.title[len(k.title)-1] != '.' || k.status < 400 ||
			k.status > 599 {
			t.Errorf("%+v", k)
		}
	}
}

func TestPlainSignInNamesAreShownAsNames(t *testing.T) {
	for username, want := range map[string]string{
		"ada": "Ada", "ada.lovelace": "Ada Lovelace", "mary-jane_watson": "Mary Jane Watson",
		"ada@example.com": "ada@example.com", "ada7": "ada7", "Ada": "Ada", "McCoy": "McCoy", ".ada": ".ada",
		"ada..x": "ada..x", "": "",
		"5ba3c2e4-11aa": "5ba3c2e4-11aa", "müller": "müller",
	} {
		if got := capitals(username); got != want {
			t.Errorf("%q is shown as %q, want %q", username, got, want)
		}
	}
}

func TestDisplayNames(t *testing.T) {
	for name, want := range map[string]string{
		"Alice Müller": "Alice Müller", " x ": "x", "a\x00b\nc": "abc", "evil\u202egnp.exe": "evilgnp.exe", "\xff": "",
		"":    "",
		"<b>": "<b>", "\u200b": "",
	} {
		if got := display(name); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
}

// A refusal by Twilio is no fault of ours that a page could not name.
func TestARefusalByTwilioIsSaid(t *testing.T) {
	k := kindOf(fmt.Errorf("sound: %w", &service.RefusedError{Status: 401}))
	if k.status != 503 || k.slug != "unavailable" || k.title != "Twilio refuses that now." {
		t.Errorf("%+v", k)
	}
}
