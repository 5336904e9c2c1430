package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"warmtransfer/shared/prompt"
	"warmtransfer/shared/service"
	"warmtransfer/shared/twilio"
)

func TestCreateUploadsThePageAndPointsTheNumber(t *testing.T) {
	r := newRig(t)
	r.mustSend("create")
	want := map[string]string{
		"index.html":              "text/html; charset=utf-8; no-cache",
		"config.json":             "application/json; no-cache",
		"fallback.xml":            "text/xml; charset=utf-8; no-cache",
		"release.json":            "application/json; no-cache",
		"favicon.svg":             "image/svg+xml; no-cache",
		"assets/main-AAAAAAAA.js": "text/javascript; charset=utf-8; public, max-age=31536000, immutable",
		"music/00.wav":            "audio/wav; public, max-age=86400",
	}
	if got := r.objects(); !maps.Equal(got, want) {
		t.Errorf("the bucket holds %v\nwant %v", got, want)
	}
	const config = `{"signIn":{"authority":"https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI",` +
		`"clientId":"1example23456789","scope":"openid profile email"},"voice":{}}`
	if got := r.content("config.json"); got != config {
		t.Errorf("config.json is %s", got)
	}
	const api = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"
	n := r.number()
	if n.Voice != (twilio.Hook{URL: api + "/incoming", Method: "POST"}) ||
		n.Status != (twilio.Hook{URL: api + "/events/call", Method: "POST"}) ||
		n.Fallback != (twilio.Hook{URL: "https://d0987654321cba.cloudfront.net/fallback.xml", Method: "GET"}) {
		t.Errorf("the number points at %+v", n)
	}
}

// Cognito resets every setting that an update does not repeat.
func TestSignInReturnsToThePageAndKeepsItsOtherSettings(t *testing.T) {
	r := newRig(t)
	want := maps.Clone(r.cognito.settings)
	for _, told := range []string{"ClientSecret", "CreationDate", "LastModifiedDate"} {
		delete(want, told)
	}
	want["CallbackURLs"], want["LogoutURLs"] = []any{"https://d1234567890abc.cloudfront.net/"},
		[]any{"https://d1234567890abc.cloudfront.net/"}
	r.mustSend("create")
	if !reflect.DeepEqual(r.cognito.settings, want) {
		t.Errorf("the client is %v\nwant %v", r.cognito.settings, want)
	}
	r.mustSend("update")
	if r.cognito.updates != 1 {
		t.Errorf("the client was set %d times; the second time there was nothing to change", r.cognito.updates)
	}
}

func TestThePageIsToldTheOtherSystemsAddress(t *testing.T) {
	r := newRig(t)
	e := r.event("create")
	e.ResourceProperties["CrmUrl"] = "https://crm.example.com/?phone={number}"
	if a := r.send(e); a.Status != cfn.StatusSuccess ||
		!strings.Contains(r.content("config.json"), `"crm":"https://crm.example.com/?phone={number}"`) {
		t.Errorf("%s %s, %s", a.Status, a.Reason, r.content("config.json"))
	}
}

func TestAnotherIssuerHasNoUserPool(t *testing.T) {
	r := newRigFor(t, "https://sign-in.example.com")
	e := r.event("create")
	e.ResourceProperties["UserPool"] = ""
	if a := r.send(e); a.Status != cfn.StatusSuccess || r.cognito.updates != 0 {
		t.Errorf("%s %s, %d updates of Cognito", a.Status, a.Reason, r.cognito.updates)
	}
}

func TestRepeatedUpdateChangesNothing(t *testing.T) {
	r := newRig(t)
	r.mustSend("create")
	before, number := r.objects(), r.number()
	r.mustSend("update")
	r.mustSend("update")
	if got := r.objects(); !maps.Equal(got, before) || r.number() != number {
		t.Errorf("from %v to %v", before, got)
	}
}

func names(r *rig) string { return strings.Join(slices.Sorted(maps.Keys(r.objects())), " ") }

// An open page asks for the files of its own release.
func TestFilesOfTheReleaseBeforeStayAndOlderOnesGo(t *testing.T) {
	r := newRig(t)
	r.mustSend("create")
	release := func(version string) {
		r.page["index.html"] = file0("<html>" + version)
		maps.DeleteFunc(r.page, func(name string, _ *fstest.MapFile) bool { return strings.HasPrefix(name, "assets/") })
		r.page["assets/main-"+strings.Repeat(version, 8)+".js"] = file0(version)
		r.mustSend("update")
	}
	const rest = " config.json fallback.xml favicon.svg index.html music/00.wav release.json"
	release("B")
	if got := names(r); got != "assets/main-AAAAAAAA.js assets/main-BBBBBBBB.js"+rest {
		t.Errorf("after the second release: %s", got)
	}
	r.mustSend("update") // CloudFormation asks twice
	release("C")
	if got := names(r); got != "assets/main-BBBBBBBB.js assets/main-CCCCCCCC.js"+rest {
		t.Errorf("after the third release: %s", got)
	}
	release("B") // rolled back
	if got := names(r); got != "assets/main-BBBBBBBB.js assets/main-CCCCCCCC.js"+rest {
		t.Errorf("after rolling back: %s", got)
	}
}

