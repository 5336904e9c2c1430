package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/httpapi"
	"warmtransfer/shared/httpapi/httpapitest"
	"warmtransfer/shared/prompt"
	"warmtransfer/shared/service"
	"warmtransfer/shared/service/servicetest"
	"warmtransfer/shared/settings"
	"warmtransfer/shared/twilio"
)

var holdTheLine = prompt.Book{}.Say(prompt.HoldTheLine).Sentences[0]

func serve(t testing.TB, keys twilio.Keys, agents ...agent.ID) (*httpapitest.Site, *servicetest.World) {
	return serveLine(t, keys, &settings.Values{}, agents...)
}

// serveLine is serve for a line with settings, which the test may change.
func serveLine(
	t testing.TB, keys twilio.Keys, set *settings.Values, agents ...agent.ID,
) (*httpapitest.Site, *servicetest.World) {
	w := servicetest.NewWorld(t, agents...)
	line := &service.LineSettings{Read: func(context.Context) (settings.Line, error) {
		return settings.Line{At: w.Now, Values: *set}, nil // saved just now
	}}
	return httpapitest.New(t, func() time.Time { return w.Now }, func(e httpapi.Edge) http.Handler {
		return handler{
			edge: e, keys: keys, music: "https://music.example/music", line: line,
			newService: func(twilio.Base) *service.Service { return w.Service },
		}.routes()
	}), w
}

// ask is a party's request for a turn; who is the CallSid of that party.
func ask(t testing.TB, s *httpapitest.Site, id call.ID, who string, turn int) httpapitest.Answer {
	t.Helper()
	to := "+15005550001"
	if who != string(id) {
		to = "client:alice"
	}
	form := httpapitest.Form(t, "wait", "CallSid", who, "To", to, "FriendlyName", string(id))
	a := s.Post("/wait/"+string(id)+"/"+strconv.Itoa(turn), form)
	allowed(t, a)
	a.Body = due.ReplaceAllString(a.Body, "$1")
	return a
}

// due is when the next turn is expected, which is part of its address.
var due = regexp.MustCompile(`(/wait/CA[0-9a-f]{32}/\d+)\.[0-9a-z]+`)

// allowed asserts F010: only verbs that a waitUrl and a holdUrl may contain, and always a redirect to
// the next turn.
func allowed(t testing.TB, a httpapitest.Answer) {
	t.Helper()
	verbs := a.TwiML(t).Verbs()
	for _, v := range verbs {
		if !slices.Contains([]string{"Say", "Play", "Pause", "Redirect"}, v) {
			t.Errorf("F010: a waiting caller gets <%s>", v)
		}
	}
	if len(verbs) == 0 || verbs[len(verbs)-1] != "Redirect" {
		t.Errorf("the document ends in silence: %v", verbs)
	}
}

// music is a turn: these words, that piece, the next turn.
func music(id call.ID, words, piece string, next int) string {
	say := ""
	if words != "" {
		say = "<Say>" + words + "</Say>"
	}
	return say +
		fmt.Sprintf(
			`<Play>https://music.example/music/%s.wav</Play>`+
				`<Redirect method="POST">%s/wait/%s/%d#rc=5&amp;rp=4xx,5xx,ct,rt&amp;rt=4500</Redirect>`,
			piece, httpapitest.Base, id, next)
}

const classic = "Thank you for calling. Please wait in line for a few seconds. An agent will be with you shortly."

func TestTheClassicsSentenceIsSaidOnceAndTheMusicGoesOn(t *testing.T) {
	s, w := serve(t, httpapitest.Keys)
	id := w.DialIn()
	for turn, want := range []struct{ words, piece string }{
		{classic, "00"}, {"You are next in line.", "01"}, {"", "02"}, {"", "03"},
		{"You are next in line.", "04"},
		{"", "05"}, {"", "06"}, {"You are next in line.", "07"}, {"", "08"}, {"", "09"},
		{"You are next in line.", "10"},
		{"", "01"}, {"", "02"},
	} {
		ask(t, s, id, string(id), turn).Is(t, music(id, want.words, want.piece, turn+1))
	}
}

