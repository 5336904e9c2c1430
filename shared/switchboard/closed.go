package switchboard

import (
	"context"
	"errors"

	"warmtransfer/shared/conference"
)

// Known says whether a call has ever been admitted. While the line is closed, all other calls are
// refused.
func (s *Switchboard) Known(ctx context.Context, id conference.ID) (bool, error) {
	_, err := s.store.Conference(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
