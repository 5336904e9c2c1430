package livecheck

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// inbox is what Twilio asks of us, and what it is answered.
type inbox struct {
	mu      sync.Mutex
	got     []request
	answers map[string]string // path to document; none is 204, "500" an error
	more    chan struct{}
}

type request struct {
	at   time.Time
	path string
	form url.Values
}

func newInbox() *inbox { return &inbox{answers: map[string]string{}, more: make(chan struct{}, 1)} }

func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if r.ParseForm() != nil {
		http.Error(w, "no form", http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	b.got = append(b.got, request{time.Now(), r.URL.Path, r.Form})
	answer := b.answers[r.URL.Path]
	b.mu.Unlock()
	select {
	case b.more <- struct{}{}:
	default:
	}
	switch answer {
	case "":
		w.WriteHeader(http.StatusNoContent)
	case "500":
		http.Error(w, "on purpose", http.StatusInternalServerError)
	default:
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, answer) // who has gone misses nothing
	}
}

func (b *inbox) answer(path, document string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers[path] = document
}

// all are the requests so far that fit.
func (b *inbox) all(fits func(request) bool) (found []request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.got {
		if fits(r) {
			found = append(found, r)
		}
	}
	return found
}

var errSilent = errors.New("nothing was asked by Twilio")

// wait waits for a request that fits.
func (b *inbox) wait(ctx context.Context, patience time.Duration, fits func(request) bool) (request, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		if found := b.all(fits); len(found) > 0 {
			return found[0], nil
		}
		select {
		case <-b.more:
		case <-ctx.Done():
			return request{}, errSilent
		}
	}
}

// event fits one status callback of a conference.
func event(path, name string) func(request) bool {
	return func(r request) bool { return r.path == path && r.form.Get("StatusCallbackEvent") == name }
}

func at(path string) func(request) bool { return func(r request) bool { return r.path == path } }

// document is a call that dials a conference; attributes as Twilio names them.
func document(public, path, room string, attributes map[string]string) string {
	var b strings.Builder
	fmt.Fprintf(&b,
		`<Response><Dial action="%s"><Conference statusCallback="%s" statusCallbackEvent="start end join leave"`,
		escape(public+path+"/action"), escape(public+path+"/events"))
	for name, value := range attributes {
		fmt.Fprintf(&b, ` %s="%s"`, name, escape(value))
	}
	fmt.Fprintf(&b, `>%s</Conference></Dial></Response>`, escape(room))
	return b.String()
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}
