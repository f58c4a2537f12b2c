package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/audit"
	"github.com/sightglass/sightglass/internal/browse"
)

// auditRoutes are about the audit log. Who reads it is written into it as well: once for each request, before it looks.
func (s *service) auditRoutes() {
	get(s, route{"audit", "/audit", access.AuditRead, "Who read and changed what, newest first", auditLog}, s.auditPage)
	get(s, route{"audit-status", "/audit/status", access.AuditRead, "Whether the audit log is whole, and how far it was signed", auditLog}, s.auditStatus)
	stream[AuditEntry](s, route{"audit-live", "/audit/live", access.AuditRead, "Reads and changes as they are written down, and again with their results", auditLog}, s.auditLive)
	stream[AuditEvent](s, route{"audit-entries", "/audit/entries", access.AuditRead, "Every entry as a CloudEvent, oldest first, up to the end of the log", auditLog}, s.auditEntries)
}

func auditLog(*service, huma.Context) (browse.Target, error) {
	return browse.Target{Resource: access.AuditResource}, nil
}

func (s *service) log() (*audit.Log, error) {
	if s.Audit == nil {
		return nil, problem(http.StatusNotFound, "this server keeps no audit log that can be read here", "")
	}
	return s.Audit, nil
}

func (s *service) auditPage(ctx context.Context, in *auditRequest) (List[AuditEntry], error) {
	log, err := s.log()
	if err != nil {
		return List[AuditEntry]{}, err
	}
	q := audit.Query{Who: in.Who, Action: in.Action, Resource: in.Resource, Outcome: access.Outcome(in.Outcome), Limit: in.Limit, Cursor: in.Cursor}
	now := s.now()
	from, err := instant("from", in.From, now)
	if err != nil {
		return List[AuditEntry]{}, err
	}
	to, err := instant("to", in.To, now)
	if err != nil {
		return List[AuditEntry]{}, err
	}
	if from != 0 {
		q.From = time.UnixMicro(int64(from))
	}
	if to != 0 {
		q.To = time.UnixMicro(int64(to))
	}
	var page audit.Page
	what := []string{"page of at most " + strconv.Itoa(in.Limit)}
	err = s.Browser.Read(ctx, caller(ctx), access.AuditRead, access.AuditResource, chosen(what, q), func() (int, error) {
		page, err = log.Search(ctx, q)
		return len(page.Acts), err
	})
	if err != nil {
		return List[AuditEntry]{}, err
	}
	out := make([]AuditEntry, 0, len(page.Acts))
	for i := range page.Acts {
		out = append(out, auditEntryOf(&page.Acts[i]))
	}
	l := listOf("audit-entry", out)
	l.Next = page.Next
	return l, nil
}

// chosen says what of the log is read.
func chosen(what []string, q audit.Query) []string {
	for _, by := range []struct{ name, value string }{{"who", q.Who}, {"action", q.Action}, {"resource", q.Resource}, {"outcome", string(q.Outcome)}} {
		if by.value != "" {
			what = append(what, by.name+" "+by.value)
		}
	}
	if !q.From.IsZero() {
		what = append(what, "from "+q.From.UTC().Format(timeLayout))
	}
	if !q.To.IsZero() {
		what = append(what, "to "+q.To.UTC().Format(timeLayout))
	}
	return what
}

func auditEntryOf(a *audit.Act) AuditEntry {
	e := AuditEntry{
		Seq: I64(a.Seq), Time: at(a.Time), Phase: string(a.Phase), Principal: a.Principal, Roles: all(a.Roles), Client: a.Client, Action: string(a.Action),
		Resource: string(a.Resource), Ranges: all(a.Ranges), Filter: a.Filter, Decoder: a.Decoder, Policy: a.Policy, Grant: a.Grant, Reason: a.Reason,
		Outcome: string(a.Outcome), Records: I64(a.Records), Classes: all(a.Classes), Ended: at(a.Ended), Result: I64(a.Result), Hash: a.Hash.String(), PrevHash: a.Prev.String(),
	}
	if a.Phase == access.PhaseFile {
		e.Outcome = string(access.OutcomeOK)
		e.Ranges = append(e.Ranges, "file "+strconv.FormatUint(a.File, 10))
		if a.Before != "" {
			e.Ranges = append(e.Ranges, "another chain, behind "+a.Before)
		}
	}
	if !slices.Contains([]string{"ok", "denied", "failed", "open"}, e.Outcome) {
		e.Outcome = string(access.OutcomeFailed) // of a damaged entry
	}
	return e
}

