package scenario

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"warmtransfer/local/gateway/sam"
	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim/exchange"
	"warmtransfer/local/twiliosim/faults"
	"warmtransfer/local/twiliosim/media/voice/audio"
	"warmtransfer/shared/settings"
)

// message is a message as the agents' API tells it.
type message struct {
	ID, Call, Caller, Why, State string
	At                           time.Time
	Seconds                      int
	By                           *struct{ ID, Name string }
}

// night is a line that is closed and takes messages.
var night = settings.Values{
	Emergency: settings.Emergency{Closed: true}, Voicemail: settings.Voicemail{Closed: true},
}

// asleep opens a line at night.
func asleep(t *testing.T) *line {
	l := open(t)
	l.sets(night)
	l.register("alice")
	return l
}

// messages are those that an agent sees.
func (l *line) messages(id string) []message {
	l.t.Helper()
	var page struct{ Messages []message }
	l.must(l.agent(id).Call(l.ctx, http.MethodGet, "/messages", nil, &page))
	return page.Messages
}

func (l *line) onMessage(id, message, action string) (m message, err error) {
	body := map[string]string{"action": action}
	return m, l.agent(id).Call(l.ctx, http.MethodPost, "/messages/"+message, body, &m)
}

// sound is what a caller hears, in the words of the phone network.
func (l *line) sound(sid string) string {
	if heard := l.Network.Hears(sid); len(heard) > 0 {
		return heard[0].String()
	}
	return ""
}

// untilHears lets time pass until a caller hears that.
func (l *line) untilHears(sid, want string) {
	l.t.Helper()
	for range 120 {
		if strings.HasPrefix(l.sound(sid), want) {
			return
		}
		l.pass(time.Second)
	}
	l.t.Fatalf("%s hears %q, never %q", l.name(sid), l.sound(sid), want)
}

// leaves lets a caller speak for a while after the tone, and press the key.
func (l *line) leaves(sid string, speaks time.Duration) {
	l.t.Helper()
	l.untilHears(sid, "recording")
	l.pass(speaks)
	l.must(l.Network.DTMF(sid, "#"))
	l.settle()
}

// theMessage is the only one.
func (l *line) theMessage() message {
	l.t.Helper()
	list := l.messages("alice")
	if len(list) != 1 {
		l.t.Fatalf("the messages are %+v", list)
	}
	return list[0]
}

func (l *line) recordings() []exchange.Recording { return l.Network.API().Recordings() }

const sweeps = 8 * time.Minute // longer than the sweep waits for a callback

func TestF270AMessageAtNight(t *testing.T) {
	t.Parallel()
	l := asleep(t)
	caller := l.dial("+15550199")
	l.pass(time.Second)
	if got := l.sound(caller); got != "speech:Thank you for calling." {
		t.Errorf("the caller hears %q", got)
	}
	l.untilHears(caller, "speech:Please leave a message")
	l.untilHears(caller, "beep")
	l.leaves(caller, 21*time.Second)
	if got := l.sound(caller); got != "speech:Thank you. We have received your message. Goodbye." {
		t.Errorf("after the message the caller hears %q", got)
	}
	l.pass(10 * time.Second)
	l.wantOver(caller)
	m := l.theMessage()
	if m.Caller != "+15550199" || m.Call != caller || m.Seconds < 20 || m.State != "new" || m.Why != "closed" {
		t.Errorf("the message is %+v", m)
	}
	wav, header := l.listensTo("alice", m.ID, "")
	samples, err := audio.ReadWAV(wav)
	if err != nil || len(samples) < audio.Samples(20*time.Second) || header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d samples, %v, %v", len(samples), err, header)
	}
	part, header := l.listensTo("alice", m.ID, "bytes=100-199")
	of := fmt.Sprintf("bytes 100-199/%d", len(wav))
	if string(part) != string(wav[100:200]) || header.Get("Content-Range") != of {
		t.Errorf("a part of it is %d bytes, %v", len(part), header)
	}
	l.untilOver(caller)
}

func (l *line) untilOver(caller string) {
	l.t.Helper()
	l.pass(sweeps)
	if c := l.conference(caller); c != nil && c.Live() {
		l.t.Errorf("the call is %s", c.State)
	}
	l.wantNoGap(caller)
}

