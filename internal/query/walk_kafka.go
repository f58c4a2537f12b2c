package query

import (
	"context"
	"errors"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
)

// writers adds the writes that put the record which node read into Kafka.
func (w *walk) writers(ctx context.Context, node int, follow func(int)) error {
	return w.otherEnd(ctx, node, true, func(v *walkView, s spot) error {
		parent, _, err := w.addWritten(ctx, v, s, w.next(node, true))
		w.link(parent, node, EdgeSame, "", "")
		follow(parent)
		return err
	})
}

// readers adds the sources that read the record which node wrote.
func (w *walk) readers(ctx context.Context, node int, follow func(int)) error {
	return w.otherEnd(ctx, node, false, func(v *walkView, s spot) error {
		child, _, err := w.addSource(ctx, v, s, w.next(node, false))
		w.link(node, child, EdgeSame, "", "")
		follow(child)
		return err
	})
}

// otherEnd finds node's Kafka record at its other end, in any recording.
func (w *walk) otherEnd(ctx context.Context, node int, sink bool, yield func(*walkView, spot) error) error {
	ev := w.out.Nodes[node].Event
	if ev == nil || ev.Kafka == nil || ev.Kind != event.KindWritten && ev.Kind != event.KindSourceRecord && ev.Kind != event.KindSourceRun {
		return nil
	}
	return w.kafka(ctx, node, *ev.Kafka, ev.Split.Cluster, ev.SplitTime, sink, nil, yield)
}

// kafka finds the rows that wrote (sink) or read the record at pos. Of two records at the same place with different
// timestamps one is of another cluster, or of a topic that was made anew: timestamps that are known must agree.
func (w *walk) kafka(ctx context.Context, node int, pos event.KafkaPosition, cluster string, stamp EventTime, sink bool, only *event.RecordingID, yield func(*walkView, spot) error) error {
	all, err := w.engine.roster.recordings(ctx)
	if err != nil {
		return err
	}
	for _, r := range all {
		if only != nil && r.ID != *only {
			continue
		}
		entry, err := w.engine.entry(ctx, r)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if entry.job.Derived && only == nil {
			continue // it was written once: what a replay says of it stands in the replay's own recording
		}
		for _, u := range entry.places[place{pos.Topic, pos.Partition}] {
			if u.sink != sink || pos.Offset < u.first || pos.Offset > u.last || !clustersMeet(cluster, u.cluster) {
				continue
			}
			v, err := w.view(ctx, r.ID)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if err := w.kafkaRows(ctx, node, v, u.split, pos.Offset, stamp, sink, yield); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walk) kafkaRows(ctx context.Context, node int, v *walkView, split event.DefinitionID, offset int64, stamp EventTime, sink bool, yield func(*walkView, spot) error) error {
	want := event.KindSourceRecord
	if sink {
		want = event.KindWritten
	}
	var runs []spot
	type invocation struct {
		attempt event.Key
		number  uint64
	}
	whole := make(map[invocation]bool) // whose record is there with its bytes
	for _, ref := range v.snap.Position(split, offset, sink) {
		f, err := v.columns(ctx, ref)
		if err != nil {
			if unreadable(err) {
				w.noteAt(node, Note{Kind: NoteGap, Text: fmt.Sprintf("block %d of lane %s of job %s, which may hold its other end, cannot be read",
					ref.Header.Number, ref.Header.Lane, v.job)}, false)
				continue
			}
			return err
		}
		for row := range f.rows() {
			if at(f.r.Split, row, 0) != split {
				continue
			}
			first, place := at(f.r.Offset, row, 0), uint64(0)
			switch {
			case f.r.Kind[row] == want && first == offset:
			case !sink && f.r.Kind[row] == event.KindSourceRun && first <= offset && offset-first < int64(f.r.N[row]):
				place = uint64(offset - first)
			default:
				continue
			}
			if t := timeAt(f.r.SplitTime, row); t > 0 && stamp > 0 && t != stamp {
				continue
			}
			s := spot{ref, f, row, place}
			if !sink && f.r.Kind[row] == event.KindSourceRun {
				runs = append(runs, s)
				continue
			}
			whole[invocation{f.h.Attempt, f.r.Inv[row]}] = true
			if err := yield(v, s); err != nil {
				return err
			}
		}
	}
	for _, s := range runs {
		if whole[invocation{s.f.h.Attempt, s.f.r.Inv[s.row] + s.sub}] {
			continue // a look-back buffer kept it
		}
		if err := yield(v, s); err != nil {
			return err
		}
	}
	return nil
}

// startKafka adds all reads and writes of the record at pos, in the recording asked for or in any.
func (w *walk) startKafka(ctx context.Context, pos event.KafkaPosition) error {
	if w.q.Recording != nil {
		w.out.Recording = *w.q.Recording
		if _, err := w.view(ctx, *w.q.Recording); err != nil {
			return err
		}
	}
	for _, sink := range []bool{true, false} {
		err := w.kafka(ctx, missing, pos, "", NoEventTime, sink, w.q.Recording, func(v *walkView, s spot) error {
			add := w.addSource
			if sink {
				add = w.addWritten
			}
			_, _, err := add(ctx, v, s, 0)
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(w.out.Nodes) == 0 {
		where := "any recording"
		if w.q.Recording != nil {
			where = "recording " + w.q.Recording.String()
		}
		return notFound("a read or a write of %s in %s", pos, where)
	}
	if w.q.Recording == nil {
		w.out.Recording = w.out.Nodes[0].Recording
	}
	return nil
}
