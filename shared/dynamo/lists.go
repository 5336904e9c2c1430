package dynamo

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// Queue implements service.Lists.
func (l *lists) Queue(ctx context.Context) ([]service.QueueEntry, error) {
	items, unread := l.first(ctx, liveList, between{from: lineHeads}, service.QueuePage)
	var line []service.QueueEntry
	for _, it := range items {
		since, err := time.Parse(time.RFC3339Nano, text(it[queued]))
		if err != nil {
			return nil, unavailable(err)
		}
		ahead, _ := it[head].(*types.AttributeValueMemberBOOL)
		line = append(line, service.QueueEntry{
			ID:       callID(it),
			State:    call.State(text(it[state])),
			Queued:   since,
			Requeued: ahead != nil && ahead.Value,
		})
	}
	return line, unread
}

// liveIDs lists the live calls whose places in the index are between two, in its order, n at most.
func (l *lists) liveIDs(ctx context.Context, from, to string, n int) (ids []call.ID, err error) {
	items, err := l.first(ctx, liveList, between{from: from, before: to}, n)
	for _, it := range items {
		ids = append(ids, callID(it))
	}
	return ids, err
}

// Queued implements team.Shelf.
func (l *lists) Queued(ctx context.Context, n int) ([]call.ID, error) {
	return l.liveIDs(ctx, lineHeads, lineRest+"~", n)
}

// Owned implements team.Shelf.
func (l *lists) Owned(ctx context.Context, n int) ([]call.ID, error) {
	return l.liveIDs(ctx, withAgents, lineHeads, n)
}

// LiveCalls implements team.Shelf. It leaves out a call that this version cannot read.
func (l *lists) LiveCalls(ctx context.Context, ids []call.ID) (list []*call.Call, err error) {
	var keys []string
	for _, id := range ids { // a batch that names a key twice is refused (see batchSize)
		if key := callKey(id); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	found, err := l.batch(ctx, keys)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		var c call.Call
		if it := found[key]; it != nil && read(it, &c) == nil {
			list = append(list, &c)
		}
	}
	return list, nil
}

func callID(it item) call.ID {
	return call.ID(strings.TrimPrefix(text(it[pk]), callKey("")))
}

// Agents implements service.Lists. It leaves out an agent whose item this version cannot read: one
// broken item must not keep all callers waiting.
func (l *lists) Agents(ctx context.Context, from string) (page []agent.Agent, next string, err error) {
	items, more, unread := l.pages(ctx, agentsList, between{after: from}, agentsOfShard(l.shards.used()))
	if len(items) > service.AgentsPage {
		items, more = items[:service.AgentsPage], true
	}
	for _, it := range items {
		var a agent.Agent
		if err := read(it, &a); err == nil && !l.expired(it) {
			page = append(page, a)
		}
	}
	if more && len(items) > 0 {
		next = agentsList.place(items[len(items)-1])
	}
	return page, next, unread
}

// agentsOfShard is how many agents are read of each of n shards for a page: few enough that a page costs little more
// than one of a single shard, and some more than its part, since shards differ.
func agentsOfShard(n int) int {
	if n == 1 {
		return service.AgentsPage
	}
	return service.AgentsPage/n + 8
}