// What supervisors have uploaded belongs to no release, and callers go on hearing it; it goes with the stack.
func TestF293OwnMusicOutlivesAReleaseAndGoesWithTheStack(t *testing.T) {
	r := newRig(t)
	r.mustSend("create")
	own := aws.String("music/own/0123456789abcdef0123456789abcdef/00.wav")
	_, err := r.s3.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String(bucketName), Key: own, Body: strings.NewReader("RIFF"),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, version := range []string{"B", "C"} {
		r.page["index.html"] = file0("<html>" + version)
		r.mustSend("update")
	}
	if got := names(r); !strings.Contains(got, *own) {
		t.Errorf("after two releases: %s", got)
	}
	r.mustSend("delete")
	if got := names(r); got != "" {
		t.Errorf("after the stack: %s", got)
	}
}

// A failure between any two requests leaves a page that works, and the next attempt or
// the roll-back finishes.
func TestReleaseThatFailsOnTheWayIsMendedByTheNext(t *testing.T) {
	for fails := range 9 {
		r := newRig(t)
		r.mustSend("create")
		r.page["index.html"], r.page["assets/main-BBBBBBBB.js"] = file0("<html>two"), file0("two")
		delete(r.page, "assets/main-AAAAAAAA.js")
		seen := 0
		r.deny = func(*http.Request) bool { seen++; return seen == fails+1 }
		a := r.send(r.event("update"))
		r.deny = nil
		if seen > fails && a.Status != cfn.StatusFailed {
			t.Fatalf("request %d failed and the answer is %s", fails, a.Status)
		}
		if strings.Contains(a.Reason, "123456789012") ||
			(a.Reason != "" && !strings.Contains(a.Reason, "AccessDenied")) {
			t.Errorf("request %d: reason %q", fails, a.Reason)
		}
		objects := r.objects()
		asks := "assets/main-AAAAAAAA.js"
		if r.content("index.html") == "<html>two" {
			asks = "assets/main-BBBBBBBB.js"
		}
		if _, there := objects[asks]; !there {
			t.Errorf("request %d: the page asks for %s, which is gone", fails, asks)
		}
		r.mustSend("update")
		if got := r.objects(); got["assets/main-AAAAAAAA.js"] == "" || got["assets/main-BBBBBBBB.js"] == "" {
			t.Errorf("request %d: after mending the bucket holds %v", fails, got)
		}
	}
}

func TestDeleteEmptiesTheBucketAndLetsTheNumberGo(t *testing.T) {
	r := newRig(t)
	r.mustSend("create")
	for range 3 {
		_, err := r.s3.PutObject(context.Background(),
			&s3.PutObjectInput{Bucket: aws.String(bucketName), Key: aws.String("left behind"),
				Body: strings.NewReader("x")})
		if err != nil {
			t.Fatal(err)
		}
	}
	r.mustSend("delete")
	if got := r.objects(); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
	if n := r.number(); n.Voice.URL != "" || n.Fallback.URL != "" || n.Status.URL != "" {
		t.Errorf("the number still points at %+v", n)
	}
	r.mustSend("delete")
}

func TestDeleteLeavesANumberThatPointsElsewhere(t *testing.T) {
	r := newRig(t)
	r.network.SetNumber("https://other.example.com/voice", "", "")
	r.mustSend("delete")
	if n := r.number(); n.Voice.URL != "https://other.example.com/voice" {
		t.Errorf("the number points at %q", n.Voice.URL)
	}
}

// A stack whose creation has failed must be deletable, whatever is wrong with it.
func TestDeleteSucceedsWithoutCredentialsBucketOrProperties(t *testing.T) {
	r := newRig(t)
	r.keys.APISecret = "wrongwrongwrongwrong"
	r.mustSend("delete")
	e := r.event("delete")
	if _, err := r.s3.DeleteBucket(context.Background(),
		&s3.DeleteBucketInput{Bucket: aws.String(bucketName)}); err != nil {
		t.Fatal(err)
	}
	if a := r.send(e); a.Status != cfn.StatusSuccess {
		t.Errorf("without its bucket: %s", a.Reason)
	}
	e.ResourceProperties = map[string]any{}
	if a := r.send(e); a.Status != cfn.StatusSuccess {
		t.Errorf("without properties: %s", a.Reason)
	}
}

