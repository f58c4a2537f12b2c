package block

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/sightglass/sightglass/internal/event"
)

const vectorFolder = "../../spec/vectors/blocks"

// vectorFiles lists the vectors' blocks by case.
func vectorFiles(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(vectorFolder, "*.sgb"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no vectors in %s: %v", vectorFolder, err)
	}
	files := make(map[string][]byte, len(paths))
	for _, p := range paths {
		raw, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(p[:len(p)-len(".sgb")])] = raw
	}
	return files
}

// TestVectors renders each block as spec/vectors/README.md says and compares it with what its encoder said.
func TestVectors(t *testing.T) {
	for name, raw := range vectorFiles(t) {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(vectorFolder, name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			want := parseVector(t, text)
			h, err := Verify(raw)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := Decode(raw)
			if err != nil {
				t.Fatal(err)
			}
			rendered, err := json.Marshal(map[string]any{
				"header": renderHeader(h, raw), "sections": renderSections(h), "zones": renderZones(h), "rows": renderRows(h, rows),
			})
			if err != nil {
				t.Fatal(err)
			}
			got := parseVector(t, rendered)
			for _, part := range []string{"header", "sections", "zones", "rows"} {
				compareJSON(t, part, got[part], want[part])
			}
		})
	}
}

func parseVector(t *testing.T, text []byte) map[string]any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var doc map[string]any
	if err := dec.Decode(&doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// compareJSON reports the smallest parts that differ.
func compareJSON(t *testing.T, at string, got, want any) {
	t.Helper()
	if reflect.DeepEqual(got, want) {
		return
	}
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		for k := range w {
			compareJSON(t, at+"."+k, g[k], w[k])
		}
		for k := range g {
			if _, ok := w[k]; !ok {
				t.Errorf("%s.%s is %v, want nothing", at, k, g[k])
			}
		}
		return
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			break
		}
		for i := range w {
			compareJSON(t, fmt.Sprintf("%s[%d]", at, i), g[i], w[i])
		}
		return
	}
	t.Errorf("%s is %v, want %v", at, got, want)
}

type object = map[string]any

func renderHeader(h *Header, raw []byte) object {
	return object{
		"major": raw[4], "minor": h.Minor, "flags": h.Flags, "lane": h.Lane, "recording": h.Recording.String(),
		"attempt": h.Attempt.String(), "number": h.Number, "first_invocation": h.FirstInv, "last_invocation": h.LastInv,
		"wall_min_us": h.WallMin, "wall_max_us": h.WallMax, "event_min_ms": h.EventMin, "event_max_ms": h.EventMax,
		"checkpoint": h.Checkpoint, "events": h.Events,
	}
}

func renderSections(h *Header) []object {
	list := []object{}
	for _, s := range h.Sections {
		list = append(list, object{"id": s.ID, "codec": s.Codec, "stored": s.Stored, "raw": s.Raw})
	}
	return list
}

func roleName(second bool, names ...string) string { return names[role(second)] }

func renderZones(h *Header) object {
	z := object{}
	add := func(name string, o any) {
		list, _ := z[name].([]any)
		z[name] = append(list, o)
	}
	for _, c := range h.Zones.Counts {
		o := object{"kind": c.Kind, "count": c.N}
		if c.Operator >= 0 {
			o["operator"] = c.Operator
		}
		add("counts", o)
	}
	for _, p := range h.Zones.Partitions {
		add("partitions", p.String())
	}
	for _, c := range h.Zones.Channels {
		add("channels", object{"role": roleName(c.In, "out", "in"), "partition": c.Partition.String(), "subpartition": c.Subpartition,
			"first": c.First, "last": c.Last, "count": c.Count})
	}
	for _, w := range h.Zones.Watermarks {
		o := object{"role": roleName(w.In, "out", "in"), "first": w.First, "last": w.Last}
		if w.In {
			o["input"] = w.Input
		} else {
			o["partition"] = w.Partition.String()
		}
		add("watermarks", o)
	}
	for _, b := range h.Zones.Barriers {
		flags := role(b.Unaligned)*RowUnaligned | role(b.Recovering)*RowRecovering
		add("barriers", object{"checkpoint": b.Checkpoint, "role": roleName(b.In, "out", "in"), "partition": b.Partition.String(),
			"subpartition": b.Subpartition, "seq": b.Seq, "flags": flags})
	}
	for _, d := range h.Zones.Drops {
		o := object{"reason": d.Reason, "count": d.N}
		if d.Operator >= 0 {
			o["operator"] = d.Operator
		}
		add("drops", o)
	}
	for _, g := range h.Zones.Gaps {
		add("gaps", object{"lane": g.Lane, "reason": g.Reason, "first": g.FirstInv, "last": g.LastInv, "events": g.Events, "bytes": g.Bytes})
	}
	for _, d := range h.Zones.Definitions {
		add("definitions", d.String())
	}
	for _, p := range h.Zones.Positions {
		add("positions", object{"role": roleName(p.Sink, "source", "sink"), "split": p.Split.String(), "first": p.First, "last": p.Last, "count": p.Count})
	}
	return z
}

