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

// toldAccess is a row of lane state as a test wrote it.
type toldAccess struct {
	operator        int
	state           string
	kind            event.Kind
	inv             uint64
	ordinal         uint32
	key, space, sub string
}

func (a toldAccess) String() string {
	return fmt.Sprintf("%d.%d %d/%s %s %s/%s/%s", a.inv, a.ordinal, a.operator, a.state, a.kind, a.key, a.space, a.sub)
}

// accessWorld stores random accesses of one attempt. Some rows come later than those behind them, as answers do.
func accessWorld(t *testing.T, rng *rand.Rand) (s *memory.Store, rec event.RecordingID, attempt event.Key, all []toldAccess) {
	s, rec, attempt = memory.New(), event.RecordingID{1, 2}, hashKey("attempt", rng.Uint64())
	w := &world{t: t, store: s}
	w.define(event.DefAttempt, event.AttemptDef{Recording: rec.String(), AttemptKey: attempt.String(), Vertex: "v",
		Chain: []event.ChainOperatorDef{{Index: 0, Operator: "a", Name: "a"}, {Index: 1, Operator: "b", Name: "b"}}})
	for inv := uint64(1); inv < 9000; inv += 1 + rng.Uint64N(40) {
		for ordinal := range rng.Uint32N(5) {
			all = append(all, toldAccess{rng.IntN(2), []string{"x", "y"}[rng.IntN(2)], event.KindStateRead + event.Kind(rng.IntN(4)), inv, ordinal,
				fmt.Sprint("k", rng.IntN(6)), fmt.Sprint("n", rng.IntN(2)), fmt.Sprint("m", rng.IntN(2))})
		}
	}
	late := slices.Clone(all)
	for i := range late {
		if j := i + rng.IntN(12); rng.IntN(20) == 0 && j < len(late) {
			late[i], late[j] = late[j], late[i]
		}
	}
	number := uint64(0)
	for rows := range slices.Chunk(late, 1+rng.IntN(30)) {
		b := block.NewBuilder(block.Spec{Recording: rec, Attempt: attempt, Lane: event.LaneState, Number: number, Codec: block.Codec(number % 2)})
		number++
		counted := make(map[[2]int]uint64)
		for _, r := range rows {
			def := w.define(event.DefState, event.StateDef{Operator: r.operator, Name: r.state, Kind: "map"})
			b.Add(block.Row{Kind: r.kind, Operator: r.operator, Inv: r.inv, Ordinal: r.ordinal, State: def,
				Key: []byte(r.key), Namespace: []byte(r.space), MapKey: []byte(r.sub)})
			counted[[2]int{r.operator, int(r.kind)}]++
		}
		for c, n := range counted {
			b.Count(c[0], event.Kind(c[1]), n)
		}
		raw, err := b.Finish()
		if err != nil {
			t.Fatal(err)
		}
		appendRaw(t, &world{store: s}, raw)
	}
	return s, rec, attempt, all
}

// plain says which of the texts of accessWorld a payload is: nothing here may open one.
func plain(p event.Payload) string {
	for _, letter := range "knm" {
		for i := range 7 {
			if text := fmt.Sprintf("%c%d", letter, i); p.Equal(event.NewPayload([]byte(text))) {
				return text
			}
		}
	}
	return "?"
}

func TestAccessesAreThoseOfAKeyInOrder(t *testing.T) {
	for seed := range uint64(8) {
		rng := rand.New(rand.NewPCG(seed, 5))
		s, rec, attempt, all := accessWorld(t, rng)
		e := engineOf(t, Options{Reader: s, CacheBytes: 64 << 10})
		if seed > 3 {
			e = keyed(t, s, rec, rng, Options{CacheBytes: 64 << 10})
		}
		v, err := e.open(context.Background(), rec)
		if err != nil {
			t.Fatal(err)
		}
		defer v.close()
		found := 0
		for range 60 {
			scope := accessScope{lane: event.LaneState, attempt: attempt, operator: rng.IntN(3) - 1, order: Order(rng.IntN(2) == 0)}
			var key, space, sub string
			if rng.IntN(3) > 0 {
				key = fmt.Sprint("k", rng.IntN(7))
				scope.key = event.NewPayload([]byte(key))
			}
			if rng.IntN(2) > 0 {
				space = fmt.Sprint("n", rng.IntN(2))
				p := event.NewPayload([]byte(space))
				scope.space = &p
			}
			if rng.IntN(2) > 0 {
				sub = fmt.Sprint("m", rng.IntN(2))
				p := event.NewPayload([]byte(sub))
				scope.mapKey = &p
			}
			if rng.IntN(2) > 0 {
				scope.state = []string{"x", "y", "z"}[rng.IntN(3)]
			}
			if rng.IntN(2) > 0 {
				scope.kinds = []event.Kind{event.KindStateWritten, event.KindStateRead}
			}
			if rng.IntN(2) > 0 {
				scope.from = rng.Uint64N(9000)
			}
			if rng.IntN(2) > 0 {
				scope.to = 1 + rng.Uint64N(9000)
			}
			var want, got []string
			sorted := slices.Clone(all)
			slices.SortFunc(sorted, func(a, b toldAccess) int {
				return cmp.Or(cmp.Compare(a.inv, b.inv), cmp.Compare(a.ordinal, b.ordinal))
			})
			if scope.order == Descending {
				slices.Reverse(sorted)
			}
			for _, a := range sorted {
				if (scope.operator < 0 || a.operator == scope.operator) && (key == "" || a.key == key) && (space == "" || a.space == space) &&
					(sub == "" || a.sub == sub) && (scope.state == "" || a.state == scope.state) && scope.kind(a.kind) &&
					a.inv >= scope.from && (scope.to == 0 || a.inv <= scope.to) {
					want = append(want, a.String())
				}
			}
			for a, err := range v.accesses(context.Background(), scope) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, toldAccess{int(a.f.r.Operator[a.row]), a.def.Name, a.kind, a.inv, a.ordinal,
					plain(a.key), plain(a.space), plain(a.mapKey)}.String())
			}
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, %+v:\ngot  %q\nwant %q", seed, scope, got, want)
			}
			found += len(want)
		}
		if found < 1000 {
			t.Fatalf("%d accesses: too little was tested", found)
		}
	}
}

func TestAccessesOfAKeyThatABlockLacksLeaveItClosed(t *testing.T) {
	s, rec, attempt, _ := accessWorld(t, rand.New(rand.NewPCG(3, 5)))
	e := engineOf(t, Options{Reader: s, CacheBytes: 1 << 20})
	v, err := e.open(context.Background(), rec)
	if err != nil {
		t.Fatal(err)
	}
	defer v.close()
	absent := accessScope{lane: event.LaneState, attempt: attempt, operator: -1, key: event.NewPayload([]byte("absent"))}
	for range v.accesses(context.Background(), absent) {
		t.Fatal("a key that nobody has")
	}
	e.frames = newFrames(1) // nothing is kept, so what is decoded now is counted by it
	e.frames.limit = 1 << 30
	for range v.accesses(context.Background(), absent) {
		t.Fatal("a key that nobody has")
	}
	for k := range e.frames.at {
		if k.part == payloadAlone {
			t.Fatalf("block %d was decoded again for a key that it does not hold", k.number)
		}
	}
}
