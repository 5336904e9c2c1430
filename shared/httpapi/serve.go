package httpapi

import (
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/awslabs/aws-lambda-go-api-proxy/core"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"warmtransfer/shared/twilio"
)

// warmTime bounds ready: a connection that is not open by then is opened by the first request.
const warmTime = time.Second

// Edge is what the routes of one function share.
type Edge struct {
	Name string // the function's, for its log
	// Public is our address as Twilio calls it, if it is not the API's own.
	Public twilio.Base
	Log    *slog.Logger // nil is slog.Default
}

// Logger is where the function's log lines go.
func (e Edge) Logger() *slog.Logger {
	if e.Log != nil {
		return e.Log
	}
	return slog.Default()
}

// Warmer opens its connections ahead of the first request. It cannot fail.
type Warmer interface{ Warm(ctx context.Context) }

// MustStart ends the process if a setting is wrong, naming all of them, or if the account's credentials are incomplete.
// It opens all connections at once: while Lambda starts a function it has a whole processor
// (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html), afterwards a fraction of one
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html), to which it then sets the Go runtime.
func MustStart(settings error, warmers ...Warmer) {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	if err := ready(settings, warmers); err != nil {
		slog.Error("cannot start", "error", err.Error())
		os.Exit(1)
	}
	thrift(os.Getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"))
}

func ready(settings error, warmers []Warmer) error {
	if settings != nil {
		return settings
	}
	ctx, cancel := context.WithTimeout(context.Background(), warmTime)
	defer cancel()
	unfit := make([]error, len(warmers))
	var all sync.WaitGroup
	for i, w := range warmers {
		all.Go(func() {
			if keys, ok := w.(twilio.Keys); ok {
				_, unfit[i] = keys.Credentials(ctx)
			} else {
				w.Warm(ctx)
			}
		})
	}
	all.Wait()
	for _, err := range unfit {
		if errors.Is(err, twilio.ErrIncomplete) {
			return err // every request would be refused
		}
	}
	return nil // whatever cannot be reached now may come back
}

// Serve answers API Gateway's events for as long as the process lives.
func Serve(h http.Handler) { lambda.Start(Proxy(h)) }

// rawKey is the context's key of path and query as they came.
type rawKey struct{}

// Proxy lets a handler answer events of an HTTP API, payload 2.0.
func Proxy(h http.Handler) func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse,
	error) {
	adapter := httpadapter.NewV2(h)
	return func(ctx context.Context, e events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		raw := e.RawPath
		if e.RawQueryString != "" {
			raw += "?" + e.RawQueryString
		}
		if !readable(e, raw) {
			return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusBadRequest}, nil
		}
		a, err := adapter.ProxyWithContext(context.WithValue(ctx, rawKey{}, raw), e)
		return encodeSound(a), err
	}
}

// readable reports whether the adapter can make a request of the event. For any other event the
// adapter would log its content and fail the function.
func readable(e events.APIGatewayV2HTTPRequest, raw string) bool {
	if e.IsBase64Encoded {
		if _, err := base64.StdEncoding.DecodeString(e.Body); err != nil {
			return false
		}
	}
	_, err := http.NewRequest(e.RequestContext.HTTP.Method, "https://"+e.RequestContext.DomainName+raw, nil)
	return err == nil
}

// Now is the time at which API Gateway received the request, timeEpoch of the event
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html). It is the
// only clock of the functions.
func Now(ctx context.Context) time.Time {
	c, ok := core.GetAPIGatewayV2ContextFromContext(ctx)
	if !ok || c.TimeEpoch == 0 {
		return time.Now().UTC() // not behind API Gateway
	}
	return time.UnixMilli(c.TimeEpoch).UTC()
}

// base is our public address: the operator's setting, or API Gateway's domain name. It is never a
// header, which a client can write.
func (e Edge) base(ctx context.Context) twilio.Base {
	if e.Public != "" {
		return e.Public
	}
	c, _ := core.GetAPIGatewayV2ContextFromContext(ctx)
	return twilio.Base("https://" + c.DomainName)
}
