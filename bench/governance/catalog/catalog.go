package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/sightglass/sightglass/bench/figures"
	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/audit"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store/memory"
	"github.com/sightglass/sightglass/internal/tables"
)

// catalogFigures fills a catalog and asks it as a person who may see all topics, one by one.
func catalogFigures(ctx context.Context, o options) (_ []figures.Figure, err error) {
	dir, err := os.MkdirTemp("", "bench-governance-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	db, err := tables.Open(ctx, filepath.Join(dir, "governance.sqlite"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := os.Mkdir(filepath.Join(dir, "audit"), 0o700); err != nil {
		return nil, err
	}
	log, err := audit.Open(audit.Options{Dir: filepath.Join(dir, "audit")})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	store := memory.New()
	queries, err := query.New(query.Options{Reader: store, Blobs: store})
	if err != nil {
		return nil, err
	}
	policy, err := access.ReadPolicy("roles: [{name: reader, allow: [{actions: [\"topic:list\", \"job:view\"], resources: [\"**\"]}]}]\n", access.Keys{})
	if err != nil {
		return nil, err
	}
	browser, err := browse.New(browse.Options{Queries: queries, Policy: access.NewInForce(policy), Auditor: log})
	if err != nil {
		return nil, err
	}
	open := func() (*catalog.Catalog, error) {
		return catalog.Open(ctx, catalog.Options{DB: db, Browser: browser})
	}
	c, err := open()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := c.Take(ctx, estate(o)); err != nil {
		return nil, err
	}
	fill := time.Since(began)
	began = time.Now()
	if c, err = open(); err != nil {
		return nil, err
	}
	load := time.Since(began)
	who := access.Principal{ID: "oidc:x#ann", Name: "ann", Roles: []string{"reader"}}
	search, err := searches(ctx, c, who, o)
	if err != nil {
		return nil, err
	}
	began = time.Now()
	m, err := c.Map(ctx, c.Sight(ctx, who), catalog.MapQuery{ID: catalog.StreamID("prod", "topic-0"), Up: true, Down: true, Depth: 20})
	if err != nil {
		return nil, err
	}
	lineage := time.Since(began)
	fmt.Printf("%d topics with %d fields each, %d jobs; the map of everything around one topic has %d nodes and %d edges\n", o.topics, o.fields, o.jobs, len(m.Nodes), len(m.Edges))
	return []figures.Figure{
		figures.New("catalog-search-p95", "ms", milliseconds(search), 1, figures.Most, 100),
		figures.New("catalog-lineage-map", "ms", milliseconds(lineage), 1, figures.None, 0),
		figures.New("catalog-first-fill", "s", fill.Seconds(), 1, figures.None, 0),
		figures.New("catalog-start", "s", load.Seconds(), 1, figures.None, 0),
	}, nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

var words = []string{"customer", "order", "payment", "email", "address", "amount", "currency", "status", "created", "updated", "merchant", "item", "sku", "quantity", "price", "country", "phone", "name", "id", "code"}

func estate(o options) (b catalog.Batch) {
	r := rand.New(rand.NewPCG(1, 2))
	now := time.Now().UTC().Truncate(time.Microsecond)
	stream := func(i int) catalog.ID { return catalog.StreamID("prod", fmt.Sprintf("topic-%d", i)) }
	word := func() string { return words[r.IntN(len(words))] }
	for i := range o.topics {
		b.Entities = append(b.Entities, catalog.Entity{ID: stream(i), Kind: catalog.Stream, Name: fmt.Sprintf("topic-%d", i), Cluster: "prod", First: now, Last: now})
		set := catalog.FieldSet{Stream: stream(i), Origin: catalog.SchemaOrigin}
		for f := range o.fields {
			set.Fields = append(set.Fields, catalog.Field{Part: catalog.Value, Path: fmt.Sprintf("%s.%s_%s_%d", word(), word(), word(), f), Type: "string"})
		}
		b.Fields = append(b.Fields, set)
	}
	used := min(o.topics, 1000) // so that all jobs hang together
	for i := range o.jobs {
		id := catalog.JobID(fmt.Sprintf("job-%d", i))
		b.Entities = append(b.Entities, catalog.Entity{ID: id, Kind: catalog.Job, Name: fmt.Sprintf("job-%d", i), First: now, Last: now})
		for d, at := range map[int]catalog.Direction{i % used: catalog.Reads, (i * 7) % used: catalog.Reads, (i*3 + 1) % used: catalog.Writes} {
			b.Edges = append(b.Edges, catalog.Edge{Stream: stream(d), System: id, Direction: at, Evidence: catalog.ByRecords, First: now, Last: now})
		}
	}
	return b
}

// searches asks for one to three words, some of which nearly all topics have, and gives the 95th percentile.
func searches(ctx context.Context, c *catalog.Catalog, who access.Principal, o options) (time.Duration, error) {
	r := rand.New(rand.NewPCG(3, 4))
	var took []time.Duration
	for i := range o.asks + 5 {
		text := words[r.IntN(len(words))]
		switch i % 4 {
		case 1:
			text += " " + words[r.IntN(len(words))]
		case 2:
			text = "field:" + text + " " + fmt.Sprintf("topic-%d", r.IntN(o.topics))
		case 3:
			text = text[:1]
		}
		began := time.Now()
		if _, err := c.Search(ctx, c.Sight(ctx, who), catalog.Query{Text: text}); err != nil {
			return 0, err
		}
		if i >= 5 { // the first ones make what is searched
			took = append(took, time.Since(began))
		}
	}
	slices.Sort(took)
	return took[len(took)*95/100], nil
}
