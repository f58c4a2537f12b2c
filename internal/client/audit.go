package client

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"strconv"

	"github.com/sightglass/sightglass/gen"
)

// AuditQuery chooses entries of the audit log. Zero values choose all.
type AuditQuery struct {
	Who, Action, Resource, Outcome string
	From, To                       string
	Cursor                         string
	Limit                          int
}

func (q AuditQuery) filter() url.Values {
	v := url.Values{}
	setText(v, "who", q.Who)
	setText(v, "action", q.Action)
	setText(v, "resource", q.Resource)
	setText(v, "outcome", q.Outcome)
	return v
}

// Audit gives a page of the audit log, newest first.
func (c *Client) Audit(ctx context.Context, q AuditQuery) (*Answer[gen.AuditEntryList], error) {
	v := q.filter()
	setText(v, "from", q.From)
	setText(v, "to", q.To)
	setText(v, "cursor", q.Cursor)
	setNumber(v, "limit", q.Limit)
	return get[gen.AuditEntryList](ctx, c, v, "audit")
}

// AuditStatus asks how the audit log stands.
func (c *Client) AuditStatus(ctx context.Context) (*Answer[gen.AuditStatus], error) {
	return get[gen.AuditStatus](ctx, c, nil, "audit", "status")
}

// FollowAudit yields entries as they are written, and again with their results. after is the number of the last one seen; empty = from now.
func (c *Client) FollowAudit(ctx context.Context, q AuditQuery, after string) iter.Seq2[Answer[gen.AuditEntry], error] {
	return streamed[gen.AuditEntry](ctx, c, q.filter(), after, "audit", "live")
}

// AuditEntries yields the entries behind after as CloudEvents, oldest first, up to the last one that there is now. A stream that breaks off
// before that one is an error.
func (c *Client) AuditEntries(ctx context.Context, after uint64) iter.Seq2[Answer[gen.AuditEvent], error] {
	return func(yield func(Answer[gen.AuditEvent], error) bool) {
		status, err := c.AuditStatus(ctx)
		if err != nil {
			yield(Answer[gen.AuditEvent]{}, err)
			return
		}
		end, err := strconv.ParseUint(status.Value.End, 10, 64)
		if err != nil {
			yield(Answer[gen.AuditEvent]{}, fmt.Errorf("the end of the audit log is no number: %w", err))
			return
		}
		if after >= end {
			return
		}
		for e, err := range streamed[gen.AuditEvent](ctx, c, url.Values{"after": {strconv.FormatUint(after, 10)}}, "", "audit", "entries") {
			last := after
			if err == nil {
				last, err = strconv.ParseUint(e.Value.ID, 10, 64)
			}
			if !yield(e, err) || err != nil || last >= end {
				return
			}
		}
	}
}
