package record

import (
	"slices"

	"warmtransfer/shared/call"
)

// News is what a change means to other systems: before is the call as it was, and both have their trails. Each thing is
// news in one change only, so that a change that is saved is told once, whatever comes after it.
func News(before, c *call.Call) (news []call.News) {
	if talked(c) && !talked(before) {
		news = append(news, call.NewsAnswered)
	}
	if c.Transfer.Done() && !(before.Transfer.Done() && c.Transfer.Began.Equal(before.Transfer.Began)) {
		news = append(news, call.NewsTransferred)
	}
	if !c.Live() && before.Live() {
		news = append(news, call.NewsEnded)
	}
	return news
}

// talked says whether anybody has answered.
func talked(c *call.Call) bool {
	if c.Out.Dialled() {
		return c.Out.Reached()
	}
	return slices.ContainsFunc(c.Trail.Legs, func(l call.TrailLeg) bool { return !l.Answered.IsZero() })
}
