package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twilio/twilio-go/client"

	"warmtransfer/local/clock"
	"warmtransfer/local/issuer"
	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim"
	"warmtransfer/local/twiliosim/media/voice"
	"warmtransfer/shared/twilio"
)

// patient is a deployment without a fault, until a test adds one.
type patient struct {
	t       *testing.T
	target  target
	network *twiliosim.Network
	// answers over the good ones, by path
	answers map[string]http.HandlerFunc
	config  string
	clock   time.Duration // how far this machine's clock is ahead
}

func newPatient(t *testing.T, change ...func(*twiliosim.Config)) *patient {
	t.Helper()
	p := &patient{t: t, answers: map[string]http.HandlerFunc{}}
	site := p.serve(http.HandlerFunc(p.site))
	a := stack.MadeUp()
	var err error
	c := twiliosim.Config{
		Account: a.SID, AuthToken: a.AuthToken, APIKey: a.APIKey, APISecret: a.APISecret, Number: a.Number,
	}
	for _, f := range change {
		f(&c)
	}
	if p.network, err = twiliosim.New(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.network.Close)
	sound, err := voice.Attach(p.network, voice.Config{SilentScripts: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sound.Close() })
	twilioMux := http.NewServeMux()
	twilioMux.Handle("/", p.network.Handler())
	sound.Mount(twilioMux)
	var signIn *issuer.Issuer
	issuerURL := p.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { signIn.ServeHTTP(w, r) }))
	if signIn, err = issuer.New(issuer.Options{URL: issuerURL, ClientID: "page", Redirects: []string{site + "/"},
		Clock: clock.New(1)}); err != nil {
		t.Fatal(err)
	}
	p.config = fmt.Sprintf(`{"signIn":{"authority":%q,"clientId":"page","scope":"openid"},"voice":{}}`, issuerURL)
	p.target = target{
		Page: site, API: site, Fallback: site + "/fallback.xml", Twilio: p.serve(twilioMux), Number: a.Number,
		Account: twilio.Credentials{AccountSID: a.SID, AuthTokens: []string{a.AuthToken}, APIKey: a.APIKey,
			APISecret: a.APISecret},
	}
	d := newDoctor(p.target, io.Discard)
	n, err := d.calls.Number(context.Background(), a.Number)
	if err != nil {
		t.Fatal(err)
	}
	n.Voice, n.Status = twilio.Hook{URL: site + "/incoming", Method: "POST"}, twilio.Hook{URL: site + "/events/call",
		Method: "POST"}
	n.Fallback = twilio.Hook{URL: p.target.Fallback, Method: "GET"}
	if err := d.calls.PointNumber(context.Background(), n); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *patient) serve(h http.Handler) string {
	s := httptest.NewServer(h)
	p.t.Cleanup(s.Close)
	return s.URL
}

