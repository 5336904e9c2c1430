package voice

import (
	_ "embed" // wss.js
	"net/http"
)

// PageOptions are the options of the SDK's Device that point a page here instead of at
// Twilio. They go into the page's config as they are.
type PageOptions struct {
	// Chunderw is host:port of the signalling. The SDK puts wss:// in front of it; see
	// WSSScript.
	Chunderw string `json:"chunderw"`
	// PublishEvents is false: no insights.
	PublishEvents bool `json:"publishEvents"`
	// Sounds has the addresses of all the SDK's sounds.
	Sounds map[string]string `json:"sounds"`
}

// Page returns the options for a page whose signalling is at host, for example
// 127.0.0.1:8081.
func Page(host string) PageOptions {
	sounds := make(map[string]string, len(sdkSounds))
	for option := range sdkSounds {
		sounds[option] = "http://" + host + "/sounds/" + option + ".wav"
	}
	return PageOptions{Chunderw: host, Sounds: sounds}
}

// WSSScript is a script for the page, to be loaded before its bundle: it makes wss://
// plain ws:// for one host of this machine, since the SDK knows no other scheme. The
// script element says which host, in its attribute data-host.
//
//go:embed wss.js
var WSSScript []byte

// ServeWSSScript answers with WSSScript.
func ServeWSSScript(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	_, _ = w.Write(WSSScript) // a page that went away in between misses nothing
}
