package service

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"warmtransfer/shared/call"
)

const (
	// maxRestored is how many callers at the head of the queue one request repairs.
	maxRestored = 3
	// BeatWhileMusic is within which time the next heartbeat is wanted while any caller is to hear music.
	// Music that has run out counts as stopped after four and a half seconds (see call.Music), so that it is
	// heard again within fifteen, with any page that is open. BeatInSilence is the time while no caller is:
	// music that begins and stops right after a heartbeat is found by the next one within fifteen seconds,
	// or is known by then and has the shorter time.
	BeatWhileMusic = 10 * time.Second
	BeatInSilence  = 15 * time.Second
	// BeatSoon is the time if a heartbeat could not come to everybody.
	BeatSoon = 3 * time.Second
	// repairAtOnce is how many callers one heartbeat repairs at the same time. MusicPage callers are six rounds: of
	// 0.2 s each if Twilio and the table answer as usual, so that they fit into what BeatWhileMusic leaves.
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
// does this: it costs another list. It returns within which time the next heartbeat is wanted.
func (m *matcher) restoreAllMusic(ctx context.Context, now time.Time) time.Duration {
	stopped, plays, err := m.store.MusicStopped(ctx, now)
	all := len(stopped)
	if all > MusicPage { // those who cannot be given any for now do not keep the others from it
		stopped = rotated(stopped, now.Unix())[:MusicPage]
	}
	if m.restoreEach(ctx, stopped, now) < all {
		return BeatSoon
	}
	if plays || err != nil { // the next heartbeat tries again
		return BeatWhileMusic
	}
	return BeatInSilence
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
