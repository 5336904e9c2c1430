package walk_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"warmtransfer/shared/service/walk"
)

// TestEveryHistory walks all histories of one caller and two agents: short ones with a fault,
// longer ones without; in a short run (make test) both are shorter. WALK_DEPTH and WALK_FAULTS
// ask for one deeper walk instead, in which every state is followed by quiet minutes unless WALK_EVERY
// says otherwise.
func TestEveryHistory(t *testing.T) {
	walks := []walk.Bounds{
		{Depth: 4, Faults: 1, Every: 5}, {Depth: 6, Faults: 0, Every: 5},
		{Depth: 3, Faults: 1, Every: 5, Watched: true},
		{Depth: 6, Faults: 1, Every: 10, Asked: true},
		{Depth: 6, Faults: 1, Every: 10, Kept: true},
		{Depth: 5, Faults: 1, Every: 5, CalledBack: true},
	}
	if testing.Short() {
		walks = []walk.Bounds{
			{Depth: 3, Faults: 1, Every: 10}, {Depth: 5, Faults: 0, Every: 5},
			{Depth: 2, Faults: 1, Every: 10, Watched: true}, {Depth: 4, Faults: 1, Every: 10, Asked: true},
			{Depth: 4, Faults: 1, Every: 10, Kept: true},
			{Depth: 4, Faults: 1, Every: 10, CalledBack: true},
		}
	}
	if n := setting("WALK_DEPTH", 0); n > 0 {
		walks = []walk.Bounds{{Depth: n, Faults: setting("WALK_FAULTS", 1), Every: setting("WALK_EVERY", 1)}}
	}
	for _, b := range walks {
		name := fmt.Sprint("depth ", b.Depth, " faults ", b.Faults, " watched ", b.Watched, " back ", b.CalledBack,
			" asked ", b.Asked, " kept ", b.Kept)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := walk.Walk(t, b)
			t.Logf("depth %d, at most %d faults: %s", b.Depth, b.Faults, st)
			if st.States < 1000 {
				t.Error("the walk saw fewer than 1000 states")
			}
		})
	}
}

func setting(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}
