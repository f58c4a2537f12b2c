package replay

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// changes applies changes to what a feed gives. Rows that a change is of are cut out of their runs, so that everything else
// is fed as it was; nil changes nothing.
type changes struct {
	edit   Editor
	wanted []*planned
	reads  []*readChange // that rows are still to be put in for

	held  *row // run that waits for the one that it changes places with
	swap  *planned
	after []row // what came in between
}

// planned is a change and whether it was made.
type planned struct {
	Change
	made bool
}

func newChanges(all []Change, edit Editor) *changes {
	if len(all) == 0 {
		return nil
	}
	c := &changes{edit: edit}
	for _, x := range all {
		p := &planned{Change: x}
		c.wanted = append(c.wanted, p)
		if x.Kind == ChangeClock {
			c.reads = append(c.reads, newClockChanges(p)...)
		}
	}
	return c
}

// unmade is the error of the first change that there was no place for.
func (c *changes) unmade() error {
	if c == nil {
		return nil
	}
	for _, p := range c.wanted {
		if p.made {
			continue
		}
		switch p.Kind {
		case ChangeSwap:
			return unchangeable(p.At, "behind it no run of a channel is followed by one of another channel")
		case ChangeDropTimer, ChangeMoveTimer:
			return unchangeable(p.At, "it is no timer that fired")
		case ChangeClock:
			return unchangeable(p.At, "up to it no such clock was read")
		case ChangeRandom:
			return unchangeable(p.At, "it drew no such number that many times")
		case ChangeState, ChangeStateBytes, ChangeAddState, ChangeClearState:
			return unchangeable(p.At, "the replay comes to no invocation of that number: it begins behind it, or ends before")
		}
		return unchangeable(p.At, "it is no element that came in")
	}
	return nil
}

// at finds the changes of a kind of one invocation.
func (c *changes) at(inv uint64, fits func(*Change) bool) (found []*planned) {
	for _, p := range c.wanted {
		if p.At == inv && fits(&p.Change) {
			found = append(found, p)
		}
	}
	return found
}

// rows gives what is fed in the place of a row of lane det: parts of it, of which those with changes are single invocations.
func (c *changes) rows(r row) []row {
	if c == nil {
		return []row{r}
	}
	if c.swap == nil {
		for _, p := range c.wanted {
			if p.Kind == ChangeSwap && !p.made && r.kind == event.KindElements && r.hasChannel && r.inv+r.n > p.At {
				head := r
				if head.n = min(max(r.inv, p.At)-r.inv, r.n); head.n > 0 {
					r.inv, r.seq, r.n = r.inv+head.n, r.seq+head.n, r.n-head.n
				}
				c.held, c.swap = &r, p
				return c.cut(head)
			}
		}
	} else if c.held != nil {
		return c.exchange(r)
	}
	return c.cut(r)
}

// exchange waits for a run of another channel that follows at once: nothing but timers, which follow from the run, may lie in between.
func (c *changes) exchange(r row) []row {
	a := *c.held
	switch {
	case r.kind == event.KindEventTimer || r.kind == event.KindProcessingTimer || r.kind == event.KindWatermarkIn:
		c.after = append(c.after, r)
		return nil
	case r.kind == event.KindElements && r.hasChannel && r.channel != a.channel:
		b := r
		b.inv, a.inv = a.inv, r.inv+r.n-a.n
		c.swap.made, c.held, c.after = true, nil, nil // timers fire where their watermark is
		return append(c.cut(b), c.cut(a)...)
	}
	out := append(c.cut(a), c.after...)
	c.held, c.swap, c.after = nil, nil, nil
	return append(out, c.rows(r)...)
}

// rest is what waits at the end.
func (c *changes) rest() []row {
	if c == nil || c.held == nil {
		return nil
	}
	r := *c.held
	c.held = nil
	return append(c.cut(r), c.after...)
}

// cut splits a row so that each invocation with a change of its element or timer is a row of its own.
func (c *changes) cut(r row) (out []row) {
	for r.n > 0 {
		next := r.inv + r.n
		for _, p := range c.wanted {
			if p.At >= r.inv && p.At < next && p.Kind != ChangeSwap && p.Kind != ChangeClock && p.Kind != ChangeRandom {
				next = p.At
			}
		}
		if next == r.inv {
			one := r
			one.n = 1
			out = append(out, one)
			r.inv, r.seq, r.n = r.inv+1, r.seq+1, r.n-1
			continue
		}
		part := r
		part.n = next - r.inv
		out = append(out, part)
		r.inv, r.seq, r.n = next, r.seq+part.n, r.n-part.n
	}
	return out
}

