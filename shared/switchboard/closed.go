package switchboard

import (
	"context"
	"errors"

	"warmtransfer/shared/conference"
)

// Known says whether a call has been let in: it is on the line, or was. A closed line lets in no others.
func (s *Switchboard) Known(ctx context.Context, id conference.ID) (bool, error) {
	_, err := s.store.Conference(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
