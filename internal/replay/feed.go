package replay

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/store"
)

// Steps of the feed (spec/replay.md; values are wire format).
const (
	stepEnd      = 0
	stepElements = 1
	stepEvent    = 2
	stepCallback = 3
	stepMail     = 4
	stepNotified = 5
	stepRead     = 6
	stepOutside  = 7
	stepAnswer   = 8
	stepOperator = 9
	stepRecord   = 10
	stepTrigger  = 11
	stepTimer    = 12
	stepState    = 13
	stepWritten  = 14
	stepWaiting  = 15
)

// Sources of rows of kind 110 (spec/recording.md, section 4.2).
const (
	whatTimerOrder   = 16
	whatTransients   = 17
	whatBarrier      = 18
	whatNotified     = 19
	whatRegistration = 20
	whatAnswer       = 21
	whatEvent        = 22
	whatOperator     = 23
	whatGiven        = 24 // a value that a source gave
	whatReleased     = 25 // a split that a source's reader is done with
	whatEnded        = 26 // a source's end
	whatWatermark    = 27 // a legacy source's function emitted a watermark
	whatStatus       = 28 // it said whether it is idle

	// Of the feed alone: rows of lane trace that say what the outside answered.
	whatWritten     = 48
	whatTransaction = 61
)

const (
	hello = "SGR1"

	// A run of elements is handed over in parts: what was read within it comes before each.
	maxRun      = 512
	maxRunBytes = 256 << 10
)

// Events as Flink's EventSerializer writes them: END_OF_PARTITION_EVENT, and END_OF_CHANNEL_STATE_EVENT, on 2.x
// END_OF_OUTPUT_CHANNEL_STATE_EVENT.
var (
	endOfPartition    = []byte{0, 0, 0, 0}
	endOfChannelState = []byte{0, 0, 0, 5}
)

// stepNone is a step that follows from another one: it only stands where reads are ordered.
const stepNone = 255

// feed writes the steps of an attempt.
type feed struct {
	snap   store.Snapshot
	supply *supply
	defs   definitions
	open   sealed.Key
	out    *bufio.Writer
	det    *lane
	env    *lane
	from   start
	trace  *lane // written records and transactions
	inputs map[event.Element]*supplied

	attempt  event.Key
	job      string // its name
	chain    []event.ChainOperatorDef
	source   *sources
	recover  *recovered
	barriers *barriers
	triggers triggers
	outside  map[uint64]bool // invocations that are nothing but something told outside of all
	outs     []row           // rows of such, to be fed
	pending  *step
	buf      []byte
	runs     [2][]byte // room for the bytes of runs of elements: one that waits, one that is made
	turn     int
	stops    *stops // nil: nothing is stopped for
	changes  *changes
	timers   []byte // steps about timers, which come before the step that waits
	waiting  []int  // changes of states that timers of that step make, by their place
	said     chan stateSaid
	done     func() // of one with stops: it is not written any more

	// Elements fed, and the invocation reached.
	elements uint64
	reached  uint64
	end      string // why the feed ended
	to       uint64 // invocation that is the last one wanted; 0 = all
	whole    bool   // all that was recorded, or wanted, was fed
	missing  *MissingInput
}

// step is a step that waits for the reads that belong before it.
type step struct {
	row
	bytes  []byte
	count  int
	text   string
	reads  []row // of kind registration and notified, of its invocation
	gate   uint32
	index  uint32
	action byte
}

// write feeds all of the attempt's rows. What stops it before the end of the recording is its result: nil, or why no more can be fed.
func (f *feed) write(ctx context.Context) error {
	if _, err := f.out.WriteString(hello); err != nil {
		return err
	}
	return f.steps(ctx)
}

// steps is write behind the first bytes.
func (f *feed) steps(ctx context.Context) error {
	next := f.from.invocation + 1
	if err := f.skip(ctx); err != nil {
		return err
	}
	if err := f.statesAtFirst(ctx); err != nil {
		return err
	}
	for {
		r, err := f.det.peek(ctx)
		if err != nil {
			return err
		}
		if r == nil {
			f.end, f.whole = "the recording of the attempt ends here", true
			break
		}
		if r.kind == event.KindResync {
			f.end = fmt.Sprintf("a stretch was lost before invocation %d", r.inv)
			break
		}
		if f.to > 0 && r.inv > f.to && (next > f.to || r.between()) { // the run before may have been cut: this one is not its next
			f.end, f.whole = "no more was asked for", true
			break
		}
		if !r.between() && r.inv != next {
			f.end = fmt.Sprintf("invocation %d is missing: the next one that was recorded is %d", next, r.inv)
			break
		}
		x := f.det.take()
		if f.to > 0 && x.inv+x.n-1 > f.to {
			x.n = f.to - x.inv + 1
		}
		if !x.between() {
			next = x.inv + x.n
		}
		if err := f.all(ctx, f.changes.rows(x)); err != nil {
			var missing *MissingInput
			if errors.As(err, &missing) {
				f.end, f.missing = missing.Error(), missing
				break
			}
			return err
		}
	}
	if err := f.all(ctx, f.changes.rest()); err != nil {
		return err
	}
	until := uint64(math.MaxUint64)
	if f.to > 0 && f.whole {
		until = f.to + 1
	}
	if err := f.flush(ctx, until); err != nil {
		return err
	}
	if err := f.changes.unmade(); err != nil && f.missing == nil {
		return err
	}
	f.buf = append(f.buf[:0], stepEnd)
	f.string(f.end)
	if _, err := f.out.Write(f.buf); err != nil {
		return err
	}
	return f.out.Flush()
}

