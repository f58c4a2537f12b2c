package replay

import (
	"context"
	"errors"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// supply is where the bytes come from that a feed gives: of what tasks sent to each other, and of what a source read. They lie in the
// recording, in what replays of the senders derived, and in topics.
type supply struct {
	store   store.Store
	snap    store.Snapshot // of the recording
	derived Derived
	opened  map[event.RecordingID]store.Snapshot // of those; nil: it is not there any more
	topics  *topics                              // nil: no topic is read again
	lent    bool                                 // topics are closed by somebody else
	wants   *wants                               // of a plan: what is not there and may be derived; nil: it is missing
	used    map[event.RecordingID]bool           // derived recordings that something came from
}

// Derived are recordings that replays of senders made, by the attempt that ran again: they hold what was sent, where the recording
// itself does not.
type Derived map[event.Key][]event.RecordingID

// openSupply opens what a recording is replayed from.
func openSupply(ctx context.Context, s store.Store, rec event.RecordingID, derived Derived, t Topics) (*supply, error) {
	snap, err := s.Snapshot(ctx, rec)
	if err != nil {
		return nil, err
	}
	u := newSupply(s, snap)
	u.derived = derived
	if t != nil {
		u.topics = newTopics(t)
	}
	return u, nil
}

func newSupply(s store.Store, snap store.Snapshot) *supply {
	return &supply{store: s, snap: snap, opened: make(map[event.RecordingID]store.Snapshot), used: make(map[event.RecordingID]bool)}
}

func (u *supply) close() {
	u.snap.Close()
	for _, snap := range u.opened {
		if snap != nil {
			snap.Close()
		}
	}
	if u.topics != nil && !u.lent {
		u.topics.close()
	}
}

// open opens a derived recording; nil: it was removed meanwhile.
func (u *supply) open(ctx context.Context, rec event.RecordingID) (store.Snapshot, error) {
	snap, known := u.opened[rec]
	if !known {
		var err error
		if snap, err = u.store.Snapshot(ctx, rec); err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		u.opened[rec] = snap
	}
	return snap, nil
}

// supplied gives the elements of one channel in order, from wherever they are.
type supplied struct {
	supply *supply
	from   []*input // the recording, then the derived ones that were opened
	rest   []event.RecordingID
	sender event.Key
	key    event.Element // its number left out
}

func (u *supply) channel(sender, partition event.Key, sub uint32) *supplied {
	return &supplied{
		supply: u, sender: sender, key: event.Element{Partition: partition, Subpartition: sub},
		from: []*input{newInput(u.snap, sender, partition, sub)}, rest: u.derived[sender],
	}
}

// more opens the next derived recording of the sender; false: there is none.
func (c *supplied) more(ctx context.Context) (bool, error) {
	for len(c.rest) > 0 {
		rec := c.rest[0]
		c.rest = c.rest[1:]
		snap, err := c.supply.open(ctx, rec)
		if err != nil {
			return false, err
		}
		if snap != nil {
			c.from = append(c.from, newInput(snap, c.sender, c.key.Partition, c.key.Subpartition))
			return true, nil
		}
	}
	return false, nil
}

// element returns the element with number seq; numbers must ascend from call to call.
func (c *supplied) element(ctx context.Context, seq uint64) (event.Payload, error) {
	var first *MissingInput
	for i := 0; ; i++ {
		if i == len(c.from) {
			if more, err := c.more(ctx); err != nil {
				return event.Payload{}, err
			} else if !more {
				break
			}
		}
		in := c.from[i]
		v, err := in.element(ctx, seq)
		var missing *MissingInput
		if !errors.As(err, &missing) || missing.Kept {
			if i > 0 && err == nil {
				c.supply.used[in.snap.Recording().ID] = true
			}
			return v, err
		}
		if first == nil {
			first = missing
		}
	}
	why, ok := c.supply.wants.add(c.sender, first.Tail, c.key, seq)
	if ok {
		return event.NewPayload([]byte{}), nil
	}
	if why != "" {
		first.Why += "; " + why
	}
	return event.Payload{}, first
}

// numbers are a stretch of elements of a channel.
type numbers struct{ first, last uint64 }

// wants are elements that a plan found no bytes of, by their senders. nil takes none.
type wants struct {
	refuses func(sender event.Key, tail bool) (why string) // why no replay of the sender gives them; empty: one may
	senders map[event.Key]map[event.Element]*numbers
}

func newWants(refuses func(event.Key, bool) string) *wants {
	return &wants{refuses: refuses, senders: make(map[event.Key]map[event.Element]*numbers)}
}

// add notes an element; not ok: nothing can give it, which why says where there is a reason of its own. tail: the recording has nothing of
// the channel from it on.
func (w *wants) add(sender event.Key, tail bool, channel event.Element, seq uint64) (why string, ok bool) {
	if w == nil {
		return "", false
	}
	all := w.senders[sender]
	if all == nil {
		if why := w.refuses(sender, tail); why != "" {
			return why, false
		}
		all = make(map[event.Element]*numbers)
		w.senders[sender] = all
	}
	if n := all[channel]; n == nil {
		all[channel] = &numbers{seq, seq}
	} else {
		n.first, n.last = min(n.first, seq), max(n.last, seq)
	}
	return "", true
}
