package twiliosim

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/media/voice/audio"
)

const leave = `<Say>Leave a message.</Say><Record action="/done" maxLength="20" timeout="4" finishOnKey="#" ` +
	`recordingStatusCallback="/recording" recordingStatusCallbackEvent="completed absent"/><Say>Nothing.</Say>`

const thanks = "speech:Thank you."

// recorder is a caller who has been asked to leave a message, and hears the beep.
func recorder(t *testing.T) (*harness, string) {
	b := newHarness(t)
	b.doc("/voice", leave)
	b.doc("/done", `<Say>Thank you.</Say>`)
	caller := b.dial()
	b.hears(caller, "speech:Leave a message.")
	for b.pass(time.Second); b.hearing(caller) != "beep"; b.pass(time.Second) {
	}
	return b, caller
}

func (b *harness) hearing(sid string) string {
	for _, v := range b.Calls() {
		if v.SID == sid {
			return strings.Join(v.Hears, " ")
		}
	}
	return ""
}

func (b *harness) recordings(call string) []api.ApiV2010Recording {
	b.t.Helper()
	list, err := b.api.ListRecording((&api.ListRecordingParams{}).SetCallSid(call))
	b.must(err)
	return list
}

// sound asks for a recording's file.
func (b *harness) sound(sid string) (int, []byte) {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodGet,
		b.rest.URL+"/2010-04-01/Accounts/"+testAccount+"/Recordings/"+sid+".wav", nil)
	b.must(err)
	req.SetBasicAuth(testKey, testSecret)
	resp, err := http.DefaultClient.Do(req)
	b.must(err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	b.must(err)
	return resp.StatusCode, body
}

func TestARecordingEnds(t *testing.T) {
	for name, c := range map[string]struct {
		do           func(b *harness, caller string)
		digits, next string
		seconds      string
	}{
		"by its key":      {func(b *harness, caller string) { b.must(b.DTMF(caller, "5#")) }, "#", thanks, "7"},
		"by hanging up":   {func(b *harness, caller string) { b.must(b.Hangup(caller)) }, "hangup", "", "7"},
		"when it is long": {func(b *harness, _ string) { b.pass(13 * time.Second) }, "", thanks, "20"},
		"when all is said": {func(b *harness, caller string) {
			b.must(b.Quiet(caller, true))
			b.pass(4 * time.Second)
		}, "", thanks, "7"},
	} {
		t.Run(name, func(t *testing.T) {
			b, caller := recorder(t)
			b.pass(time.Second)
			b.hears(caller, "recording")
			b.pass(7 * time.Second)
			b.hears(caller, "recording")
			if status, _ := b.sound(*b.recordings(caller)[0].Sid); status != http.StatusNotFound {
				t.Errorf("the file is there while it is made: %d", status)
			}
			c.do(b, caller)
			b.settle()
			if c.next != "" {
				b.hears(caller, c.next)
			}
			asked := b.got("/done")
			if len(asked) != 1 {
				t.Fatalf("the action was asked %d times", len(asked))
			}
			form := asked[0].form
			if form.Get("Digits") != c.digits || form.Get("RecordingDuration") != c.seconds ||
				!strings.HasSuffix(form.Get("RecordingUrl"), "/Recordings/"+form.Get("RecordingSid")) {
				t.Errorf("the action is told %v", form)
			}
			b.pass(2 * time.Second)
			told := b.got("/recording")
			if len(told) != 1 || told[0].form.Get("RecordingStatus") != "completed" ||
				told[0].form.Get("RecordingDuration") != c.seconds || told[0].form.Get("CallSid") != caller {
				t.Errorf("the callbacks are %v", told)
			}
			made := b.recordings(caller)
			if len(made) != 1 || *made[0].Duration != c.seconds || *made[0].Status != "completed" {
				t.Fatalf("the recordings are %+v", made)
			}
			status, wav := b.sound(*made[0].Sid)
			samples, err := audio.ReadWAV(wav)
			if want, _ := time.ParseDuration(c.seconds + "s"); status != http.StatusOK || err != nil ||
				len(samples) < audio.Samples(want) {
				t.Errorf("the file: %d, %d samples, %v", status, len(samples), err)
			}
			b.must(b.api.DeleteRecording(*made[0].Sid, nil))
			if status, _ := b.sound(*made[0].Sid); status != http.StatusNotFound || len(b.recordings(caller)) != 0 {
				t.Errorf("after it was deleted: %d, %v", status, b.recordings(caller))
			}
		})
	}
}

// Of an empty recording the action is not asked; the next verb follows.
func TestAnEmptyRecording(t *testing.T) {
	b, caller := recorder(t)
	b.must(b.Quiet(caller, true))
	b.pass(5 * time.Second)
	b.hears(caller, "speech:Nothing.")
	b.pass(2 * time.Second)
	told := b.got("/recording")
	if len(b.got("/done")) != 0 || len(told) != 1 || told[0].form.Get("RecordingStatus") != "absent" ||
		told[0].form.Get("ErrorCode") != "16101" {
		t.Errorf("the action was asked %v, the callback %v", b.got("/done"), told)
	}
}

func TestHangingUpAtTheBeepRecordsNothing(t *testing.T) {
	b, caller := recorder(t)
	b.must(b.Hangup(caller))
	b.pass(2 * time.Second)
	if len(b.got("/done"))+len(b.got("/recording"))+len(b.recordings(caller)) != 0 {
		t.Errorf("%v %v %v", b.got("/done"), b.got("/recording"), b.recordings(caller))
	}
}

func TestARefusedRecordingGoesOn(t *testing.T) {
	b := newHarness(t)
	b.doc("/voice", leave)
	if _, err := b.AddFault(faults.Rule{Kind: faults.Record, Do: faults.Fail}); err != nil {
		t.Fatal(err)
	}
	caller := b.dial()
	b.pass(2 * time.Second)
	b.hears(caller, "speech:Nothing.")
}

func TestACallThatIsRedirectedIsNoLongerRecorded(t *testing.T) {
	b, caller := recorder(t)
	b.pass(6 * time.Second)
	_, err := b.api.UpdateCall(caller, (&api.UpdateCallParams{}).SetTwiml("<Response><Say>Back.</Say></Response>"))
	b.must(err)
	b.settle()
	b.hears(caller, "speech:Back.")
	b.pass(2 * time.Second)
	if len(b.got("/done")) != 0 || len(b.got("/recording")) != 1 {
		t.Errorf("the action %v, the callback %v", b.got("/done"), b.got("/recording"))
	}
}

func TestTheFileNeedsCredentials(t *testing.T) {
	b, caller := recorder(t)
	b.pass(6 * time.Second)
	at, err := url.JoinPath(b.rest.URL, "2010-04-01/Accounts", testAccount, "Recordings", *b.recordings(caller)[0].Sid)
	b.must(err)
	resp, err := http.Get(at)
	b.must(err)
	defer func() { _ = resp.Body.Close() }()
	var told struct {
		Code int `json:"code"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&told); err != nil || resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("%d %v", resp.StatusCode, err)
	}
}
