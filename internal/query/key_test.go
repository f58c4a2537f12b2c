package query

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store/memory"
)

// keyWorld is two attempts of two operators that work under a few keys, as a model in memory.
type keyWorld struct {
	*world
	rec    event.RecordingID
	keys   [2]event.DefinitionID // serializers of the operators' keys: their bytes may be the same
	rows   []keyRow
	values map[string][]string // by operator and key: the values that were written, in order
}

type keyRow struct {
	operator int
	inv      uint64
	wall     Wall
	kind     event.Kind
	key      string
	value    string
}

func newKeyWorld(t *testing.T, rng *rand.Rand) *keyWorld {
	k := &keyWorld{world: &world{t: t, store: memory.New()}, rec: event.RecordingID{7}, values: make(map[string][]string)}
	for i := range k.keys {
		k.keys[i] = k.define(event.DefSerializer, map[string]any{"t": []string{"String", "Long"}[i]})
	}
	for operator := range 2 {
		attempt := hashKey("attempt", operator)
		k.define(event.DefAttempt, event.AttemptDef{Recording: k.rec.String(), AttemptKey: attempt.String(), Vertex: fmt.Sprint("v", operator), Task: fmt.Sprint("v", operator),
			Chain: []event.ChainOperatorDef{{Index: 0, Operator: fmt.Sprint("op", operator), Name: fmt.Sprint("op", operator), Key: k.keys[operator].String()}}})
		def := k.define(event.DefState, event.StateDef{Name: "v", Kind: "value", Key: k.keys[operator].String()})
		timers := k.define(event.DefState, event.StateDef{Name: "t", Kind: "timers", Key: k.keys[operator].String()})
		number := make(map[event.Lane]uint64)
		open := make(map[event.Lane]*block.Builder)
		closeAll := func(p float64) {
			for lane, b := range open {
				if rng.Float64() < p {
					raw, err := b.Finish()
					if err != nil {
						t.Fatal(err)
					}
					appendRaw(t, k.world, raw)
					delete(open, lane)
				}
			}
		}
		add := func(lane event.Lane, r block.Row) {
			if open[lane] == nil {
				open[lane] = block.NewBuilder(block.Spec{Recording: k.rec, Attempt: attempt, Lane: lane, Number: number[lane]})
				number[lane]++
			}
			open[lane].Add(r)
			open[lane].Count(0, r.Kind, 1)
		}
		wall := int64(1_700_000_000_000_000)
		for inv := uint64(1); inv < 400; inv++ {
			wall += rng.Int64N(3) * 700
			add(event.LaneDet, block.Row{Kind: event.KindProcessingTimer, Operator: 0, Inv: inv, N: 1, Wall: wall})
			for ordinal := range rng.Uint32N(4) {
				row := keyRow{operator, inv, Wall(wall), event.KindStateWritten, fmt.Sprint("k", rng.IntN(5)), fmt.Sprint(rng.IntN(9))}
				if rng.IntN(3) == 0 {
					row.kind, row.value = event.KindTimerRegistered, ""
					add(event.LaneTrace, block.Row{Kind: row.kind, Operator: 0, Inv: inv, Wall: wall, Ordinal: ordinal, State: timers, Key: []byte(row.key)})
				} else {
					add(event.LaneState, block.Row{Kind: row.kind, Operator: 0, Inv: inv, Wall: wall, Ordinal: ordinal, State: def, Key: []byte(row.key),
						What: callPut, Value: []byte(row.value)})
					at := fmt.Sprint(operator, row.key)
					k.values[at] = append(k.values[at], row.value)
				}
				k.rows = append(k.rows, row)
			}
			closeAll(0.05)
		}
		closeAll(1)
	}
	return k
}

