package cli

import (
	"testing"

	"github.com/sightglass/sightglass/gen"
)

func TestContributionSaysWhatItWentThroughAndHowSureThatIs(t *testing.T) {
	for _, c := range []struct {
		edge gen.LineageEdge
		want string
	}{
		{gen.LineageEdge{Kind: "caused"}, ""},
		{gen.LineageEdge{Kind: "state", Through: "state total", Proof: "exact"}, "through state total, exact"},
		{gen.LineageEdge{Kind: "state", Through: "timer", Proof: "over-approximated", Reason: "a gap"}, "through timer, over-approximated: a gap"},
		{gen.LineageEdge{Kind: "caused", Proof: "over-approximated", Reason: "a batch"}, "over-approximated: a batch"},
	} {
		if got := contribution(c.edge); got != c.want {
			t.Errorf("%+v: %q, want %q", c.edge, got, c.want)
		}
	}
}
