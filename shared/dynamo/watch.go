package dynamo

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
	"warmtransfer/shared/service"
)

// The index watch has what is asked for most often, and no more of it than the question needs: a free agent is some 120
// bytes in it, so that thirty of them are one read of half a unit, and a live call some 200.
//
// Items of the release before have no place in it, or one where a heartbeat does not look: an agent gets one with the
// page's next heartbeat, a call with its next save, and until then the sweep finds the call in the index live. While a
// deployment makes the index, and when another version without it is back, it cannot be read. Then the lists come from
// the older indexes.

const (
	// freePage is how many free agents are read first, and morePage how many at a time after those; of callers whose
	// music has stopped, morePage at once.
	freePage, morePage = 30, 250
	// mostCallPages is how many pages of live calls are read, of 1 MB each: some 50,000 calls.
	mostCallPages = 12
	// inAgents begins a place in the list of free agents that comes from the index agents.
	inAgents = "agents "
)

// Free implements service.Lists.
func (l *lists) Free(ctx context.Context, from string) (page []agent.Agent, next string, err error) {
	if place, ok := strings.CutPrefix(from, inAgents); ok {
		return l.freeInAgents(ctx, place)
	}
	most := freePage
	if from != "" {
		most = morePage
	}
	items, more, err := l.pages(ctx, freeList, between{after: from}, most)
	if noIndex(err) {
		return l.freeInAgents(ctx, "")
	}
	for _, it := range items {
		// An older version that takes an agent's freedom changes the rank, and leaves what it does not know.
		if since, ok := freed(text(it[rank])); ok {
			page = append(page, agent.Agent{
				ID: agent.ID(strings.TrimPrefix(text(it[pk]), agentKey(""))), Status: agent.Available, IdleSince: since,
				HeartbeatAt: time.Unix(integer(it[seen]), 0).Add(seenGrid),
			})
		}
	}
	if more && len(items) > 0 {
		next = freeList.place(items[len(items)-1])
	}
	return page, next, err
}

// freeInAgents is Free by the index agents.
func (l *lists) freeInAgents(ctx context.Context, from string) (page []agent.Agent, next string, err error) {
	all, next, err := l.Agents(ctx, from)
	for _, a := range all {
		if a.Ranked() {
			page = append(page, a)
		}
	}
	if err != nil || next == "" || len(page) < len(all) { // free agents come first
		return page, "", err
	}
	return page, inAgents + next, nil
}

// Live implements service.Lists. Of a few calls it reads the index live only.
func (l *lists) Live(ctx context.Context, few int) (calls []service.LiveCall, err error) {
	var places []string // each ends with the ID
	err = l.readAll(ctx, func(it item) {
		places = append(places, text(it[liveAt])+" "+string(callID(it)))
	}, liveList)
	slices.Sort(places)
	for _, at := range places {
		calls = append(calls, service.LiveCall{ID: call.ID(at[strings.LastIndexByte(at, ' ')+1:])})
	}
	if len(calls) <= few {
		return calls, err
	}
	known := map[call.ID]service.LiveCall{}
	unknown := l.readAll(ctx, func(it item) {
		id := callID(it)
		known[id] = service.LiveCall{ID: id, Due: time.Unix(integer(it[due]), 0), Legs: legs(text(it[sids]))}
	}, callsList, musicList)
	for i, c := range calls { // of the others nothing is known, so that each is looked at
		if c, ok := known[c.ID]; ok {
			calls[i] = c
		}
	}
	return calls, cmp.Or(err, unknown)
}

// MusicStopped implements service.Lists. It looks at the first of all callers who are to hear music: mostly there is
// none, or their music plays, and then that of all others plays longer.
func (l *lists) MusicStopped(ctx context.Context, now time.Time) (ids []call.ID, next time.Time, err error) {
	until := stamp(now) + afterStamp
	first, err := l.first(ctx, musicList, between{}, 1)
	switch {
	case noIndex(err):
		ids, err = l.stoppedInQueue(ctx)
		return ids, now, err
	case len(first) == 0:
		return nil, time.Time{}, err
	case musicList.place(first[0]) >= until:
		return nil, musicStops(first[0]), err
	}
	late, more := l.first(ctx, musicList, between{before: until}, morePage)
	for _, it := range late {
		ids = append(ids, callID(it))
	}
	return ids, now, cmp.Or(err, more)
}

// musicStops is when the music of a caller in the list of music may stop.
func musicStops(it item) time.Time {
	at, _, _ := strings.Cut(musicList.place(it), beforeID)
	t, _ := time.Parse(time.RFC3339Nano, at) // of a stamp
	return t
}

// stoppedInQueue is MusicStopped by the queue, of whom nothing is known.
func (l *lists) stoppedInQueue(ctx context.Context) (ids []call.ID, err error) {
	line, err := l.Queue(ctx)
	for _, w := range line {
		ids = append(ids, w.ID)
	}
	return ids, err
}

func legs(sids string) (all []call.LegID) {
	for _, sid := range strings.Fields(sids) {
		all = append(all, call.LegID(sid))
	}
	return all
}

// readAll visits all entries of lists: one at a time, though all shards are read side by side. One that hangs takes no
// more time than one that does not end. With the error of a shard, what has been read of it is visited, too; an index
// that is not there has no entries.
func (l *lists) readAll(ctx context.Context, visit func(item), of ...list) error {
	var mu sync.Mutex
	n := l.shards.read()
	return sideBySide(n*len(of), func(i int) error {
		list, k := of[i/n], i%n
		err := l.every(ctx, list, k, func(items []item) {
			mu.Lock()
			defer mu.Unlock()
			for _, it := range items {
				visit(it)
			}
		})
		if err == nil || list.index == watchIndex && noIndex(err) {
			return nil
		}
		unread(ctx, list.index, k, err)
		return unavailable(err)
	})
}

// every visits all pages of one shard of a list.
func (t *table) every(ctx context.Context, l list, k int, visit func([]item)) error {
	ctx, cancel := context.WithTimeout(ctx, t.limits.shard)
	defer cancel()
	in := l.query(k, between{}, 0)
	for range mostCallPages {
		out, err := t.longPage(ctx, in)
		if err != nil {
			return err
		}
		visit(out.Items)
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			break
		}
	}
	return nil
}

// longPage is page for a page of 1 MB: it may take longer, and is tried twice.
func (t *table) longPage(ctx context.Context, in *dynamodb.QueryInput) (out *dynamodb.QueryOutput, err error) {
	in.TableName = &t.name
	for range 2 {
		limited, cancel := context.WithTimeout(ctx, t.limits.page)
		out, err = t.client.Query(limited, in)
		cancel()
		if err == nil || ctx.Err() != nil || final(err) {
			break
		}
	}
	return out, err
}

// noIndex reports whether DynamoDB has no such index, or has not filled it yet:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html
func noIndex(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "ValidationException" &&
		strings.Contains(api.ErrorMessage(), "index")
}
