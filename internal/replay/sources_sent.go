package replay

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/sightglass/sightglass/internal/event"
)

// sent yields what left a task that is nothing but a source: what it gave, as elements of a stream.
type sent struct {
	rows *emitted
	head *Output
}

// sentValue is the step of a value that a source gave, out of what left the task: a source that nothing is chained to gives it on as it is.
func (f *feed) sentValue(ctx context.Context, inv uint64) ([]byte, int, error) {
	missing := &MissingInput{Why: fmt.Sprintf("nothing of what the source gave in invocation %d left the task, so its bytes are not recorded", inv)}
	s := f.source.sent
	if s == nil {
		s = &sent{rows: newEmitted(f.snap, f.attempt, inv, math.MaxUint64)}
		f.source.sent = s
	}
	for s.head == nil || s.head.Invocation < inv {
		o, err := s.rows.next(ctx)
		if err != nil {
			return nil, 0, err
		}
		if o == nil {
			return nil, 0, missing
		}
		s.head = o
	}
	if s.head.Invocation != inv {
		return nil, 0, missing
	}
	v := s.head.Value
	if v.Len() < v.Size() {
		return nil, 0, &MissingInput{Why: fmt.Sprintf("what the source gave in invocation %d was withheld or cut by a policy", inv)}
	}
	b := v.Open(f.open)
	time, at := int64(noTime), 1
	switch {
	case len(b) >= 9 && b[0] == tagTimedRecord:
		time, at = int64(binary.BigEndian.Uint64(b[1:])), 9
	case len(b) >= 1 && b[0] == tagRecord:
	default:
		return nil, 0, missing
	}
	return f.given(inv, sourceRecord{partition: otherValue, time: time, value: event.NewPayload(b[at:]), serializer: f.serializerOf(0)})
}
