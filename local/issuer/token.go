package issuer

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"warmtransfer/local/answer"
)

// token is the token endpoint (sections 4.1.3 and 6). The client is public: it names itself and proves only that it has
// the code's verifier.
func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	params, fault := i.clientForm(r)
	if fault != nil {
		fault.answer(w)
		return
	}
	var f *family
	switch kind := params.Get("grant_type"); kind {
	case "authorization_code":
		f, fault = i.byCode(params)
	case "refresh_token":
		f, fault = i.byRefresh(params)
	case "":
		fault = &failure{"invalid_request", "grant_type is missing"}
	default:
		fault = &failure{"unsupported_grant_type", "the grant types are authorization_code and refresh_token"}
	}
	if fault != nil {
		fault.answer(w)
		return
	}
	i.issue(w, f)
}

// clientForm reads a form of our client.
func (i *Issuer) clientForm(r *http.Request) (url.Values, *failure) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil ||
		kind != "application/x-www-form-urlencoded" {
		return nil, &failure{"invalid_request", "the body is no form"}
	}
	if r.URL.RawQuery != "" {
		// Section 2.3.1: never in the address, which is written to logs.
		return nil, &failure{"invalid_request", "parameters belong into the body"}
	}
	params, fault := form(r)
	switch {
	case fault != nil:
		return nil, fault
	case params.Get("client_id") == "" && r.Header.Get("Authorization") == "":
		return nil, &failure{"invalid_request", "client_id is missing"}
	case params.Get("client_id") != i.o.ClientID:
		return nil, &failure{"invalid_client", "there is no such client, or it has no secret"}
	}
	return params, nil
}

func (i *Issuer) byCode(params url.Values) (*family, *failure) {
	for _, name := range []string{"code", "redirect_uri", "code_verifier"} {
		if params.Get(name) == "" {
			return nil, &failure{"invalid_request", name + " is missing"}
		}
	}
	return i.grants.redeem(params.Get("code"), params.Get("redirect_uri"), params.Get("code_verifier"))
}

func (i *Issuer) byRefresh(params url.Values) (*family, *failure) {
	if params.Get("refresh_token") == "" {
		return nil, &failure{"invalid_request", "refresh_token is missing"}
	}
	f, fault := i.grants.renew(params.Get("refresh_token"))
	if fault != nil {
		return nil, fault
	}
	for _, s := range strings.Fields(params.Get("scope")) {
		if !slices.Contains(strings.Fields(f.scope), s) {
			return nil, &failure{"invalid_scope", "the sign-in did not grant the scope"}
		}
	}
	return f, nil
}

// issue answers with the tokens of a sign-in (section 5.1).
func (i *Issuer) issue(w http.ResponseWriter, f *family) {
	access, err := i.access(f.agent, f.scope, f.began)
	if err != nil {
		http.Error(w, "the token cannot be signed", http.StatusInternalServerError)
		return
	}
	id, err := i.identity(f, access)
	if err != nil {
		http.Error(w, "the token cannot be signed", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Pragma", "no-cache")
	answer.JSON(w, http.StatusOK, map[string]any{
		"access_token": access, "id_token": id, "refresh_token": i.grants.token(f),
		"token_type": "Bearer", "expires_in": int(i.o.Life.Seconds()), "scope": f.scope})
}

// revoke is RFC 7009. An unknown token counts as revoked.
func (i *Issuer) revoke(w http.ResponseWriter, r *http.Request) {
	params, fault := i.clientForm(r)
	switch {
	case fault != nil:
		fault.answer(w)
	case params.Get("token") == "":
		(&failure{"invalid_request", "token is missing"}).answer(w)
	default:
		i.grants.revoke(params.Get("token"))
		w.WriteHeader(http.StatusOK)
	}
}
