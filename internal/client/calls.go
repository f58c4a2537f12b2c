package client

import (
	"context"
	"net/url"
	"strconv"

	"github.com/sightglass/sightglass/gen"
)

// Status asks the server about itself.
func (c *Client) Status(ctx context.Context) (*Answer[gen.Status], error) {
	return get[gen.Status](ctx, c, nil, "status")
}

// Doctor asks what is wrong.
func (c *Client) Doctor(ctx context.Context) (*Answer[gen.CheckList], error) {
	return get[gen.CheckList](ctx, c, nil, "doctor")
}

// Agents lists the processes with an agent.
func (c *Client) Agents(ctx context.Context) (*Answer[gen.ProcessList], error) {
	return get[gen.ProcessList](ctx, c, nil, "agents")
}

// Jobs lists jobs; with all, every run.
func (c *Client) Jobs(ctx context.Context, all bool) (*Answer[gen.JobList], error) {
	q := url.Values{}
	if all {
		q.Set("all", "true")
	}
	return get[gen.JobList](ctx, c, q, "jobs")
}

// Job gives one job: by id, beginning of an id, or name.
func (c *Client) Job(ctx context.Context, job string) (*Answer[gen.JobDetail], error) {
	return get[gen.JobDetail](ctx, c, nil, "jobs", job)
}

// Channels compares both ends of every channel.
func (c *Client) Channels(ctx context.Context, job string) (*Answer[gen.ChannelReport], error) {
	return get[gen.ChannelReport](ctx, c, nil, "jobs", job, "channels")
}

// DropsQuery asks for counts of records that operators threw away. Zero values: all of them.
type DropsQuery struct {
	Job      string
	Op       string
	Subtask  *int
	Reasons  []string
	From, To string
}

// Drops counts the records that operators threw away.
func (c *Client) Drops(ctx context.Context, q DropsQuery) (*Answer[gen.DropReport], error) {
	v := url.Values{}
	setText(v, "op", q.Op)
	if q.Subtask != nil {
		v.Set("subtask", strconv.Itoa(*q.Subtask))
	}
	v["reason"] = q.Reasons
	setText(v, "from", q.From)
	setText(v, "to", q.To)
	return get[gen.DropReport](ctx, c, v, "jobs", q.Job, "drops")
}

// Recordings lists what is kept.
func (c *Client) Recordings(ctx context.Context) (*Answer[gen.RecordingList], error) {
	return get[gen.RecordingList](ctx, c, nil, "recordings")
}

// SQL gives the statements of a job and the operators that they became.
func (c *Client) SQL(ctx context.Context, rec string) (*Answer[gen.SQL], error) {
	return get[gen.SQL](ctx, c, nil, "recordings", rec, "sql")
}

// Code gives the source of a generated class.
func (c *Client) Code(ctx context.Context, rec, hash string) (*Answer[gen.GeneratedCode], error) {
	return get[gen.GeneratedCode](ctx, c, nil, "recordings", rec, "code", hash)
}

// Gaps lists what was not recorded.
func (c *Client) Gaps(ctx context.Context, rec string) (*Answer[gen.GapList], error) {
	return get[gen.GapList](ctx, c, nil, "recordings", rec, "gaps")
}

// Capsules lists what is kept to rebuild task attempts.
func (c *Client) Capsules(ctx context.Context, rec string) (*Answer[gen.CapsuleList], error) {
	return get[gen.CapsuleList](ctx, c, nil, "recordings", rec, "capsules")
}

// At shows one invocation.
func (c *Client) At(ctx context.Context, rec, position string) (*Answer[gen.Moment], error) {
	return get[gen.Moment](ctx, c, nil, "recordings", rec, "at", position)
}

// LineageQuery asks where a record came from and what became of it. Zero values: the server's defaults.
type LineageQuery struct {
	Recording string // or any
	Record    string
	Direction string // up, down or both
	Depth     int
	Limit     int
	NoPayload bool
}

// Lineage follows a record.
func (c *Client) Lineage(ctx context.Context, q LineageQuery) (*Answer[gen.Lineage], error) {
	v := url.Values{"record": {q.Record}}
	setText(v, "dir", q.Direction)
	setNumber(v, "depth", q.Depth)
	setNumber(v, "limit", q.Limit)
	if q.NoPayload {
		v.Set("payload", "false")
	}
	return get[gen.Lineage](ctx, c, v, "recordings", q.Recording, "lineage")
}

// EventQuery chooses events. Zero values choose all; Subtask and Attempt are pointers because 0 is a subtask.
type EventQuery struct {
	Recording        string
	Op               string
	Subtask, Attempt *int
	Invocation       string
	Lanes, Kinds     []string
	Reasons          []string
	From, To         string
	Key, Text        string
	Where            string // CEL
	Around           string
	Cursor           string
	Descending       bool
	Limit            int
	NoPayload        bool
	Explain          bool
}

func (q EventQuery) filter() url.Values {
	v := url.Values{}
	setText(v, "op", q.Op)
	if q.Subtask != nil {
		v.Set("subtask", strconv.Itoa(*q.Subtask))
	}
	if q.Attempt != nil {
		v.Set("attempt", strconv.Itoa(*q.Attempt))
	}
	setText(v, "invocation", q.Invocation)
	v["lane"], v["kind"], v["reason"] = q.Lanes, q.Kinds, q.Reasons
	setText(v, "from", q.From)
	setText(v, "to", q.To)
	setText(v, "key", q.Key)
	setText(v, "text", q.Text)
	setText(v, "where", q.Where)
	if q.NoPayload {
		v.Set("payload", "false")
	}
	return v
}

// Events gives a page of events.
func (c *Client) Events(ctx context.Context, q EventQuery) (*Answer[gen.EventPage], error) {
	v := q.filter()
	setText(v, "around", q.Around)
	setText(v, "cursor", q.Cursor)
	setNumber(v, "limit", q.Limit)
	if q.Descending {
		v.Set("order", "desc")
	}
	if q.Explain {
		v.Set("explain", "true")
	}
	return get[gen.EventPage](ctx, c, v, "recordings", q.Recording, "events")
}

func setText(v url.Values, name, value string) {
	if value != "" {
		v.Set(name, value)
	}
}

func setNumber(v url.Values, name string, value int) {
	if value != 0 {
		v.Set(name, strconv.Itoa(value))
	}
}

// TracksQuery asks for counts of each subtask over time. Zero values: all of it, in as many buckets as the server chooses.
type TracksQuery struct {
	Recording string
	Op        string
	Subtask   *int
	From, To  string
	Buckets   int
}

// Tracks counts events, drops and watermarks of each subtask over time.
func (c *Client) Tracks(ctx context.Context, q TracksQuery) (*Answer[gen.Tracks], error) {
	v := url.Values{}
	setText(v, "op", q.Op)
	if q.Subtask != nil {
		v.Set("subtask", strconv.Itoa(*q.Subtask))
	}
	setText(v, "from", q.From)
	setText(v, "to", q.To)
	if q.Buckets > 0 {
		v.Set("buckets", strconv.Itoa(q.Buckets))
	}
	return get[gen.Tracks](ctx, c, v, "recordings", q.Recording, "tracks")
}