var channelKinds = []event.Kind{event.KindElements, event.KindRecovered, event.KindBarrierIn, event.KindEndOfRecovery, event.KindEndOfChannel}

func renderRows(h *Header, rows *Rows) []object {
	list := []object{}
	for i, kind := range rows.Kind {
		o := object{"kind": kind, "invocation": rows.Inv[i], "n": rows.N[i], "wall_us": rows.Wall[i]}
		number := func(name string, v int64, absent int64) {
			if v != absent {
				o[name] = v
			}
		}
		number("operator", int64(rows.Operator[i]), -1)
		number("event_time_ms", rows.EventTime[i], math.MinInt64)
		number("ordinal", int64(orDefault(rows.Ordinal, i)), 0)
		number("checkpoint", int64(orDefault(rows.Checkpoint, i)), 0)
		if notes(h.Lane) {
			renderNote(rows, i, o, number)
		} else {
			number("time_ms", orDefault(rows.Time, i), 0)
		}
		number("flags", int64(orDefault(rows.Flags, i)), 0)
		number("emitted", int64(orDefault(rows.Emitted, i)), 0)
		number("full_length", int64(orDefault(rows.FullLength, i)), 0)
		for name, column := range map[string][]event.DefinitionID{"path": rows.Path, "text": rows.Text, "split": rows.Split} {
			if id := orDefault(column, i); id != 0 {
				o[name] = id.String()
			}
		}
		if hash := orDefault(rows.Hash, i); hash != 0 {
			o["hash"] = fmt.Sprintf("%016x", hash)
		}
		for name, column := range map[string][]event.Payload{"value": rows.Value, "key": rows.Key, "headers": rows.Headers} {
			if column != nil && !column[i].Null() {
				o[name] = renderBytes(open(column[i]))
			}
		}
		if rows.Body != nil && rows.Body[i] != nil {
			o["body"] = string(rows.Body[i])
		}
		if rows.SplitTime != nil && (h.Lane == event.LaneSrc || h.Lane == event.LaneTrace) {
			number("split_time_ms", rows.SplitTime[i], math.MinInt64)
		}
		if h.Lane == event.LaneSrc || kind == event.KindWritten || kind == event.KindWriteFailed {
			o["offset"] = orDefault(rows.Offset, i)
		}
		if rows.Partition != nil {
			o["partition"] = rows.Partition[i].String()
			if rows.Subpartition[i] >= 0 {
				o["subpartition"], o["seq"] = rows.Subpartition[i], rows.Seq[i]
			} else {
				o["seqs"] = renderSeqs(h, rows, i)
			}
		}
		if rows.Channel != nil && slices.Contains(channelKinds, kind) {
			c := rows.Channels[rows.Channel[i]]
			o["channel"] = object{"partition": c.Partition.String(), "subpartition": c.Subpartition, "gate": c.Gate, "channel": c.Index}
			if kind == event.KindElements {
				o["seq"] = rows.Seq[i]
			}
		}
		list = append(list, o)
	}
	return list
}

func renderNote(rows *Rows, i int, o object, number func(name string, v, absent int64)) {
	if rows.Time != nil {
		number("time_ms", rows.Time[i], math.MinInt64)
	}
	number("what", int64(orDefault(rows.What, i)), 0)
	number("number", orDefault(rows.Number, i), 0)
	number("number2", orDefault(rows.Number2, i), 0)
	number("reason", int64(orDefault(rows.Reason, i)), 0)
	if id := orDefault(rows.State, i); id != 0 {
		o["state"] = id.String()
	}
	for name, column := range map[string][]event.Payload{"namespace": rows.Namespace, "map_key": rows.MapKey, "before": rows.Before} {
		if column != nil && !column[i].Null() {
			o[name] = renderBytes(open(column[i]))
		}
	}
}

// renderSeqs asks for the numbers of a broadcast row in every subpartition that there could be.
func renderSeqs(h *Header, rows *Rows, row int) [][2]uint64 {
	var list [][2]uint64
	for sub := range uint32(1024) {
		if seq, ok := rows.SeqOf(row, sub); ok {
			list = append(list, [2]uint64{uint64(sub), seq})
		}
	}
	return list
}

func renderBytes(b []byte) any {
	if len(b) > 256 {
		sum := sha256.Sum256(b)
		return object{"length": len(b), "sha256": hex.EncodeToString(sum[:])}
	}
	return hex.EncodeToString(b)
}
