// Package scenario plays whole calls on the phone network through the real binaries,
// under a clock that stands still, and asserts who hears whom. It has tests only.
package scenario