// site is the page, the API and the fallback.
func (p *patient) site(w http.ResponseWriter, r *http.Request) {
	if h := p.answers[r.URL.Path]; h != nil {
		h(w, r)
		return
	}
	switch r.URL.Path {
	case "/":
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Security-Policy", "default-src 'none'")
	case "/config.json":
		_, _ = io.WriteString(w, p.config)
	case "/fallback.xml":
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, "<Response><Redirect>http://"+r.Host+"/incoming</Redirect></Response>")
	case "/agents/me":
		challenge := "Bearer"
		if r.Header.Get("Authorization") != "" {
			challenge = `Bearer scope="" error="invalid_token" error_description="the token cannot be read"`
		}
		w.Header().Set("Www-Authenticate", challenge)
		w.WriteHeader(http.StatusUnauthorized)
	case "/incoming", "/events/call":
		w.WriteHeader(p.signed(r))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// signed checks signatures as the functions do, with the validator of Twilio's library.
func (p *patient) signed(r *http.Request) int {
	_ = r.ParseForm() // a form that cannot be read has no signature either
	params := map[string]string{}
	for k := range r.PostForm {
		params[k] = r.PostForm.Get(k)
	}
	v := client.NewRequestValidator(stack.MadeUp().AuthToken)
	if v.Validate("http://"+r.Host+r.URL.Path, params, r.Header.Get("X-Twilio-Signature")) {
		return http.StatusNoContent
	}
	return http.StatusForbidden
}

// examine returns the verdict of each check.
func (p *patient) examine() (lines map[string]string, err error) {
	p.t.Helper()
	var out bytes.Buffer
	d := newDoctor(p.target, &out)
	d.now = func() time.Time { return time.Now().Add(p.clock) }
	err = d.examine(context.Background())
	lines = map[string]string{}
	for line := range strings.Lines(out.String()) {
		lines[strings.TrimSpace(line[7:20])] = strings.TrimSpace(line[:6]) + " " + strings.TrimSpace(line[21:])
	}
	if len(lines) != len(checks) {
		p.t.Errorf("%d lines for %d checks:\n%s", len(lines), len(checks), out.String())
	}
	return lines, err
}

func TestHealthyDeployment(t *testing.T) {
	lines, err := newPatient(t).examine()
	if err != nil {
		t.Error(err)
	}
	for name, line := range lines {
		// Not visible at a stand-in, or not needed.
		unseen := name == "dialling" || name == "shared key" || name == "webhook rules"
		if !strings.HasPrefix(line, "ok ") && !unseen {
			t.Errorf("%s: %s", name, line)
		}
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestWhatIsWrongIsSaidWithItsCure(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(p *patient)
		check string
		want  string
	}{
		"no page": {func(p *patient) { p.answers["/"] = status(403) }, "page", "answers 403"},
		"page without policy": {func(p *patient) { p.answers["/"] = html }, "page",
			"without a content security policy"},
		"no site at all": {func(p *patient) { p.target.Page = "http://127.0.0.1:1" }, "page",
			"cannot be reached"},
		"no config": {func(p *patient) { p.answers["/config.json"] = status(404) }, "config.json",
			"is missing"},
		"config without sign-in": {func(p *patient) { p.config = "{}" }, "config.json", "names no sign-in"},
		"no issuer": {func(p *patient) {
			p.config = `{"signIn":{"authority":"http://127.0.0.1:1","clientId":"x"}}`
		}, "sign-in", "does not describe itself"},
		"issuer of another name": {func(p *patient) { p.issuer(`{"issuer":"https://other.example.com"}`, "") },
			"sign-in", "calls itself https://other"},
		"issuer without RSA": {func(p *patient) { p.issuer("", `{"keys":[{"kty":"EC"}]}`) }, "sign-in",
			"no RSA key"},
		"issuer without keys": {func(p *patient) { p.issuer("", `-`) }, "sign-in", "cannot be read"},
		"no way back": {func(p *patient) { p.config = strings.Replace(p.config, `"page"`, `"another"`, 1) },
			"return", "does not let agents return"},
		"open API": {func(p *patient) { p.answers["/agents/me"] = status(200) }, "agents' API",
			"answers 200"},
		"token kept by the distribution": {func(p *patient) {
			p.answers["/agents/me"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Www-Authenticate", "Bearer")
				w.WriteHeader(http.StatusUnauthorized)
			}
		}, "token", "does not pass Authorization on"},
		"any token": {func(p *patient) { p.answers["/agents/me"] = status(200) }, "token",
			"to a token that nobody signed"},
		"open webhooks": {func(p *patient) { p.answers["/incoming"] = status(200) }, "webhooks", "answers 200"},
		"wrong clock":   {func(p *patient) { p.clock = 2 * time.Minute }, "clock", "differ by 2m"},
		"wrong API secret": {func(p *patient) { p.target.Account.APISecret = "wrongwrongwrongwrong" }, "API key",
			"does not accept it"},
		"somebody's number": {func(p *patient) { p.target.Number = "+15550199999" }, "number", "+1555019…"},
		"number elsewhere": {func(p *patient) { p.network.SetNumber("https://other.example.com/", "", "") },
			"number", "https://other.example.com/"},
		"no status callback": {func(p *patient) { p.network.SetNumber(p.target.API+"/incoming", "", "") }, "number",
			"call status changes"},
		"no fallback": {func(p *patient) { p.answers["/fallback.xml"] = status(403) }, "fallback",
			"leads back"},
		"wrong auth token": {func(p *patient) { p.target.Account.AuthTokens = []string{"another"} }, "auth token",
			"refused"},
		"events fail": {func(p *patient) { p.answers["/events/call"] = status(503) }, "auth token",
			"answered 503"},
		"no Twilio": {func(p *patient) { p.target.Twilio = "http://127.0.0.1:1" }, "API key",
			"could not be asked"},
		"key of another kind": {func(p *patient) { p.network = nil; p.target.Twilio = p.serve(status(403)) }, "API key",
			"HTTP 403"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPatient(t)
			c.spoil(p)
			lines, err := p.examine()
			if err == nil {
				t.Error("nothing was found")
			}
			got := lines[c.check]
			if !strings.HasPrefix(got, "WRONG ") || !strings.Contains(got, c.want) || !strings.Contains(got, "Mend: ") {
				t.Errorf("%s: %q, want %q and a cure", c.check, got, c.want)
			}
		})
	}
}

func html(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/html") }

// issuer replaces the issuer by one with the given document and keys.
func (p *patient) issuer(doc, keys string) {
	var at string
	at = p.serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/keys":
			_, _ = io.WriteString(w, keys)
		case doc != "":
			_, _ = io.WriteString(w, doc)
		default:
			_ = json.NewEncoder(w).Encode(map[string]string{"issuer": at, "jwks_uri": at + "/keys",
				"authorization_endpoint": at + "/authorize"})
		}
	}))
	p.config = fmt.Sprintf(`{"signIn":{"authority":%q,"clientId":"page"}}`, at)
}