func TestThePositionIsSaid(t *testing.T) {
	s, w := serve(t, httpapitest.Keys)
	var ids []call.ID
	for range service.QueuePage + 3 {
		id := w.DialIn()
		ids = append(ids, id)
		w.Now = w.Now.Add(time.Second)
	}
	for i, want := range map[int]string{
		0: "You are next in line.", 1: "You are number 2 in the line.", 19: "You are number 20 in the line.",
		20: "There are 20 or more callers before you.", 23: "There are 20 or more callers before you.",
	} {
		ask(t, s, ids[i], string(ids[i]), 1).Is(t, music(ids[i], want, "01", 2))
	}
}

// The pieces exist, and a turn with the longest words lasts at most 15 s: it is the caller's clock.
// Speech is some 15 characters a second.
func TestATurnTakesAtMostFifteenSeconds(t *testing.T) {
	length := func(turn int) float64 {
		info, err := os.Stat(filepath.Join("..", "..", "frontend", "public", "music", filepath.Base(piece(turn))))
		if err != nil {
			t.Fatal(err)
		}
		return float64(info.Size()-58) / 8000
	}
	const second = 15.0 // characters
	if got := length(0) + float64(len(classic))/second; got > 15 {
		t.Errorf("the first turn takes %.1f s", got)
	}
	for turn := 1; turn <= pieces; turn++ {
		if got := length(turn) + float64(len("There are 20 or more callers before you."))/second; got > 15 {
			t.Errorf("turn %d takes %.1f s", turn, got)
		}
	}
}

// The caller hears nothing until a turn is answered. The answer, and the saving of its effects (a
// second and a half more), must come before Twilio gives up.
func TestATurnIsAnsweredBeforeTwilioGivesItUp(t *testing.T) {
	const saving = 1500 * time.Millisecond
	_, overrides, _ := strings.Cut(twilio.Base("https://phone.example.com").Wait("CA1", 1), "#")
	q, err := url.ParseQuery(overrides)
	if err != nil {
		t.Fatal(err)
	}
	patience, err := time.ParseDuration(q.Get("rt") + "ms")
	if err != nil || turnTime+saving >= patience || patience > 5*time.Second {
		t.Errorf("a turn may take %v and %v more, Twilio waits for %v (%v)", turnTime, saving, patience, err)
	}
}

func TestWaitIsTheCallersClock(t *testing.T) {
	s, w := serve(t, httpapitest.Keys)
	id := w.DialIn()
	w.Choose("alice", agent.Away)
	w.Store.Next("Queue", servicetest.Fault{Err: service.ErrUnavailable})
	_, _ = w.Service.SetStatus(t.Context(), service.Principal{ID: "alice"}, agent.Available, false, w.Now)
	if w.Rings("alice") {
		t.Fatal("the test needs an offer that was missed")
	}
	ask(t, s, id, string(id), 2)
	if !w.Rings("alice") {
		t.Error("the turn did not repair the missed offer")
	}
}

func TestF008StoreDownStillMusic(t *testing.T) {
	for _, op := range []string{"Call", "SaveCall", "Queue", "Agents"} {
		for _, took := range []bool{false, true} {
			s, w := serve(t, httpapitest.Keys, "alice")
			id := w.DialIn()
			w.Store.Every(op, servicetest.Fault{Err: service.ErrUnavailable, Took: took})
			ask(t, s, id, string(id), 2).Is(t, music(id, "", "02", 3))
		}
	}
}

func TestF125SecretOutOfReachStillMusicAndNothingIsDone(t *testing.T) {
	s, w := serve(t, httpapitest.Broken{})
	id := w.DialIn()
	before := w.Store.Counts()
	ask(t, s, id, string(id), 1).Is(t, music(id, "", "01", 2))
	httpapitest.Untouched(t, w, before)
}

func TestF121NetworkDownStillMusic(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice")
	for _, op := range []string{"Dial", "FindLeg", "Hangup", "FindConference", "Participants", "SayGoodbye"} {
		w.Phones.Every(op, servicetest.Fault{Err: service.ErrUnknown})
	}
	id := w.DialIn()
	for turn := range 20 {
		ask(t, s, id, string(id), turn)
		w.Now = w.Now.Add(12 * time.Second)
	}
}

func TestAHeldAgentHearsMusicAndIsNobodysClock(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice")
	id := w.DialIn()
	w.Answer("alice")
	w.Settle()
	before := w.Store.Counts()
	ask(t, s, id, "CA22222222222222222222222222222222", 1).Is(t, music(id, "", "01", 2))
	sameCounts(t, before, w.Store.Counts())
	if w.Call(id).Caller.Held {
		t.Error("the caller counts as on hold because an agent asked for music")
	}
}

