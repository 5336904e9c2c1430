package service

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"warmtransfer/shared/agent"
	"warmtransfer/shared/call"
)

const (
	// maxRestored is how many callers at the head of the queue one request repairs.
	maxRestored = 3
	// BeatInSilence is within which time after a heartbeat the next one is wanted: music that begins and stops right
	// after it is heard again within fifteen seconds.
	BeatInSilence = 15 * time.Second
	// FoundWithin is within which time after a caller's music counts as stopped a heartbeat is wanted. It stops four
	// and a half seconds before that (see call.Music), and must be heard again within fifteen.
	FoundWithin = 10500 * time.Millisecond
	// BeatSoon is the time if a heartbeat could not come to everybody.
	BeatSoon = 3 * time.Second
	// repairAtOnce is how many callers one heartbeat repairs at the same time. MusicPage callers are six rounds: of
	// 0.2 s each if Twilio and the table answer as usual, so that they fit into what the page leaves of
	// BeatInSilence.
	repairAtOnce = 20
	// repairTime is until when a heartbeat begins with another caller, so that it still has its answer in time.
	repairTime = 3 * time.Second
)

// restoreMusic carries out what is due for the requeued callers at the head of the queue who could not be
// given music. Alone in a conference that has started they hear silence, and no music turn is asked
// for, so their own clock stands still (N1). Every request of an agent's page but a command is their clock
// instead.
func (m *matcher) restoreMusic(ctx context.Context, queue []QueueEntry, now time.Time) {
	for _, w := range queue[:min(len(queue), maxRestored)] {
		if !w.Requeued { // requeued callers come first
			return
		}
		if errors.Is(m.restoreMusicOf(ctx, w.ID, now), ErrUnknown) {
			return // such failures are slow, and the page waits
		}
	}
}

// restoreAllMusic does the same for everybody whose music may have stopped, in the queue or on hold. Only a heartbeat
// does this: it costs another list. It returns within which time the next heartbeat is wanted, of this agent's page.
func (m *matcher) restoreAllMusic(ctx context.Context, a *agent.Agent, now time.Time) (within time.Duration) {
	relieved := false
	m.set.Together(
		func() { within = m.restoreStopped(ctx, now) },
		func() { relieved = m.lookOut(ctx, a, now) },
	)
	if relieved && within > FoundWithin { // nobody is without music
		within += lookoutSpares
	}
	return within
}

// restoreStopped is restoreAllMusic as if no other page sent heartbeats.
func (m *matcher) restoreStopped(ctx context.Context, now time.Time) time.Duration {
	stopped, next, err := m.store.MusicStopped(ctx, now)
	all := len(stopped)
	if all > MusicPage { // those who cannot be given any for now do not keep the others from it
		stopped = rotated(stopped, now.Unix())[:MusicPage]
	}
	if m.restoreEach(ctx, stopped, now) < all {
		return BeatSoon
	}
	if all > 0 || err != nil { // the next heartbeat tries again
		next = now
	}
	if next.IsZero() {
		return BeatInSilence
	}
	return min(BeatInSilence, max(next.Sub(now), 0)+FoundWithin)
}

// restoreEach repairs these callers while there is time, and says with how many of them it has begun.
func (m *matcher) restoreEach(ctx context.Context, stopped []call.ID, now time.Time) int {
	inTime, cancel := context.WithTimeout(ctx, repairTime)
	defer cancel()
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(len(stopped), repairAtOnce) {
		workers.Go(func() {
			for inTime.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(stopped) {
					return
				}
				_ = m.restoreMusicOf(ctx, stopped[i], now) // the next heartbeat tries again
			}
		})
	}
	workers.Wait()
	return min(int(next.Load()), len(stopped))
}

// restoreMusicOf carries out what is due for a caller whose music has stopped.
func (m *matcher) restoreMusicOf(ctx context.Context, id call.ID, now time.Time) error {
	c, err := m.store.Call(ctx, id)
	if err != nil || !c.Hearing(now).MusicStopped() {
		return nil
	}
	_, err = m.replan(ctx, c, now)
	return err
}