// all gives [] for nil.
func all(of []string) []string { return append([]string{}, of...) }

func (s *service) auditStatus(context.Context, *none) (AuditStatus, error) {
	log, err := s.log()
	if err != nil {
		return AuditStatus{}, err
	}
	st := log.State()
	out := AuditStatus{
		Kind: "audit-status", Version: shapeVersion, Chain: st.Chain, Detail: st.Detail, BadSeq: I64(st.BadSeq), Checked: at(st.Checked), CheckedTo: I64(st.CheckedTo),
		End: I64(st.End.Seq), EndHash: st.End.Hash.String(), Removed: I64(st.Removed), Key: st.Key, Fingerprint: audit.Fingerprint(st.Key), Files: st.Files, Bytes: I64(st.Bytes),
		Errors: I64(st.Errors), Sinks: []AuditSink{},
	}
	for _, k := range log.Sinks() {
		takes := "heads"
		if k.Entries {
			takes = "entries"
		}
		out.Sinks = append(out.Sinks, AuditSink{Name: k.Name, Takes: takes, State: k.State, To: I64(k.To), Last: at(k.Last), Error: k.Error})
	}
	if st.Head.Seq > 0 {
		out.Head = &AuditHead{Seq: I64(st.Head.Seq), Hash: st.Head.Hash.String(), Time: at(st.Head.Time), Signature: st.Head.Signature}
	}
	return out, nil
}

func (s *service) auditLive(ctx context.Context, in *auditLiveRequest, out send[AuditEntry]) error {
	log, err := s.log()
	if err != nil {
		return err
	}
	after := uint64(0)
	if in.After != "" {
		if after, err = strconv.ParseUint(in.After, 10, 64); err != nil {
			return audit.ErrCursor
		}
	}
	q := audit.Query{Who: in.Who, Action: in.Action, Resource: in.Resource, Outcome: access.Outcome(in.Outcome)}
	return s.following(ctx, chosen([]string{"live"}, q), func(sent func()) error {
		return log.Follow(ctx, q, after, func(a audit.Act) error {
			last := max(a.Seq, a.Result)
			sent()
			return out(strconv.FormatUint(last, 10), auditEntryOf(&a))
		})
	})
}

func (s *service) auditEntries(ctx context.Context, in *auditEntriesRequest, out send[AuditEvent]) error {
	log, err := s.log()
	if err != nil {
		return err
	}
	after := uint64(0)
	if in.After != "" {
		if after, err = strconv.ParseUint(in.After, 10, 64); err != nil {
			return audit.ErrCursor
		}
	}
	return s.following(ctx, []string{"entries behind " + strconv.FormatUint(after, 10)}, func(sent func()) error {
		_, err := log.Entries(ctx, after, func(e *access.Entry) error {
			c := log.EventOf(e)
			sent()
			return out(c.ID, AuditEvent{
				SpecVersion: c.SpecVersion, ID: c.ID, Source: c.Source, Type: c.Type, Time: at(e.Time), Subject: c.Subject, ContentType: c.ContentType, Data: AuditData(c.Data),
			})
		})
		return err
	})
}

// following writes down a read of the log that lasts. That its reader goes away is how most of them end, and no failure.
func (s *service) following(ctx context.Context, what []string, read func(sent func()) error) error {
	err := s.Browser.Read(ctx, caller(ctx), access.AuditRead, access.AuditResource, what, func() (n int, err error) {
		if err = read(func() { n++ }); ctx.Err() != nil {
			err = nil
		}
		return n, err
	})
	if err == nil {
		err = ctx.Err()
	}
	return err
}
