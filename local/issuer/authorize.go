package issuer

import (
	"bytes"
	_ "embed" // the sign-in page
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

var (
	//go:embed signin.html
	signInPage string
	//go:embed signin.css
	signInStyle []byte

	pages = template.Must(template.New("signin").Parse(signInPage))
)

// challengeForm is the form of a SHA-256 in base64url (RFC 7636 section 4.2).
var challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// request is an authorization request (section 4.1.1, RFC 7636 section 4.3, OpenID Connect
// Core 1.0 section 3.1.2.1).
type request struct {
	client, redirect, state string
	challenge, nonce, scope string
}

// asked holds its parameters, which the sign-in page sends along.
var asked = []string{"client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce",
	"code_challenge", "code_challenge_method", "prompt"}

// read checks a request. If ok is false the answer has been given: with a page if the browser must not be sent to the
// request's address, else at the client's address.
func (i *Issuer) read(w http.ResponseWriter, r *http.Request) (q request, params url.Values, ok bool) {
	params, fault := form(r)
	if fault != nil {
		refuse(w, fault.Why)
		return request{}, nil, false
	}
	q = request{client: params.Get("client_id"), redirect: params.Get("redirect_uri"), state: params.Get("state"),
		challenge: params.Get("code_challenge"), nonce: params.Get("nonce"), scope: granted(params.Get("scope"))}
	switch {
	case q.client != i.o.ClientID:
		refuse(w, "This sign-in does not know the page that sent you (client_id).")
		return q, nil, false
	case !slices.Contains(i.o.Redirects, q.redirect):
		refuse(w, "The page that sent you wants an answer at an address that is not registered (redirect_uri).")
		return q, nil, false
	}
	if fault := wrong(params, q); fault != nil {
		i.back(w, r, q, url.Values{"error": {fault.Code}, "error_description": {fault.Why}})
		return q, nil, false
	}
	return q, params, true
}

// wrong finds what is wrong with a request that may be answered at the client's address.
func wrong(params url.Values, q request) *failure {
	mode := params.Get("response_mode")
	switch {
	case params.Has("request"):
		return &failure{"request_not_supported", "request objects are not supported"}
	case params.Has("request_uri"):
		return &failure{"request_uri_not_supported", "request objects are not supported"}
	case params.Get("response_type") == "":
		return &failure{"invalid_request", "response_type is missing"}
	case params.Get("response_type") != "code":
		return &failure{"unsupported_response_type", "only the code flow is supported"}
	case mode != "" && mode != "query":
		return &failure{"invalid_request", "only the response mode query is supported"}
	case q.challenge == "":
		return &failure{"invalid_request", "code_challenge is missing"}
	case params.Get("code_challenge_method") != "S256":
		return &failure{"invalid_request", "code_challenge_method must be S256"}
	case !challengeForm.MatchString(q.challenge):
		return &failure{"invalid_request", "code_challenge is no SHA-256 in base64url"}
	case !slices.Contains(strings.Fields(q.scope), "openid"):
		return &failure{"invalid_scope", "the scope openid is missing"}
	case slices.Contains(strings.Fields(params.Get("prompt")), "none"):
		// This issuer keeps no session: the page renews its tokens by itself.
		return &failure{"login_required", "somebody has to choose an agent"}
	}
	return nil
}

// granted is the part of the wanted scope that exists.
func granted(wanted string) string {
	words := strings.Fields(wanted)
	var out []string
	for _, s := range strings.Fields(Scope) {
		if slices.Contains(words, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// askWho shows the agents.
func (i *Issuer) askWho(w http.ResponseWriter, r *http.Request) {
	q, params, ok := i.read(w, r)
	if !ok {
		return
	}
	type field struct{ Name, Value string }
	var fields []field
	for _, name := range asked {
		if params.Has(name) {
			fields = append(fields, field{name, params.Get(name)})
		}
	}
	show(w, http.StatusOK, origin(q.redirect), map[string]any{"Agents": i.listed(), "Fields": fields})
}

// chosen handles the press of a button.
func (i *Issuer) chosen(w http.ResponseWriter, r *http.Request) {
	q, params, ok := i.read(w, r)
	if !ok {
		return
	}
	agent, known := i.agent(params.Get("agent"))
	if !known {
		i.back(w, r, q, url.Values{"error": {"access_denied"}, "error_description": {ErrUnknownAgent.Error()}})
		return
	}
	i.back(w, r, q, url.Values{"code": {i.grants.code(agent, q)}})
}

// back sends the browser back to the page (section 4.1.2). The answer names the issuer (RFC 9207).
func (i *Issuer) back(w http.ResponseWriter, r *http.Request, q request, answer url.Values) {
	answer.Set("iss", i.o.URL)
	if q.state != "" {
		answer.Set("state", q.state)
	}
	http.Redirect(w, r, withQuery(q.redirect, answer), http.StatusSeeOther)
}

func withQuery(address string, more url.Values) string {
	separator := "?"
	if strings.Contains(address, "?") {
		separator = "&"
	}
	return address + separator + more.Encode()
}

// signOut is OpenID Connect RP-Initiated Logout 1.0. There is no session here to end, as the page deletes its tokens by
// itself; a refresh token can be revoked.
func (i *Issuer) signOut(w http.ResponseWriter, r *http.Request) {
	params, fault := form(r)
	if fault != nil {
		refuse(w, fault.Why)
		return
	}
	to := params.Get("post_logout_redirect_uri")
	switch {
	case to == "":
		show(w, http.StatusOK, "",
			map[string]any{"Title": "Signed out", "Text": "You are signed out. This window can be closed."})
	case !slices.Contains(i.o.Redirects, to):
		refuse(w,
			"The page that sent you wants to go on at an address that is not registered (post_logout_redirect_uri).")
	case params.Get("state") != "":
		http.Redirect(w, r, withQuery(to, url.Values{"state": {params.Get("state")}}), http.StatusSeeOther)
	default:
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}

// refuse shows the person at the browser what is wrong.
func refuse(w http.ResponseWriter, why string) {
	show(w, http.StatusBadRequest, "", map[string]any{"Title": "Sign-in is not possible", "Text": why})
}

// show answers with a page. Its form leads here and from here to the named address, and browsers require both in the
// policy.
func show(w http.ResponseWriter, status int, formAction string, content map[string]any) {
	var b bytes.Buffer
	if err := pages.Execute(&b, content); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy",
		strings.TrimSpace(
			"default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "+
				formAction))
	h.Set("X-Frame-Options", "DENY")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

func style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(signInStyle)
}

func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