// visits lists the invocations with a row of the key, in order of time.
func (k *keyWorld) visits(operator int, key string, from, to Wall) []string {
	type visit struct {
		wall  Wall
		name  string
		shown int
	}
	var list []*visit
	at := make(map[string]*visit)
	for _, r := range k.rows {
		if r.operator != operator || r.key != key {
			continue
		}
		name := event.Invocation{Attempt: hashKey("attempt", operator), Number: r.inv}.String()
		if at[name] == nil {
			if from != 0 && r.wall < from || to != 0 && r.wall >= to {
				continue
			}
			at[name] = &visit{wall: r.wall, name: name}
			list = append(list, at[name])
		}
		at[name].shown++
	}
	slices.SortStableFunc(list, func(a, b *visit) int { return cmp.Compare(a.wall, b.wall) })
	var out []string
	for _, v := range list {
		out = append(out, fmt.Sprintf("%s with %d", v.name, v.shown))
	}
	return out
}

func TestKeyHistoryEqualsTheNaiveOneInPagesOfAnySize(t *testing.T) {
	for seed := range uint64(8) {
		rng := rand.New(rand.NewPCG(seed, 21))
		k := newKeyWorld(t, rng)
		e := engineOf(t, Options{Reader: k.store, CacheBytes: 32 << 10})
		if seed > 1 {
			e = keyed(t, k.store, k.rec, rng, Options{CacheBytes: 32 << 10})
		}
		for range 25 {
			operator, key := rng.IntN(2), fmt.Sprint("k", rng.IntN(6))
			q := KeyQuery{Keys: []KeyMatch{{Serializer: k.keys[operator], Bytes: event.NewPayload([]byte(key))}}, Limit: 1 + rng.IntN(40), Order: Order(rng.IntN(2) == 0)}
			if rng.IntN(2) == 0 {
				q.From = 1_700_000_000_000_000 + Wall(rng.IntN(200_000))
				q.To = q.From + Wall(rng.IntN(200_000))
			}
			if rng.IntN(2) == 0 {
				q.MaxBlocks = 1 + rng.IntN(3)
			}
			want := k.visits(operator, key, q.From, q.To)
			if q.Order == Descending {
				slices.Reverse(want)
			}
			var got []string
			for page := 0; ; page++ {
				h, err := e.KeyHistory(context.Background(), k.rec, q)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range h.Visits {
					got = append(got, fmt.Sprintf("%s with %d", event.Invocation{Attempt: v.AttemptKey, Number: v.Position.Invocation}, len(v.Steps)))
				}
				if q.After = h.Progress.Next; q.After == "" {
					break
				}
				if page > 2000 {
					t.Fatal("pages do not end")
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, %+v\ngot  %q\nwant %q", seed, q, got, want)
			}
		}
	}
}

func TestVersionsAreWhatWasWrittenInOrder(t *testing.T) {
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 22))
		k := newKeyWorld(t, rng)
		e := engineOf(t, Options{Reader: k.store, CacheBytes: 32 << 10})
		if seed > 1 {
			e = keyed(t, k.store, k.rec, rng, Options{CacheBytes: 32 << 10})
		}
		for key := range 5 {
			for operator := range 2 {
				match := KeyMatch{Serializer: k.keys[operator], Bytes: event.NewPayload(fmt.Append(nil, "k", key))}
				h, err := e.StateHistory(context.Background(), k.rec, StateQuery{Keys: []KeyMatch{match}})
				if err != nil {
					t.Fatal(err)
				}
				want := k.values[fmt.Sprint(operator, "k", key)]
				if len(h.Cells) != 1 || len(h.Cells[0].Versions) != len(want) || h.Cells[0].Current != len(want)-1 || !h.Progress.Complete {
					t.Fatalf("seed %d, key %d: %d cells, %+v; want %d versions", seed, key, len(h.Cells), h.Progress, len(want))
				}
				for i, v := range h.Cells[0].Versions {
					if !v.Event.Value.Equal(event.NewPayload([]byte(want[i]))) || v.Kind != ChangeWritten {
						t.Fatalf("seed %d, key %d: version %d is another value", seed, key, i)
					}
					// At the clock of a version the last one that was written by then is in force.
					if at, err := e.StateHistory(context.Background(), k.rec, StateQuery{Keys: []KeyMatch{match}, At: When{Wall: v.Event.Wall}}); err != nil {
						t.Fatal(err)
					} else if n := at.Cells[0].Current; n < i || h.Cells[0].Versions[n].Event.Wall != v.Event.Wall {
						t.Fatalf("seed %d: at %d version %d is in force, want one from %d on", seed, v.Event.Wall, n, i)
					}
				}
			}
		}
	}
}

