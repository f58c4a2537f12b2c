package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/kafka"
	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/avro"
	"github.com/sightglass/sightglass/internal/language/jsonschema"
	"github.com/sightglass/sightglass/internal/language/protobuf"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/registry"
)

// openImpact makes what tells who breaks before a change. A file that is shown has no catalog, and so none of it.
func (s *Server) openImpact(ctx context.Context) (err error) {
	if s.tables == nil {
		return nil
	}
	at := &streams{s}
	o := impact.Options{Estate: at, Topics: at, Records: s.browser, Now: s.now, Languages: []language.Language{avro.New(), jsonschema.Language{}, protobuf.Language{}}, May: at.may}
	if s.registry != nil && s.registry.kept != nil {
		o.Registry = &judgedBy{s.registry.kept}
	}
	s.impact, err = impact.Open(ctx, impact.KeeperOptions{
		Engine: impact.New(o), DB: s.tables, Bind: s.browser.Pin, Sees: at.sees, Log: s.log,
		Reads: func(ctx context.Context, who access.Principal, of impact.Stream) bool {
			return s.browser.DecideIn(ctx, who, access.TopicRead, browse.TopicResource(of.Cluster, of.Topic)).Allowed
		},
	})
	if err != nil {
		return fmt.Errorf("opening impact reports: %w", err)
	}
	return nil
}

// streams tells who is at a stream, as recordings and clusters tell: which fields they read it does not know, and says so.
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
	switch x.Kind {
	case "group":
		return s.browser.DecideIn(ctx, who, access.GroupView, access.Resource(x.ID)).Allowed
	case "job":
		t, err := s.browser.Resolve(ctx, x.Name)
		return err == nil && s.browser.DecideIn(ctx, who, access.JobView, t.Resource).Allowed
	}
	return false
}

// Users is that of impact.Estate.
func (s *streams) Users(ctx context.Context, who access.Principal, of impact.Stream) (list []impact.User, hidden int, err error) {
	jobs, err := s.queries.Jobs(ctx, false)
	if err != nil {
		return nil, 0, err
	}
	for i := range jobs {
		d, err := s.queries.Job(ctx, jobs[i].ID)
		if errors.Is(err, browse.ErrNotFound) {
			continue // retention was faster
		}
		if err != nil {
			return nil, 0, err
		}
		u, at := s.recordedUser(&d, of)
		if !at {
			continue
		}
		if !s.browser.DecideIn(ctx, who, access.JobView, s.browser.Target(d.ID).Resource).Allowed {
			hidden++
			continue
		}
		list = append(list, u)
	}
	groups, unseen, err := s.groups(ctx, who, of)
	return append(list, groups...), hidden + unseen, err
}

// recordedUser is a recorded job at a stream.
func (s *streams) recordedUser(d *query.JobDetail, of impact.Stream) (u impact.User, at bool) {
	seen := d.LastSeen.Time().UTC()
	u = impact.User{ID: "job:" + d.Name, Name: d.Name, Kind: "job", Seen: seen, Link: "/jobs/" + d.ID.String()}
	for _, t := range d.Graph.Topics {
		if t.Topic != of.Topic {
			continue
		}
		verb := "writes"
		if t.Role == query.TopicRead {
			u.Reads, verb = true, "reads"
		} else {
			u.Writes = true
		}
		u.Evidence = append(u.Evidence, impact.Evidence{Kind: "edge", Source: "recording " + d.ID.String(), At: seen, Detail: "operator " + t.Operator + " " + verb + " the topic"})
	}
	u.Fields.Source = "recording " + d.ID.String()
	return u, u.Reads || u.Writes
}

// groups are the consumer groups that committed offsets of a stream, or have its partitions.
func (s *streams) groups(ctx context.Context, who access.Principal, of impact.Stream) (list []impact.User, hidden int, err error) {
	c := s.clusters.byName[of.Cluster]
	if c == nil {
		return nil, 0, nil
	}
	all, failed, err := c.client.Groups(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", browse.ErrCluster, err)
	}
	hidden = len(failed) // brokers that told nothing of their groups
	for _, g := range all {
		whole, err := c.client.Group(ctx, g.Name)
		if errors.Is(err, kafka.ErrUnknown) {
			continue
		}
		if err != nil {
			hidden++ // it may be at the stream
			continue
		}
		if !slices.ContainsFunc(whole.Partitions, func(p kafka.GroupPartition) bool { return p.Topic == of.Topic }) {
			continue
		}
		resource := browse.GroupResource(of.Cluster, g.Name)
		if !s.browser.DecideIn(ctx, who, access.GroupView, resource).Allowed {
			hidden++
			continue
		}
		u := impact.User{ID: string(resource), Name: g.Name, Kind: "group", Reads: true, Seen: s.now()}
		detail := "it has members"
		if g.Members == 0 {
			// Kafka does not tell when it read last.
			u.Seen, detail = s.now().Add(-impact.AliveFor-time.Hour), "it committed offsets and has no members"
		}
		u.Evidence = []impact.Evidence{{Kind: "edge", Source: "cluster " + of.Cluster, At: s.now(), Detail: detail}}
		list = append(list, u)
	}
	return list, hidden, nil
}

// Outputs is that of impact.Estate: which fields come out is not known.
func (s *streams) Outputs(ctx context.Context, who access.Principal, of impact.Stream, system string) (out []impact.Output, err error) {
	jobs, err := s.queries.Jobs(ctx, false)
	if err != nil {
		return nil, err
	}
	for i := range jobs {
		if "job:"+jobs[i].Name != system {
			continue
		}
		d, err := s.queries.Job(ctx, jobs[i].ID)
		if errors.Is(err, browse.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, t := range d.Graph.Topics {
			if t.Role != query.TopicRead && t.Topic != of.Topic {
				out = append(out, impact.Output{To: impact.Stream{Cluster: of.Cluster, Topic: t.Topic}})
			}
		}
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
func (s *streams) OwnersOf(context.Context, access.Principal, impact.Stream) ([]string, error) {
	return nil, nil
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
