package client

import (
	"context"
	"net/url"
	"strconv"

	"github.com/sightglass/sightglass/gen"
)

// WatermarkQuery asks what holds event time back. Zero values: every subtask, at the end of what is recorded.
type WatermarkQuery struct {
	Recording string
	Op        string
	Subtask   *int
	At        string // time, position or record
}

// Watermarks tells the watermark of each input of a task.
func (c *Client) Watermarks(ctx context.Context, q WatermarkQuery) (*Answer[gen.WatermarkReport], error) {
	v := url.Values{}
	setText(v, "op", q.Op)
	if q.Subtask != nil {
		v.Set("subtask", strconv.Itoa(*q.Subtask))
	}
	setText(v, "at", q.At)
	return get[gen.WatermarkReport](ctx, c, v, "recordings", q.Recording, "watermarks")
}

// InFlightQuery asks what was on its way at a checkpoint.
type InFlightQuery struct {
	Recording  string
	Checkpoint string
	Op, At     string
}

// InFlight tells what was sent before a checkpoint's barriers and not taken in.
func (c *Client) InFlight(ctx context.Context, q InFlightQuery) (*Answer[gen.InFlightReport], error) {
	v := url.Values{"checkpoint": {q.Checkpoint}}
	setText(v, "op", q.Op)
	setText(v, "at", q.At)
	return get[gen.InFlightReport](ctx, c, v, "recordings", q.Recording, "in-flight")
}

// KeyQuery asks for all that happened under a key: Key is its text, Of a record or position that has it.
type KeyQuery struct {
	Recording string
	Key, Of   string
	Op        string
	From, To  string
	Limit     int
	Newest    bool
	Cursor    string
	Explain   bool
}

// KeyHistory gives a page of what happened under a key.
func (c *Client) KeyHistory(ctx context.Context, q KeyQuery) (*Answer[gen.KeyHistory], error) {
	v := url.Values{}
	setText(v, "key", q.Key)
	setText(v, "of", q.Of)
	setText(v, "op", q.Op)
	setText(v, "from", q.From)
	setText(v, "to", q.To)
	setNumber(v, "limit", q.Limit)
	setText(v, "cursor", q.Cursor)
	if q.Newest {
		v.Set("order", "desc")
	}
	setExplain(v, q.Explain)
	return get[gen.KeyHistory](ctx, c, v, "recordings", q.Recording, "key")
}

// StateQuery asks for the values that states had under a key.
type StateQuery struct {
	Recording string
	Key, Of   string
	Op, State string
	At        string // time, position or record
	Explain   bool
}

func setExplain(v url.Values, explain bool) {
	if explain {
		v.Set("explain", "true")
	}
}

// StateHistory gives the versions of a key's states.
func (c *Client) StateHistory(ctx context.Context, q StateQuery) (*Answer[gen.StateHistory], error) {
	v := url.Values{}
	setText(v, "key", q.Key)
	setText(v, "of", q.Of)
	setText(v, "op", q.Op)
	setText(v, "state", q.State)
	setText(v, "at", q.At)
	setExplain(v, q.Explain)
	return get[gen.StateHistory](ctx, c, v, "recordings", q.Recording, "state")
}
