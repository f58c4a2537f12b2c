package replay

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

func TestAStateIsChangedRightBeforeItsInvocation(t *testing.T) {
	r, attempt := changedAttempt(t)
	const (
		a     = "1:read1=100,0 1:0@10a0 2:0@20a1 3:2@30 "
		b     = "5:read1=200,0 5:read7=41,0 5:read9=4602678819172646912,0 6:read14=3,500000000 5:0@11b0 6:0@21b1 "
		timer = "7:callback@70 "
		c     = "9:0@40a3 10:0@31b2"
	)
	done := []string{`{"state":1}`}
	for _, x := range []struct {
		name   string
		change Change
		said   []string
		want   string
	}{
		{"within a run of elements", Change{Kind: ChangeState, At: 2, State: "s", Value: "v"}, done,
			"1:read1=100,0 1:0@10a0 2:state1@0,0,0,0,-1,/s,, 2:0@20a1 3:2@30 " + b + timer + c},
		{"with what is asked for", Change{Kind: ChangeState, At: 9, State: "s", Key: "k", MapKey: "m", Namespace: "n", Path: "p", Value: "v"},
			[]string{
				`{"state":1,"write":"key","serializer":"K"}`, `{"state":1,"write":"namespace","serializer":"N"}`, `{"state":1,"write":"map key","serializer":"M"}`,
				`{"state":1,"write":"value","serializer":"V","bytes":"d2Fz"}`, `{"state":1}`,
			},
			a + b + timer + `9:state1@0,0,0,15,-1,/s,, written:"K"|k written:"N"|n written:"M"|m written:"V"|was|p|v ` + c},
		{"bytes", Change{Kind: ChangeStateBytes, At: 10, State: "s", Key: "k", Value: "6f 6b"}, []string{`{"state":1,"write":"value","serializer":"V"}`, `{"state":1}`},
			a + b + timer + "9:0@40a3 10:state1@0,0,1,1,-1,/s,, written:ok 10:0@31b2"},
		{"an element of a list", Change{Kind: ChangeAddState, At: 1, State: "s", Value: "v"}, []string{`{"state":1,"write":"element","serializer":"E"}`, `{"state":1}`},
			`1:state1@0,0,2,0,-1,/s,, written:"E"|nothing||v ` + a + b + timer + c},
		{"an element is gone", Change{Kind: ChangeClearState, At: 1, State: "s", Path: "3"}, done, "1:state1@0,0,3,8,3,/s,, " + a + b + timer + c},
		{"before a callback", Change{Kind: ChangeClearState, At: 7, State: "s"}, done, a + b + "7:state1@0,0,3,0,-1,/s,, " + timer + c},
		{"before a timer, which follows from elements", Change{Kind: ChangeState, At: 4, State: "s", Value: "v"}, done,
			"1:read1=100,0 4:state1@0,1,0,0,-1,/s,, 1:0@10a0 2:0@20a1 3:2@30 waiting " + b + timer + c},
		{"before a timer, which follows from a callback", Change{Kind: ChangeState, At: 8, State: "s", Value: "v"}, done,
			a + b + "8:state1@0,1,0,0,-1,/s,, " + timer + "waiting " + c},
		{"at the beginning", Change{Kind: ChangeState, Begin: true, State: "s", Value: "v"}, done, "1:state1@0,0,0,0,-1,/s,, " + a + b + timer + c},
	} {
		if err := x.change.Check(); err != nil {
			t.Errorf("%s: %v", x.name, err)
		}
		if got, err := r.changedWith(attempt, x.said, x.change); err != nil || got != x.want {
			t.Errorf("%s: %v\n got %s\nwant %s", x.name, err, got, x.want)
		}
	}
}

func TestStatesThatCannotBeChanged(t *testing.T) {
	r, attempt := changedAttempt(t)
	for _, x := range []struct {
		change Change
		said   string
		text   string
	}{
		{Change{Kind: ChangeState, At: 99, State: "s"}, `{"state":1}`, "no invocation of that number"},
		{Change{Kind: ChangeState, At: 5, State: "s"}, `{"state":1,"why":"there is none"}`, "state s: there is none"},
		{Change{Kind: ChangeState, At: 4, State: "s"}, `{"state":1,"why":"it does not fire"}`, "it does not fire"},
		{Change{Kind: ChangeState, At: 5, State: "s", Path: "none"}, `{"state":1,"write":"value","serializer":{}}`, "its value: there is no none in it"},
	} {
		if _, err := r.changedWith(attempt, []string{x.said}, x.change); !errors.Is(err, ErrChange) || !strings.Contains(err.Error(), x.text) {
			t.Errorf("%+v: %v", x.change, err)
		}
	}
	for _, c := range []Change{
		{Kind: ChangeState, At: 1}, {Kind: ChangeState, State: "s"}, {Kind: ChangeState, At: 1, Begin: true, State: "s"}, {Kind: ChangeRemove, Begin: true},
		{Kind: ChangeStateBytes, At: 1, State: "s"}, {Kind: ChangeStateBytes, At: 1, State: "s", Value: "00", Path: "x"}, {Kind: ChangeAddState, At: 1, State: "s", Path: "x"},
		{Kind: ChangeClearState, At: 1, State: "s", Path: "x"}, {Kind: ChangeClearState, At: 1, State: "s", Path: "-1"},
	} {
		if err := c.Check(); !errors.Is(err, ErrChange) {
			t.Errorf("%+v is taken: %v", c, err)
		}
	}
}

