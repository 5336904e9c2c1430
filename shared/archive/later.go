package archive

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"warmtransfer/shared/call"
	"warmtransfer/shared/record"
)

// laterMost is how many of the newest calls of a number are read for what has become of its missed ones.
const laterMost = 20

// addLater adds to missed calls what has become of them since. It is looked up and not stored, so that nothing that a
// caller waits for writes it, and a caller who has rung in again is known, too. The numbers are looked up at once.
func (a *Archive) addLater(ctx context.Context, missed []record.Record, now time.Time) error {
	of := map[string][]*record.Record{}
	for i := range missed {
		if r := &missed[i]; r.Caller != "" {
			of[r.Caller] = append(of[r.Caller], r)
		}
	}
	var all sync.WaitGroup
	errs := make(chan error, len(of))
	for caller, calls := range of {
		all.Go(func() { errs <- a.laterOf(ctx, caller, calls, now) })
	}
	all.Wait()
	close(errs)
	var failed []error
	for err := range errs {
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

func (a *Archive) laterOf(ctx context.Context, caller string, missed []*record.Record, now time.Time) error {
	first := missed[len(missed)-1] // the newest is the first
	from := Place(first.Ended, first.ID)
	places, err := a.Shelf.Places(ctx, List{Caller: caller}, from, Place(now.Add(time.Minute), ""), laterMost)
	if err != nil {
		return err
	}
	ids := slices.DeleteFunc(idsOf(places), func(id call.ID) bool { return id == first.ID })
	since, err := a.Shelf.Records(ctx, ids)
	if err != nil {
		return err
	}
	for _, r := range missed {
		for _, other := range slices.Backward(since) { // the oldest first
			l := other.AsLater()
			if l == nil || other.ID == r.ID || !other.Ended.After(r.Ended) {
				continue
			}
			if r.Later == nil || r.Later.Outcome != call.OutcomeAnswered {
				r.Later = l
			}
		}
	}
	return nil
}

func idsOf(places []string) (ids []call.ID) {
	for _, p := range places {
		ids = append(ids, idOf(p))
	}
	return ids
}
