package switchboardtest

import (
	"testing"

	"warmtransfer/shared/switchboard"
)

func TestStoreInMemory(t *testing.T) {
	StoreSuite(t, func(*testing.T) switchboard.Store { return NewStore() })
}
