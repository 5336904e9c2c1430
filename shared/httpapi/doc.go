// Package httpapi is the HTTP edge of every function. It turns an API Gateway event into a request, and an
// answer into TwiML, JSON or a problem. It refuses every request that neither Twilio has signed nor
// the authorizer has accepted, and writes one log entry for each request.
//
// It makes no decision about a call. The log gets of a request only its route, its outcome and the ids
// of call, leg and request: no number, name, token or signature (N9).
package httpapi