// listensTo asks for a message's sound, or a range of it.
func (l *line) listensTo(id, message, part string) ([]byte, http.Header) {
	l.t.Helper()
	token, err := l.SignIn.Token(id)
	l.must(err)
	req, err := http.NewRequest(http.MethodGet, l.API+"/messages/"+message+"/sound", nil)
	l.must(err)
	req.Header.Set("Authorization", "Bearer "+token)
	if part != "" {
		req.Header.Set("Range", part)
	}
	status, body, header := l.send(req)
	if status != http.StatusOK && part == "" || part != "" && status != http.StatusPartialContent {
		l.t.Fatalf("the sound: %d %s", status, body[:min(len(body), 200)])
	}
	return []byte(body), header
}

// Callbacks that are lost, doubled, or come hours late: there is one message, as soon as anything tells of it.
func TestF271F272F273CallbacksOfARecording(t *testing.T) {
	const soon, hour = 5 * time.Second, 3600 * 1000
	action := faults.Match{Event: "action"}
	for name, c := range map[string]struct {
		rules []faults.Rule
		after time.Duration
		later time.Duration
	}{
		"lost":         {[]faults.Rule{{Do: faults.Drop}}, soon, sweeps},
		"doubled":      {[]faults.Rule{{Do: faults.Double}}, soon, sweeps},
		"refused":      {[]faults.Rule{{Do: faults.Fail}}, soon, sweeps},
		"all are lost": {[]faults.Rule{{Do: faults.Drop}, {Do: faults.Drop, Match: action}}, sweeps, sweeps},
		"hours late": {[]faults.Rule{
			{Do: faults.Delay, DelayMs: 2 * hour}, {Do: faults.Delay, DelayMs: 2 * hour, Match: action},
		}, sweeps, 2 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := asleep(t)
			for _, r := range c.rules {
				r.Kind = faults.Webhook
				if r.Match.Event == "" {
					r.Match.Event = "recording-completed"
				}
				l.fault(r)
			}
			caller := l.dial("+15550199")
			l.untilHears(caller, "recording")
			l.pass(20 * time.Second)
			l.hangs(caller)
			l.pass(c.after)
			first := l.theMessage()
			if first.Caller != "+15550199" || first.Seconds < 19 || first.Why != "closed" {
				t.Errorf("the message is %+v", first)
			}
			if _, err := l.onMessage("alice", first.ID, "done"); err != nil {
				t.Fatal(err)
			}
			l.pass(c.later)
			if m := l.theMessage(); m.ID != first.ID || m.State != "done" || m.Seconds != first.Seconds {
				t.Errorf("later the message is %+v", m)
			}
		})
	}
}

// The caller hangs up in each phrase. One who has said nothing for two seconds is a missed call, of which nothing is
// left at Twilio.
func TestF274TheCallerHangsUpInEachPhrase(t *testing.T) {
	chosen := sample(3)
	for _, c := range []struct {
		phrase   string
		messages int
	}{
		{"recording", 0}, {"speech:Thank you for calling", 0}, {"speech:This line is closed", 0}, {"spoken", 1},
		{"speech:Please leave", 0}, {"beep", 0}, {"speech:Thank you. We have", 1},
	} {
		if !chosen() {
			continue
		}
		phrase, messages := c.phrase, c.messages
		t.Run(phrase, func(t *testing.T) {
			t.Parallel()
			l := asleep(t)
			caller := l.dial("+15550199")
			l.pass(time.Second)
			switch phrase {
			case "recording":
				l.untilHears(caller, phrase)
				l.pass(1500 * time.Millisecond)
			case "spoken":
				l.untilHears(caller, "recording")
				l.pass(3 * time.Second)
			case "speech:Thank you. We have":
				l.leaves(caller, 3*time.Second)
			default:
				l.untilHears(caller, phrase)
			}
			l.hangs(caller)
			l.pass(90 * time.Minute)
			if got := l.messages("alice"); len(got) != messages || len(l.recordings()) != messages {
				t.Errorf("the messages are %+v, the recordings %+v", got, l.recordings())
			}
			l.wantNoGap(caller)
		})
	}
}

// notRecorded is what who cannot leave a message hears.
const notRecorded = "speech:We are sorry that we could not record a message."

func TestF275TwilioRefusesToRecord(t *testing.T) {
	t.Parallel()
	l := asleep(t)
	l.fault(faults.Rule{Kind: faults.Record, Do: faults.Fail})
	caller := l.dial("+15550199")
	l.untilHears(caller, notRecorded)
	l.pass(15 * time.Second)
	l.wantOver(caller)
	l.lastHeard(caller, "speech:Please call again later. Goodbye.")
	l.wantNoGap(caller)
}

