// Package bench measures what a deployment costs in time and space: cold starts, packages and memory of every function
// beside a bare handler, and how long a caller's webhook takes when Twilio is fifty milliseconds away. It contains only
// benchmarks; no test depends on a figure. What many callers at once cost is there too, as counts and as processor
// time, and how long a page shows what is no longer so.
package bench
