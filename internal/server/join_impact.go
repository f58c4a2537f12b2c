package server

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/notify"
	"github.com/sightglass/sightglass/internal/registry"
)

// impactContracts is impact.Contracts over the contracts in force.
type impactContracts struct{ server *Server }

// Changes is that of impact.Contracts. The text of a contract that is none is told by contract.Problems.
func (c *impactContracts) Changes(ctx context.Context, text string) (impact.ContractDiff, error) {
	to, err := contract.Read(text)
	if err != nil {
		return impact.ContractDiff{}, fmt.Errorf("%w: %w", impact.ErrProposal, err)
	}
	out := impact.ContractDiff{ID: to.ID, Version: to.Version}
	from := &contract.Contract{}
	switch v, err := c.server.checks.Contract(ctx, to.ID); {
	case err == nil:
		if from, err = contract.Read(v.Text); err != nil {
			return out, fmt.Errorf("reading contract %s again: %w", to.ID, err)
		}
		out.InForce = v.Version
	case !errors.Is(err, checks.ErrNotFound):
		return out, err
	}
	for _, k := range []*contract.Contract{from, to} {
		for i := range k.Streams {
			if t := k.Streams[i].Topic; !slices.Contains(out.Streams, t) {
				out.Streams = append(out.Streams, t)
			}
		}
	}
	if out.InForce == "" {
		for i := range to.Streams { // all of it is new
			for j := range to.Streams[i].Checks {
				x := &to.Streams[i].Checks[j]
				out.Changes = append(out.Changes, impact.ContractChange{Topic: to.Streams[i].Topic, Path: pathOf(x), Text: "is promised from now on: " + x.Says()})
			}
		}
		return out, nil
	}
	for _, d := range contract.Diff(from, to) {
		x := impact.ContractChange{Text: d.Text, Weaker: d.Weaker}
		x.Topic, x.Path = placeOf(d.About, from, to)
		x.Gone = x.Path != "" && hasField(from, x.Topic, x.Path) && !hasField(to, x.Topic, x.Path)
		out.Changes = append(out.Changes, x)
	}
	return out, nil
}

// placeOf is the topic and the field that a change is about: a check by its id, or topic#path.
func placeOf(about string, contracts ...*contract.Contract) (topic, path string) {
	for _, k := range contracts {
		for i := range k.Streams {
			for j := range k.Streams[i].Checks {
				if x := &k.Streams[i].Checks[j]; x.ID == about {
					return k.Streams[i].Topic, pathOf(x)
				}
			}
		}
	}
	topic, path, _ = strings.Cut(about, "#")
	return topic, path
}

// pathOf is the field of values that a check is about; empty: it is about the stream.
func pathOf(x *contract.Check) string {
	if !x.Kind.PerRecord() || x.Path.Part != contract.PartValue || x.Path.Steps == "" {
		return ""
	}
	return x.Path.String()
}

func hasField(k *contract.Contract, topic, path string) bool {
	return slices.ContainsFunc(k.Streams, func(s contract.Stream) bool {
		return s.Topic == topic && slices.ContainsFunc(s.Fields, func(f contract.Field) bool { return f.Path.String() == path })
	})
}

// watch is impact.Watch over violations, the registry and contracts.
type watch struct{ server *Server }

// mostWatched bounds the violations of a stream that are looked through.
const mostWatched = 10_000

// Since is that of impact.Watch. What broke on the stream is the stream's own: which reader suffered from it no check tells. What recorded jobs failed on
// is theirs.
func (w *watch) Since(ctx context.Context, of impact.Stream, from, to time.Time) (out []impact.Trouble, _ error) {
	paths := map[string]string{}
	before := ""
	for range mostWatched / 1000 {
		list, more, err := w.server.checks.Violations(ctx, checks.ViolationQuery{Topic: of.Topic, Before: before, Limit: 1000})
		if err != nil {
			return nil, err
		}
		for i := range list {
			v := &list[i]
			before = v.ID
			if v.Cluster != of.Cluster || v.Began.Before(from) || v.Began.After(to) {
				continue
			}
			path, err := w.path(ctx, v, paths)
			if err != nil {
				return nil, err
			}
			out = append(out, impact.Trouble{Path: path, Kind: impact.TroubleViolation, Count: v.Count, First: v.Began})
		}
		if !more {
			break
		}
	}
	errs, err := w.readingErrors(ctx, of, from, to)
	return append(out, errs...), err
}

