package iam

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"

	"warmtransfer/local/answer"
	"warmtransfer/local/gateway/sam"
)

// Use is one thing that a function does to a resource.
type Use struct {
	Function string // its folder
	Action   string // as policies name it: "dynamodb:GetItem"
	Resource string // its ARN
}

func (u Use) String() string { return u.Function + ": " + u.Action + " on " + u.Resource }

// Guard knows the functions' roles. It is safe for concurrent use.
type Guard struct {
	byKey map[string]sam.Function

	mu            sync.Mutex
	used, refused map[Use]int
}

// New knows these functions.
func New(functions []sam.Function) *Guard {
	g := &Guard{byKey: map[string]sam.Function{}, used: map[Use]int{}, refused: map[Use]int{}}
	for _, f := range functions {
		g.byKey[Key(f.Folder())] = f
	}
	return g
}

// Used is what functions have done, and Refused what they were refused, each once.
func (g *Guard) Used() []Use    { return g.noted(g.used) }
func (g *Guard) Refused() []Use { return g.noted(g.refused) }

func (g *Guard) noted(in map[Use]int) []Use {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.SortedFunc(maps.Keys(in), func(a, b Use) int { return strings.Compare(a.String(), b.String()) })
}

func (g *Guard) note(in map[Use]int, u Use) {
	g.mu.Lock()
	defer g.mu.Unlock()
	in[u]++
}

// Idle are the permissions of these functions that were never used: an action and a resource of a statement each, as
// they are written there.
func Idle(functions []sam.Function, used []Use) (idle []Use) {
	for _, f := range functions {
		for _, s := range f.Statements {
			for _, action := range s.Actions {
				for _, resource := range s.Resources {
					one := sam.Statement{Actions: []string{action}, Resources: []string{resource}}
					needed := func(u Use) bool { return u.Function == f.Folder() && fits(one, u.Action, u.Resource) }
					if s.Effect == "Allow" && !slices.ContainsFunc(used, needed) {
						idle = append(idle, Use{f.Folder(), action, resource})
					}
				}
			}
		}
	}
	return idle
}

// maxBody is more than any service here accepts for a request: an object of S3's may be larger, and none of ours is.
const maxBody = 16 << 20

// Before is next for allowed requests; others are refused as AWS does it. The body is read whole, since it says what
// the request is about; bodies have some kilobytes.
func (g *Guard) Before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			panic(http.ErrAbortHandler) // a client that disconnects gets no answer
		}
		c, err := read(r, body)
		f, known := g.byKey[c.key]
		switch {
		case err != nil:
			refuse(w, c, "MissingAuthenticationTokenException", err.Error())
			return
		case !known:
			refuse(w, c, "UnrecognizedClientException", "The security token included in the request is invalid.")
			return
		}
		if u, why := g.check(f, c); why != allowed {
			reason := "because no identity-based policy allows the " + u.Action + " action"
			if why == denied {
				reason = "with an explicit deny in an identity-based policy"
			}
			refuse(w, c, "AccessDeniedException",
				fmt.Sprintf(
					"User: arn:aws:sts::%s:assumed-role/%sRole/%s is not authorized to perform: %s on resource: %s %s",
					sam.Account, f.LogicalID, f.Folder(), u.Action, u.Resource, reason))
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// check notes what is used or refused, and returns the first that is refused.
func (g *Guard) check(f sam.Function, c call) (Use, verdict) {
	if len(c.resources) == 0 {
		c.resources = []string{"*"} // as IAM says it: only a permission for everything suffices
	}
	for _, resource := range c.resources {
		u := Use{f.Folder(), c.action, resource}
		if why := decide(f.Statements, c.action, resource); why != allowed {
			g.note(g.refused, u)
			return u, why
		}
		g.note(g.used, u)
	}
	return Use{}, allowed
}

// refuse answers in the service's own way, with an error that the SDK does not retry.
func refuse(w http.ResponseWriter, c call, kind, message string) {
	if c.service == "s3" {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code><Message>%s</Message></Error>",
			strings.TrimSuffix(kind, "Exception"), message)
		return
	}
	answer.AWS(w, http.StatusBadRequest, map[string]string{
		"__type": "com.amazon.coral.service#" + kind, "message": message,
	})
}

// Proxy passes requests on to a service elsewhere. On an error the connection ends, as it would without a proxy. The
// returned function closes its idle connections.
func Proxy(to *url.URL) (h http.Handler, end func()) {
	// As many connections are kept as functions have processes at a busy time.
	transport := &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}
	return &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(to) },
		Transport:    transport,
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}, transport.CloseIdleConnections
}
