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

// ResetTo says where a group reads on.
type ResetTo int

// Where groups can be set to.
const (
	ToStart  ResetTo = iota + 1 // the oldest record that is there
	ToEnd                       // behind the newest one
	ToOffset                    // Reset.Offset
	ToTime                      // the first record of Reset.Time or later; the end, where there is none
	ToShift                     // Reset.Offset from what was committed on, below 0 back
)

// Reset says which offsets of a group are set, and to what.
type Reset struct {
	To         ResetTo
	Offset     int64
	Time       int64              // ms
	Partitions map[string][]int32 // by topic, none of a topic: all of it; empty: those that the group committed for
}

// ResetPlan is what a reset does, or did.
type ResetPlan struct {
	Group   string
	State   string // of the group
	Applied bool
	Rows    []ResetRow // by topic and partition
}

// ResetRow is one partition of a reset.
type ResetRow struct {
	Topic     string
	Partition int32
	Before    int64  // what was committed; -1: nothing
	After     int64  // what is committed then; -1: Err says why it is not known
	First     int64  // offset of the partition
	End       int64  // behind its last record
	Note      string // that After is not what was asked for
	Err       error  // it is left as it was
}

// ResetGroup sets from where a group reads on. dry: the plan alone. Brokers would give a group with members their own offsets back, so one is
// refused, with its plan. Rows with errors are left out of what is committed. Errors: ErrGroupActive, ErrForbidden, ErrUnknown of a topic.
func (c *Client) ResetGroup(ctx context.Context, name string, r Reset, dry bool) (ResetPlan, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	plan := ResetPlan{Group: name}
	d, err := c.group(ctx, name)
	switch {
	case errors.Is(err, ErrUnknown) && len(r.Partitions) > 0:
		plan.State = "Dead" // as Kafka says of one that is not there: its first offsets can be set
	case err != nil:
		return plan, err
	default:
		plan.State = d.state
	}
	if plan.Rows, err = c.planReset(ctx, name, &r); err != nil || dry {
		return plan, err
	}
	if plan.State != "Empty" && plan.State != "Dead" {
		return plan, fmt.Errorf("%w: group %s is %s; stop its members, then set its offsets", ErrGroupActive, name, plan.State)
	}
	set := make(kadm.Offsets)
	for _, row := range plan.Rows {
		if row.Err == nil {
			set.AddOffset(row.Topic, row.Partition, row.After, -1)
		}
	}
	if len(set) == 0 {
		return plan, fmt.Errorf("of group %s no offset can be set", name)
	}
	answer, err := within(ctx, func() (kadm.OffsetResponses, error) { return c.admin.CommitOffsets(ctx, name, set) })
	if err != nil {
		return plan, fmt.Errorf("setting offsets of group %s: %w", name, told(ctx, err))
	}
	plan.Applied = true
	for i := range plan.Rows {
		row := &plan.Rows[i]
		if got, ok := answer.Lookup(row.Topic, row.Partition); ok && got.Err != nil && row.Err == nil {
			row.Err = meant(got.Err)
			if errors.Is(row.Err, ErrGroupActive) {
				plan.Applied = false // a member came meanwhile, and the brokers refused
				return plan, fmt.Errorf("setting offsets of group %s: %w", name, row.Err)
			}
		}
	}
	return plan, nil
}

// planReset says what every partition is set to.
func (c *Client) planReset(ctx context.Context, name string, r *Reset) ([]ResetRow, error) {
	commits, err := c.committed(ctx, name)
	if err != nil && !errors.Is(err, ErrUnknown) {
		return nil, err
	}
	want, err := c.resetPlaces(ctx, r, commits)
	if err != nil {
		return nil, err
	}
	first, end := c.bounds(ctx, want, false)
	var times map[place]listed
	if r.To == ToTime {
		times = c.offsets(ctx, want, max(0, r.Time), false)
	}
	if ctx.Err() != nil {
		return nil, told(ctx, ctx.Err())
	}
	var rows []ResetRow
	for topic, partitions := range want {
		for _, p := range partitions {
			at := place{topic, p}
			row := ResetRow{Topic: topic, Partition: p, Before: -1, After: -1, First: first[at].offset, End: end[at].offset}
			if got, ok := commits[at]; ok && got.err == nil {
				row.Before = got.offset
			}
			if row.Err = first[at].worse(end[at]); row.Err == nil {
				row.plan(r, times[at])
			}
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b ResetRow) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
	})
	return rows, nil
}

// resetPlaces are the partitions that a reset names.
func (c *Client) resetPlaces(ctx context.Context, r *Reset, commits map[place]listed) (map[string][]int32, error) {
	want := make(places)
	if len(r.Partitions) == 0 {
		for at := range commits {
			want.add(at.topic, at.partition)
		}
		return want.each(), nil
	}
	for _, topic := range slices.Sorted(maps.Keys(r.Partitions)) {
		numbers := r.Partitions[topic]
		if len(numbers) == 0 {
			t, err := c.topic(ctx, topic)
			if err != nil {
				return nil, err
			}
			for _, p := range t.Partitions {
				numbers = append(numbers, p.Partition)
			}
		}
		for _, p := range numbers {
			want.add(topic, p)
		}
	}
	return want.each(), nil
}

// plan says what the row is set to.
func (row *ResetRow) plan(r *Reset, of listed) {
	to := r.Offset
	switch r.To {
	case ToStart:
		to = row.First
	case ToEnd:
		to = row.End
	case ToOffset:
	case ToTime:
		switch to = of.offset; {
		case of.err != nil:
			row.Err = of.err
			return
		case to < 0:
			to, row.Note = row.End, "no record has that time or a later one: the end"
		}
	case ToShift:
		if row.Before < 0 {
			row.Err = errors.New("the group committed nothing here, which could be shifted")
			return
		}
		to += row.Before
	default:
		row.Err = errors.New("where to is not said")
		return
	}
	switch {
	case to < row.First:
		row.Note = fmt.Sprintf("offset %d is not there any more: the first one that is", to)
		to = row.First
	case to > row.End:
		row.Note = fmt.Sprintf("offset %d is not there yet: the end", to)
		to = row.End
	}
	row.After = to
}
