package service

import (
	"context"
	"errors"

	"warmtransfer/shared/call"
)

// Known says whether a call has ever been admitted. While the line is closed, by the operator's parameter, its hours or its
// emergency switch, all other calls are refused.
func (s *Service) Known(ctx context.Context, id call.ID) (bool, error) {
	_, err := s.store.Call(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
