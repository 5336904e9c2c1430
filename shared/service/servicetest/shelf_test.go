package servicetest

import "testing"

func TestShelfInMemory(t *testing.T) {
	ShelfSuite(t, func(*testing.T) Shelf { return NewStore() })
}
