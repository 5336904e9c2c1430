package service

import (
	"slices"
	"testing"
)

// More callers without music than one heartbeat serves: those who cannot be given any do not keep the others from it.
func TestF182OfALongListEachIsAmongTheFirstInTime(t *testing.T) {
	var all []int
	for i := range 8 * MusicPage {
		all = append(all, i)
	}
	served := map[int]bool{}
	for second := int64(0); second < 500; second += 5 { // a page's heartbeats
		turn := rotated(all, second)
		for _, i := range turn[:MusicPage] {
			served[i] = true
		}
		if slices.Sort(turn); !slices.Equal(turn, all) {
			t.Fatalf("%d of %d callers are in the list", len(turn), len(all))
		}
	}
	if len(served) != len(all) {
		t.Errorf("%d of %d callers were served", len(served), len(all))
	}
	if none := rotated([]int{}, 7); len(none) != 0 {
		t.Errorf("of nobody: %v", none)
	}
}
