// Package web is the HTTP edge of every function. It turns an API Gateway event into a
// request and an answer into TwiML, JSON or a problem; it lets nobody in whom Twilio or
// the authorizer does not vouch for; and it writes the one line of log that each
// request gets.
//
// Nothing here decides about a call. Nothing of a request reaches the log but its
// route, its outcome and the ids of conference, leg and request: no number, no name, no
// token, no signature (N9).
package web
