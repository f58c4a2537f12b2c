package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/language"
)

// impactBody is what a proposal may have: a schema or contract of 1 MiB with what it refers to.
const impactBody = 8 << 20

// impactRoutes are about who breaks before something changes.
func (s *service) impactRoutes() {
	registerBody(s, http.MethodPost, route{"impact-start", "/impact", access.ImpactRun, "Who breaks if this is changed", some}, impactBody, s.startImpact)
	get(s, route{"impacts", "/impact", access.ImpactRun, "Reports of who breaks, newest first", some}, s.impacts)
	get(s, route{"impact", "/impact/{id}", access.ImpactRun, "One report: how far it is, or what it says", impacted}, s.impact)
	get(s, route{"impact-report", "/impact/{id}/report", access.ImpactRun, "The same as text: for people, a pull request, or CI", impacted}, s.impactReport)
	get(s, route{"impact-records", "/impact/{id}/records", access.ImpactRun, "Records that could not be read, as the caller may see them", impacted}, s.impactRecords)
	register(s, http.MethodDelete, route{"impact-cancel", "/impact/{id}", access.ImpactRun, "End a report that is made", impacted}, s.cancelImpact)
	register(s, http.MethodPost, route{"impact-ack", "/impact/{id}/ack", access.ImpactAck, "Say what a team thinks of the change", impacted}, s.ackImpact)
}

var errNoImpact = problem(http.StatusNotImplemented, "this server knows no streams", "a file that is shown has no catalog")

// impactProblem is what callers are told of errors of the room; nil: it is none of these.
func impactProblem(err error) *Problem {
	switch {
	case errors.Is(err, impact.ErrProposal), errors.Is(err, impact.ErrAck):
		return problem(http.StatusUnprocessableEntity, err.Error(), "docs/guides/check.md describes what can be proposed")
	case errors.Is(err, language.ErrSyntax), errors.Is(err, language.ErrTooLarge):
		return problem(http.StatusUnprocessableEntity, "the schema cannot be read: "+err.Error(), "")
	case errors.Is(err, impact.ErrNotFound):
		return problem(http.StatusNotFound, err.Error(), "GET "+Base+"/impact lists what there is")
	case errors.Is(err, impact.ErrBusy):
		return problem(http.StatusTooManyRequests, err.Error(), "wait until one is made, or end one")
	case errors.Is(err, impact.ErrOver):
		return problem(http.StatusConflict, err.Error(), "what is made stays: it is a record of what was asked")
	}
	return nil
}

// impacted finds what a report is about.
func impacted(s *service, ctx huma.Context) (browse.Target, error) {
	if s.Impact == nil {
		return browse.Target{}, errNoImpact
	}
	r, err := s.Impact.Get(ctx.Context(), ctx.Param("id"))
	if errors.Is(err, impact.ErrNotFound) { // who may see no report must not learn which there are
		return browse.Target{Resource: access.ResourceOf("impact", ctx.Param("id"))}, nil
	}
	if err != nil {
		return browse.Target{}, err
	}
	return s.ofImpact(ctx.Context(), &r), nil
}

// ofImpact is what access decides on for a report: its topic, or its job.
func (s *service) ofImpact(ctx context.Context, r *impact.Run) browse.Target {
	if r.Proposal.Kind == impact.OfJar {
		if t, err := s.Browser.Resolve(ctx, r.Proposal.Job); err == nil {
			return t
		}
		return browse.Target{Resource: access.ResourceOf("impact", r.Proposal.Job)} // retention was faster
	}
	return browse.Target{Resource: browse.TopicResource(r.Stream.Cluster, r.Stream.Topic)}
}

type impactStartRequest struct {
	Wait int `query:"wait" minimum:"0" maximum:"60" default:"10" doc:"Seconds to wait for its end, before it is told how far it is."`
	Body ImpactWish
}