// element changes the element of an invocation. times is how often it comes.
func (c *changes) element(inv uint64, serializer event.DefinitionID, v event.Payload, open func(event.Payload) []byte) (_ []byte, times int, err error) {
	b := open(v)
	if c == nil {
		return b, 1, nil
	}
	times = 1
	for _, p := range c.at(inv, (*Change).ofElement) {
		p.made = true
		switch p.Kind {
		case ChangeRemove:
			times = 0
		case ChangeRepeat:
			times = 2
		case ChangeBytes:
			b, err = p.bytes()
		case ChangeTime:
			b, err = p.timed(b)
		case ChangeSet:
			b, err = c.set(p, serializer, b, open)
		case ChangeDropField:
			err = unchangeable(inv, "a field goes from records of Kafka alone: remove the record, or set the field")
		}
		if err != nil {
			return nil, 0, err
		}
	}
	return b, times, nil
}

// record changes what a source gave in an invocation. times is how often it gives it.
func (c *changes) record(inv uint64, r *sourceRecord, open func(event.Payload) []byte) (times int, err error) {
	if c == nil {
		return 1, nil
	}
	times = 1
	for _, p := range c.at(inv, (*Change).ofElement) {
		p.made = true
		var b []byte
		switch p.Kind {
		case ChangeRemove:
			times = 0
		case ChangeRepeat:
			times = 2
		case ChangeTime:
			if r.time == noTime && p.By != 0 {
				return 0, unchangeable(inv, "the record has no time that could move")
			}
			r.time = p.to(r.time)
		case ChangeBytes:
			if b, err = p.bytes(); err == nil {
				r.value = event.NewPayload(b)
			}
		case ChangeDropField:
			r.value, err = c.drop(p, r)
		case ChangeSet:
			b = open(r.value)
			if r.serializer != 0 { // it writes elements of streams
				b = append([]byte{tagRecord}, b...)
			}
			if b, err = c.set(p, r.serializer, b, open); err == nil {
				if r.serializer != 0 {
					b = b[1:]
				}
				r.value = event.NewPayload(b)
			}
		}
		if err != nil {
			return 0, err
		}
	}
	return times, nil
}

// bytes are those that a change gives.
func (c *Change) bytes() ([]byte, error) {
	b, err := unhex(c.Value)
	if err != nil {
		return nil, unchangeable(c.At, "the value is not hexadecimal")
	}
	return b, nil
}

// drop is the value of a record of Kafka without a field.
func (c *changes) drop(p *planned, r *sourceRecord) (event.Payload, error) {
	if c.edit == nil {
		return r.value, unchangeable(p.At, "nothing here writes values")
	}
	if r.serializer != 0 || r.partition < 0 {
		return r.value, unchangeable(p.At, "a field goes from records of Kafka alone: remove the record, or set the field")
	}
	v, err := c.edit.Drop(r.value, p.Path)
	if err != nil {
		return r.value, unchangeable(p.At, "%v", err)
	}
	return v, nil
}

// set is a value with a place of it changed.
func (c *changes) set(p *planned, serializer event.DefinitionID, b []byte, open func(event.Payload) []byte) ([]byte, error) {
	if c.edit == nil {
		return nil, unchangeable(p.At, "nothing here writes values")
	}
	changed, err := c.edit.Edit(serializer, event.NewPayload(bytes.Clone(b)), p.Path, p.Value)
	if err != nil {
		return nil, unchangeable(p.At, "%v", err)
	}
	return open(changed), nil
}

// Tags of StreamElementSerializer (spec/serializers.md, section 5) that a time of 8 bytes follows.
const (
	tagTimedRecord = 0
	tagRecord      = 1
	tagWatermark   = 2
)

// timed is a record or watermark with another time.
func (c *Change) timed(b []byte) ([]byte, error) {
	switch {
	case len(b) >= 9 && (b[0] == tagTimedRecord || b[0] == tagWatermark):
		b = bytes.Clone(b)
		binary.BigEndian.PutUint64(b[1:], uint64(c.to(int64(binary.BigEndian.Uint64(b[1:])))))
		return b, nil
	case len(b) > 0 && b[0] == tagRecord && c.By == 0:
		timed := binary.BigEndian.AppendUint64([]byte{tagTimedRecord}, uint64(c.to(0)))
		return append(timed, b[1:]...), nil
	case len(b) > 0 && b[0] == tagRecord:
		return nil, unchangeable(c.At, "the record has no time that could move")
	}
	return nil, unchangeable(c.At, "it is neither a record nor a watermark")
}

