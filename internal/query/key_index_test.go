package query

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

// randomKeyIndex is an index, and the offsets of each hash.
func randomKeyIndex(r *rand.Rand, blocks, keys int) (x *keyIndex, of map[uint32][]int64) {
	x, of = &keyIndex{seed: r.Uint64()}, make(map[uint32][]int64)
	pool := []uint32{0, 1, 1<<32 - 1, 1 << 31, 1<<31 - 1}
	for range keys {
		pool = append(pool, r.Uint32())
	}
	for i := range blocks {
		offset := int64(64 + i*1000)
		if x.all++; r.IntN(50) == 0 {
			x.others = append(x.others, offset)
			continue
		}
		var hashes []uint32
		for range r.IntN(80) {
			hashes = append(hashes, pool[r.IntN(len(pool))])
		}
		slices.Sort(hashes)
		hashes = slices.Compact(hashes)
		x.add(offset, hashes)
		for _, h := range hashes {
			of[h] = append(of[h], offset)
		}
	}
	return x, of
}

func TestAKeyIndexFindsTheBlocksOfAHashAndThoseThatMayHoldAny(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 31))
		x, of := randomKeyIndex(r, 1+r.IntN(2000), r.IntN(20_000))
		content := x.content()
		h, err := readKeyHead(bytes.NewReader(content), int64(len(content)))
		if err != nil || h.seed != x.seed || h.all != int64(x.all) {
			t.Fatalf("%+v, %v", h, err)
		}
		for range 50 {
			of[r.Uint32()] = nil // mostly of nobody
		}
		for hash, offsets := range of {
			if len(offsets) == 0 {
				offsets = of[hash]
			}
			want := slices.Concat(offsets, x.others)
			slices.Sort(want)
			if got, err := h.find(bytes.NewReader(content), hash); err != nil || !slices.Equal(got, want) {
				t.Fatalf("seed %d, %08x of %d bits: %v, want %v, %v", seed, hash, h.bits, got, want, err)
			}
		}
		if seed > 0 && len(content) > 8*len(x.entries)+8*int(x.all)+2000 {
			t.Errorf("%d bytes for %d entries", len(content), len(x.entries))
		}
	}
}

func FuzzKeyIndex(f *testing.F) {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 32))
		x, _ := randomKeyIndex(r, r.IntN(40), r.IntN(400))
		f.Add(x.content(), r.Uint32())
	}
	f.Add([]byte("\x01\x00\x00\x00\x18\x00\x00\x00"), uint32(3))
	f.Fuzz(func(t *testing.T, content []byte, hash uint32) {
		h, err := readKeyHead(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return
		}
		if got, err := h.find(bytes.NewReader(content), hash); len(got)*8 > len(content) || err != nil && got != nil {
			t.Fatalf("%d blocks of %d bytes, %v", len(got), len(content), err)
		}
	})
}

// Whatever indexes there are, and while blocks come, the answers about keys are those without any, and less is decoded for them.
func TestKeyIndexesChangeNoAnswer(t *testing.T) {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 33))
		k := newKeyWorld(t, r)
		whole := onShelves(k.store, 20)
		plain, aided := engineOf(t, Options{Reader: k.store}), engineOf(t, Options{Reader: whole})
		want := k.answersOfKeys(plain)
		fresh := engineOf(t, Options{Reader: whole})
		fresh.limits.bring = 3
		if got := k.answersOfKeys(fresh); got != want || len(fresh.KeysWanted()) != 1 {
			t.Fatalf("seed %d: %d times an index is wanted; asked without any:\n%s\nwant\n%s", seed, len(fresh.KeysWanted()), got, want)
		}
		for _, step := range []string{"none", "in memory", "beside segments", "some", "damaged", "made again", "moved"} {
			switch step {
			case "beside segments", "made again":
				if n, err := aided.IndexKeys(t.Context(), k.rec, func() error { return nil }); err != nil || n == 0 {
					t.Fatalf("%s: %d made, %v", step, n, err)
				}
				if n, err := aided.IndexKeys(t.Context(), k.rec, func() error { return nil }); err != nil || n != 0 {
					t.Fatalf("%s: %d made again, %v", step, n, err)
				}
			case "some":
				for key := range whole.beside {
					if r.IntN(2) == 0 {
						delete(whole.beside, key)
					}
				}
			case "moved": // other blocks lie where those were that an index is of
				whole.per, whole.mark = 10, 0
			case "damaged":
				for key, b := range whole.beside {
					whole.beside[key] = b[:len(b)/2]
				}
			}
			aided.limits = keyLimits{near: r.Uint64N(3), bring: r.IntN(10), named: []int{20, 1 << 15}[r.IntN(2)], rest: []int{0, 10, 1 << 15}[r.IntN(3)]}
			if got := k.answersOfKeys(aided); got != want {
				t.Fatalf("seed %d, indexes %s:\n%s\nwant\n%s", seed, step, got, want)
			}
		}
		whole.per, whole.mark, aided.limits = 20, 0, plain.limits
		key := []KeyMatch{{Bytes: event.NewPayload([]byte("nobody's"))}}
		for _, unaided := range []bool{true, false} {
			opened := whole.opened
			keys, done, err := aided.KeysUsed(t.Context(), k.rec, KeySearch{Keys: key, Unaided: unaided})
			if err != nil {
				t.Fatal(err)
			}
			for range keys {
				t.Error("a key that nobody has")
			}
			if x := done().Explain; unaided && (x.Decoded == 0 || whole.opened != opened) || !unaided && (x.Decoded > 0 || x.Absent == 0 || x.Index != ByKey) {
				t.Errorf("unaided %t: %+v", unaided, x)
			}
		}
	}
}

