package catalog

import (
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
)

// Flink's sources commit offsets without being members of their group: that those go on says that it lives, that they are there does not.
func TestOffsetsThatGoOnSayThatAGroupLives(t *testing.T) {
	g := &browse.Group{Partitions: []browse.GroupPartition{{Topic: "orders", Partition: 0, Committed: 5}, {Topic: "orders", Partition: 1, Committed: -1}, {Topic: "returns", Committed: 3}}}
	g.Name, g.State = "totals", "Empty"
	last := func(before map[string]int64, at time.Time) (map[string]int64, map[ID]time.Time) {
		var b Batch
		now := group(&b, "prod", g, at, before)
		seen := map[ID]time.Time{}
		for _, e := range b.Edges {
			seen[e.Stream] = e.Last
		}
		return now, seen
	}
	before, seen := last(nil, noon)
	if !seen["stream:prod/orders"].IsZero() {
		t.Errorf("offsets alone say that it lives: %v", seen)
	}
	if before, seen = last(before, noon.Add(time.Minute)); !seen["stream:prod/orders"].IsZero() {
		t.Errorf("offsets that stand still say that it lives: %v", seen)
	}
	g.Partitions[1].Committed = 1
	if _, seen = last(before, noon.Add(2*time.Minute)); !seen["stream:prod/orders"].Equal(noon.Add(2*time.Minute)) || !seen["stream:prod/returns"].IsZero() {
		t.Errorf("orders go on and returns do not: %v", seen)
	}
}
