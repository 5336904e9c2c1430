package phonenet

import "regexp"

const apiVersion = "2010-04-01"

var sidCall = regexp.MustCompile(`^CA[0-9a-fA-F]{32}$`)
