package call

import (
	"maps"
	"slices"
	"time"
)

// Clone is an independent copy of the call.
func (c *Call) Clone() *Call {
	n := *c
	n.PastConferences = slices.Clone(c.PastConferences)
	n.unlisted = slices.Clone(c.unlisted)
	n.FailedOffers = maps.Clone(c.FailedOffers)
	n.Legs = slices.Clone(c.Legs)
	n.Watching = slices.Clone(c.Watching)
	n.ClosedLegs = slices.Clone(c.ClosedLegs)
	for i, l := range n.ClosedLegs {
		n.ClosedLegs[i].Release = copyOf(l.Release)
	}
	n.released = slices.Clone(c.released)
	n.Transfer = copyOf(c.Transfer)
	n.History = slices.Clone(c.History)
	n.Requests = slices.Clone(c.Requests)
	n.Trail = c.Trail.clone()
	n.News = slices.Clone(c.News)
	return &n
}

func copyOf[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// Equal says whether two calls would be stored alike.
func (c *Call) Equal(o *Call) bool {
	return c.ID == o.ID && c.Schema == o.Schema && c.Version == o.Version && c.State == o.State &&
		c.Since.Equal(o.Since) && c.From == o.From && c.Verified == o.Verified && c.Arrived.Equal(o.Arrived) &&
		c.Caller == o.Caller && c.CallerLive == o.CallerLive && c.OnHold == o.OnHold &&
		c.StaleOwner == o.StaleOwner && samePointed(c.Transfer, o.Transfer) && c.Counts == o.Counts &&
		c.Reason == o.Reason && c.Ended.Equal(o.Ended) && c.Generations == o.Generations &&
		c.ConferenceView.equal(o.ConferenceView) && c.Music.equal(o.Music) && c.Place.equal(o.Place) &&
		c.LegTable.equal(o.LegTable) && c.Log.equal(o.Log) && c.Trail.equal(o.Trail) &&
		c.Forgotten == o.Forgotten && c.Return == o.Return && slices.Equal(c.Watching, o.Watching) &&
		c.Question == o.Question && c.Out == o.Out && c.Kept == o.Kept
}

func (v ConferenceView) equal(o ConferenceView) bool {
	return v.Conference == o.Conference && slices.Equal(v.PastConferences, o.PastConferences) &&
		v.Started == o.Started && v.ReconciledAt.Equal(o.ReconciledAt) && v.Stale == o.Stale &&
		v.CallerAbsentSince.Equal(o.CallerAbsentSince) && v.OtherConference == o.OtherConference
}

func (m Music) equal(o Music) bool {
	m.noPageWatches = o.noPageWatches // not stored
	return m == o
}

func (p Place) equal(o Place) bool {
	return p.Queued.Equal(o.Queued) && p.Came.Equal(o.Came) && p.Requeued == o.Requeued && p.Recall == o.Recall &&
		p.Had == o.Had && maps.EqualFunc(p.FailedOffers, o.FailedOffers, time.Time.Equal)
}

func (t LegTable) equal(o LegTable) bool {
	return slices.Equal(t.Legs, o.Legs) && slices.EqualFunc(t.ClosedLegs, o.ClosedLegs, ClosedLeg.equal) &&
		t.Offer == o.Offer && t.Owner == o.Owner
}

func (l ClosedLeg) equal(o ClosedLeg) bool {
	same := (l.Release == nil) == (o.Release == nil) && (l.Release == nil || l.Release.stored() == o.Release.stored())
	l.Release, o.Release = nil, nil
	return same && l == o
}

func (l Log) equal(o Log) bool {
	return slices.Equal(l.History, o.History) && slices.Equal(l.Requests, o.Requests)
}

func samePointed[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}
