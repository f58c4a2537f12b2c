package browse

import (
	"context"
	"fmt"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// Drops counts the records that operators of a recording threw away. It holds no payload.
func (b *Browser) Drops(ctx context.Context, t Target, q DropsQuery) (Drops, error) {
	return b.queries.Drops(ctx, t.Recording, q)
}

// Against says what the number of a dropped record is that its time was compared with: the operator's watermark, or what else
// (spec/recording.md, section 4.1). Empty: no time was compared.
func Against(r event.DropReason) string {
	switch r {
	case event.DropOverLate, event.DropSortLate:
		return "time given out last"
	case event.DropJoinTimePassed:
		return "other side's time"
	case event.DropDuplicate:
		return "time of the row that is kept"
	case event.DropNoWindow, event.DropTemporalNone:
		return "watermark"
	}
	if r.Late() {
		return "watermark"
	}
	return ""
}

// PartialAggregate is the flag of a dropped record that stands for several (spec/recording.md, section 4.1).
const PartialAggregate = 1

// drop renders key and value of a dropped record: by the serializers that its row names, or, where there are none, as bytes of
// a format.
func (r renderer) drop(e *query.Event, out *Event) {
	def := e.State
	if def == nil {
		if !e.Value.Null() {
			out.View = r.detected(e, access.PartValue, e.Value)
		}
		return
	}
	if !e.Key.Null() {
		out.KeyView = r.view(e, access.PartKey, e.Key, r.serializer(def.Key).decoder.DecodeOf(r.job(e), e.Key))
	}
	if !e.Value.Null() {
		c := r.serializer(def.Value)
		out.View, out.TypeName = r.view(e, access.PartValue, e.Value, c.decoder.DecodeOf(r.job(e), e.Value)), c.name
	}
}

// serializer is the decoder of a serializer definition's id in hex digits; one that decodes nothing when it names none.
func (r renderer) serializer(id string) compiled {
	parsed, err := event.ParseDefinitionID(id)
	if err != nil {
		parsed = 0
	}
	return r.decoders.of(parsed)
}

// dropped says why, and by how much the record was late.
func dropped(e *query.Event) string {
	s := "dropped: " + e.Reason.String()
	if e.Reason.Kept() {
		s = e.Reason.String() + ", not lost"
	}
	if e.Flags&PartialAggregate != 0 {
		s += ", a partial aggregate"
	}
	if e.Reason.Counted() {
		return fmt.Sprintf("%s: %d by %s, within %s", s, max(1, e.Number), e.Text, times(max(1, e.What), "invocation"))
	}
	if late, ok := e.Late(); ok {
		s += ", " + (time.Duration(late) * time.Millisecond).String() + " late"
	}
	if e.Time.Known() {
		s += ", event time " + instant(e.Time)
	}
	if against := Against(e.Reason); against != "" && e.Number != query.NoNumber {
		s += ", " + against + " " + instant(query.EventTime(e.Number))
	}
	if e.Reason.Late() && e.Number2 > 0 {
		s += fmt.Sprintf(", allowed %d ms", e.Number2)
	}
	if e.What == 0 { // else it names what raised the watermark
		s = joined(s, e.Text)
	}
	return s
}

// RaisedAt is the position of the invocation in which the watermark rose that made a dropped record late; not ok when it is
// not known.
func RaisedAt(e *query.Event) (Position, bool) {
	back := uint64(e.What)
	if back == 0 || back > e.Invocation || e.Reason.Counted() {
		return Position{}, false
	}
	p := e.Position
	p.Invocation = e.Invocation + 1 - back
	return p, true
}
