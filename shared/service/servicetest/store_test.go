package servicetest

import (
	"testing"

	"warmtransfer/shared/service"
)

func TestStoreInMemory(t *testing.T) {
	StoreSuite(t, func(*testing.T) service.Store { return NewStore() })
}

func TestF133ClaimRace(t *testing.T) { ClaimRace(t, NewStore(), 8, 40) }

func TestF133ClaimRaceWithAFailingStore(t *testing.T) {
	s := NewStore()
	for n := range 60 {
		s.At("SaveAgent", 1+3*n, Fault{Err: service.ErrUnavailable, Took: n%2 == 0})
	}
	ClaimRace(t, s, 4, 20)
}

func TestF133HundredAgentsTenCallers(t *testing.T) { OfferRace(t, NewStore(), 100, 10) }