// While the line is open, the caller waits again, and is offered to an agent.
func TestF275WhoLeavesNoMessageStaysInTheLine(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.sets(settings.Values{Voicemail: settings.Voicemail{NobodyOnline: true}})
	l.fault(faults.Rule{Kind: faults.Record, Do: faults.Fail, Times: 1})
	caller := l.dial("+15550199")
	l.untilHears(caller, notRecorded)
	l.pass(10 * time.Second)
	l.waits(caller)
	l.online("alice")
	l.pass(10 * time.Second)
	l.answers("alice")
	l.together(caller, l.legTo("alice"))
	l.presses("alice", "end", "")
	l.done(time.Minute)
}

// The last agent goes while a caller waits, or gives them back to the line and goes: they are asked for a message some
// minutes later, and have music until then.
func TestF378TheLastAgentGoesWhileACallerWaits(t *testing.T) {
	for _, talks := range []bool{false, true} {
		t.Run(fmt.Sprintf("talks %t", talks), func(t *testing.T) {
			t.Parallel()
			l := open(t)
			l.sets(settings.Values{Voicemail: settings.Voicemail{NobodyOnline: true}})
			l.online("alice")
			if !talks {
				l.away("alice")
			}
			caller := l.dial("+15550199")
			if talks {
				l.together(caller, l.answers("alice"))
				l.presses("alice", "requeue", "")
				l.pass(5 * time.Second)
				l.away("alice")
			}
			l.pass(time.Minute)
			l.waits(caller)
			l.until("the caller to be asked", 4*time.Minute, func() bool {
				return strings.HasPrefix(l.sound(caller), "speech:We are sorry that nobody")
			})
			l.leaves(caller, 5*time.Second)
			l.pass(15 * time.Second)
			l.wantNoGap(caller)
			if list := l.messages("alice"); len(list) != 1 {
				t.Errorf("the messages are %+v", list)
			}
		})
	}
}

// The same while a deployment makes the index watch: the agent who has come meanwhile is found without it.
func TestF275WhoLeavesNoMessageIsOfferedWhileTheIndexIsBeingMade(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	down.Store(true)
	l := open(t, notThere(t, &down))
	l.sets(settings.Values{Voicemail: settings.Voicemail{NobodyOnline: true}})
	caller := l.dial("+15550199")
	l.fault(faults.Rule{Kind: faults.Record, Do: faults.Fail, Times: 1})
	l.untilHears(caller, "speech:Please leave a message")
	l.online("alice")
	l.untilHears(caller, notRecorded)
	l.pass(10 * time.Second)
	l.together(caller, l.answers("alice"))
	down.Store(false)
	l.presses("alice", "end", "")
	l.done(time.Minute)
}

// It closes at midnight while a caller waits: they keep their place, and are asked at the longest wait.
func TestF276MidnightWhileACallerWaits(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.register("alice")
	l.sets(settings.Values{
		Zone: "UTC", Hours: &settings.Week{Monday: []settings.Span{{From: "09:00", To: "09:01"}}},
		Voicemail: settings.Voicemail{Closed: true, LongestWait: true},
	})
	caller := l.dial("+15550199")
	for l.clock.Now().Before(epoch.Add(20 * time.Minute)) {
		l.pass(20 * time.Second)
		l.waits(caller)
	}
	for range 120 {
		if l.sound(caller) == "recording" {
			break
		}
		l.pass(10 * time.Second)
	}
	l.leaves(caller, 10*time.Second)
	l.pass(10 * time.Second)
	l.wantOver(caller)
	if m := l.theMessage(); m.Why != "abandoned_by_policy" || m.Caller != "+15550199" {
		t.Errorf("the message is %+v", m)
	}
	l.wantNoGap(caller)
}

// The goodbye takes effect and its answer is lost. The sweeps that come while the caller speaks do not cut the message.
func TestF282TheAnswerToTheGoodbyeIsLost(t *testing.T) {
	t.Parallel()
	l := open(t, shortWait)
	l.register("alice")
	l.sets(settings.Values{Voicemail: settings.Voicemail{LongestWait: true}})
	l.fault(faults.Rule{Kind: faults.REST, Do: faults.FailAfter, Match: faults.Match{Event: "UpdateCall"}})
	caller := l.dial("+15550199")
	l.untilHears(caller, "recording")
	for range 14 {
		l.pass(10 * time.Second)
		if got := l.sound(caller); got != "recording" {
			t.Fatalf("the caller hears %q", got)
		}
	}
	l.must(l.Network.DTMF(caller, "#"))
	l.pass(20 * time.Second)
	l.wantOver(caller)
	l.theMessage()
}

