// Package issuer is OpenID Connect sign-in for a developer's machine: the authorization code
// flow with PKCE for one public client, the agent page, and a list of ready-made agents
// instead of passwords.
//
// Its tokens look like those of an Amazon Cognito user pool, so that the functions read the
// same claims. Signatures and keys are the jwx library's. State is in memory and the key is
// made at every start: who was signed in before signs in again. It listens nowhere and
// refuses to know who checks its tokens. Sections named in comments are of RFC 6749 if no
// other is named.
package issuer

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v3/jwk"

	"warmtransfer/local/answer"
	"warmtransfer/local/clock"
)

// Scope is what the issuer grants at most, and what Token's tokens have.
const Scope = "openid profile email"

// ErrUnknownAgent: there is no agent of that name.
var ErrUnknownAgent = errors.New("there is no such agent")

// Options are what an issuer is made of.
type Options struct {
	URL       string   // its own address, without a path: http://127.0.0.1:8082
	ClientID  string   // the page's
	Redirects []string // exact addresses to which sign-in and sign-out may return
	Clock     clock.Clock
	Life      time.Duration   // of access and ID tokens; 0 is an hour
	Agents    []Agent         // nil: Agents().
	Key       *rsa.PrivateKey // signs its tokens; nil: one that it makes, which takes a tenth of a second
}

// Issuer is an http.Handler. It is safe for concurrent use.
type Issuer struct {
	o       Options
	mux     *http.ServeMux
	private jwk.Key
	public  jwk.Set
	origins []string // origins whose scripts may read its answers
	grants  grants
}

// New makes an issuer.
func New(o Options) (*Issuer, error) {
	if u, err := url.Parse(o.URL); err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("the issuer's URL %q: want a scheme and a host alone", o.URL)
	}
	if o.ClientID == "" || len(o.Redirects) == 0 || o.Clock == nil {
		return nil, errors.New("an issuer needs a client, its redirects and a clock")
	}
	if o.Life <= 0 {
		o.Life = time.Hour
	}
	if o.Agents == nil {
		o.Agents = Agents()
	}
	i := &Issuer{o: o, mux: http.NewServeMux(), grants: newGrants(o.Clock)}
	for _, r := range o.Redirects {
		u, err := url.Parse(r)
		if err != nil || u.Host == "" || u.Fragment != "" {
			return nil, fmt.Errorf("the redirect %q is no absolute address without a fragment", r)
		}
		i.origins = append(i.origins, u.Scheme+"://"+u.Host)
	}
	if err := i.makeKey(); err != nil {
		return nil, fmt.Errorf("the issuer's key: %w", err)
	}
	i.routes()
	return i, nil
}

func (i *Issuer) makeKey() error {
	raw := i.o.Key
	var err error
	if raw == nil {
		if raw, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return err
		}
	}
	if i.private, err = jwk.Import(raw); err != nil {
		return err
	}
	// The key's id is its thumbprint: a restarted issuer that makes its key has another one.
	if err := jwk.AssignKeyID(i.private); err != nil {
		return err
	}
	public, err := i.private.PublicKey()
	if err != nil {
		return err
	}
	if err := errors.Join(public.Set(jwk.AlgorithmKey, "RS256"), public.Set(jwk.KeyUsageKey, "sig")); err != nil {
		return err
	}
	i.public = jwk.NewSet()
	return i.public.AddKey(public)
}

func (i *Issuer) routes() {
	i.mux.HandleFunc("GET /authorize", i.askWho)
	i.mux.HandleFunc("POST /authorize", i.chosen)
	i.mux.HandleFunc("GET /logout", i.signOut)
	i.mux.HandleFunc("POST /logout", i.signOut)
	i.mux.HandleFunc("GET /signin.css", style)
	// Read by the page's own script.
	for path, methods := range map[string]map[string]http.HandlerFunc{
		"/.well-known/openid-configuration": {"GET": i.discovery},
		"/jwks":                             {"GET": i.jwks},
		"/token":                            {"POST": i.token},
		"/revoke":                           {"POST": i.revoke},
		"/userinfo":                         {"GET": i.userinfo, "POST": i.userinfo},
	} {
		for method, h := range methods {
			i.mux.HandleFunc(method+" "+path, h)
		}
		i.mux.HandleFunc("OPTIONS "+path,
			func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	}
}

// maxBody is larger than any form of this flow, in bytes.
const maxBody = 64 << 10

func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	i.allowOrigin(h, r)
	i.mux.ServeHTTP(w, r)
}

// allowOrigin lets the page's scripts read what is meant for scripts. The sign-in itself is a page that people visit.
func (i *Issuer) allowOrigin(h http.Header, r *http.Request) {
	if r.URL.Path == "/authorize" || r.URL.Path == "/logout" {
		return
	}
	h.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if !slices.Contains(i.origins, origin) {
		return
	}
	h.Set("Access-Control-Allow-Origin", origin)
	if r.Method == http.MethodOptions {
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", "authorization, content-type")
		h.Set("Access-Control-Max-Age", "600")
	}
}

// discovery is OpenID Connect Discovery 1.0 section 3.
func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	answer.JSON(w, http.StatusOK, map[string]any{
		"issuer":                                     i.o.URL,
		"authorization_endpoint":                     i.o.URL + "/authorize",
		"token_endpoint":                             i.o.URL + "/token",
		"userinfo_endpoint":                          i.o.URL + "/userinfo",
		"jwks_uri":                                   i.o.URL + "/jwks",
		"end_session_endpoint":                       i.o.URL + "/logout",
		"revocation_endpoint":                        i.o.URL + "/revoke",
		"scopes_supported":                           strings.Fields(Scope),
		"response_types_supported":                   []string{"code"},
		"response_modes_supported":                   []string{"query"},
		"grant_types_supported":                      []string{"authorization_code", "refresh_token"},
		"code_challenge_methods_supported":           []string{"S256"},
		"token_endpoint_auth_methods_supported":      []string{"none"},
		"revocation_endpoint_auth_methods_supported": []string{"none"},
		"subject_types_supported":                    []string{"public"},
		"id_token_signing_alg_values_supported":      []string{"RS256"},
		"claims_supported": []string{"sub", "iss", "aud", "exp", "iat", "auth_time",
			"nonce", "name", "email", "email_verified", "cognito:username", "cognito:groups"},
		"authorization_response_iss_parameter_supported": true,
	})
}

func (i *Issuer) jwks(w http.ResponseWriter, _ *http.Request) {
	answer.JSON(w, http.StatusOK, i.public)
}

// failure is an error answer of section 5.2, or of 4.1.2.1 as parameters.
type failure struct {
	Code string `json:"error"`
	Why  string `json:"error_description"`
}

func (f *failure) Error() string { return f.Code + ": " + f.Why }

func (f *failure) answer(w http.ResponseWriter) {
	status := http.StatusBadRequest
	if f.Code == "invalid_client" {
		status = http.StatusUnauthorized
	}
	answer.JSON(w, status, f)
}

// form reads the parameters of a request. A repeated one is an error (section 3.1 and 3.2); an empty one counts as
// absent.
func form(r *http.Request) (url.Values, *failure) {
	if err := r.ParseForm(); err != nil {
		return nil, &failure{"invalid_request", "the parameters are malformed or too long"}
	}
	for name, values := range r.Form {
		if len(values) > 1 {
			return nil, &failure{"invalid_request",
				"the parameter " + strings.ToValidUTF8(name, "?") + " is there twice"}
		}
	}
	return r.Form, nil
}

// secret is an unguessable text.
func secret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // it never fails
	return base64.RawURLEncoding.EncodeToString(b)
}