// failing is a Twilio account that refuses requests.
type failing struct {
	err   error
	point error
}

func (f failing) Number(context.Context, string) (twilio.Number, error) {
	return twilio.Number{SID: "PN1"}, f.err
}
func (f failing) Region(context.Context, string) (string, error)   { return twilio.HomeRegion, nil }
func (f failing) PointNumber(context.Context, twilio.Number) error { return f.point }

func TestRefusalsNameTheParameterAndChangeNothing(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(r *rig, e *cfn.Event)
		want  []string
	}{
		"wrong secret": {func(r *rig, _ *cfn.Event) { r.keys.APISecret = "wrongwrongwrongwrong" },
			[]string{"TwilioApiKey", "TwilioApiSecret", "TwilioAccountSid"}},
		"somebody's number": {func(_ *rig, e *cfn.Event) { e.ResourceProperties["Number"] = "+15550199999" },
			[]string{"TwilioNumber", "ConnectNumber=false"}},
		"restricted key": {func(r *rig, _ *cfn.Event) {
			r.numbers = failing{err: &service.RefusedError{Status: 403, Code: 70051}}
		}, []string{"TwilioApiKey", "70051"}},
		"unknown account": {func(r *rig, _ *cfn.Event) {
			r.numbers = failing{err: &service.RefusedError{Status: 404, Code: 20404}}
		}, []string{"TwilioAccountSid"}},
		"too many requests": {func(r *rig, _ *cfn.Event) { r.numbers = failing{err: service.ErrThrottled} },
			[]string{"TwilioNumber", "again in a minute"}},
		"no answer": {func(r *rig, _ *cfn.Event) { r.numbers = failing{err: service.ErrUnknown} },
			[]string{"TwilioNumber", "deploy again"}},
		"no page": {func(r *rig, _ *cfn.Event) { delete(r.page, "index.html") },
			[]string{"built without the agent page", "make deploy"}},
		"a file of no kind": {func(r *rig, _ *cfn.Event) { r.page["a.exe"] = file0("x") }, []string{"a.exe"}},
		"a property missing": {func(_ *rig, e *cfn.Event) { delete(e.ResourceProperties, "Issuer") },
			[]string{"Issuer"}},
		"properties not text": {func(_ *rig, e *cfn.Event) { e.ResourceProperties["Bucket"] = []string{"a"} },
			[]string{"properties"}},
		"a setting missing": {func(r *rig, _ *cfn.Event) { delete(r.env, "AWS_REGION") }, []string{"AWS_REGION"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			e := r.event("create")
			c.spoil(r, &e)
			a := r.send(e)
			if a.Status != cfn.StatusFailed {
				t.Fatalf("answered %s", a.Status)
			}
			for _, w := range c.want {
				if !strings.Contains(a.Reason, w) {
					t.Errorf("reason %q does not say %q", a.Reason, w)
				}
			}
			if len(r.objects()) != 0 || r.cognito.updates != 0 || r.number().Voice.URL != "" {
				t.Error("something was changed")
			}
		})
	}
}

func TestLateRefusalsAreToldToo(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(r *rig)
		want  string
	}{
		"number not changed": {func(r *rig) {
			r.numbers = failing{point: &service.RefusedError{Status: 400,
				Code: 21502}}
		}, "code 21502"},
		"client not described": {func(r *rig) { r.cognito.refuse = "DescribeUserPoolClient" },
			"NotAuthorizedException"},
		"client not updated": {func(r *rig) { r.cognito.refuse = "UpdateUserPoolClient" }, "NotAuthorizedException"},
		"no cognito": {func(
			r *rig) {
			r.env["AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"] = "http://127.0.0.1:1"
		}, "sign-in"},
		"no bucket": {func(r *rig) { r.env["AWS_ENDPOINT_URL_S3"] = "http://127.0.0.1:1" }, "bucket"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			c.spoil(r)
			a := r.send(r.event("create"))
			if a.Status != cfn.StatusFailed || !strings.Contains(a.Reason, c.want) ||
				strings.Contains(a.Reason, "123456789012") {
				t.Errorf("%s %q", a.Status, a.Reason)
			}
		})
	}
}

func TestNumberIsLeftAloneIfTheOperatorSaysSo(t *testing.T) {
	r := newRig(t)
	r.keys.APISecret = "" // not used
	e := r.event("create")
	e.ResourceProperties["ConnectNumber"] = "false"
	if a := r.send(e); a.Status != cfn.StatusSuccess || r.number().Voice.URL != "" {
		t.Errorf("%s %s, number at %q", a.Status, a.Reason, r.number().Voice.URL)
	}
}

