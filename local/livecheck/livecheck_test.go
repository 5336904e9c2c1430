package livecheck_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"warmtransfer/local/livecheck"
	"warmtransfer/local/twiliosim"
)

// The network answers by itself what a person is asked to find out with Twilio, and telephones pick up by themselves.
func TestLiveCheckAgainstThePhoneNetwork(t *testing.T) {
	const account, key, number = "AC00000000000000000000000000000001", "SK00000000000000000000000000000001", "+15550100"
	phones := []string{"+15550123", "+15550124", "+15550125"}
	network, err := twiliosim.New(twiliosim.Config{
		Account: account, AuthToken: "0123456789abcdef0123456789abcdef", APIKey: key, APISecret: "secret",
		Number: number,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	if err := network.SetOutside("*", "pick-up"); err != nil {
		t.Fatal(err)
	}
	twilio := httptest.NewServer(network.Handler())
	defer twilio.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	answers := "silence, I think; my number is +15550123\n\nmusic\n"
	var said strings.Builder
	report, err := livecheck.Check(t.Context(), livecheck.Options{
		Account: account, Key: key, Secret: "secret", Number: number, TwilioURL: twilio.URL,
		PublicURL: "http://" + l.Addr().String() + "/",
		Phones:    phones, Listener: l, In: strings.NewReader(answers), Out: &said, Patience: 20 * time.Second,
		Act: func(action, call string) error {
			if action != "hang up" {
				t.Errorf("asked to %s", action)
			}
			return network.Hangup(call)
		},
	})
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, said.String(), report)
	}
	for _, want := range []string{
		`before the start is told +\d\S* after the answer, and -?\d\S* after`,
		`after the start +silence, I think; my number is …`,
		`ends the conference +is fetched, with DialCallStatus (completed|answered)`,
		`a conference's events .*conference-start \d+.*participant-leave \d+.*conference-end \d+|` +
			`a conference's events .*conference-end \d+`,
		`has joined +at request 1, `,
		`a leave is told +\d+`,
		`asked again +\d+ times .*heard: music`,
		`a full conference comes to +Dial's action`,
	} {
		if !regexp.MustCompile(want).MatchString(report) {
			t.Errorf("the report lacks %q:\n%s", want, report)
		}
	}
	for _, p := range append(phones, account, key) {
		if strings.Contains(report, p) {
			t.Errorf("the report holds %s:\n%s", p, report)
		}
	}
}

func TestLiveCheckSaysWhereItStopped(t *testing.T) {
	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, `{"code":20003,"message":"Authenticate"}`, http.StatusUnauthorized)
	}))
	defer refuses.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	report, err := livecheck.Check(t.Context(), livecheck.Options{
		Account: "AC1", Key: "SK1", TwilioURL: refuses.URL, PublicURL: "http://x", Phones: []string{"+15550123"},
		Listener: l,
		In:       strings.NewReader(""), Out: &said, Patience: time.Second,
	})
	if err == nil || !strings.Contains(report, "FAILED: an answer 401 of Twilio, code 20003") {
		t.Errorf("%v\n%s", err, report)
	}
}

func TestLiveCheckSaysWhatItNeeds(t *testing.T) {
	for _, name := range []string{"TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_NUMBER"} {
		t.Setenv(name, "x")
	}
	for want, args := range map[string][]string{
		"needs your telephone": nil,
		"needs -public-url":    {"-phone", "+15550123"},
	} {
		var said strings.Builder
		if err := livecheck.Run(t.Context(), args, strings.NewReader(""), &said); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	t.Setenv("TWILIO_API_KEY", "")
	var said strings.Builder
	if err := livecheck.Run(t.Context(), nil, strings.NewReader(""), &said); err == nil ||
		!strings.Contains(err.Error(), "needs TWILIO_API_KEY") {
		t.Error(err)
	}
}
