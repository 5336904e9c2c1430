package exchange

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/legs"
	"warmtransfer/local/twiliosim/media"
	"warmtransfer/local/twiliosim/notation"
	"warmtransfer/local/twiliosim/twiml"
)

// Recording is what a Record has recorded: https://www.twilio.com/docs/voice/api/recording#recording-properties
type Recording struct {
	SID, Call        string
	Status           string // in-progress, processing, completed or absent
	Created, Updated time.Time
	Length           time.Duration
}

// The states of a recording, in Twilio's words.
const (
	recordingProcessing = "processing"
	RecordingCompleted  = "completed"
	recordingAbsent     = "absent"
)

// Seconds is its length as Twilio tells it.
func (r Recording) Seconds() int { return int(r.Length / time.Second) }

const (
	// hungUp are the Digits of a Record that the party has ended by hanging up.
	hungUp = "hangup"
	// shortest is the length below which there is no recording: error 16101, see
	// https://help.twilio.com/articles/360014251313
	shortest = time.Second
	// processing is how long it takes until a recording can be had.
	processing = time.Second
	tooShort   = 16101
)

// record is a Record that a leg runs. https://www.twilio.com/docs/voice/twiml/record
type record struct {
	leg            *leg
	kept           *Recording
	action, method string
	callback       legs.Hook
	ended          bool // the leg is over, or gets another document
}

// startRecord runs a Record, unless a fault rule refuses it.
func (l *leg) startRecord(v twiml.Verb) bool {
	if fault := l.s.cfg.Rules.Choose(faults.Record, l.SID, "", ""); fault != nil {
		l.s.warn(l.SID, &notation.Problem{
			Code: cmp.Or(fault.Code, 20403), Text: "Record: the account may not record, by a fault rule",
		})
		return true
	}
	base := l.player.URL()
	r := &record{leg: l, action: twiml.Resolve(base, v.Attr("action", "")), method: v.Method("method", http.MethodPost)}
	if to := v.Attr("recordingStatusCallback", ""); to != "" {
		r.callback = legs.Hook{
			URL: twiml.Resolve(base, to), Method: v.Method("recordingStatusCallbackMethod", http.MethodPost),
			Events: strings.Fields(v.Attr("recordingStatusCallbackEvent", RecordingCompleted)),
		}
	}
	l.record = r
	return l.player.Record(v, r, l.quiet)
}

// stopRecord ends the Record of a leg that is over, or that is given another document.
func (l *leg) stopRecord(digits string) {
	if l.record != nil {
		l.record.ended = true
		l.player.EndRecording(digits)
	}
}

// Begin makes the recording.
func (r *record) Begin() media.Sound {
	s := r.leg.s
	now := s.clock.Now()
	r.kept = &Recording{
		SID: notation.NewSID("RE"), Call: r.leg.SID, Status: legs.InProgress, Created: now, Updated: now,
	}
	s.recordings = append(s.recordings, r.kept)
	r.tell(legs.InProgress)
	return media.Sound{Kind: media.KindRecording, Leg: r.kept.SID}
}

// End asks the action, or goes on with the next verb: nothing is asked about a recording that is empty.
func (r *record) End(digits string, length time.Duration) {
	l, s := r.leg, r.leg.s
	l.record = nil
	l.touch()
	if r.kept != nil {
		r.kept.Length, r.kept.Status, r.kept.Updated = length, recordingProcessing, s.clock.Now()
		s.after(processing, r.process)
	}
	switch {
	case length < shortest:
		if !r.ended {
			l.player.Next()
		}
		return
	case r.ended && digits == "": // redirected
		return
	}
	extra := url.Values{
		"RecordingUrl": {r.url()}, "RecordingSid": {r.kept.SID}, "RecordingDuration": {strconv.Itoa(r.kept.Seconds())},
		"Digits": {digits},
	}
	if !r.ended {
		l.player.Fetch("action", r.action, r.method, extra)
		return
	}
	form := l.form()
	for name, values := range extra {
		form[name] = values
	}
	s.do(Callback{Queue: l.SID, Event: "action", URL: r.action, Method: r.method, Form: form})
}

// process makes a recording that has ended available.
func (r *record) process() {
	r.kept.Status, r.kept.Updated = RecordingCompleted, r.leg.s.clock.Now()
	if r.kept.Length < shortest {
		r.kept.Status = recordingAbsent
	}
	r.tell(r.kept.Status)
}

func (r *record) url() string {
	return "https://api.twilio.com/" + notation.Version + "/Accounts/" + r.leg.s.cfg.Account + "/Recordings/" + r.kept.SID
}

// tell sends the recording's status callback, if that event is wanted:
// https://www.twilio.com/docs/voice/twiml/record#attributes-recording-status-callback
func (r *record) tell(event string) {
	if !r.callback.Wants(event) {
		return
	}
	form := url.Values{
		"AccountSid": {r.leg.s.cfg.Account}, "CallSid": {r.leg.SID}, "RecordingSid": {r.kept.SID},
		"RecordingUrl": {r.url()}, "RecordingStatus": {event}, "RecordingChannels": {"1"},
		"RecordingStartTime": {notation.Time(r.kept.Created)}, "RecordingSource": {"RecordVerb"},
		"RecordingTrack": {"inbound"}, "ErrorCode": {"0"},
	}
	switch event {
	case RecordingCompleted:
		form.Set("RecordingDuration", strconv.Itoa(r.kept.Seconds()))
	case recordingAbsent:
		form.Set("ErrorCode", strconv.Itoa(tooShort))
	}
	r.leg.s.do(Callback{
		Queue: r.leg.SID, Event: "recording-" + event, URL: r.callback.URL, Method: r.callback.Method, Form: form,
	})
}

// Quiet lets a party say nothing from now on, or speak again. Parties speak unless they are told to be quiet.
func (x *Exchange) Quiet(sid string, on bool) error {
	return x.change(func(s *state) error {
		l := s.legs[sid]
		switch {
		case l == nil:
			return legs.ErrNoLeg
		case l.Over():
			return legs.ErrGone
		}
		l.quiet = on
		if l.player != nil {
			l.player.Quiet(on)
		}
		return nil
	})
}

// Recordings returns the account's recordings, newest first.
func (a API) Recordings() (list []Recording) {
	a.x.read(func(s *state) {
		for _, r := range slices.Backward(s.recordings) {
			list = append(list, *r)
		}
	})
	return list
}

// DeleteRecording deletes a recording for good.
func (a API) DeleteRecording(sid string) error {
	return a.x.change(func(s *state) error {
		i := slices.IndexFunc(s.recordings, func(r *Recording) bool { return r.SID == sid })
		if i < 0 {
			return ErrNotFound
		}
		s.recordings = slices.Delete(s.recordings, i, i+1)
		return nil
	})
}
