package server

import (
	"fmt"

	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/schemas"
	"github.com/sightglass/sightglass/internal/serde"
)

// lookedInto are the clusters that people look into, each with a decoder that knows its schema registry.
func (c *clusters) lookedInto() ([]browse.Cluster, error) {
	var list []browse.Cluster
	for name, o := range c.byName {
		var known serde.Schemas
		if r := o.registry; r != nil {
			reader, err := schemas.New(schemas.Options{URL: r.url, Kind: event.Registry(r.kind), User: r.user, Password: r.password, TLS: r.tls})
			if err != nil {
				return nil, fmt.Errorf("setting kafka-file: cluster %s: registry: %w", name, err)
			}
			known = reader
		}
		list = append(list, browse.Cluster{Name: name, Kafka: o.client, Decoder: serde.NewRecordDecoder(known, serde.Limits{})})
	}
	return list, nil
}
