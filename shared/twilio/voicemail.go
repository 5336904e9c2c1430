package twilio

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"
	"github.com/twilio/twilio-go/twiml"

	"warmtransfer/shared/call"
	"warmtransfer/shared/prompt"
	"warmtransfer/shared/service"
	"warmtransfer/shared/settings"
	"warmtransfer/shared/voicemail"
)

const (
	// messageLimit is the longest message, and messageSilence the silence that ends one.
	messageLimit   = 3 * time.Minute
	messageSilence = 10 * time.Second
	// messageKey ends a message.
	messageKey = "#"
	// soundTime bounds the fetch of a recording, which has at most 3 MB.
	soundTime = 5 * time.Second
)

// AskForMessage says why nobody talks to the caller, asks for a message and records it.
//
// Of an empty recording Twilio asks no action but goes on with the next verb
// (https://www.twilio.com/docs/voice/twiml/record#attributes-action); so it is assumed to do if it cannot record. If
// the caller hangs up, the action is asked all the same, with the digits "hangup".
func AskForMessage(b Base, id call.ID, line settings.Values, why call.Reason, now time.Time) string {
	first := line.ClosedFirst()
	if why == call.ReasonMaxWait || why == call.ReasonNobodyOnline {
		first = line.Book().Say(prompt.NobodyFree)
	}
	if why == call.ReasonMessage { // the caller knows why
		first = prompt.Words{}
	}
	ask := line.Book().Say(prompt.LeaveMessage)
	silence := now.Add(Spoken(first) + Spoken(ask) + messageSilence/2)
	verbs := append(say(first), say(ask)...)
	return document(append(verbs, twiml.VoiceRecord{
		Action: b.MessageLeft(id), Method: "POST", PlayBeep: "true", FinishOnKey: messageKey,
		MaxLength: seconds(messageLimit), Timeout: seconds(messageSilence),
		RecordingStatusCallback: b.RecordingEvents(id), RecordingStatusCallbackMethod: "POST",
		RecordingStatusCallbackEvent: "completed absent",
	}, twiml.VoiceRedirect{Url: b.NoMessage(id, silence), Method: "POST"})...)
}

// NotRecorded says, by the address of Base.NoMessage, whether Twilio did not record at all: that is told as soon as the
// words are over. The silence of a caller lasts for a while before it ends a recording. Who presses the key at once
// cannot be told from that, so the words for it fit them, too.
func NotRecorded(address url.Values, now time.Time) bool {
	ms, err := strconv.ParseInt(address.Get(silentFrom), 36, 64)
	return err == nil && now.Before(time.UnixMilli(ms))
}

// ReadRecording reads what the action of a <Record>, or a recording's status callback, says of the recording
// (https://www.twilio.com/docs/voice/twiml/record#attributes-recording-status-callback-parameters). The action has no
// status: then the recording has ended.
func ReadRecording(form url.Values) voicemail.Recording {
	r := voicemail.Recording{ID: form.Get("RecordingSid")}
	if r.ID == "" {
		if at, err := url.Parse(form.Get("RecordingUrl")); err == nil {
			r.ID = path.Base(at.Path)
		}
	}
	if !isRecording(r.ID) {
		r.ID = ""
	}
	r.Seconds, _ = strconv.Atoi(form.Get("RecordingDuration"))
	r.Over, r.Absent = recordingOver(form.Get("RecordingStatus"))
	return r
}

// HungUp says whether the action of a <Record> is asked because the caller has hung up
// (https://www.twilio.com/docs/voice/twiml/record#attributes-action-parameters).
func HungUp(form url.Values) bool { return form.Get("Digits") == "hangup" }

func isRecording(id string) bool { return named(id) && len(id) == 34 && id[:2] == "RE" }

// recordingOver says whether a recording has ended, and whether there is none.
// https://www.twilio.com/docs/voice/api/recording#recording-properties
func recordingOver(status string) (over, absent bool) {
	switch status {
	case "", "completed":
		return true, false
	case "absent", "deleted", "failed":
		return true, true
	}
	return false, false
}

var _ voicemail.Recordings = (*Calls)(nil)

// RecordingsOf implements voicemail.Recordings.
func (c *Calls) RecordingsOf(ctx context.Context, id call.ID) (list []voicemail.Recording, err error) {
	if !named(string(id)) {
		return nil, service.ErrGone
	}
	err = c.askExisting(ctx, func(s *api.ApiService) error {
		list = nil
		page, err := s.PageRecording((&api.ListRecordingParams{}).SetCallSid(string(id)), "", "")
		if err != nil {
			return err
		}
		for _, of := range page.Recordings {
			r := voicemail.Recording{ID: value(of.Sid)}
			r.Seconds, _ = strconv.Atoi(value(of.Duration))
			r.Over, r.Absent = recordingOver(value(of.Status))
			if made, err := time.Parse(time.RFC1123Z, value(of.DateCreated)); err == nil {
				r.Made = made.UTC()
			}
			if isRecording(r.ID) && value(of.CallSid) == string(id) {
				list = append(list, r)
			}
		}
		return nil
	})
	return list, err
}

// DeleteRecording implements voicemail.Recordings.
func (c *Calls) DeleteRecording(ctx context.Context, id string) error {
	if !isRecording(id) {
		return service.ErrGone
	}
	return c.askExisting(ctx, func(s *api.ApiService) error { return s.DeleteRecording(id, nil) })
}

// RecordingSound implements voicemail.Recordings. The library has no method for it:
// https://www.twilio.com/docs/voice/api/recording#fetch-a-recordings-media-file
func (c *Calls) RecordingSound(ctx context.Context, id string) (wav []byte, err error) {
	if !isRecording(id) {
		return nil, service.ErrGone
	}
	err = c.within(ctx, soundTime, func(r *requests) error {
		address := twilioAPI + "/2010-04-01/Accounts/" + r.AccountSid() + "/Recordings/" + id + ".wav"
		resp, err := r.SendRequest(http.MethodGet, address, nil, nil)
		if err != nil {
			return err
		}
		wav, err = io.ReadAll(resp.Body) // which SendRequest has read
		return err
	})
	return wav, contract(err, true)
}
