package access

import (
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

func TestNobodyGivesAwayWhatTheyDoNotSee(t *testing.T) {
	keys, err := NewKeys(make([]byte, 32), "", 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPolicy("1", Role{Name: "all", Clear: []string{"*"}}, Role{Name: "contact", Clear: []string{"contact"}}, Role{Name: "money", Clear: []string{"money"}}, Role{Name: "none"})
	if err != nil {
		t.Fatal(err)
	}
	p, err = p.WithMasking(Masking{
		Keys: keys,
		Classes: map[string]Class{"contact": {Rank: 10, Action: MaskAction{Mask: Token}}, "money": {Rank: 20, Action: MaskAction{Mask: Redact}},
			"gone": {Rank: 30, Action: MaskAction{Mask: Drop}}},
		Rules: []Rule{{Part: PartValue, Paths: map[string]string{"mail": "contact", "pan": "money", "key": "gone", "open": "public"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	who := func(role string) Plan {
		return p.Plan(Principal{ID: role, Roles: []string{role}}, Subject{Resource: "recording/1", Part: PartValue})
	}
	v := event.TextValue(event.ValueString, "ann@example.org")
	for _, x := range []struct {
		giver, reader string
		path          string
		want          Mask
	}{
		{"all", "all", "mail", Clear}, {"all", "none", "mail", Token}, {"none", "all", "mail", Token}, {"contact", "money", "mail", Token},
		{"contact", "contact", "mail", Clear}, {"contact", "money", "pan", Redact}, {"money", "contact", "pan", Redact}, {"none", "none", "open", Clear},
		{"none", "none", "other", Redact}, {"money", "none", "key", Drop},
	} {
		got := Both(who(x.giver), who(x.reader)).Leaf(Path{x.path}, v)
		if got.Mask != x.want {
			t.Errorf("%s gives %s to %s: %s, not %s", x.giver, x.path, x.reader, got.Mask, x.want)
		}
		if clear := got.Shown(v) == "ann@example.org"; clear != (x.want == Clear) {
			t.Errorf("%s gives %s to %s: %q", x.giver, x.path, x.reader, got.Shown(v))
		}
	}
	if !ShowsAll(Both(who("all"), who("all"))) || ShowsAll(Both(who("all"), who("money"))) || Both(who("none"), who("contact")).Named(Path{"else"}) {
		t.Error("what shows all, or a name")
	}
}

func TestTokensOfOtherKeysAreOthers(t *testing.T) {
	token := func(p *Policy) string {
		t.Helper()
		plan := p.Plan(Principal{ID: "x", Roles: []string{"none"}}, Subject{Part: PartKey})
		v := event.TextValue(event.ValueString, "m-1")
		tr := plan.Leaf(nil, v)
		return tr.Shown(v)
	}
	one, _ := NewKeys(make([]byte, 32), "", 1)
	p, err := NewPolicy("1", Role{Name: "none"})
	if err != nil {
		t.Fatal(err)
	}
	if p, err = p.WithMasking(Masking{Keys: one, Classes: map[string]Class{"id": {Rank: 1, Action: MaskAction{Mask: Token}}}, Rules: []Rule{{Part: PartKey, Paths: map[string]string{"": "id"}}}}); err != nil {
		t.Fatal(err)
	}
	other, _ := NewKeys(append(make([]byte, 31), 1), "", 0)
	q, err := p.WithKeys(other)
	if err != nil || token(p) == token(q) || !q.MakesTokens() {
		t.Errorf("%v %s %s", err, token(p), token(q))
	}
	a, err := p.MaskingHash(Principal{ID: "x", Roles: []string{"none"}})
	b, err2 := q.MaskingHash(Principal{ID: "x", Roles: []string{"none"}})
	if err != nil || err2 != nil || a != b || len(a) != 64 {
		t.Errorf("the hash is that of the rules: %s %s", a, b)
	}
}

func TestAnOpenedFileChangesNothing(t *testing.T) {
	p := Opened()
	who := LocalPrincipal("ann")
	for a, want := range map[Action]bool{JobRead: true, JobView: true, ServerView: true, RecordingExport: false, RecordingImport: false, RecordingPin: false, JobReplay: true, RecordWrite: false, StoreCompact: false} {
		if got := p.Decide(who, a, "recording/1").Allowed; got != want {
			t.Errorf("%s: %v", a, got)
		}
	}
	if !p.Clears(who) {
		t.Error("what was left clear is hidden")
	}
}
