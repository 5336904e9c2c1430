package service

import (
	"math"
	"slices"
)

// golden is the fractional part of the golden ratio: its multiples spread the start offsets evenly.
const golden = 0.6180339887

// rotated begins the list at another offset in each turn: even if no turn gets through the whole list, every entry is
// among the first in time.
func rotated[T any](list []T, turn int64) []T {
	_, part := math.Modf(float64(turn) * golden)
	at := int(part * float64(len(list)))
	return slices.Concat(list[at:], list[:at])
}
