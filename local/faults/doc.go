// Package faults keeps docs/faults.md true: which test shows which conformance case. It
// has a test only.
package faults
