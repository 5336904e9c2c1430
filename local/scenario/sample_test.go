package scenario

import "testing"

// sample chooses among the cases of a table: all of them (make test-deep), or in a short run (make test) the first and
// then one in n. N has no divisor in common with the lengths of the inner loops, so that the choice goes through their
// values.
func sample(n int) (next func() bool) {
	if !testing.Short() {
		n = 1
	}
	i := -1
	return func() bool {
		i++
		return i%n == 0
	}
}