func (s *service) startImpact(ctx context.Context, in *impactStartRequest) (ImpactRun, error) {
	if s.Impact == nil {
		return ImpactRun{}, errNoImpact
	}
	p := in.Body.proposal()
	if p.Kind == "" {
		return ImpactRun{}, problem(http.StatusUnprocessableEntity, "a proposal is wanted: schema, drop, contract, config or job", "one of them says what is changed")
	}
	if err := p.Check(); err != nil {
		return ImpactRun{}, err
	}
	if err := s.Impact.Engine.Place(ctx, caller(ctx), &p); err != nil {
		return ImpactRun{}, err
	}
	on := s.ofImpact(ctx, &impact.Run{Proposal: p, Stream: impact.Stream{Cluster: p.Cluster, Topic: p.Topic}})
	// Topics of a contract are decided about when it is read: the report ends there for who may not.
	if p.Kind != impact.OfContract {
		if d := s.Browser.DecideIn(ctx, caller(ctx), access.ImpactRun, on.Resource); !d.Allowed {
			s.noteRefusal(ctx, caller(ctx), route{id: "impact-start", action: access.ImpactRun}, on.Resource, d)
			return ImpactRun{}, problem(http.StatusForbidden, caller(ctx).Name+" may not "+string(access.ImpactRun)+" on "+bounded(string(on.Resource)), d.Reason)
		}
	}
	var r impact.Run
	err := s.Browser.Change(ctx, caller(ctx), access.ImpactRun, on.Resource, []string{"impact of " + string(p.Kind)}, "", func() (err error) {
		r, err = s.Impact.Start(ctx, caller(ctx), p)
		return err
	})
	if err != nil {
		return ImpactRun{}, err
	}
	return s.waited(ctx, r.ID, in.Wait)
}

// waited gives a report once it is made, or how far it is after some seconds.
func (s *service) waited(ctx context.Context, id string, seconds int) (ImpactRun, error) {
	within, stop := context.WithTimeout(ctx, time.Duration(seconds)*time.Second)
	defer stop()
	r, err := s.Impact.Wait(within, id)
	if err != nil {
		return ImpactRun{}, err
	}
	return impactRunOf(s.Impact.Shown(ctx, caller(ctx), r)), nil
}

type impactsRequest struct {
	Cluster string `query:"cluster" maxLength:"256"`
	Topic   string `query:"topic" maxLength:"249"`
	Limit   int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor  string `query:"cursor" maxLength:"64" doc:"next of a page before."`
}

func (s *service) impacts(ctx context.Context, in *impactsRequest) (List[ImpactRun], error) {
	out := listOf[ImpactRun]("impact", nil)
	if s.Impact == nil {
		return out, nil
	}
	q := impact.Query{Cluster: in.Cluster, Topic: in.Topic, Limit: in.Limit}
	if in.Cursor != "" {
		t, err := time.Parse(time.RFC3339Nano, in.Cursor)
		if err != nil {
			return out, problem(http.StatusBadRequest, "the cursor is none", "begin again without a cursor")
		}
		q.Before = t
	}
	list, err := s.Impact.List(ctx, q)
	if err != nil {
		return out, err
	}
	for i := range list {
		if s.Browser.DecideIn(ctx, caller(ctx), access.ImpactRun, s.ofImpact(ctx, &list[i]).Resource).Allowed {
			r := impactRunOf(s.Impact.Shown(ctx, caller(ctx), list[i]))
			r.Report, r.Proposal.Schema, r.Proposal.Contract = nil, "", ""
			out.Items = append(out.Items, r)
		}
	}
	if len(list) == in.Limit {
		out.Next = list[len(list)-1].At.UTC().Format(time.RFC3339Nano)
	}
	return out, nil
}

// ImpactPath names a report; exported because huma skips embedded structs that are not.
type ImpactPath struct {
	ID string `path:"id" maxLength:"64" doc:"Of the report."`
}

type impactRequest struct {
	ImpactPath
	Wait int `query:"wait" minimum:"0" maximum:"60" default:"0" doc:"Seconds to wait for its end."`
}

func (s *service) impact(ctx context.Context, in *impactRequest) (ImpactRun, error) {
	return s.waited(ctx, in.ID, in.Wait)
}

type impactReportRequest struct {
	ImpactPath
	Format     string `query:"format" enum:"text,json,markdown,junit,sarif" default:"markdown"`
	Base       string `query:"base" maxLength:"512" doc:"Address of the server's pages, for links. Absent: there are none."`
	MaxMaybe   int    `query:"max_maybe" minimum:"0" default:"0" doc:"Systems that may be maybe before the report counts as bad."`
	MaxUnknown int    `query:"max_unknown" minimum:"0" default:"0" doc:"Systems that may be unknown before it does."`
}

