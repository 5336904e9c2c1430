// Package scenario plays whole calls on the phone network through the real binaries, under a clock that advances only
// when a test says so, and asserts who hears whom. It contains only tests.
package scenario