// element gives the element of an invocation as it is fed; times is how often it comes.
func (f *feed) element(inv uint64, channel event.Element, v event.Payload) (b []byte, times int, err error) {
	var serializer event.DefinitionID
	if f.changes != nil {
		serializer = f.defs.Serializer(channel.Partition)
	}
	return f.changes.element(inv, serializer, v, func(p event.Payload) []byte { return p.Open(f.open) })
}

// times feeds an element so many times. Each has the recording's number: it has no other.
func (f *feed) times(ctx context.Context, times int, s step, b []byte) error {
	s.add(b)
	s.n = 1
	for i := range times {
		if i > 0 { // its reads are for the first
			if err := f.flush(ctx, s.inv+1); err != nil {
				return err
			}
		}
		if err := f.put(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// timer puts what is done with a timer before the step that it follows from. fed: the callback itself is fed.
func (f *feed) timer(r *row) (fed bool, err error) {
	if f.changes == nil {
		return true, nil
	}
	fed = true
	for _, p := range f.changes.at(r.inv, func(c *Change) bool { return c.Kind == ChangeDropTimer || c.Kind == ChangeMoveTimer }) {
		move := byte(0)
		if p.Kind == ChangeMoveTimer {
			move = 1
		}
		if r.kind == event.KindProcessingCallback {
			if move == 1 {
				return false, unchangeable(r.inv, "it is the callback of a timer service, which can be dropped, not moved; the timers that it fires can")
			}
			p.made, fed = true, false
			continue
		}
		p.made = true
		b := append(f.timers, stepTimer)
		b = binary.BigEndian.AppendUint64(b, r.inv)
		b = binary.BigEndian.AppendUint64(b, uint64(r.time))
		b = append(b, move)
		f.timers = binary.BigEndian.AppendUint64(b, uint64(p.to(r.time)))
	}
	return fed, nil
}

// writeTimers writes what is done with timers, before the step that waits.
func (f *feed) writeTimers() error {
	_, err := f.out.Write(f.timers)
	f.timers = f.timers[:0]
	return err
}

// draw changes a read of random numbers.
func (c *changes) draw(r *row) error {
	if c == nil {
		return nil
	}
	for _, p := range c.at(r.inv, func(c *Change) bool { return c.Kind == ChangeRandom }) {
		if p.made || !isOne(randomSources, p.Source, r.what) {
			continue
		}
		if p.Nth > 0 {
			p.Nth--
			continue
		}
		n, err := drawn(r.what, p.Value)
		if err != nil {
			return unchangeable(r.inv, "%v", err)
		}
		r.number, p.made = n, true
	}
	return nil
}

// drawn is a random number as rows have it.
func drawn(what uint32, text string) (int64, error) {
	switch what {
	case randomSources["double"], randomSources["gaussian"]:
		x, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return 0, fmt.Errorf("a floating-point number is wanted")
		}
		return int64(math.Float64bits(x)), nil
	case randomSources["boolean"]:
		switch text {
		case "true":
			return 1, nil
		case "false":
			return 0, nil
		}
		return 0, fmt.Errorf("true or false is wanted")
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("a whole number is wanted")
	}
	return n, nil
}

// isOne tells whether what is the named source, or any of them when none is named.
func isOne(sources map[string]uint32, name string, what uint32) bool {
	if name != "" {
		return sources[name] == what
	}
	for _, w := range sources {
		if w == what {
			return true
		}
	}
	return false
}

// changedReads writes the rows that changes of clocks put in before what is read in invocations from next on.
func (f *feed) changedReads(ctx context.Context, until uint64) error {
	if f.changes == nil {
		return nil
	}
	r, err := f.env.peek(ctx)
	if err != nil {
		return err
	}
	for i := 0; i < len(f.changes.reads); {
		c := f.changes.reads[i]
		x, done := c.put(r, until)
		if x != nil {
			f.read(x)
			if _, err := f.out.Write(f.buf); err != nil {
				return err
			}
			continue
		}
		if done {
			f.changes.reads = slices.Delete(f.changes.reads, i, i+1)
			continue
		}
		i++
	}
	return nil
}

func unhex(text string) ([]byte, error) {
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err == nil && len(b) == 0 {
		err = fmt.Errorf("no bytes")
	}
	return b, err
}