func TestPanicIsAnswered(t *testing.T) {
	r := newRig(t)
	a := r.handle(r.event("update"), func(_ context.Context, _ cfn.Event, doing func(string)) error {
		doing("testing")
		panic("something private")
	}, nil)
	if a.Status != cfn.StatusFailed || !strings.Contains(a.Reason, "while testing") ||
		strings.Contains(a.Reason, "private") {
		t.Errorf("%s %q", a.Status, a.Reason)
	}
}

// The work neither ends nor observes its context; the answer is sent in the time that is kept for it.
func TestTimeOutIsAnswered(t *testing.T) {
	r := newRig(t)
	r.timeout, r.margin = time.Minute, time.Minute
	stuck := make(chan struct{})
	defer close(stuck)
	a := r.handle(r.event("update"), func(_ context.Context, _ cfn.Event, doing func(string)) error {
		<-stuck
		return nil
	}, nil)
	if a.Status != cfn.StatusFailed || !strings.Contains(a.Reason, "time was up while starting") {
		t.Errorf("%s %q", a.Status, a.Reason)
	}
}

func TestAnswerIsSentAgainUntilItIsTaken(t *testing.T) {
	r := newRig(t)
	r.cloud.fail = answerTries - 1
	r.mustSend("create")
}

func TestAnswerThatNobodyTakesFailsTheFunction(t *testing.T) {
	r := newRig(t)
	e := r.event("create")
	r.cloud.fail = 1000
	h := handler{work: func(context.Context, cfn.Event, func(string)) error { return nil },
		log: slog.New(slog.DiscardHandler), http: http.DefaultClient}
	if err := h.handle(context.Background(), e); err == nil || strings.Contains(err.Error(), "Signature") {
		t.Errorf("got %v", err)
	}
	for _, address := range []string{"http://127.0.0.1:1/", "::"} {
		e.ResponseURL = address
		if err := h.handle(context.Background(), e); err == nil {
			t.Errorf("%s: no error", address)
		}
	}
}

func TestLongReasonIsCut(t *testing.T) {
	r := newRig(t)
	a := r.handle(r.event("update"), func(context.Context, cfn.Event, func(string)) error {
		return errors.New(strings.Repeat("x", 9000))
	}, nil)
	if len(a.Reason) != maxReason {
		t.Errorf("reason of %d bytes", len(a.Reason))
	}
}

func TestHistoryThatIsSpoiltIsBegunAnew(t *testing.T) {
	r := newRig(t)
	_, err := r.s3.PutObject(context.Background(),
		&s3.PutObjectInput{Bucket: aws.String(bucketName), Key: aws.String(historyName), Body: strings.NewReader("{")})
	if err != nil {
		t.Fatal(err)
	}
	r.mustSend("update")
	var h history
	if err := json.Unmarshal([]byte(r.content(historyName)), &h); err != nil ||
		!slices.Equal(h.Current.Assets, []string{"assets/main-AAAAAAAA.js"}) {
		t.Errorf("%+v, %v", h, err)
	}
}

// While the API does not answer, the caller is not hung up on: they hear an apology, and return to
// /incoming as soon as it answers.
func TestF005FallbackApologisesAndTriesAgain(t *testing.T) {
	var hits int
	api := http.NewServeMux()
	api.HandleFunc("POST /incoming", func(w http.ResponseWriter, _ *http.Request) {
		if hits++; hits < 3 {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		_, _ = w.Write([]byte("<Response><Say>Here you are.</Say><Pause length=\"60\"/></Response>"))
	})
	r := newRig(t)
	apiURL := r.serve(api)
	files := http.NewServeMux()
	files.Handle("GET /music/", http.FileServer(http.Dir("../../frontend/public")))
	files.HandleFunc("GET /fallback.xml", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = w.Write([]byte(r.content("fallback.xml")))
	})
	media := r.serve(files)
	e := r.event("create")
	e.ResourceProperties["ApiUrl"], e.ResourceProperties["MediaUrl"] = apiURL, media
	if a := r.send(e); a.Status != cfn.StatusSuccess {
		t.Fatal(a.Reason)
	}
	heard := r.hear()
	sorry := "speech:" + prompt.Book{}.Say(prompt.HoldTheLine).Sentences[0]
	if want := []string{sorry, "music", sorry, "music", "speech:Here you are."}; !slices.Equal(slices.Compact(heard),
		want) {
		t.Errorf("the caller heard %q, want %q, without silence or a hang-up in between", heard, want)
	}
}
