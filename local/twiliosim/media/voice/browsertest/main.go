// Command browsertest serves a page with the unmodified Voice SDK, and the telephone page,
// over a voice whose phone network is played by the test in browser.test.mjs: see /script.
// It prints its address, and the flags with which a browser takes it for Twilio, as JSON, and
// ends when its standard input does.
package main

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"

	"warmtransfer/local/answer"
	"warmtransfer/local/phone"
	"warmtransfer/local/twiliosim/media/voice"
	"warmtransfer/local/twiliosim/media/voice/voicetest"
)

// number is our own number, which the telephone page asks for.
const number = "+12125550123"

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(in io.Reader, out io.Writer) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	twilio, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	certificate, flags, err := voicetest.Certificate(twilio.Addr().String())
	if err != nil {
		return err
	}
	network := voicetest.New()
	v, err := voice.Attach(network, voice.Config{})
	if err != nil {
		return err
	}
	host := listener.Addr().String()
	wires := &wires{}
	server := &http.Server{Handler: routes(network, v, host, wires), ConnState: wires.watch}
	secure := &http.Server{Handler: server.Handler,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}}}
	go func() { _ = server.Serve(listener) }() // both end with ErrServerClosed
	go func() { _ = secure.ServeTLS(twilio, "", "") }()
	if err := json.NewEncoder(out).Encode(map[string]any{"url": "http://" + host, "flags": flags}); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return err
	}
	return errors.Join(server.Close(), secure.Close(), v.Close())
}

func routes(network *voicetest.Network, v *voice.Voice, host string, wires *wires) http.Handler {
	mux := http.NewServeMux()
	v.Mount(mux)
	s := &script{network: network, page: voice.Page(host), cut: wires.cut}
	mux.HandleFunc("POST /script/{do}", s.serve)
	mux.HandleFunc("GET /wss.js", voice.ServeWSSScript)
	mux.HandleFunc("GET /sdk.js", file("node_modules/@twilio/voice-sdk/dist/twilio.min.js"))
	mux.HandleFunc("GET /page.js", file("page.js"))
	mux.HandleFunc("GET /production", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w,
			`<!doctype html><title>Voice SDK</title><link rel="icon" href="data:,">`+
				`<script src="sdk.js"></script><script src="page.js"></script>`)
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w,
			`<!doctype html><title>Voice SDK</title><link rel="icon" href="data:,"><script src="wss.js" data-host=%q></script>`+
				`<script src="sdk.js"></script><script src="page.js"></script>`, host)
	})
	mux.Handle(phone.Path, phone.Handler())
	mux.HandleFunc("GET /control", func(w http.ResponseWriter, _ *http.Request) {
		answer.JSON(w, http.StatusOK, map[string]string{"number": number})
	})
	return mux
}

func file(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, path) }
}

// wires are the TCP connections of WebSockets, so that a test can cut them.
type wires struct {
	mu   sync.Mutex
	open []net.Conn
}

func (w *wires) watch(conn net.Conn, state http.ConnState) {
	if state == http.StateHijacked {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.open = append(w.open, conn)
	}
}

func (w *wires) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, conn := range w.open {
		_ = conn.Close() // some are closed already
	}
	w.open = nil
}