// path is the field that a violation is about, as its contract says now.
func (w *watch) path(ctx context.Context, v *checks.Violation, known map[string]string) (string, error) {
	k := v.Contract + "\x00" + v.Check
	if path, ok := known[k]; ok {
		return path, nil
	}
	known[k] = ""
	x, err := w.server.checks.Contract(ctx, v.Contract)
	if errors.Is(err, checks.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if c, err := contract.Read(x.Text); err == nil {
		if topic, path := placeOf(v.Check, c); topic == v.Topic {
			known[k] = path
		}
	}
	return known[k], nil
}

// Released is that of impact.Watch: when the schema was registered, the field was gone from it, or the contract came into force. Of settings of topics
// and programs nobody here knows when they changed.
func (w *watch) Released(ctx context.Context, p *impact.Proposal, of impact.Stream, since time.Time) (time.Time, error) {
	switch p.Kind {
	case impact.OfContract:
		c, err := contract.Read(p.Contract)
		if err != nil {
			return time.Time{}, nil // it was no contract then either
		}
		all, err := w.server.checks.History(ctx, c.ID)
		if errors.Is(err, checks.ErrNotFound) {
			return time.Time{}, nil
		}
		for _, v := range slices.Backward(all) {
			if v.Text == p.Contract && !v.At.Before(since) {
				return v.At, nil
			}
		}
		return time.Time{}, err
	case impact.OfSchema, impact.OfDrop:
		return w.registered(ctx, p, of, since)
	}
	return time.Time{}, nil
}

func (w *watch) registered(ctx context.Context, p *impact.Proposal, of impact.Stream, since time.Time) (time.Time, error) {
	r := w.server.registry
	if r == nil || r.kept == nil {
		return time.Time{}, nil
	}
	subject := p.Subject
	if subject == "" {
		subject = of.Topic + "-value"
	}
	s := registry.ParseSubject(subject, "")
	unknown := func(err error) bool {
		var refused *registry.Error
		return errors.As(err, &refused) // there is no such subject, or no such schema in it
	}
	numbers, err := r.kept.Numbers(ctx, s, registry.Live)
	if err != nil {
		if unknown(err) {
			err = nil
		}
		return time.Time{}, err
	}
	if p.Kind == impact.OfSchema {
		kind := p.Language
		if kind == "" {
			kind = impact.LanguageOf(p.Schema)
		}
		v, err := r.kept.Lookup(ctx, s, registry.Request{Schema: p.Schema, Kind: kind}, false)
		switch {
		case err != nil && unknown(err):
			return time.Time{}, nil
		case err != nil:
			return time.Time{}, err
		case v.Time.Before(since):
			return time.Time{}, nil
		}
		return v.Time, nil
	}
	for _, n := range numbers {
		v, err := r.kept.Version(ctx, s, fmt.Sprint(n), false)
		if err != nil {
			return time.Time{}, err
		}
		if v.Time.Before(since) {
			continue
		}
		fields, err := r.kept.Fields(ctx, &v.Schema)
		if err != nil {
			return time.Time{}, err
		}
		has := false
		for _, f := range fields {
			has = has || f.Path == p.Drop
		}
		if !has {
			return v.Time, nil
		}
	}
	return time.Time{}, nil
}

// followImpact holds what reports predicted against what came, until ctx ends; and tells of reports that a crash kept from being told.
func (s *Server) followImpact(ctx context.Context) {
	if list, err := s.impact.List(ctx, impact.Query{Limit: 200}); err == nil {
		for i := range list {
			if s.now().Sub(list[i].Ended) < 24*time.Hour {
				s.impactChanged(ctx, &list[i], nil)
			}
		}
	}
	tick := time.NewTicker(5 * time.Minute)
	defer tick.Stop()
	for {
		if err := s.impact.Follow(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("impact reports were not held against what came", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// impactChanged tells of a report that is made, and of what teams say to it. The id of each is the same whenever it is told.
func (s *Server) impactChanged(ctx context.Context, r *impact.Run, a *impact.Ack) {
	if r.State != impact.Done || r.Report == nil || r.Stream.Topic == "" {
		return
	}
	e := notify.Event{
		ID: "impact:" + r.ID, Type: notify.ImpactRequested, Time: r.Ended, Cluster: r.Stream.Cluster, Topic: r.Stream.Topic, Path: r.Proposal.Drop, Subject: r.Proposal.Subject, Job: r.Proposal.Job,
		Group: "impact/" + r.ID, Link: "/impact/" + url.PathEscape(r.ID), Resource: browse.TopicResource(r.Stream.Cluster, r.Stream.Topic), Action: access.TopicList,
	}
	n := r.Report.Counts()
	e.Facts.Counts = map[string]int64{string(impact.Broken): int64(n.Broken), string(impact.Maybe): int64(n.Maybe), string(impact.Unknown): int64(n.Unknown), string(impact.Safe): int64(n.Safe)}
	for _, v := range impact.Verdicts {
		if e.Facts.Counts[string(v)] > 0 {
			e.Facts.Verdict = string(v)
			break
		}
	}
	switch impact.Verdict(e.Facts.Verdict) {
	case impact.Broken:
		e.Severity = notify.Critical
	case impact.Maybe, impact.Unknown:
		e.Severity = notify.Warning
	}
	if a != nil {
		// Whoever was told of the report is told what a team says to it: that is another thing that happened.
		e.ID, e.Type, e.Time, e.Facts.Team, e.Facts.Verdict = fmt.Sprintf("impact:%s:%s:%d", r.ID, a.Team, a.At.UnixMicro()), notify.ImpactAcked, a.At, a.Team, string(a.Decision)
		e.Group, e.Severity = "", notify.Info
		if a.Decision == impact.Object {
			e.Severity = notify.Warning
		}
	}
	if err := s.tell(ctx, e); err != nil {
		s.log.Error("an impact report was not told to those concerned", "id", r.ID, "error", err)
	}
}