func TestF277TwoAgentsTakeOneMessage(t *testing.T) {
	t.Parallel()
	l := asleep(t)
	l.leaves(l.dial("+15550199"), 5*time.Second)
	l.pass(3 * time.Second)
	m := l.theMessage()
	ids := []string{"alice", "bob"}
	results := make([]error, len(ids))
	for _, id := range ids {
		l.agent(id)
	}
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() { _, results[i] = l.onMessage(id, m.ID, "take") })
	}
	all.Wait()
	won := slices.IndexFunc(results, func(err error) bool { return err == nil })
	if won < 0 {
		t.Fatalf("nobody has it: %v", results)
	}
	var lost *stack.APIError
	m = l.theMessage()
	if !errors.As(results[1-won], &lost) || lost.Status != http.StatusConflict ||
		lost.Type != "/problems/message-taken" || m.By == nil || lost.Detail != m.By.Name || m.By.ID != ids[won] {
		t.Errorf("%v; the message is %+v of %+v", results, m, m.By)
	}
	if _, err := l.onMessage(ids[won], m.ID, "done"); err != nil {
		t.Error(err)
	}
}

// A message goes at Twilio and here when it was kept long enough, also if Twilio refuses it at first.
func TestF278OldMessagesAreDeleted(t *testing.T) {
	t.Parallel()
	l := open(t, func(o *stack.Options) {
		o.Parameters = map[string]string{"MessageDays": "1"}
		o.Change = func(t *sam.Template) { // a day of sweeps is long
			at := slices.IndexFunc(t.Functions, func(f sam.Function) bool { return f.Folder() == "sweep" })
			t.Functions[at].Schedules[0].Every = 5 * time.Minute
		}
	})
	l.sets(night)
	l.leaves(l.dial("+15550199"), 5*time.Second)
	l.pass(23 * time.Hour)
	old := l.theMessage()
	l.fault(faults.Rule{Kind: faults.REST, Do: faults.Fail, Times: 2, Match: faults.Match{Event: "DeleteRecording"}})
	l.pass(3*time.Hour + 5*time.Minute) // tried each hour
	if got := l.messages("alice"); len(got) != 0 || len(l.recordings()) != 0 {
		t.Errorf("the messages are %+v, the recordings %+v", got, l.recordings())
	}
	l.refusal("alice", http.MethodGet, "/messages/"+old.ID+"/sound", nil, http.StatusNotFound, "no-message")
}

func TestF279AForgottenCallersMessagesGo(t *testing.T) {
	t.Parallel()
	l := asleep(t)
	l.leaves(l.dial("+15550199"), 5*time.Second)
	l.leaves(l.dial("+15550198"), 5*time.Second)
	l.pass(20 * time.Second)
	f, err := l.table().Forget(l.ctx, "+15550199")
	if err != nil || f.Messages != 1 || f.Calls != 1 {
		t.Fatalf("%+v, %v", f, err)
	}
	if m := l.theMessage(); m.Caller != "+15550198" {
		t.Errorf("left is %+v", m)
	}
	l.pass(2 * time.Minute)
	if made := l.recordings(); len(made) != 1 {
		t.Errorf("the recordings are %+v", made)
	}
}

// As long as the request for a message fails it is made again.
func TestF280TheServerIsDownAsACallerIsAsked(t *testing.T) {
	t.Parallel()
	l := asleep(t)
	l.unavailable("/voicemail/", 3)
	caller := l.dial("+15550199")
	l.leaves(caller, 5*time.Second)
	l.pass(10 * time.Second)
	l.wantOver(caller)
	l.theMessage()
	l.wantNoGap(caller)
}

func TestF281NobodyIsOnline(t *testing.T) {
	t.Parallel()
	l := open(t)
	l.sets(settings.Values{Voicemail: settings.Voicemail{NobodyOnline: true, Words: "Say who you are."}})
	caller := l.dial("+15550199")
	l.untilHears(caller, "speech:Say who you are.")
	l.leaves(caller, 5*time.Second)
	l.pass(10 * time.Second)
	l.wantOver(caller)
	l.online("alice")
	if m := l.theMessage(); m.Why != "nobody-online" {
		t.Errorf("the message is %+v", m)
	}
	l.away("alice")
	l.waits(l.dial("+15550198")) // an agent is online, and takes no calls just now
}
