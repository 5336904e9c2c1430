package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// load reads an item, and remembers the parts that this version does not know.
func load[T any](ctx context.Context, s *Store, key string) (*T, error) {
	it, err := s.get(ctx, key)
	return decoded[T](s, got{key, it, err})
}

// decoded is load of an item that was read.
func decoded[T any](s *Store, g got) (*T, error) {
	if g.err != nil {
		return nil, g.err
	}
	v, kept, err := decodeItem[T](g.it)
	if err != nil {
		return nil, unavailable(err)
	}
	s.seen.put(g.key, kept)
	return v, nil
}

// save writes v, whose version is one more than version, over the item of that version.
func save[T any](ctx context.Context, s *Store, key string, version int64, v *T, it item) error {
	kept, err := s.keep(ctx, key, version, func(old item) (unknownFields, error) {
		_, kept, err := decodeItem[T](old)
		return kept, err
	})
	if err != nil {
		return err
	}
	if err := kept.into(it, v, s.form); err != nil {
		return unavailable(err)
	}
	if err := s.put(ctx, key, version, it); err != nil {
		return err
	}
	if kept.stored != nil {
		_, kept, _ = decodeItem[T](it) // the unknown parts belong to the new document
	}
	_, kept.packed = it[doc].(*types.AttributeValueMemberB)
	kept.version = version + 1
	s.seen.put(key, kept)
	return nil
}

// Agent implements service.Store.
func (s *Store) Agent(ctx context.Context, id agent.ID) (*agent.Agent, error) {
	return load[agent.Agent](ctx, s, agentKey(id))
}

// Call implements service.Store.
func (s *Store) Call(ctx context.Context, id call.ID) (*call.Call, error) {
	return load[call.Call](ctx, s, callKey(id))
}

// SaveCall implements service.Store.
func (s *Store) SaveCall(ctx context.Context, c *call.Call) error {
	next := *c
	next.Version++
	if err := s.addMore(ctx, c); err != nil {
		return err
	}
	err := save(ctx, s, callKey(c.ID), c.Version, &next, s.callItem(&next))
	if err == nil {
		c.Version = next.Version
	}
	return err
}

// SaveAgent implements service.Store.
func (s *Store) SaveAgent(ctx context.Context, a *agent.Agent) error {
	next := *a
	next.Version++
	err := save(ctx, s, agentKey(a.ID), a.Version, &next, s.agentItem(&next))
	if err == nil {
		a.Version = next.Version
	}
	return err
}

// agentItem holds the attributes beside the document of an agent. The item of an agent in a call does
// not expire, nor does that of a removed agent: it is what refuses them.
func (s *Store) agentItem(a *agent.Agent) item {
	if a.IsRemoved() {
		return item{}
	}
	k := s.shards.shard(string(a.ID))
	it := item{dir: str(partition("", k)), rank: str(rankOf(a))}
	if a.Ranked() {
		it[watch], it[watchAt] = str(partition(freeAgents, k)), it[rank]
		it[seen] = number(a.HeartbeatAt.Truncate(seenGrid).Unix())
	}
	if a.Claim == nil {
		it[ttl] = s.in(keepAgent)
	}
	return it
}

// callItem holds the attributes beside the document of a call. Only of a caller in the queue does anybody read state,
// queued and head.
func (s *Store) callItem(c *call.Call) item {
	it := item{}
	if len(c.News) > 0 {
		it[news] = str(words(c.News))
	}
	if c.Queues() {
		it[state], it[queued] = str(string(c.State)), str(stamp(c.WaitsSince()))
		it[head] = &types.AttributeValueMemberBOOL{Value: c.Requeued}
	}
	if !c.Live() {
		it[ttl] = s.in(keepEnded)
		s.addRecord(it, c)
		return it
	}
	k := s.shards.shard(string(c.ID))
	it[live], it[liveAt] = str(partition("", k)), str(place(c))
	it[watch], it[watchAt] = str(partition(liveCalls, k)), str(string(c.ID))
	look := c.Due()
	if at := look.Music; !at.IsZero() {
		it[watch], it[watchAt] = str(partition(musicCalls, k)), str(stamp(at)+beforeID+string(c.ID))
	}
	it[due] = number(look.Sweep.Unix())
	if c.State != call.Ended { // one that has ended is overdue, whoever is connected
		it[sids] = str(words(look.Legs))
	}
	return it
}

// keep returns the unknown parts of the item that is about to be overwritten. It may cost a read, and
// is ErrConflict if the item has another version by now.
func (s *Store) keep(ctx context.Context, key string, version int64,
	read func(item) (unknownFields, error)) (unknownFields, error) {
	if version == 0 {
		return unknownFields{}, nil
	}
	if r, ok := s.seen.get(key, version); ok {
		return r, nil
	}
	it, err := s.get(ctx, key)
	if errors.Is(err, service.ErrNotFound) {
		return unknownFields{}, service.ErrConflict
	}
	if err != nil {
		return unknownFields{}, err
	}
	r, err := read(it)
	if err != nil {
		return unknownFields{}, unavailable(err)
	}
	if r.version != version {
		return unknownFields{}, service.ErrConflict
	}
	return r, nil
}
