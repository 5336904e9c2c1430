package dynamo

import (
	"context"
	"errors"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/push"
	"warmtransfer/shared/service"
)

// keepPages is how long the item of an agent's pages stays after its last write: longer than any connection.
const keepPages = push.OpenFor + push.TicketFor

func pagesKey(id agent.ID) string { return "p#" + string(id) }

// Pages are the tickets and connections of an agent's pages; none yet are Pages of version 0.
func (s *Store) Pages(ctx context.Context, id agent.ID) (*push.Pages, error) {
	p, err := load[push.Pages](ctx, s, pagesKey(id))
	if errors.Is(err, service.ErrNotFound) {
		return &push.Pages{}, nil
	}
	return p, err
}

// SavePages saves them by compare-and-swap, as SaveAgent does.
func (s *Store) SavePages(ctx context.Context, id agent.ID, p *push.Pages) error {
	next := *p
	next.Version++
	err := save(ctx, s, pagesKey(id), p.Version, &next, item{ttl: s.in(keepPages)})
	if err == nil {
		p.Version = next.Version
	}
	return err
}
