package httpapi

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/awslabs/aws-lambda-go-api-proxy/core"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/agentview"
	"warmtransfer/shared/env"
	"warmtransfer/shared/service"
)

const (
	// agentTime leaves a function, which has 10 s, time to save what it has done.
	agentTime = 7 * time.Second
	// maxJSON is the longest body, in bytes.
	maxJSON = 16 << 10
	// maxName is the longest name of an agent, in characters.
	maxName = 100
)

// SignIn says what an access token tells of an agent.
type SignIn struct {
	Claim string // the claim that names the agent
	// Groups is the claim that names the agent's groups, and Supervisors the group that makes a supervisor. A function
	// that does not ask leaves them empty: then nobody is one.
	Groups, Supervisors string
}

// ReadSignIn reads IDENTITY_CLAIM. It is for a function to which every agent is like the other.
func ReadSignIn(r *env.Reader) SignIn { return SignIn{Claim: r.String("IDENTITY_CLAIM")} }

// ReadSupervision reads what ReadSignIn does, and GROUPS_CLAIM and SUPERVISOR_GROUP. It is for a function that asks
// whether an agent is a supervisor.
func ReadSupervision(r *env.Reader) SignIn {
	s := ReadSignIn(r)
	s.Groups, s.Supervisors = r.String("GROUPS_CLAIM"), r.String("SUPERVISOR_GROUP")
	return s
}

// Agents serves the agents' API: JSON, for those whom the authorizer has let in.
type Agents struct {
	Edge
	SignIn
	// Routes return status and body; an error becomes a problem.
	Routes map[string]func(*Request) (status int, body any, err error)
}

// Handler serves the routes.
func (a Agents) Handler() http.Handler {
	h := &routes{edge: a.Edge, limit: agentTime, refuse: writeStatus, fail: func(w http.ResponseWriter, r *Request) {
		writeStatus(w, r, http.StatusInternalServerError)
	}}
	for pattern, answer := range a.Routes {
		h.handle(pattern, func(w http.ResponseWriter, r *Request) {
			var err error
			if r.Who, err = a.who(r); err != nil {
				writeError(w, r, err)
				return
			}
			status, body, err := answer(r)
			if err != nil {
				writeError(w, r, err)
				return
			}
			if s, ok := body.(Sound); ok {
				s.write(w, r.Request)
				return
			}
			if s, ok := body.(agentview.Snapshot); ok && s.Call != nil {
				r.line.setIDs(s.Call.ID, s.Call.Leg)
			}
			writeJSON(w, "application/json", status, body)
		})
	}
	return h
}

// who is the agent whom the authorizer's claims name.
func (a Agents) who(r *Request) (service.Principal, error) {
	c, _ := core.GetAPIGatewayV2ContextFromContext(r.Context())
	if c.Authorizer == nil || c.Authorizer.JWT == nil {
		return service.Principal{}, errNoToken
	}
	claims := c.Authorizer.JWT.Claims
	id, err := agent.FromClaim(claims[a.Claim])
	if err != nil {
		return service.Principal{}, err
	}
	p := service.Principal{ID: id, Name: string(id), Supervisor: member(claims[a.Groups], a.Supervisors)}
	for _, name := range []string{claims["name"], capitals(claims["username"]), capitals(claims[a.Claim])} {
		if name = display(name); name != "" {
			p.Name = name
			break
		}
	}
	return p, nil
}

// member says whether a claim names a group. The authorizer gives all claims as text: a list as "[a b]", and some
// issuers write one as "a,b". So the name of a group that counts has no space and no comma.
func member(claim, group string) bool {
	apart := func(c rune) bool { return c == ' ' || c == ',' }
	list := strings.FieldsFunc(strings.TrimSuffix(strings.TrimPrefix(claim, "["), "]"), apart)
	return group != "" && slices.Contains(list, group)
}

// plain: a sign-in name is made of a person's name: "ada", "ada.lovelace".
func plain(username string) bool {
	for _, word := range strings.FieldsFunc(username+".", func(c rune) bool { return c >= 'a' && c <= 'z' }) {
		if len(word) != 1 || !strings.Contains("._-", word) {
			return false
		}
	}
	return username != "" && username[0] >= 'a' // and no separator is first
}

// capitals makes a display name of a plain sign-in name, "Ada Lovelace" of "ada.lovelace": Cognito's
// access tokens hold no other name. Any other sign-in name stays as it is.
func capitals(username string) string {
	if !plain(username) {
		return username
	}
	words := strings.FieldsFunc(username, func(c rune) bool { return !unicode.IsLetter(c) })
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}

// display is a name that can be shown: without invisible characters, and not too long.
func display(name string) string {
	name = strings.Map(func(c rune) rune {
		if unicode.In(c, unicode.Cc, unicode.Cf) || c == unicode.ReplacementChar {
			return -1
		}
		return c
	}, name)
	if all := []rune(name); len(all) > maxName {
		name = string(all[:maxName])
	}
	return strings.TrimSpace(name)
}

// Decode reads a JSON body into a struct. It refuses an unknown field, a wrong type, and anything
// after the value.
func (r *Request) Decode(into any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return errContentType
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxJSON+1))
	if err != nil || len(body) > maxJSON {
		return errTooLarge
	}
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return Malformed("The body is not the JSON that this request takes.")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Malformed("There is something after the body's JSON.")
	}
	return nil
}

// ReadFile reads a body that is a file of at most so many bytes. What it is shows in its bytes, and not in the type
// that the request names.
func (r *Request) ReadFile(most int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	if err != nil || int64(len(body)) > most {
		return nil, errTooLarge
	}
	return body, nil
}
