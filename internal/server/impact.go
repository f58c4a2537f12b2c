package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/avro"
	"github.com/sightglass/sightglass/internal/language/jsonschema"
	"github.com/sightglass/sightglass/internal/language/protobuf"
	"github.com/sightglass/sightglass/internal/registry"
)

// openImpact makes what tells who breaks before a change. A file that is shown has no catalog, and so none of it.
func (s *Server) openImpact(ctx context.Context) (err error) {
	if s.tables == nil || s.catalog == nil {
		return nil
	}
	at := &streams{s}
	o := impact.Options{Estate: at, Topics: at, Records: s.browser, Now: s.now, Languages: []language.Language{avro.New(), jsonschema.Language{}, protobuf.Language{}}, May: at.may, Contracts: &impactContracts{s}}
	if s.replays != nil {
		o.Replays = &reruns{s}
	}
	if s.registry != nil && s.registry.kept != nil {
		o.Registry = &judgedBy{s.registry.kept}
	}
	s.impact, err = impact.Open(ctx, impact.KeeperOptions{
		Engine: impact.New(o), DB: s.tables, Bind: s.browser.Pin, Sees: at.sees, Log: s.log, Watch: &watch{s}, Changed: s.impactChanged,
		Reads: func(ctx context.Context, who access.Principal, of impact.Stream) bool {
			return s.browser.DecideIn(ctx, who, access.TopicRead, browse.TopicResource(of.Cluster, of.Topic)).Allowed
		},
	})
	if err != nil {
		return fmt.Errorf("opening impact reports: %w", err)
	}
	return nil
}

// streams tells who is at a stream, as the catalog knows.
type streams struct{ *Server }

var (
	_ impact.Estate = (*streams)(nil)
	_ impact.Topics = (*streams)(nil)
)

func (s *streams) may(ctx context.Context, who access.Principal, of impact.Stream) error {
	return s.browser.DecideIn(ctx, who, access.ImpactRun, browse.TopicResource(of.Cluster, of.Topic)).Err()
}

// sees decides about a system by its id.
func (s *streams) sees(ctx context.Context, who access.Principal, x *impact.System) bool {
	_, err := s.catalog.Who(s.catalog.Sight(ctx, who), catalog.ID(x.ID), "")
	return err == nil
}

// Users is that of impact.Estate. A stream that the catalog does not show is no stream without readers: one counts as hidden.
func (s *streams) Users(ctx context.Context, who access.Principal, of impact.Stream) (list []impact.User, hidden int, err error) {
	id := catalog.StreamID(of.Cluster, of.Topic)
	w, err := s.catalog.Who(s.catalog.Sight(ctx, who), id, "")
	if errors.Is(err, catalog.ErrNotFound) {
		return nil, 1, nil
	}
	if err != nil {
		return nil, 0, err
	}
	for _, systems := range [][]catalog.System{w.Readers, w.Writers} {
		for i := range systems {
			list = append(list, s.user(ctx, id, &systems[i]))
		}
	}
	return list, w.Hidden, nil
}

// user is a system of the catalog at a stream.
func (s *streams) user(ctx context.Context, of catalog.ID, x *catalog.System) impact.User {
	u := impact.User{ID: string(x.ID), Name: x.Name, Kind: string(x.Kind), Owners: x.Owners, Reads: x.Reads, Writes: !x.Reads, Seen: x.Seen, Link: catalogPage(x.ID)}
	if u.Seen.IsZero() { // it may, and nobody saw that it does
		u.Unseen = true
		u.Seen = s.now().Add(-impact.AliveFor - time.Hour)
	}
	u.Fields.Known = x.Known
	for _, p := range x.Paths {
		if !strings.HasPrefix(p, "key:") {
			u.Fields.Paths = append(u.Fields.Paths, p)
		}
	}
	for _, e := range x.Evidence {
		u.Evidence = append(u.Evidence, impact.Evidence{Kind: "edge", Source: string(e.Evidence), At: e.Last, Detail: e.Detail})
		if e.Known && u.Fields.Source == "" {
			u.Fields.Source, u.Fields.At = string(e.Evidence), e.Last
		}
	}
	if fields := s.catalog.ReadAs(of, x.ID); x.Reads && len(fields) > 0 {
		r := &impact.Reader{Source: "the type that its recording tells", At: x.Seen}
		for _, f := range fields {
			r.Fields = append(r.Fields, language.Field{Path: f.Path, Type: f.Type, Optional: f.Optional})
		}
		u.Reader = r
	}
	if u.Reader == nil && x.Reads {
		var missing *impact.Evidence
		if u.Reader, missing = s.declaredReader(ctx, x); missing != nil {
			u.Evidence = append(u.Evidence, *missing)
		}
	}
	return u
}

// Outputs is that of impact.Estate.
func (s *streams) Outputs(ctx context.Context, who access.Principal, of impact.Stream, system string) (out []impact.Output, err error) {
	written, hidden := s.catalog.WrittenFrom(s.catalog.Sight(ctx, who), catalog.StreamID(of.Cluster, of.Topic), catalog.ID(system))
	for _, w := range written {
		o := impact.Output{To: impact.Stream{Cluster: w.Cluster, Topic: w.Name}, Known: len(w.Flows) > 0}
		for _, f := range w.Flows {
			o.Pairs = append(o.Pairs, impact.Pair{From: f.FromPath, To: f.ToPath})
		}
		out = append(out, o)
	}
	for range hidden {
		out = append(out, impact.Output{})
	}
	return out, nil
}

