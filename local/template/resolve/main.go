// Program resolve reads a template in JSON from its input, after SAM's transform, and follows every reference in it:
// whatever is named must exist, nothing may depend on itself, and a parameter that a function gets must make a new
// version of it. "make verify" runs it.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	var t template
	if err := json.NewDecoder(os.Stdin).Decode(&t); err != nil {
		fmt.Fprintln(os.Stderr, "resolve: this is no template:", err)
		os.Exit(1)
	}
	faults, followed := t.check()
	for _, f := range faults {
		fmt.Fprintln(os.Stderr, "resolve:", f)
	}
	if len(faults) > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d resources, %d references\n", len(t.Resources), followed)
}
