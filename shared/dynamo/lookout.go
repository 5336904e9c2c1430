package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"warmtransfer/shared/service"
)

const (
	// lookoutKey is the item that says which page is the lookout.
	lookoutKey = "w#lookout"
	// lookoutFor is how long it stays after the last page was closed.
	lookoutFor = 24 * time.Hour
)

// Lookout implements service.Store.
func (s *Store) Lookout(ctx context.Context) (l service.Lookout, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.limits.all)
	defer cancel()
	it, err := s.read(ctx, lookoutKey, false)
	switch {
	case errors.Is(err, service.ErrNotFound):
		return l, nil
	case err != nil:
		return l, err
	case json.Unmarshal([]byte(text(it[doc])), &l) != nil: // nobody is relied on
		return service.Lookout{}, nil
	}
	return l, nil
}

// SaveLookout implements service.Store.
func (s *Store) SaveLookout(ctx context.Context, l service.Lookout) error {
	ctx, cancel := context.WithTimeout(ctx, s.limits.all)
	defer cancel()
	raw, err := json.Marshal(l)
	if err != nil {
		return unavailable(err)
	}
	return s.overwrite(ctx, item{pk: str(lookoutKey), doc: str(string(raw)), ttl: s.in(lookoutFor)})
}
