package server

import (
	"context"
	"strings"

	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/notify"
	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/tables"
)

// standings is notify.Graph over the catalog.
type standings struct{ server *Server }

// Standings is that of notify.Graph. The catalog is asked in memory: it has what was committed, and who reads a stream is written down before what
// happens to it is told.
func (g *standings) Standings(_ context.Context, _ *tables.Tx, e notify.Entity) (out []notify.Standing, _ error) {
	c := g.server.catalog
	if c == nil {
		return nil, nil
	}
	if e.Topic == "" && e.Subject != "" {
		if topic, _ := topicOf(registry.ParseSubject(e.Subject, "").Name); topic != "" {
			e.Cluster, e.Topic = g.server.registryCluster(), topic
		}
	}
	var id catalog.ID
	switch {
	case e.Topic != "":
		id = catalog.StreamID(e.Cluster, e.Topic)
	case e.Job != "":
		id = catalog.JobID(e.Job)
	case e.Contract != "":
		id = catalog.IDOf(catalog.Contract, e.Contract)
	default:
		return nil, nil
	}
	for _, x := range c.Concerned(id, e.Path) {
		s := notify.Standing{Role: notify.Role(x.Role), Party: string(x.Party)}
		if x.Party.Kind() == catalog.Person {
			s.Party, s.Person = strings.TrimPrefix(s.Party, string(catalog.Person)+":"), true
		}
		out = append(out, s)
	}
	return out, nil
}
