package server

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/contract"
	"github.com/sightglass/sightglass/internal/notify"
	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/tables"
)

// Paths of pages that what is told links to.
func contractPage(id string) string    { return "/contracts/" + url.PathEscape(id) }
func catalogPage(id catalog.ID) string { return "/c/" + url.PathEscape(string(id)) }

// contractEvents is checks.Sink: what checks find is told by notifications.
type contractEvents struct{ server *Server }

// Emit is that of checks.Sink. An event that comes again has the same id, and is told once. A check that streams keep again in one place, and in another
// not yet, is not over.
func (x *contractEvents) Emit(ctx context.Context, e checks.Event) error {
	s := x.server
	n := notify.Event{
		ID: e.ID, Type: notify.Type(e.Type), Time: e.At, Severity: severityOf(e.Severity), Cluster: e.Cluster, Topic: e.Topic, Contract: e.Contract,
		Group: "contract/" + e.Contract + "/rule/" + e.Check, Link: contractPage(e.Contract), Resource: browse.TopicResource(e.Cluster, e.Topic), Action: access.TopicList,
		Facts: notify.Facts{Check: e.Check, Records: e.Count},
	}
	if part, _, _ := strings.Cut(e.Path, "."); part != string(contract.PartKey) && part != string(contract.PartHeaders) && e.Path != string(contract.PartValue) {
		n.Path = e.Path // an event's is of a field of values
	}
	if e.Type == checks.EventDrift {
		n.Group = "contract/" + e.Contract + "/drift/" + e.Path
	}
	if e.Partition >= 0 && e.Offset >= 0 {
		n.Facts.First = &notify.Place{Partition: e.Partition, Offset: e.Offset}
	}
	if e.Violation != "" {
		n.Link += "/violations/" + url.PathEscape(e.Violation)
		v, err := s.checks.Violation(ctx, e.Violation)
		if err != nil {
			return err
		}
		if p := v.Search.Producer; p != nil {
			n.Facts.Producer, n.Facts.Program = p.Job, p.Program
		}
		if v.Last >= 0 {
			n.Facts.Last = &notify.Place{Partition: v.Partition, Offset: v.Last}
		}
	}
	if v, err := s.checks.Contract(ctx, e.Contract); err == nil {
		n.Facts.Version = v.Version
	}
	if n.Type == notify.ContractRecovered {
		open, err := x.open(ctx, &e)
		if err != nil || open {
			return err
		}
	}
	return s.tell(ctx, n)
}

// open tells whether a check is still violated somewhere on the topic.
func (x *contractEvents) open(ctx context.Context, e *checks.Event) (bool, error) {
	for _, state := range []string{checks.Open, checks.Acked} {
		list, _, err := x.server.checks.Violations(ctx, checks.ViolationQuery{Contract: e.Contract, Check: e.Check, Topic: e.Topic, State: state})
		if err != nil {
			return false, err
		}
		for i := range list {
			if list[i].Cluster == e.Cluster {
				return true, nil
			}
		}
	}
	return false, nil
}

// tell tells of something that is written down already.
func (s *Server) tell(ctx context.Context, e notify.Event) error {
	return s.tables.Do(ctx, func(tx *tables.Tx) error { return s.notify.Enqueue(ctx, tx, e) })
}

// severityOf is how severe a broken check is: what its contract calls an error is one for those who are told.
func severityOf(of string) notify.Severity {
	switch contract.Severity(of) {
	case contract.Error, contract.Critical:
		return notify.Critical
	case contract.Warning:
		return notify.Warning
	}
	return notify.Info
}

// schemaChanged tells of a change of the registry, in its transaction.
func (s *Server) schemaChanged(ctx context.Context, tx *tables.Tx, c registry.Change) error {
	e := notify.Event{Type: notify.ConfigChanged, Time: c.At, Resource: registryResource(c.Subject), Action: access.SchemaRead}
	if c.Subject.Name != "" {
		e.Subject = c.Subject.String()
		if topic, _ := topicOf(c.Subject.Name); topic != "" {
			if cluster := s.registryCluster(); cluster != "" {
				e.Cluster, e.Topic, e.Link = cluster, topic, catalogPage(catalog.StreamID(cluster, topic))
			}
		}
	}
	switch c.Kind {
	case registry.Registered:
		e.Type = notify.SchemaRegistered
	case registry.SoftlyDeleted, registry.Deleted:
		e.Type, e.Severity = notify.SchemaDeleted, notify.Warning
	case registry.ImportedVersions:
		e.Type, e.Resource = notify.SchemaRegistered, registryResource(registry.Subject{Context: registry.DefaultContext})
	}
	if c.Version > 0 {
		e.Facts.Version = strconv.Itoa(c.Version)
	}
	return s.notify.Enqueue(ctx, tx, e)
}

// readerAppeared tells of a system that begins to read a stream, in the catalog's transaction.
func (s *Server) readerAppeared(ctx context.Context, tx *tables.Tx, e catalog.Edge) error {
	cluster, topic, _ := strings.Cut(strings.TrimPrefix(string(e.Stream), string(catalog.Stream)+":"), "/")
	n := notify.Event{
		Type: notify.ConsumerAppeared, Time: e.First, Cluster: cluster, Topic: topic, Link: catalogPage(e.Stream), Resource: browse.TopicResource(cluster, topic), Action: access.TopicList,
	}
	if name, ok := strings.CutPrefix(string(e.System), string(catalog.Job)+":"); ok {
		n.Job = name
	}
	return s.notify.Enqueue(ctx, tx, n)
}
