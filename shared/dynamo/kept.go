package dynamo

import (
	"context"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// keptFor is how long a number is known to keep a place: a little longer than any place is kept.
const keptFor = 73 * time.Hour

// keptKey is the item that says which place a number keeps.
func keptKey(number string) string { return "k#" + number }

// PlaceOf implements service.Store.
func (s *Store) PlaceOf(ctx context.Context, number string) (call.ID, error) {
	it, err := s.get(ctx, keptKey(number))
	switch {
	case err != nil:
		return "", err
	case it == nil || s.expired(it) || text(it[doc]) == "":
		return "", service.ErrNotFound
	}
	return call.ID(text(it[doc])), nil
}

// SavePlaceOf implements service.Store.
func (s *Store) SavePlaceOf(ctx context.Context, number string, id call.ID) error {
	return s.overwrite(ctx, item{pk: str(keptKey(number)), doc: str(string(id)), ttl: s.in(keptFor)})
}
