// Package iam refuses what AWS would refuse: it stands before the parts that stand in for AWS's services, finds out by
// its access key which function asks, and lets through what the statements of that function's own role allow. It notes
// what was used, so that a test can find permissions that are not needed.
//
// Of IAM it knows what the template uses: identity policies with Effect, Action and Resource. It checks no signature,
// knows no users, and of a request it knows only the action's name and the resource.
package iam

import (
	"encoding/base32"
	"strings"

	"warmtransfer/local/gateway/sam"
)

// Key is the access key id of a function's process, by the function's folder. Like AWS's own keys for roles, it has
// capital letters and digits only.
func Key(function string) string {
	return "ASIA" + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(function))
}

// verdict is IAM's decision.
type verdict int

const (
	silent  verdict = iota // no statement applies, which is a refusal
	allowed                // by a statement
	denied                 // by a statement, whatever others say
)

// decide evaluates the statements: a matching Deny decides, otherwise a matching Allow is needed.
func decide(statements []sam.Statement, action, resource string) verdict {
	found := silent
	for _, s := range statements {
		if !fits(s, action, resource) {
			continue
		}
		if s.Effect == "Deny" {
			return denied
		}
		found = allowed
	}
	return found
}

// Allowed tells whether the statements allow the action, such as "dynamodb:GetItem", on the resource, an ARN.
func Allowed(statements []sam.Statement, action, resource string) bool {
	return decide(statements, action, resource) == allowed
}

func fits(s sam.Statement, action, resource string) bool {
	for _, a := range s.Actions {
		if !like(strings.ToLower(a), strings.ToLower(action)) { // IAM ignores case here
			continue
		}
		for _, r := range s.Resources {
			if names(r, resource) {
				return true
			}
		}
	}
	return false
}

// names tells whether a pattern matches the resource. A * goes on to the end of its part of the ARN and not beyond; the
// last part may have colons and slashes of its own.
func names(pattern, resource string) bool {
	if pattern == "*" {
		return true
	}
	want, have := strings.SplitN(pattern, ":", 6), strings.SplitN(resource, ":", 6)
	if len(want) != len(have) {
		return false
	}
	for i := range want {
		if !like(want[i], have[i]) {
			return false
		}
	}
	return true
}

// like tells whether the whole text matches the pattern: * is any text, ? any one byte.
func like(pattern, text string) bool {
	star, from := -1, 0 // where to go back to: after the last *, with one more byte for it
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0:
			from++
			p, t = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
