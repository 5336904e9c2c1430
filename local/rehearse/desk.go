package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"warmtransfer/local/stack"
	"warmtransfer/local/twiliosim"
)

// desk is an agent who has signed in, at the page's own origin.
type desk struct {
	id, token string
	r         *rehearsal
	press     int
}

const (
	firstPassword = "Given-by-mail-1"
	ownPassword   = "Chosen-by-agent-2"
)

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)

// signIn signs both in. Cognito mails the first password, which an emulator does not: it is set.
func (r *rehearsal) signIn(ctx context.Context) error {
	r.desks = map[string]*desk{}
	for _, name := range []string{"ada", "bob"} {
		err := r.ask(ctx, nil, "cognito-idp", "admin_set_user_password",
			with{"UserPoolId": r.outputs["UserPoolId"], "Username": name, "Password": firstPassword,
				"Permanent": false})
		if err != nil {
			return err
		}
		token, err := r.managedLogin(ctx, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		r.desks[name] = &desk{id: name, token: token, r: r}
	}
	return nil
}

// managedLogin goes the way of the page: config.json, the code with its proof, the forms, the token.
func (r *rehearsal) managedLogin(ctx context.Context, name string) (string, error) {
	var config struct {
		SignIn struct{ Authority, ClientID, Scope string }
	}
	page := r.outputs["PageUrl"]
	if err := r.getJSON(ctx, page+"config.json", &config); err != nil {
		return "", err
	}
	verifier := rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"client_id": {config.SignIn.ClientID}, "redirect_uri": {page}, "response_type": {"code"},
		"scope": {config.SignIn.Scope},
		"state": {"rehearsal"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
		"code_challenge_method": {"S256"},
	}
	host := r.outputs["SignInUrl"]
	status, body, _, err := r.get(ctx, host+"/oauth2/authorize?"+q.Encode())
	if err != nil {
		return "", err
	}
	if status != http.StatusOK || !strings.Contains(body, "<form") {
		return "", fmt.Errorf("the sign-in page answers %d: sign-in does not return to %s", status, page)
	}
	location := ""
	for _, fill := range []map[string]string{
		{"username": name, "password": firstPassword},
		{"new_password": ownPassword, "confirm_password": ownPassword},
	} {
		if location, body, err = r.submit(ctx, host+"/login", body, fill); err != nil {
			return "", err
		}
	}
	back, err := url.Parse(location)
	if err != nil || !strings.HasPrefix(location, page+"?") || back.Query().Get("code") == "" {
		return "", fmt.Errorf("sign-in leads to %q and not back to %s", location, page)
	}
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {config.SignIn.ClientID}, "redirect_uri": {page},
		"code": {back.Query().Get("code")}, "code_verifier": {verifier},
	}
	status, _, body, err = r.post(ctx, host+"/oauth2/token", form)
	var answer struct {
		Token string `json:"access_token"`
	}
	if err != nil || status != http.StatusOK || json.Unmarshal([]byte(body), &answer) != nil || answer.Token == "" {
		return "", fmt.Errorf("no token for the code: %d %s", status, body)
	}
	return answer.Token, nil
}

// visitor asks for pages and sends forms as a browser does.
type visitor struct{ http *http.Client }

// submit fills a form and sends it with what stands in it.
func (v visitor) submit(ctx context.Context, address, page string, fill map[string]string) (location, body string,
	err error) {
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	for name, value := range fill {
		form.Set(name, value)
	}
	status, location, body, err := v.post(ctx, address, form)
	if err == nil && status >= http.StatusBadRequest {
		err = fmt.Errorf("%s answers %d: %s", address, status, body)
	}
	return location, body, err
}

func (v visitor) getJSON(ctx context.Context, address string, to any) error {
	status, body, _, err := v.get(ctx, address)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("%s answers %d", address, status)
	}
	return json.Unmarshal([]byte(body), to)
}

func (v visitor) get(ctx context.Context, address string) (status int, body string, h http.Header, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, "", nil, err
	}
	return v.send(req)
}

func (v visitor) post(ctx context.Context, address string, form url.Values) (status int, location, body string,
	err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, body, h, err := v.send(req)
	return status, h.Get("Location"), body, err
}

