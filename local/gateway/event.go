package gateway

import (
	"encoding/base64"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"warmtransfer/local/gateway/sam"
)

// eventFacts are what the gateway knows of a request besides the request itself.
type eventFacts struct {
	id, trace string
	route     *route
	params    map[string]string
	jwt       *events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription
	body      []byte
}

// event is the payload of format 2.0. The library's type is made for reading: written, it would always contain a client
// certificate, which exists only under mutual TLS.
type event struct {
	events.APIGatewayV2HTTPRequest
	RequestContext requestContext `json:"requestContext"`
}

type requestContext struct {
	events.APIGatewayV2HTTPRequestContext
	Authentication *struct{} `json:"authentication,omitempty"` // shadows the library's field
}

// event makes the payload. Its time is what the functions take as now.
func (g *Gateway) event(r *http.Request, f eventFacts) event {
	now := g.o.Clock.Now().UTC()
	e := event{APIGatewayV2HTTPRequest: events.APIGatewayV2HTTPRequest{
		Version:               "2.0",
		RouteKey:              f.route.key(),
		RawPath:               r.URL.Path, // arrives decoded
		RawQueryString:        r.URL.RawQuery,
		QueryStringParameters: query(r.URL.RawQuery),
		PathParameters:        f.params,
		Cookies:               cookies(r.Header),
		Headers:               g.headers(r, f),
	}, RequestContext: requestContext{
		APIGatewayV2HTTPRequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: f.route.key(), AccountID: sam.Account, Stage: "$default", RequestID: f.id, APIID: "local",
			DomainName: g.o.Domain, DomainPrefix: strings.Split(g.o.Domain, ".")[0],
			Time: now.Format("02/Jan/2006:15:04:05 +0000"), TimeEpoch: now.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: r.Method, Path: r.URL.Path,
				Protocol: r.Proto, SourceIP: sourceIP(r), UserAgent: r.UserAgent()},
		},
	}}
	if f.jwt != nil {
		e.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{JWT: f.jwt}
	}
	switch {
	case len(f.body) == 0:
	case isText(r.Header.Get("Content-Type")):
		e.Body = string(f.body)
	default:
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(f.body), true
	}
	return e
}

// isText tells whether a body of this type is passed on as text. Forms are not, so every webhook of Twilio arrives in
// base64.
func isText(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch kind {
	case "application/json", "application/xml", "application/javascript":
		return true
	}
	return strings.HasPrefix(kind, "text/")
}

// headers are the request's as the function sees them: names in lower case, without cookies, with the gateway's own.
func (g *Gateway) headers(r *http.Request, f eventFacts) map[string]string {
	out := map[string]string{}
	for name, values := range r.Header {
		switch name {
		case "Cookie", "Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade":
		default:
			out[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	out["host"] = g.o.Domain
	if len(f.body) > 0 {
		out["content-length"] = strconv.Itoa(len(f.body)) // also for a body that came in chunks
	}
	forwarded := sourceIP(r)
	if before := r.Header.Values("X-Forwarded-For"); len(before) > 0 {
		forwarded = strings.Join(before, ", ") + ", " + forwarded
	}
	out["x-forwarded-for"] = forwarded
	out["x-forwarded-proto"] = "https"
	out["x-forwarded-port"] = "443"
	out["x-amzn-trace-id"] = f.trace
	return out
}

// cookies splits the Cookie headers, one entry for each cookie.
func cookies(h http.Header) []string {
	var out []string
	for _, line := range h.Values("Cookie") {
		for part := range strings.SplitSeq(line, ";") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
	}
	return out
}

// query decodes a query string; values of one name are joined with commas. Nil if there
// is none.
func query(raw string) map[string]string {
	if raw == "" {
		return nil
	}
	out := map[string]string{}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, value = unescape(name), unescape(value)
		if before, ok := out[name]; ok {
			value = before + "," + value
		}
		out[name] = value
	}
	return out
}

// unescape keeps what is not a valid escape.
func unescape(s string) string {
	if out, err := url.QueryUnescape(s); err == nil {
		return out
	}
	return s
}
