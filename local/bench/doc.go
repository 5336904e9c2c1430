// Package bench measures what a deployment costs in time and space: cold starts, packages and
// memory of every function beside a bare handler, and how long a caller's webhook takes
// with a phone network fifty milliseconds away. It has benchmarks only; nothing in the
// suite depends on a figure.
package bench
