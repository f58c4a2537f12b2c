package browse

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// Names of members are payload where a value has no schema: those that were seen under a grant are not told when it is over.
func TestNothingThatWasSeenUnderAGrantIsKept(t *testing.T) {
	s := open(t)
	p, err := access.ReadPolicy(`roles: [{name: reader, allow: [{actions: ["job:view", "job:read"], resources: ["**"]}]}]
grants: [{name: a, ask: [reader], clear: ["*"], resources: ["**"]}]
`, access.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	s.rules.Put(p)
	now := time.Now()
	clock := func() time.Time { return now }
	page := func(ctx context.Context) string {
		got, err := s.Events(ctx, ann, s.rec, payloads())
		if err != nil {
			t.Fatal(err)
		}
		return everything(t, shownOf(got.Events))
	}
	_, before := completed(t, s, ann, `value.¦`)
	shown := page(t.Context())
	s.rules.PutGrants([]access.Grant{{ID: "1", Rule: "a", Principal: ann.ID, Clear: []string{"*"}, Resources: []string{"**"}, Reason: "x", Began: now, Until: now.Add(time.Hour)}}, clock)
	_, under := completed(t, s, ann, `value.¦`)
	if !slices.Contains(under, "currency") || slices.Contains(before, "currency") || page(t.Context()) == shown {
		t.Fatalf("before %v, under the grant %v", before, under)
	}
	now = now.Add(time.Hour)
	if _, after := completed(t, s, ann, `value.¦`); !slices.Equal(after, before) {
		t.Errorf("before %v, when it is over %v", before, after)
	}
	if page(t.Context()) != shown {
		t.Error("a page shows something else when the grant is over")
	}
}