func (s *service) impactReport(ctx context.Context, in *impactReportRequest) (ImpactText, error) {
	base := strings.TrimSuffix(in.Base, "/")
	if u, err := url.Parse(base); base != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsAny(base, ` "'<>()`)) {
		return ImpactText{}, problem(http.StatusBadRequest, "base is no address of a server", "as https://sightglass.example")
	}
	r, err := s.Impact.Get(ctx, in.ID)
	if err != nil {
		return ImpactText{}, err
	}
	r = s.Impact.Shown(ctx, caller(ctx), r)
	if r.Report == nil {
		return ImpactText{}, problem(http.StatusConflict, "there is no report yet: it is "+string(r.State), "wait for its end: GET "+Base+"/impact/{id}?wait=60")
	}
	f := impact.Format(in.Format)
	text, err := impact.Render(&r, f, base, impact.Budget{Unknown: in.MaxUnknown, Maybe: in.MaxMaybe})
	return ImpactText{Format: in.Format, MediaType: f.MediaType(), Text: text}, err
}

// mostImpactRecords are read again for one look; each is a fetch.
const mostImpactRecords = 20

func (s *service) impactRecords(ctx context.Context, in *ImpactPath) (List[TopicRecord], error) {
	out := listOf[TopicRecord]("topic-record", nil)
	r, err := s.Impact.Get(ctx, in.ID)
	if err != nil {
		return out, err
	}
	r = s.Impact.Shown(ctx, caller(ctx), r)
	if r.Report == nil {
		return out, nil
	}
	of := r.Report.Stream
	if err := s.Browser.DecideIn(ctx, caller(ctx), access.TopicRead, browse.TopicResource(of.Cluster, of.Topic)).Err(); err != nil {
		return out, problem(http.StatusForbidden, err.Error(), "ask for a role that may read the topic")
	}
	type place struct {
		partition int32
		offset    int64
	}
	var places []place
	note := func(records *impact.Records) {
		if records == nil {
			return
		}
		for _, p := range records.First {
			if at := (place{p.Partition, p.Offset}); !slices.Contains(places, at) && len(places) < mostImpactRecords {
				places = append(places, at)
			}
		}
	}
	for i := range r.Report.Systems {
		note(r.Report.Systems[i].Records)
	}
	if r.Report.Data != nil {
		note(r.Report.Data.Valid)
	}
	for _, p := range places {
		rec, err := s.Browser.TopicRecord(ctx, caller(ctx), of.Cluster, of.Topic, p.partition, p.offset, "")
		if errors.Is(err, browse.ErrNotFound) {
			continue // the topic's retention was faster
		}
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, topicRecordOf(&rec))
	}
	return out, nil
}

func (s *service) cancelImpact(ctx context.Context, in *ImpactPath) (ImpactRun, error) {
	var r impact.Run
	err := s.Browser.Change(ctx, caller(ctx), access.ImpactRun, target(ctx).Resource, []string{"end impact report " + in.ID}, "", func() (err error) {
		r, err = s.Impact.Cancel(ctx, in.ID)
		return err
	})
	if err != nil {
		return ImpactRun{}, err
	}
	return impactRunOf(s.Impact.Shown(ctx, caller(ctx), r)), nil
}

type impactAckRequest struct {
	ImpactPath
	Body ImpactAckWish
}

func (s *service) ackImpact(ctx context.Context, in *impactAckRequest) (ImpactRun, error) {
	var r impact.Run
	err := s.Browser.Change(ctx, caller(ctx), access.ImpactAck, target(ctx).Resource, []string{in.Body.Decision + " to impact report " + in.ID}, "", func() (err error) {
		r, err = s.Impact.Ack(ctx, caller(ctx), in.ID, impact.Ack{Team: in.Body.Team, Decision: impact.Decision(in.Body.Decision), Reason: in.Body.Reason})
		return err
	})
	if err != nil {
		return ImpactRun{}, err
	}
	return impactRunOf(s.Impact.Shown(ctx, caller(ctx), r)), nil
}