func sameCounts(t *testing.T, before, after map[string]int) {
	t.Helper()
	if fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("the store was asked: %v, before %v", after, before)
	}
}

func TestAHeldCallerIsNotToldAPosition(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice")
	id := w.DialIn()
	w.Answer("alice")
	w.Settle()
	w.MustPress("alice", call.DoHold, "")
	w.Settle()
	for turn := 1; turn < 5; turn++ {
		ask(t, s, id, string(id), turn).Is(t, music(id, "", fmt.Sprintf("%02d", turn), turn+1))
	}
}

func TestACallerWhoLostTheirAgentIsToldToStay(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice")
	id := w.DialIn()
	w.Answer("alice")
	w.Settle()
	w.HangUp("alice")
	w.Settle()
	if !w.Call(id).State.InLine() {
		t.Fatalf("the caller is %s", w.Call(id).State)
	}
	ask(t, s, id, string(id), 1).Is(t, music(id, "Please stay on the line. We will connect you again.", "01", 2))
	ask(t, s, id, string(id), 2).Is(t, music(id, "", "02", 3))
	ask(t, s, id, string(id), 4).Is(t, music(id, "You are next in line.", "04", 5))
}

func TestMaximumWaitEndsByLastWordsAndUntilThenByMusic(t *testing.T) {
	s, w := serve(t, httpapitest.Keys)
	id := w.DialIn()
	w.Now = w.Now.Add(servicetest.MaxWait)
	w.Phones.Every("SayGoodbye", servicetest.Fault{Err: service.ErrThrottled})
	ask(t, s, id, string(id), 100).Is(t, music(id, "", "10", 101))
	if c := w.Call(id); c.Reason != call.ReasonMaxWait || w.Hears(id) != "music" {
		t.Errorf("ended by %q, the caller hears %s", c.Reason, w.Hears(id))
	}
	w.Phones.Heal()
	ask(t, s, id, string(id), 101)
	if w.Hears(id) != "words" {
		t.Errorf("F011: the caller hears %s, want a goodbye", w.Hears(id))
	}
}

// The emergency's second step: who is in the queue hears the message and a goodbye, whether or not an agent is rung.
func TestF264TheEmergencysSecondStepEndsTheWaitWithWords(t *testing.T) {
	for _, agents := range [][]agent.ID{nil, {"alice"}} {
		for _, fault := range []servicetest.Fault{
			{}, {Err: service.ErrThrottled}, {Err: service.ErrUnknown}, {Err: service.ErrUnknown, Took: true},
		} {
			set := settings.Values{Emergency: settings.Emergency{Closed: true}}
			s, w := serveLine(t, httpapitest.Keys, &set, agents...)
			w.Use(service.Settings{Observe: httpapi.Observe})
			id := w.DialIn()
			w.Settle()
			ask(t, s, id, string(id), 0)
			if c := w.Call(id); !c.State.InLine() {
				t.Fatalf("after the first step the caller is %s", c.State)
			}
			set.Emergency.EndWaits = true
			w.Now = w.Now.Add(31 * time.Second) // longer than the settings are remembered
			if fault.Err != nil {
				w.Phones.Every("SayGoodbye", fault)
			}
			ask(t, s, id, string(id), 1)
			w.Settle()
			c := w.Call(id)
			if c.State != call.Ended || c.Reason != call.ReasonClosed {
				t.Fatalf("the caller is %s, %q", c.State, c.Reason)
			}
			if w.Hears(id) == "silence" {
				t.Error("the caller is left in silence")
			}
			w.Phones.Heal()
			if w.Hears(id) == "music" {
				ask(t, s, id, string(id), 2)
			}
			w.Pass(30 * time.Second)
			if w.Hears(id) == "music" || w.Rings("alice") {
				t.Errorf("%v: the caller hears %s, alice is rung %t", fault, w.Hears(id), w.Rings("alice"))
			}
			if !strings.Contains(s.Log.String(), `"TurnedAway":1`) || strings.Contains(s.Log.String(), "Abandoned") {
				t.Error("it is not counted as what it is")
			}
			w.Check()
		}
	}
}