// Without credentials fewer checks are possible, which is not a fault.
func TestWithoutCredentialsTheRestIsLookedAt(t *testing.T) {
	p := newPatient(t)
	p.target.Account = twilio.Credentials{}
	lines, err := p.examine()
	if err != nil {
		t.Error(err)
	}
	for _, name := range []string{"API key", "number", "auth token", "voice tokens"} {
		if !strings.HasPrefix(lines[name], "- ") {
			t.Errorf("%s: %s", name, lines[name])
		}
	}
}

func TestHeadlessLocalStackHasNoPage(t *testing.T) {
	p := newPatient(t)
	p.target.Local = true
	p.answers["/"], p.answers["/config.json"] = status(404), status(404)
	if lines, err := p.examine(); err != nil || !strings.Contains(lines["page"], "headless") {
		t.Errorf("%v %v", err, lines)
	}
}

func TestRunAsksALocalStackForItsParts(t *testing.T) {
	p := newPatient(t)
	for _, name := range []string{"TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_AUTH_TOKEN",
		"TWILIO_NUMBER", "TWILIO_API_URL"} {
		t.Setenv(name, "")
	}
	control := p.serve(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"api": p.target.API, "twilio": p.target.Twilio,
			"number": p.target.Number})
	}))
	var out bytes.Buffer
	if err := Run(context.Background(), []string{"-control", control}, &out); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	p.network.SetNumber("https://other.example.com/", "", "")
	if err := Run(context.Background(), []string{"-control", control}, &out); err == nil ||
		!strings.Contains(err.Error(), "1 of") {
		t.Errorf("got %v", err)
	}
}

func TestRunSaysWhatItNeeds(t *testing.T) {
	nothing := httptest.NewServer(status(404))
	defer nothing.Close()
	for args, want := range map[string]string{
		"-control http://127.0.0.1:1/control": "make run",
		"-control " + nothing.URL:             "no local stack",
		"-page https://page":                  "belong together",
		"stack":                               "flags only",
		"-nonsense":                           "not defined",
	} {
		if err := Run(context.Background(), strings.Fields(args), io.Discard); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}

func TestDeploymentIsReadFromItsOutputs(t *testing.T) {
	answers := map[string]string{
		"describe-stacks": `{"Stacks":[{"Outputs":[{"OutputKey":"PageUrl","OutputValue":"https://page/"},{"OutputKey":"WebhookUrl","OutputValue":"https://api/incoming"},
			{"OutputKey":"FallbackUrl","OutputValue":"https://media/fallback.xml"},{"OutputKey":"TwilioNumber","OutputValue":"+15550100"},{"OutputKey":"SecretId","OutputValue":"arn"}]}]}`,
		"get-secret-value": `{"accountSid":"AC1","authToken":"t","apiKey":"SK1","apiSecret":"s"}`,
	}
	aws := func(_ context.Context, args ...string) ([]byte, error) { return []byte(answers[args[1]]), nil }
	got, err := deployed(context.Background(), "line", aws)
	if err != nil || got.API != "https://api" || got.Fallback != "https://media/fallback.xml" ||
		got.Twilio != twilioAPI ||
		got.Account.APIKey != "SK1" || got.Account.AuthTokens[0] != "t" {
		t.Errorf("%+v, %v", got, err)
	}
	answers["get-secret-value"] = ""
	if got, err = deployed(context.Background(), "line", aws); err != nil || got.Account.APIKey != "" {
		t.Errorf("without leave to read the secret: %+v, %v", got, err)
	}
	for _, bad := range []string{`{"Stacks":[{}]}`, `{}`, `-`} {
		answers["describe-stacks"] = bad
		if _, err := deployed(context.Background(), "line", aws); err == nil || !strings.Contains(err.Error(), "line") {
			t.Errorf("%s: %v", bad, err)
		}
	}
	refuse := func(context.Context, ...string) ([]byte, error) { return nil, errors.New("no such stack") }
	if _, err := deployed(context.Background(), "line", refuse); err == nil ||
		!strings.Contains(err.Error(), "no such stack") {
		t.Errorf("got %v", err)
	}
}

// Version 1 of the AWS CLI knows AWS_DEFAULT_REGION only; our messages name AWS_REGION.
func TestRegionReachesEitherVersionOfTheAWSCLI(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\necho \"$AWS_DEFAULT_REGION\"\n"
	if err := os.WriteFile(filepath.Join(dir, "aws"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	t.Setenv("AWS_DEFAULT_REGION", "us-east-2")
	for region, want := range map[string]string{"eu-west-1": "eu-west-1\n", "": "us-east-2\n"} {
		t.Setenv("AWS_REGION", region)
		if out, err := awsCLI(t.Context(), "anything"); err != nil || string(out) != want {
			t.Errorf("AWS_REGION=%s: the CLI is given %q, %v; want %q", region, out, err, want)
		}
	}
}
