package archive

import (
	"context"
	"errors"

	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// CallerOf is the number of the caller of a call, as agents see it, for an agent who has it in their list of recent
// calls, or who may see its record, as all may of a call to which nobody came; "" if it is withheld. Who says the
// number has it already, as a supervisor has it of every record: the function that calls does not know supervisors.
func (a *Archive) CallerOf(ctx context.Context, who service.Principal, id call.ID, said string) (string, error) {
	if err := a.may(ctx, who); err != nil {
		return "", err
	}
	me, err := a.Shelf.Agent(ctx, who.ID)
	if err != nil && !errors.Is(err, service.ErrNotFound) {
		return "", err
	}
	if err == nil {
		for _, l := range me.Recent {
			if l.Call == string(id) {
				return l.Caller, nil
			}
		}
	}
	if !id.Valid() {
		return "", ErrNoRecord
	}
	c, err := a.seen(ctx, who, id, func(c *call.Call) bool {
		return unheard(c) || !c.Live() && said != "" && c.From == said
	})
	if err != nil {
		return "", err
	}
	return c.From, nil
}