func (v visitor) send(req *http.Request) (status int, body string, h http.Header, err error) {
	resp, err := v.http.Do(req)
	if err != nil {
		return 0, "", nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, string(raw), resp.Header, err
}

// ask sends one request of the page, with the agent's token.
func (d *desk) ask(ctx context.Context, method, path string, body any) (s stack.Snapshot, err error) {
	var raw []byte
	if body != nil {
		if raw, err = json.Marshal(body); err != nil {
			return s, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, d.r.outputs["PageUrl"]+path, bytes.NewReader(raw))
	if err != nil {
		return s, err
	}
	req.Header.Set("Authorization", "Bearer "+d.token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	status, text, _, err := d.r.send(req)
	if err != nil {
		return s, err
	}
	if status >= http.StatusMultipleChoices {
		return s, fmt.Errorf("%s /%s answers %s %d %s", method, path, d.id, status, text)
	}
	return s, json.Unmarshal([]byte(text), &s)
}

func (d *desk) do(ctx context.Context, action, target string) error {
	d.press++
	body := map[string]string{"action": action, "request": fmt.Sprintf("%s-%d-%d", d.id, time.Now().Unix(), d.press)}
	if target != "" {
		body["target"] = target
	}
	// As the page does: what was not answered, or with a fault, is sent once more. It is the same request.
	return d.r.again(action, func(bool) error {
		_, err := d.ask(ctx, http.MethodPost, "transfer", body)
		return err
	})
}

// state is the state of the agent's call.
func (d *desk) state(ctx context.Context, want string) func() (bool, error) {
	return func() (bool, error) {
		s, err := d.ask(ctx, http.MethodGet, "agents/me", nil)
		return err == nil && s.State() == want, err
	}
}

// call is the whole of it: a caller dials, ada answers, calls bob in, speaks with bob in private, and completes.
func (r *rehearsal) call(ctx context.Context) error {
	const patience = 30 * time.Second
	ada, bob, p := r.desks["ada"], r.desks["bob"], phones{r.network}
	for _, d := range []*desk{ada, bob} {
		if err := r.network.SetScripted(d.id, true); err != nil {
			return err
		}
		if _, err := d.ask(ctx, http.MethodPut, "agents/me", map[string]any{"status": "available"}); err != nil {
			return err
		}
	}
	caller, err := r.network.PlaceCall(nil, "+15550199", r.account.Number)
	if err != nil {
		return err
	}
	var first, second string
	acts := []struct {
		what string
		do   func() error
		so   func() (bool, error)
	}{
		{"an agent's browser rings while the caller hears words or music", nil, func() (bool, error) {
			first = p.ringing()
			return first != "" && p.hearsSomething(caller), nil
		}},
		{"the caller and the agent talk", func() error { return r.network.Answer(first, nil) }, func() (bool, error) {
			if p.of(first) != ada.id {
				ada, bob = bob, ada // the one who was free for longest
			}
			return p.hears(caller, "leg:"+first) && p.hears(first, "leg:"+caller), nil
		}},
		{"the agent's call is talking, in the table", nil, func() (bool, error) { return ada.state(ctx, "talking")() }},
		{"the colleague's browser rings while the caller hears music", func() error {
			return ada.do(ctx, "consult",
				bob.id)
		}, func() (bool, error) {
			second = p.ringing()
			return second != "" && p.hears(caller, "music"), nil
		}},
		{"both agents talk in private", func() error { return r.network.Answer(second, nil) }, func() (bool, error) {
			return p.hears(second, "leg:"+first) && p.hears(first, "leg:"+second) && p.hears(caller, "music"), nil
		}},
		{"the agent's call is consulting, in the table", nil, func() (bool, error) {
			return ada.state(ctx,
				"consulting")()
		}},
		{"the caller and the colleague talk", func() error { return ada.do(ctx, "complete", "") }, func() (bool,
			error) {
			return p.hears(caller, "leg:"+second) && p.hears(second, "leg:"+caller), nil
		}},
		{"the call is over", func() error { return bob.do(ctx, "end", "") }, func() (bool, error) {
			c, _ := r.network.Call(caller)
			_, err := bob.ask(ctx, http.MethodGet, "agents/me", nil)
			return c.Over(), err
		}},
	}
	for _, a := range acts {
		if a.do != nil {
			if err := a.do(); err != nil {
				return errors.Join(fmt.Errorf("so that %s: %w", a.what, err), r.quiet(ctx))
			}
		}
		if err := r.until(ctx, a.what, patience, a.so); err != nil {
			return errors.Join(err, r.quiet(ctx), errors.New(p.story()+tail(r.emulator.log.Name(), 10)))
		}
	}
	return nil
}

// phones are the parties' telephones, as the phone network sees them.
type phones struct{ *twiliosim.Network }

// ringing is the leg that rings, "" if none does.
func (p phones) ringing() string {
	for _, c := range p.Live() {
		if c.Status == "ringing" && strings.HasPrefix(c.To, "client:") {
			return c.SID
		}
	}
	return ""
}

func (p phones) of(leg string) string {
	c, _ := p.Call(leg)
	id, _, _ := strings.Cut(strings.TrimPrefix(c.To, "client:"), "?")
	return id
}

func (p phones) hears(leg string, want ...string) bool {
	c, _ := p.Call(leg)
	return slices.Equal(c.Hears, want)
}

// hearsSomething: a party who waits hears words or music, and not silence.
func (p phones) hearsSomething(leg string) bool {
	c, _ := p.Call(leg)
	return len(c.Hears) == 1 && (c.Hears[0] == "music" || strings.HasPrefix(c.Hears[0], "speech:"))
}

// story is what the phone network was answered last.
func (p phones) story() string {
	var b strings.Builder
	records := p.Records(0)
	for _, rec := range records[max(0, len(records)-12):] {
		fmt.Fprintf(&b, "%s %s %s %d %s\n", rec.Kind, rec.Method, rec.URL, rec.Status, rec.Error)
	}
	return b.String()
}