// all feeds rows.
func (f *feed) all(ctx context.Context, rows []row) error {
	for _, r := range rows {
		if err := f.row(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// skip passes over what came before the checkpoint that the replay begins behind.
func (f *feed) skip(ctx context.Context) error {
	if f.from.checkpoint == 0 {
		return nil
	}
	for _, l := range []*lane{f.det, f.env, f.trace, f.source.lane, f.source.given} {
		l.behind(f.from.invocation)
		for {
			r, err := l.peek(ctx)
			if err != nil {
				return err
			}
			if r == nil || r.inv > f.from.invocation || f.from.own != "" && r.inv == f.from.invocation && r.between() {
				break
			}
			if behind := f.from.invocation + 1 - r.inv; l == f.det && !r.between() && r.n > behind {
				// A place between checkpoints may lie within a run.
				r.inv, r.seq, r.n = r.inv+behind, r.seq+behind, r.n-behind
				break
			}
			x := l.take()
			if l == f.det && x.kind == event.KindCheckpoint && x.checkpoint == f.from.checkpoint && x.inv == f.from.invocation {
				break
			}
		}
	}
	return nil
}

func (f *feed) row(ctx context.Context, r row) error {
	if err := f.statesBefore(ctx, &r); err != nil {
		return err
	}
	switch r.kind {
	case event.KindElements:
		return f.run(ctx, r)
	case event.KindSource:
		return f.records(ctx, r)
	case event.KindRecovered:
		if f.stops != nil {
			f.stops.own = nil // in their midst a snapshot would lose some
		}
		return f.recoveredRun(ctx, r)
	case event.KindMail:
		text := f.defs.Text(r.text)
		if text == "" {
			// What was told outside of all: it comes by itself.
			for i := range r.n {
				f.outside[r.inv+i] = true
			}
			f.outs = append(f.outs, r)
			return nil
		}
		for ; r.n > 0; r.n-- {
			one := r
			one.n = 1
			s, err := f.triggers.mail(ctx, f.barriers, step{row: one, action: stepMail, text: text})
			if err != nil {
				return err
			}
			if err := f.put(ctx, s); err != nil {
				return err
			}
			r.inv++
		}
		return nil
	case event.KindProcessingCallback:
		for ; r.n > 0; r.n-- {
			one := r
			one.n = 1
			if fed, err := f.timer(&one); err != nil {
				return err
			} else if fed {
				if err := f.put(ctx, step{row: one, action: stepCallback, text: f.defs.Text(r.text)}); err != nil {
					return err
				}
			}
			r.inv++
		}
		return nil
	case event.KindEventTimer, event.KindProcessingTimer:
		_, err := f.timer(&r)
		return err
	case event.KindBarrierIn:
		b, err := f.barriers.of(ctx, r.checkpoint)
		if err != nil || b == nil { // the checkpoint was given up before the task had all of its barriers
			return err
		}
		return f.event(ctx, r, b)
	case event.KindEndOfRecovery:
		return f.event(ctx, r, endOfChannelState)
	case event.KindEndOfChannel:
		return f.event(ctx, r, endOfPartition)
	}
	return nil
}

func (f *feed) event(ctx context.Context, r row, b []byte) error {
	s := step{row: r, action: stepEvent, bytes: b, gate: r.channel.Gate, index: r.channel.Index}
	s.inv++ // it stands behind its invocation
	return f.put(ctx, s)
}

// run feeds a run of elements of one channel.
func (f *feed) run(ctx context.Context, r row) error {
	if !r.hasChannel {
		return &MissingInput{Why: fmt.Sprintf("the channel of invocation %d is not known", r.inv)}
	}
	key := event.Element{Partition: r.channel.Partition, Subpartition: r.channel.Subpartition}
	in := f.inputs[key]
	if in == nil {
		producer, ok := f.defs.Producer(key.Partition)
		if !ok {
			return &MissingInput{Element: key, Why: "who sent it is not known: nothing of the sender was recorded"}
		}
		in = f.supply.channel(producer, key.Partition, key.Subpartition)
		f.inputs[key] = in
	}
	for r.n > 0 {
		most, err := f.upTo(ctx, r.inv, min(r.n, maxRun))
		if err != nil {
			return err
		}
		s := step{row: r, action: stepElements, gate: r.channel.Gate, index: r.channel.Index}
		if f.changes == nil { // else a step may be put twice, or not at all
			s.bytes = f.runs[f.turn][:0]
		}
		for uint64(s.count) < most && len(s.bytes) < maxRunBytes {
			v, err := in.element(ctx, r.seq+uint64(s.count))
			if err != nil {
				if s.count > 0 {
					s.n = uint64(s.count)
					if put := f.put(ctx, s); put != nil {
						return put
					}
				}
				return err
			}
			b, times, err := f.element(r.inv+uint64(s.count), key, v)
			if err != nil {
				return err
			}
			if times != 1 { // it is the only one of its row
				return f.times(ctx, times, s, b)
			}
			s.add(b)
		}
		s.n, f.runs[f.turn] = uint64(s.count), s.bytes
		if err := f.put(ctx, s); err != nil {
			return err
		}
		f.turn ^= 1
		r.inv, r.seq, r.n = r.inv+s.n, r.seq+s.n, r.n-s.n
	}
	return nil
}

// add adds an element.
func (s *step) add(b []byte) {
	s.bytes = binary.BigEndian.AppendUint32(s.bytes, uint32(len(b)))
	s.bytes = append(s.bytes, b...)
	s.count++
}

// put lets a step wait until the next one is known: reads of what the task does in between come before it.
func (f *feed) put(ctx context.Context, s step) error {
	if err := f.ready(ctx, s.inv); err != nil {
		return err
	}
	f.pending = &s
	return nil
}

// flush writes what was read in invocations below until, and then the step that waits.
func (f *feed) flush(ctx context.Context, until uint64) error {
	for _, r := range f.outs {
		f.buf = append(f.buf[:0], stepOutside)
		f.buf = binary.BigEndian.AppendUint64(f.buf, r.inv)
		f.buf = binary.BigEndian.AppendUint32(f.buf, uint32(r.n))
		if _, err := f.out.Write(f.buf); err != nil {
			return err
		}
	}
	f.outs = f.outs[:0]
	for {
		if err := f.changedReads(ctx, until); err != nil {
			return err
		}
		r, err := f.env.peek(ctx)
		if err != nil {
			return err
		}
		if r == nil || r.inv >= until && !r.between() || r.between() && r.inv+1 > until {
			break
		}
		x := f.env.take()
		switch x.what {
		case whatTransients, whatBarrier: // barriers gives these
		case whatGiven: // the record's step has it
		case whatReleased, whatEnded:
			if err := f.writePending(ctx); err != nil {
				return err
			}
			f.pending = &step{row: x, action: stepRecord, bytes: f.sourceMark(&x)}
			f.pending.inv++
		case whatTimerOrder:
			x.number2 = int64(x.operator)
			f.read(&x)
			if _, err := f.out.Write(f.buf); err != nil {
				return err
			}
		case whatNotified, whatRegistration, whatAnswer, whatOperator, whatWatermark, whatStatus:
			if f.pending != nil && x.inv == f.pending.inv {
				f.pending.reads = append(f.pending.reads, x)
			}
		case whatEvent:
			// It comes in behind its invocation: what was put before goes first.
			if err := f.writePending(ctx); err != nil {
				return err
			}
			f.pending = &step{row: x, action: stepEvent, bytes: x.value.Open(f.open), gate: uint32(x.number), index: uint32(x.number2)}
			f.pending.inv++
		default:
			f.changes.clock(&x)
			if err := f.changes.draw(&x); err != nil {
				return err
			}
			f.read(&x)
			if _, err := f.out.Write(f.buf); err != nil {
				return err
			}
		}
	}
	if err := f.answers(ctx, until); err != nil {
		return err
	}
	return f.writePending(ctx)
}

// answers writes what brokers said in invocations below until.
func (f *feed) answers(ctx context.Context, until uint64) error {
	for {
		r, err := f.trace.peek(ctx)
		if err != nil || r == nil || r.inv >= until {
			return err
		}
		x := f.trace.take()
		switch x.kind {
		case event.KindWritten:
			place := f.defs.Split(x.split)
			x.what, x.number, x.number2, x.time, x.value = whatWritten, int64(place.Partition), x.offset, x.splitTime, event.Payload{}
		case event.KindTransaction:
			x.what, x.value = whatTransaction, event.NewPayload([]byte(f.defs.Text(x.text)))
		default:
			continue
		}
		f.read(&x)
		if _, err := f.out.Write(f.buf); err != nil {
			return err
		}
	}
}
