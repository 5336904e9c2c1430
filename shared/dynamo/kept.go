package dynamo

import (
	"context"
	"errors"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// keptFor is how long a number is known to keep a place: a little longer than any place is kept.
const keptFor = 8 * 24 * time.Hour

// keptKey is the item that says which place a number keeps. Keys stand where numbers must not (N9), so it has a hash,
// as callerList.
func keptKey(number string) string { return "k#" + hashOf(number) }

// plainKey is that item as the releases before F343 have stored it, whose places may still stand after an update.
func plainKey(number string) string { return "k#" + number }

// PlaceOf implements service.Store.
func (s *Store) PlaceOf(ctx context.Context, number string) (call.ID, error) {
	for _, key := range []string{keptKey(number), plainKey(number)} {
		it, err := s.get(ctx, key)
		switch {
		case errors.Is(err, service.ErrNotFound):
		case err != nil:
			return "", err
		case !s.expired(it) && text(it[doc]) != "":
			return call.ID(text(it[doc])), nil
		}
	}
	return "", service.ErrNotFound
}

// forgetPlaceOf lets nothing say any more which place a number keeps.
func (s *Store) forgetPlaceOf(ctx context.Context, number string) error {
	for _, key := range []string{keptKey(number), plainKey(number)} {
		if _, err := s.delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

// SavePlaceOf implements service.Store.
func (s *Store) SavePlaceOf(ctx context.Context, number string, id call.ID) error {
	return s.overwrite(ctx, item{pk: str(keptKey(number)), doc: str(string(id)), ttl: s.in(keptFor)})
}