// answersOfKeys are the answers to questions about all keys.
func (k *keyWorld) answersOfKeys(e *Engine) string {
	t := k.t
	var out strings.Builder
	for key := range 6 {
		match := []KeyMatch{{Serializer: k.keys[key%2], Bytes: event.NewPayload(fmt.Append(nil, "k", key))}}
		h, err := e.StateHistory(t.Context(), k.rec, StateQuery{Keys: match})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range h.Cells {
			for _, v := range c.Versions {
				fmt.Fprint(&out, v.Event.Cursor, v.Kind, v.Until, c.Current, " ")
			}
		}
		visits, err := e.KeyHistory(t.Context(), k.rec, KeyQuery{Keys: match, Limit: 500, Order: Descending})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range visits.Visits {
			fmt.Fprint(&out, v.Position, len(v.Steps), " ")
		}
		fmt.Fprintln(&out, visits.Notes, h.Notes, h.Progress.From, h.Progress.To, h.Progress.Complete)
		scan, err := e.Events(t.Context(), k.rec, EventQuery{Keys: match})
		if err != nil {
			t.Fatal(err)
		}
		for ev, err := range scan.All(t.Context()) { // a block that cannot be read is one of them
			fmt.Fprint(&out, ev.Cursor, ev.Kind == event.KindGap, err)
		}
		keys, done, err := e.KeysUsed(t.Context(), k.rec, KeySearch{Serializer: match[0].Serializer, Keys: match})
		if err != nil {
			t.Fatal(err)
		}
		for u, err := range keys {
			fmt.Fprint(&out, u.Event.Cursor, err)
		}
		fmt.Fprintln(&out, done().Complete)
	}
	return out.String()
}

// A block that cannot be read is never ruled out, an index of other blocks is not used, and what ends the work ends it.
func TestKeyIndexesOfBlocksThatCannotBeReadOrAreOthers(t *testing.T) {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 34))
		k := newKeyWorld(t, r)
		sh := onShelves(k.store, 20)
		sh.bad = make(map[frameKey]bool)
		snap, err := k.store.Snapshot(t.Context(), k.rec)
		if err != nil {
			t.Fatal(err)
		}
		for ref := range snap.Since(0) {
			if r.IntN(6) == 0 {
				sh.bad[frameKey{recording: k.rec, attempt: ref.Header.Attempt, lane: ref.Header.Lane, number: ref.Header.Number}] = true
			}
		}
		want := k.answersOfKeys(engineOf(t, Options{Reader: &faultyReader{k.store, sh.bad}}))
		if !strings.Contains(want, "true") {
			t.Fatal("no block is missed")
		}
		e := engineOf(t, Options{Reader: sh})
		stop := errors.New("stopped")
		if _, err := e.IndexKeys(t.Context(), k.rec, func() error { return stop }); !errors.Is(err, stop) || len(sh.beside) > 0 {
			t.Errorf("it goes on: %v", err)
		}
		if _, err := e.IndexKeys(t.Context(), k.rec, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		if got := k.answersOfKeys(e); got != want {
			t.Fatalf("seed %d: with indexes\n%s\nwant\n%s", seed, got, want)
		}
		for key := range sh.beside { // those of other blocks
			x := &keyIndex{all: uint32(1000 + r.IntN(1000))}
			sh.beside[key] = x.content()
		}
		if got := k.answersOfKeys(e); got != want {
			t.Fatalf("seed %d: with indexes of other blocks\n%s\nwant\n%s", seed, got, want)
		}
	}
}
