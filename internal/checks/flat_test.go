package checks

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/serde"
)

var names = []string{"a", "b", "c", "long name", "ä"}

// drawn is a value as JSON decodes it, of objects, lists and scalars.
func drawn(r *rand.Rand, depth int) any {
	switch k := r.IntN(10); {
	case depth > 0 && k < 3:
		m := map[string]any{}
		for range r.IntN(4) {
			m[names[r.IntN(len(names))]] = drawn(r, depth-1)
		}
		return m
	case depth > 0 && k < 5:
		l := make([]any, r.IntN(4))
		for i := range l {
			l[i] = drawn(r, depth-1)
		}
		return l
	case k == 5:
		return nil
	case k == 6:
		return r.IntN(2) == 0
	case k == 7:
		return r.Float64() * 1e6
	case k == 8:
		return r.Int64N(1000)
	}
	return []string{"", "x", "2026-01-05T08:00:00Z", "with \"quotes\" and \n", "ünïcode"}[r.IntN(5)]
}

func drawnPaths(r *rand.Rand) (paths []contract.Path) {
	for range 1 + r.IntN(6) {
		p := contract.Path{Part: contract.PartValue}
		for i := range 1 + r.IntN(3) {
			step := names[r.IntN(len(names))]
			if i > 0 && r.IntN(3) == 0 {
				step = contract.Each
			}
			if p.Steps != "" {
				p.Steps += "."
			}
			p.Steps += step
		}
		if !slices.Contains(paths, p) {
			paths = append(paths, p)
		}
	}
	return paths
}

// What is read of the bytes is what the tree has, of any JSON and of any paths; only how numbers that are exact are written may differ.
func TestRowsAreTheSameWithAndWithoutATree(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	read := newReading(serde.NewRecordDecoder(nil, serde.Limits{}), nil, nil)
	quick, listed, odd := 0, 0, 0
	for range 4000 {
		text, err := json.Marshal(map[string]any{"a": drawn(r, 3), "b": drawn(r, 3), names[r.IntN(len(names))]: drawn(r, 2)})
		if err != nil {
			t.Fatal(err)
		}
		paths := drawnPaths(r)
		p := &program{paths: paths, parts: map[contract.Part]*plan{contract.PartValue: newPlan(paths, contract.PartValue)}, stream: &contract.Stream{}, object: true}
		p.flat = newFlat(p.parts[contract.PartValue])
		d := read.decode(context.Background(), &kafka.Record{Value: event.NewPayload(text)})
		a, b := p.row(), p.row()
		var m meta
		if !p.fillQuick(d, a, &m) {
			t.Fatalf("%s is not read without a tree", text)
		}
		quick++
		p.parts[contract.PartValue].fill(d.tree(), b)
		conforms, unread, _ := d.conforms(p)
		slices.Sort(a.odd)
		slices.Sort(b.odd)
		if m.conforms != conforms || m.unread != unread || !reflect.DeepEqual(said(a), said(b)) {
			t.Fatalf("%s\n%v\nwithout a tree %v %v %s\nwith          %v %v %s", text, paths, m.conforms, m.unread, said(a), conforms, unread, said(b))
		}
		for _, l := range a.lists {
			listed += len(l)
		}
		odd += len(a.odd)
	}
	if quick == 0 || listed < 100 || odd < 100 {
		t.Errorf("%d rows, %d cells in lists, %d odd objects: too few to tell", quick, listed, odd)
	}
}

// What is wrong with a value, the tree says: rows are not made of half a value.
func TestBrokenValuesAreLeftToTheTree(t *testing.T) {
	read := newReading(serde.NewRecordDecoder(nil, serde.Limits{}), nil, nil)
	paths := []contract.Path{{Part: contract.PartValue, Steps: "a"}}
	for _, text := range []string{`{"a":1`, `{"a":1}x`, `{"a":1,"a":2}`, "{\"a\":\"\xff\"}", "plain", ""} {
		p := &program{paths: paths, parts: map[contract.Part]*plan{contract.PartValue: newPlan(paths, contract.PartValue)}, stream: &contract.Stream{}, object: true}
		p.flat = newFlat(p.parts[contract.PartValue])
		d := read.decode(context.Background(), &kafka.Record{Value: event.NewPayload([]byte(text))})
		var m meta
		if p.fillQuick(d, p.row(), &m) {
			t.Errorf("%q was read without a tree", text)
		}
	}
}

// said is a row as text, with lists that are empty alike.
func said(r *row) string {
	s := fmt.Sprint(r.one, r.odd)
	for _, l := range r.lists {
		s += fmt.Sprint(l)
	}
	return s
}