func TestAKeyThatTheBackendCleanedUpBehindIsNotTheRecords(t *testing.T) {
	w := &world{t: t, store: memory.New()}
	rec, attempt := event.RecordingID{7}, hashKey("attempt", 0)
	key := w.define(event.DefSerializer, map[string]any{"t": "String"})
	w.define(event.DefAttempt, event.AttemptDef{Recording: rec.String(), AttemptKey: attempt.String(), Vertex: "v", Task: "v",
		Chain: []event.ChainOperatorDef{{Index: 0, Operator: "op", Name: "op", Key: key.String()}}})
	def := w.define(event.DefState, event.StateDef{Name: "v", Kind: "value", Key: key.String()})
	det := block.NewBuilder(block.Spec{Recording: rec, Attempt: attempt, Lane: event.LaneDet})
	state := block.NewBuilder(block.Spec{Recording: rec, Attempt: attempt, Lane: event.LaneState})
	for i, rows := range [][]block.Row{
		{{Kind: event.KindStateExpired, What: callCleanup, Key: []byte("old")}, {Kind: event.KindStateWritten, What: callPut, Key: []byte("its own")}},
		{{Kind: event.KindStateExpired, What: callCleanup, Key: []byte("old")}},
	} {
		inv := uint64(i + 1)
		det.Add(block.Row{Kind: event.KindProcessingTimer, Inv: inv, N: 1, Wall: int64(inv)})
		for ordinal, r := range rows {
			r.Inv, r.Wall, r.Ordinal, r.State = inv, int64(inv), uint32(ordinal), def
			state.Add(r)
		}
	}
	for _, b := range []*block.Builder{det, state} {
		raw, err := b.Finish()
		if err != nil {
			t.Fatal(err)
		}
		appendRaw(t, w, raw)
	}
	e := engineOf(t, Options{Reader: w.store})
	for inv, want := range map[uint64]string{1: "its own", 2: ""} {
		uses, err := e.KeysOf(context.Background(), rec, event.Invocation{Attempt: attempt, Number: inv}.String(), "")
		if err != nil {
			t.Fatal(err)
		}
		if want == "" && len(uses) > 0 || want != "" && (len(uses) != 1 || !uses[0].Match.Bytes.Equal(event.NewPayload([]byte(want)))) {
			t.Errorf("invocation %d: %d keys, want %q alone", inv, len(uses), want)
		}
	}
}

func TestKeysOfARecordAndKeysUsed(t *testing.T) {
	k := newKeyWorld(t, rand.New(rand.NewPCG(1, 23)))
	e := engineOf(t, Options{Reader: k.store})
	ctx := context.Background()
	for _, r := range k.rows[:40] {
		uses, err := e.KeysOf(ctx, k.rec, event.Invocation{Attempt: hashKey("attempt", r.operator), Number: r.inv}.String(), "")
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(uses, func(u KeyUse) bool {
			return u.Match.Serializer == k.keys[r.operator] && u.Match.Bytes.Equal(event.NewPayload([]byte(r.key)))
		}) {
			t.Fatalf("invocation %d: no key %s among %d", r.inv, r.key, len(uses))
		}
	}
	types, err := e.KeyTypes(ctx, k.rec, "")
	if err != nil || len(types) != 2 || len(types[0].Operators) != 1 {
		t.Fatalf("types %+v, %v", types, err)
	}
	keys, done, err := e.KeysUsed(ctx, k.rec, KeySearch{Serializer: k.keys[1]})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for u, err := range keys {
		if err != nil {
			t.Fatal(err)
		}
		if n++; u.Match.Serializer != k.keys[1] {
			t.Fatal("a key of another type")
		}
	}
	if n != 5 || !done().Complete {
		t.Fatalf("%d keys, want 5; %+v", n, done())
	}
}
