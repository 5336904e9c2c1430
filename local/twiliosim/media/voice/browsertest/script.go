package main

import (
	"encoding/json"
	"net/http"
	"time"

	"warmtransfer/local/answer"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
	"warmtransfer/local/twiliosim/media/voice"
	"warmtransfer/local/twiliosim/media/voice/voicetest"
)

// script lets a test play the phone network over HTTP.
type script struct {
	network *voicetest.Network
	page    voice.PageOptions
	cut     func()
}

// line is one order; which fields matter follows from what is to be done.
type line struct {
	Identity  string            `json:"identity"`
	Params    map[string]string `json:"params"`
	SID       string            `json:"sid"`
	Sounds    []media.Sound     `json:"sounds"`
	Content   string            `json:"content"`
	Prefix    string            `json:"prefix"`
	Code      int               `json:"code"`
	Cancelled bool              `json:"cancelled"`
	Seconds   int               `json:"seconds"`
}

func (s *script) serve(w http.ResponseWriter, r *http.Request) {
	var l line
	if err := json.NewDecoder(r.Body).Decode(&l); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	out, err := s.play(r.PathValue("do"), l)
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	answer.JSON(w, http.StatusOK, out)
}

func (s *script) play(do string, l line) (any, error) {
	n := s.network
	switch do {
	case "options":
		return s.page, nil
	case "token":
		return n.Token(l.Identity, time.Duration(l.Seconds)*time.Second), nil
	case "ring":
		return n.Ring(l.Identity, l.Params), nil
	case "await":
		return n.Await(l.Prefix, time.Duration(l.Seconds)*time.Second)
	case "log":
		return n.Log(), nil
	case "take":
		n.Take(l.SID)
	case "hear":
		for i := range l.Sounds {
			l.Sounds[i].Start = n.Now()
		}
		n.Hear(l.SID, l.Sounds...)
	case "message":
		n.Message(l.SID, legs.Message{SID: "KX00000000000000000000000000000001", Content: l.Content})
	case "end":
		n.End(l.SID, legs.End{Code: l.Code, Cancelled: l.Cancelled})
	case "advance":
		n.Advance(time.Duration(l.Seconds) * time.Second)
	case "cut":
		s.cut()
	}
	return nil, nil
}