// A caller who talks, or is on hold, is not in the queue, and stays.
func TestF264TheEmergencyEndsNoTalk(t *testing.T) {
	set := settings.Values{Emergency: settings.Emergency{Closed: true, EndWaits: true}}
	s, w := serveLine(t, httpapitest.Keys, &set, "alice")
	id := w.DialIn()
	w.Answer("alice")
	w.Settle()
	ask(t, s, id, string(id), 1)
	if c := w.Call(id); c.State != call.Talking {
		t.Errorf("the caller is %s", c.State)
	}
}

func TestF268TurnsAreInTheLinesLanguageWithItsOwnWords(t *testing.T) {
	set := settings.Values{Language: "es", Waiting: "Visite nuestra página."}
	s, w := serveLine(t, httpapitest.Keys, &set)
	id := w.DialIn()
	for turn, want := range []string{
		"Gracias por llamar. Espere unos segundos, por favor. Le atenderemos en breve.",
		"Su llamada es la siguiente.", "Visite nuestra página.", "",
	} {
		say := ask(t, s, id, string(id), turn).TwiML(t).Find("Say")
		if want == "" && say.Name == "" {
			continue
		}
		if got := say.String(); got != `<Say language="es-ES" voice="Polly.Lucia">`+want+`</Say>` {
			t.Errorf("turn %d says %s, want %q", turn, got, want)
		}
	}
}

func TestACallerWhoseItemIsLostArrivesAnew(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice")
	id := call.ID("CA11111111111111111111111111111111")
	ask(t, s, id, string(id), 7)
	if w.Call(id).State != call.Ringing || !w.Rings("alice") {
		t.Error("nobody is rung for the caller")
	}
}

func TestForeignConferencesAndOddTurnsGetMusic(t *testing.T) {
	s, w := serve(t, httpapitest.Keys)
	form := httpapitest.Form(t, "wait")
	for _, turn := range []string{"x", "-1", "100001", "99999999999999999999"} {
		a := s.Post("/wait/CA33333333333333333333333333333333/"+turn, form)
		allowed(t, a)
		a.Body = due.ReplaceAllString(a.Body, "$1")
		a.Is(t, music("CA33333333333333333333333333333333", "", "01", 2))
	}
	if n := w.Store.Count("SaveCall"); n != 0 {
		t.Errorf("%d calls stored for another party's request", n)
	}
}

// An announcement plays over what the caller hears: music instead of it would never end.
func TestF034TheCallerOfASilentPageIsTold(t *testing.T) {
	s, w := serve(t, httpapitest.Keys, "alice")
	id := w.DialIn()
	form := httpapitest.Form(t, "wait", "CallSid", string(id), "FriendlyName", string(id))
	path := "/wait/" + string(id) + "/" + twilio.Silence
	if got, want := s.Post(path, form).TwiML(t).Verbs(), []string{"Say"}; !slices.Equal(got, want) {
		t.Errorf("the caller gets %v, want %v", got, want)
	}
	s, _ = serve(t, httpapitest.Broken{})
	if got := s.Post(path, form).TwiML(t).Verbs(); len(got) != 0 {
		t.Errorf("while the secret cannot be read the caller gets %v", got)
	}
}

func TestSampleEvent(t *testing.T) {
	s, _ := serve(t, httpapitest.Keys)
	allowed(t, s.Do(httpapitest.Sample(t, "wait")))
}

func TestSecurityOfWait(t *testing.T) {
	httpapitest.Refusals(t, []httpapitest.Hooked{{Path: "/wait/CA11111111111111111111111111111111/1",
		Form: httpapitest.Form(t, "wait")}},
		func(t testing.TB, keys twilio.Keys) (*httpapitest.Site, *servicetest.World) {
			return serve(t, keys, "alice")
		})
}

func FuzzF170Turns(f *testing.F) {
	f.Add("CA11111111111111111111111111111111", "CA11111111111111111111111111111111", "0")
	f.Add("a", "", "-1")
	f.Add("%2F", "<Say>", "01")
	f.Fuzz(func(t *testing.T, id, who, turn string) {
		if strings.ContainsAny(id+turn, "/?#%\\ ") {
			return
		}
		s, _ := serve(t, httpapitest.Keys)
		a := s.Post("/wait/"+id+"/"+turn, httpapitest.Form(t, "wait", "CallSid", who))
		if a.Status == http.StatusOK {
			allowed(t, a)
		} else if a.Status >= 500 {
			t.Errorf("%q %q: %d", id, turn, a.Status)
		}
	})
}
