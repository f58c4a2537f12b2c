package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/twmb/franz-go/pkg/kadm"
)

// GroupSummary is one group of the cluster.
type GroupSummary struct {
	Name     string
	Type     string // classic, consumer, share or streams
	State    string // as Kafka names it: Stable, Empty, Dead, PreparingRebalance …
	Protocol string // what it is for: consumer, connect …; empty: its offsets are all that there is
	Members  int
	Lag      int64 // of all partitions where it is known; -1: of none
	Err      error // why more is not known
}

// Groups lists the groups of the cluster by their names. Errors of single groups are in them; brokers that told nothing of theirs are the
// second result, and the error is that none told anything.
func (c *Client) Groups(ctx context.Context) ([]GroupSummary, []error, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	all, failed := c.list(ctx)
	if len(all) == 0 && len(failed) > 0 {
		return nil, nil, fmt.Errorf("listing the groups: %w", errors.Join(failed...))
	}
	c.describe(ctx, all)
	names := slices.Sorted(maps.Keys(all))
	commits := make(map[string]map[place]listed, len(names))
	var asked []string
	for _, n := range names {
		if k := all[n].kind; k == classicGroup || k == consumerGroup {
			asked = append(asked, n)
		}
	}
	want := make(places)
	if len(asked) > 0 {
		fetched, err := within(ctx, func() (kadm.FetchOffsetsResponses, error) { return c.admin.FetchManyOffsets(ctx, asked...), nil })
		if err != nil {
			failed = append(failed, fmt.Errorf("what groups committed: %w", told(ctx, err)))
		}
		for _, g := range fetched {
			if g.Err != nil {
				if d := all[g.Group]; d != nil && d.err == nil {
					d.err = told(ctx, g.Err)
				}
				continue
			}
			of := make(map[place]listed)
			for topic, partitions := range g.Fetched {
				for p, o := range partitions {
					of[place{topic, p}] = listed{offset: o.At, err: o.Err}
					want.add(topic, p)
				}
			}
			commits[g.Group] = of
		}
	}
	ends := c.offsets(ctx, want.each(), atEnd, false)
	out := make([]GroupSummary, len(names))
	for i, n := range names {
		d := all[n]
		s := GroupSummary{Name: n, Type: d.kind, State: d.state, Protocol: d.protocol, Members: len(d.members), Lag: -1, Err: d.err}
		for at, committed := range commits[n] {
			if l := lag(committed, ends[at]); l >= 0 {
				s.Lag = max(s.Lag, 0) + l
			}
		}
		out[i] = s
	}
	return out, failed, nil
}

// lag is how many offsets are between what was committed and the end; -1: it is not known.
func lag(committed, end listed) int64 {
	if committed.err != nil || end.err != nil || committed.offset < 0 || end.offset < 0 {
		return -1
	}
	return max(0, end.offset-committed.offset)
}

// places are partitions by topic, each once.
type places map[string]map[int32]bool

func (p places) add(topic string, partition int32) {
	if p[topic] == nil {
		p[topic] = make(map[int32]bool)
	}
	p[topic][partition] = true
}

func (p places) each() map[string][]int32 {
	out := make(map[string][]int32, len(p))
	for topic, all := range p {
		out[topic] = slices.Sorted(maps.Keys(all))
	}
	return out
}

// Group is one group with its members and what it read.
type Group struct {
	GroupSummary
	Assignor   string // how partitions are shared out: range, cooperative-sticky …
	Roster     []Member
	Partitions []GroupPartition // by topic and partition
}

// Member is one of a group.
type Member struct {
	ID       string
	Instance string // group.instance.id; empty: it has none
	Client   string // client.id
	Host     string // as the broker saw it
	Assigned []Assigned
	Opaque   bool // what it has is written in a protocol of its own
}

// Assigned are the partitions of a topic that a member has, ascending.
type Assigned struct {
	Topic      string
	Partitions []int32
}

// GroupPartition is a partition that a group committed for, or that a member has.
type GroupPartition struct {
	Topic     string
	Partition int32
	Member    string // its id; empty: nobody reads it
	Committed int64  // -1: nothing
	End       int64  // the offset behind the last record; -1: it is not known
	Lag       int64  // -1: it is not known
	Err       error
}

// Group tells of one group. Errors: ErrUnknown, ErrForbidden.
func (c *Client) Group(ctx context.Context, name string) (Group, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	d, err := c.group(ctx, name)
	if err != nil {
		return Group{}, err
	}
	g := Group{GroupSummary: GroupSummary{Name: name, Type: d.kind, State: d.state, Protocol: d.protocol, Members: len(d.members), Lag: -1}, Assignor: d.assignor, Roster: d.members}
	commits, err := c.committed(ctx, name)
	if err != nil {
		g.Err = err
	}
	want, readers := make(places), make(map[place]string)
	for at := range commits {
		want.add(at.topic, at.partition)
	}
	for _, m := range d.members {
		for _, a := range m.Assigned {
			for _, p := range a.Partitions {
				want.add(a.Topic, p)
				readers[place{a.Topic, p}] = m.ID
			}
		}
	}
	for at, end := range c.offsets(ctx, want.each(), atEnd, false) {
		p := GroupPartition{Topic: at.topic, Partition: at.partition, Member: readers[at], Committed: -1, End: -1, Lag: -1}
		committed, ok := commits[at]
		switch {
		case ok && committed.err != nil:
			p.Err = committed.err
		case ok:
			p.Committed = committed.offset
			p.Lag = lag(committed, end)
		}
		if end.err == nil {
			p.End = end.offset
		} else if p.Err == nil {
			p.Err = end.err
		}
		if p.Lag >= 0 {
			g.Lag = max(g.Lag, 0) + p.Lag
		}
		g.Partitions = append(g.Partitions, p)
	}
	slices.SortFunc(g.Partitions, func(a, b GroupPartition) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	return g, nil
}

// group asks for state and members of one. Which type it has, the list says; where that may not be seen, the request of classic ones is tried.
func (c *Client) group(ctx context.Context, name string) (*described, error) {
	all, failed := c.list(ctx)
	d := all[name]
	if d == nil {
		if d = (&described{kind: classicGroup}); len(failed) == 0 {
			return nil, fmt.Errorf("group %s: %w", name, ErrUnknown)
		}
	}
	c.describe(ctx, map[string]*described{name: d})
	if d.err != nil {
		return nil, fmt.Errorf("group %s: %w", name, d.err)
	}
	return d, nil
}