func TestChangesOfStatesNameTheirOperator(t *testing.T) {
	chain := []event.ChainOperatorDef{{Name: "Convert to Euro", Operator: "aaaa1111"}, {Name: "map", Operator: "bbbb2222"}, {Name: "map", Operator: "cccc3333"}}
	for name, want := range map[string]string{
		"": "", "Convert to Euro": "aaaa1111", "convert-to-euro": "aaaa1111", "bbbb": "bbbb2222", "map": "2 operators", "bbb": "0 operators", "window": "it has: convert-to-euro, map, map",
	} {
		all := []Change{{Kind: ChangeRemove, At: 1}, {Kind: ChangeState, At: 1, State: "s", Operator: name}}
		got, err := ofOperators(all, chain)
		if err != nil {
			if !errors.Is(err, ErrChange) || !strings.Contains(err.Error(), want) || want == "" {
				t.Errorf("%q: %v, want %s", name, err, want)
			}
			continue
		}
		if got[1].place.operator != want || all[1].place.operator != "" {
			t.Errorf("%q is %q, want %q", name, got[1].place.operator, want)
		}
	}
}

// A change that names no key is of the key, and of the window, under which the invocation uses the state.
func TestTheKeyOfAChangeIsThatOfItsInvocation(t *testing.T) {
	const attempt = event.Key(7)
	r := newRecorded(t)
	seen := r.define(event.DefState, event.StateDef{Operator: 0, Name: "seen", Kind: "value"})
	other := r.define(event.DefState, event.StateDef{Operator: 1, Name: "seen", Kind: "value"})
	r.block(attempt, event.LaneState, func(b *block.Builder) {
		add := func(inv uint64, state event.DefinitionID, key, namespace string) {
			b.Add(block.Row{Kind: event.KindStateRead, Inv: inv, State: state, Key: []byte(key), Namespace: []byte(namespace), Operator: -1})
		}
		add(1, seen, "a", "w1")
		add(2, seen, "b", "w1")
		add(2, seen, "b", "w1")
		add(3, seen, "c", "w1")
		add(3, seen, "c", "w2")
		add(4, seen, "d", "w1")
		add(4, other, "e", "w1")
	})
	chain := []event.ChainOperatorDef{{Name: "first", Operator: "aaaa"}, {Name: "second", Operator: "bbbb"}}
	snap, err := r.store.Snapshot(t.Context(), r.rec)
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	text := func(p event.Payload) string { return string(p.Open(sealed.Take())) }
	for _, x := range []struct {
		change Change
		want   string // key and window; or with ! in front part of an error
	}{
		{Change{At: 1}, "a w1 true"},
		{Change{At: 2}, "b w1 true"},
		{Change{At: 3}, "!several keys or windows"},
		{Change{At: 3, Namespace: "w"}, "c w2 true"},
		{Change{At: 3, Key: "k"}, "!several keys or windows"},
		{Change{At: 4}, "!several keys or windows"},
		{Change{At: 4, Key: "k"}, "e w1 true"},
		{Change{At: 4, place: statePlace{operator: "bbbb"}}, "e w1 true"},
		{Change{At: 5}, "  false"}, // the replayer says what is wanted, if anything is
		{Change{Begin: true}, "  false"},
	} {
		x.change.Kind, x.change.State = ChangeState, "seen"
		all := []Change{x.change}
		err := ofRun(t.Context(), snap, newDictionary(r.store, r.rec), attempt, chain, all)
		if why, cannot := strings.CutPrefix(x.want, "!"); cannot {
			if !errors.Is(err, ErrChange) || !strings.Contains(err.Error(), why) {
				t.Errorf("%+v: %v", x.change, err)
			}
			continue
		}
		p := all[0].place
		if got := fmt.Sprint(text(p.key), " ", text(p.namespace), " ", p.found); err != nil || got != x.want {
			t.Errorf("%+v: %s, %v, want %s", x.change, got, err, x.want)
		}
	}
}

// What is written to a state with time to live has the time that the invocation reads.
func TestAStateIsStampedWithTheClockOfItsInvocation(t *testing.T) {
	r, attempt := changedAttempt(t)
	r.block(attempt, event.LaneEnv, func(b *block.Builder) {
		for inv, ms := range map[uint64]int64{5: 5000, 9: 9000} {
			b.Add(block.Row{Kind: event.KindEnvRead, Inv: inv, What: clockSources["ttl"], Number: ms, Operator: -1})
		}
	})
	for at, want := range map[uint64]string{2: "@0,", 5: "@5000,", 7: "@5000,", 9: "@9000,", 10: "@9000,"} {
		got, err := r.changedWith(attempt, []string{`{"state":1}`}, Change{Kind: ChangeClearState, At: at, State: "s"})
		if err != nil || !strings.Contains(got, fmt.Sprint(at, ":state1", want)) {
			t.Errorf("%d: %v %s", at, err, got)
		}
	}
}

func TestWordsOfChangesOfStatesHoldNoPayload(t *testing.T) {
	for want, c := range map[string]Change{
		"before invocation 7 a value at x of state s is another":     {Kind: ChangeState, At: 7, Path: "x"},
		"at the beginning a value of state s is gone":                {Kind: ChangeClearState, Begin: true},
		"before invocation 7 an element comes to a value of state s": {Kind: ChangeAddState, At: 7},
		"before invocation 8 a value of state s is another":          {Kind: ChangeStateBytes, At: 8},
	} {
		c.State, c.Key, c.MapKey, c.Namespace, c.Value = "s", "secret", "secret", "secret", "secret"
		if got := c.words(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