// Cluster is that of impact.Estate.
func (s *streams) Cluster(ctx context.Context, who access.Principal, topic string) (found string, _ error) {
	for _, name := range s.browser.Clusters(who) {
		_, err := s.browser.KafkaTopic(ctx, name, topic)
		if errors.Is(err, browse.ErrNotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		if found != "" {
			return "", nil
		}
		found = name
	}
	return found, nil
}

// OwnersOf is that of impact.Estate.
func (s *streams) OwnersOf(ctx context.Context, who access.Principal, of impact.Stream) ([]string, error) {
	w, err := s.catalog.Who(s.catalog.Sight(ctx, who), catalog.StreamID(of.Cluster, of.Topic), "")
	if errors.Is(err, catalog.ErrNotFound) {
		return nil, nil
	}
	return w.Owners, err
}

// Topic is that of impact.Topics.
func (s *streams) Topic(ctx context.Context, who access.Principal, of impact.Stream) (map[string]string, error) {
	if err := s.browser.DecideIn(ctx, who, access.TopicList, browse.TopicResource(of.Cluster, of.Topic)).Err(); err != nil {
		return nil, err
	}
	t, err := s.browser.KafkaTopic(ctx, of.Cluster, of.Topic)
	if err != nil {
		return nil, err
	}
	out := map[string]string{impact.Partitions: strconv.Itoa(len(t.Parts))}
	for _, x := range t.Settings {
		out[x.Name] = x.Value
	}
	return out, nil
}

// Behind is that of impact.Topics: the age of the oldest record that a group has still to read.
func (s *streams) Behind(ctx context.Context, who access.Principal, of impact.Stream, group string) (age time.Duration, known bool, err error) {
	g, err := s.browser.Group(ctx, who, of.Cluster, group)
	if errors.Is(err, browse.ErrNotFound) {
		return 0, false, nil // no group: a job, whose group has another name
	}
	if err != nil {
		return 0, false, err
	}
	c := s.clusters.byName[of.Cluster]
	for _, p := range g.Partitions {
		if p.Topic != of.Topic {
			continue
		}
		if p.Committed < 0 || p.Lag < 0 {
			return 0, false, nil
		}
		known = true
		if p.Lag == 0 {
			continue
		}
		scan := c.client.Scan(kafka.ScanQuery{Topic: of.Topic, From: kafka.FromPositions, Positions: map[int32]int64{p.Partition: p.Committed}, Partitions: []int32{p.Partition}, Forward: true, Limit: 1})
		for rec, err := range scan.All(ctx) {
			if err != nil {
				return 0, false, err
			}
			age = max(age, s.now().Sub(time.UnixMilli(rec.Time)))
		}
	}
	return age, known, nil
}

// judgedBy is impact.Registry.
type judgedBy struct{ r *registry.Registry }

// Latest is that of impact.Registry.
func (j *judgedBy) Latest(ctx context.Context, subject string) (*impact.Registered, error) {
	v, err := j.r.Version(ctx, registry.ParseSubject(subject, ""), "latest", false)
	var refused *registry.Error
	if errors.As(err, &refused) && refused.Code == registry.CodeSubjectMissing {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := &impact.Registered{Subject: v.Subject.String(), Version: v.Version, Language: cmp.Or(v.Kind, language.Avro), Text: v.Text}
	return out, j.references(ctx, v.References, &out.References, map[string]bool{}, 0)
}

// references reads what a schema refers to; what one refers to in its turn stands before it.
func (j *judgedBy) references(ctx context.Context, refs []registry.Reference, out *[]language.Referenced, seen map[string]bool, depth int) error {
	if depth > language.MostNesting {
		return language.ErrTooLarge
	}
	for _, ref := range refs {
		if seen[ref.Name] {
			continue
		}
		seen[ref.Name] = true
		v, err := j.r.Version(ctx, registry.ParseSubject(ref.Subject, ""), strconv.Itoa(ref.Version), true)
		if err != nil {
			return err
		}
		if err := j.references(ctx, v.References, out, seen, depth+1); err != nil {
			return err
		}
		*out = append(*out, language.Referenced{Name: ref.Name, Text: v.Text})
	}
	return nil
}

// Compatible is that of impact.Registry. References that a proposal brings along are in no registry, which cannot decide about them.
func (j *judgedBy) Compatible(ctx context.Context, subject string, p *impact.Proposal) (level string, compatible bool, messages []string, err error) {
	if len(p.References) > 0 {
		return "", false, nil, errors.New("the proposal refers to schemas that it brings along")
	}
	s := registry.ParseSubject(subject, "")
	c, err := j.r.Config(ctx, s, true)
	if err != nil {
		return "", false, nil, err
	}
	kind := p.Language
	if kind == "" {
		kind = impact.LanguageOf(p.Schema)
	}
	messages, err = j.r.Compatible(ctx, s, "", registry.Request{Schema: p.Schema, Kind: kind})
	return c.Level, len(messages) == 0, messages, err
}

// Profile is that of impact.Registry.
func (j *judgedBy) Profile() language.Profile { return cmp.Or(j.r.Profile(), language.Confluent83) }
