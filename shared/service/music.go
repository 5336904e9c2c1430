package service

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// maxRestored is how many callers at the head of the queue one request repairs.
	maxRestored = 3
	// repairAtOnce is how many callers one heartbeat repairs at the same time.
	repairAtOnce = 7
)

// restoreMusic carries out what is due for the requeued callers at the head of the queue who could not be
// given music. Alone in a conference that has started they hear silence, and no music turn is asked
// for, so their own clock stands still (N1). Every request of an agent's page is their clock
// instead.
func (m *matcher) restoreMusic(ctx context.Context, line []QueueEntry, now time.Time) {
	for _, w := range line[:min(len(line), maxRestored)] {
		if !w.Requeued { // requeued callers come first
			return
		}
		if errors.Is(m.restoreMusicOf(ctx, w, now), ErrUnknown) {
			return // such failures are slow, and the page waits
		}
	}
}

// restoreQueueMusic does the same for everybody in the queue, whose music may have stopped. Only a
// heartbeat does this, because it loads every call.
func (m *matcher) restoreQueueMusic(ctx context.Context, line []QueueEntry, now time.Time) {
	next := make(chan QueueEntry)
	var all sync.WaitGroup
	for range min(len(line), repairAtOnce) {
		all.Go(func() {
			for w := range next {
				_ = m.restoreMusicOf(ctx, w, now) // the next heartbeat tries again
			}
		})
	}
	for _, w := range line {
		next <- w
	}
	close(next)
	all.Wait()
}

// restoreMusicOf carries out what is due for a caller in the queue whose music has stopped.
func (m *matcher) restoreMusicOf(ctx context.Context, w QueueEntry, now time.Time) error {
	c, err := m.store.Call(ctx, w.ID)
	if err != nil || !c.MusicStopped(now) {
		return nil
	}
	_, err = m.replan(ctx, c, now)
	return err
}
