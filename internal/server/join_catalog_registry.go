package server

import (
	"cmp"
	"context"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/registry"
)

// catalogRegistry is catalog.Registry over the registry that this server keeps, follows, or stands before.
type catalogRegistry struct {
	server  *Server
	traffic *registryTraffic

	mu     sync.Mutex // guards what follows, of a proxy
	read   time.Time
	behind []catalog.SubjectVersion
}

// behindEvery is how often a proxy reads all that the registry behind it has.
const behindEvery = 5 * time.Minute

// Versions is that of catalog.Registry.
func (c *catalogRegistry) Versions(ctx context.Context) ([]catalog.SubjectVersion, error) {
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	r := c.server.registry
	switch {
	case r == nil:
		return nil, nil
	case r.kept != nil:
		return c.kept(ctx, r.kept)
	}
	return c.upstream(ctx)
}

func (c *catalogRegistry) kept(ctx context.Context, r *registry.Registry) (out []catalog.SubjectVersion, _ error) {
	all, err := r.Versions(ctx, registry.AllContexts, "", false, false)
	if err != nil {
		return nil, err
	}
	for _, v := range all {
		x := c.version(v.Subject, v.Version, v.ID, v.Kind, v.Time)
		if x.Fields, err = r.Fields(ctx, &v.Schema); err != nil && ctx.Err() != nil {
			return nil, err
		} // a schema that no language here reads has fields that nobody knows
		out = append(out, x)
	}
	return out, nil
}

// upstream reads what is behind a proxy, from time to time: registries answer one question for each version.
func (c *catalogRegistry) upstream(ctx context.Context) ([]catalog.SubjectVersion, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.server.now(); c.read.IsZero() || now.Sub(c.read) >= behindEvery {
		up, err := c.server.upstream()
		if err != nil {
			return nil, err
		}
		c.read = now // one that does not answer is not asked at each look either
		dump, err := up.Read(ctx)
		if err != nil {
			return nil, err
		}
		c.behind = c.dumped(dump)
	}
	return c.behind, nil
}

func (c *catalogRegistry) dumped(d *registry.Dump) (out []catalog.SubjectVersion) {
	type key struct {
		context string
		id      int
	}
	known := map[key]*registry.Line{}
	for i := range d.Schemas {
		known[key{d.Schemas[i].Context, d.Schemas[i].ID}] = &d.Schemas[i]
	}
	at := map[registry.Subject]map[int]*registry.Line{}
	for i := range d.Versions {
		v := &d.Versions[i]
		s := registry.Subject{Context: v.Context, Name: v.Subject}
		if at[s] == nil {
			at[s] = map[int]*registry.Line{}
		}
		at[s][v.Version] = known[key{v.Context, v.ID}]
	}
	for i := range d.Versions {
		v := &d.Versions[i]
		s := known[key{v.Context, v.ID}]
		if v.Deleted || s == nil {
			continue
		}
		x := c.version(registry.Subject{Context: v.Context, Name: v.Subject}, v.Version, v.ID, s.Type, time.Time{})
		x.Fields = fieldsOf(s, at)
		out = append(out, x)
	}
	return out
}

// fieldsOf are the fields of a schema that another registry has; none: it cannot be read.
func fieldsOf(s *registry.Line, at map[registry.Subject]map[int]*registry.Line) []language.Field {
	_, registered := languages()
	fresh, _ := languages()
	kind := cmp.Or(s.Type, language.Avro)
	for _, l := range append(registered, fresh...) {
		if l.Kind() != kind {
			continue
		}
		var refs []language.Referenced
		seen := map[string]bool{}
		var add func(context string, all []registry.Reference)
		add = func(context string, all []registry.Reference) {
			for _, ref := range all {
				to := at[registry.ParseSubject(ref.Subject, context)][ref.Version]
				if seen[ref.Name] || to == nil {
					continue
				}
				seen[ref.Name] = true
				add(to.Context, to.References)
				refs = append(refs, language.Referenced{Name: ref.Name, Text: to.Schema})
			}
		}
		add(s.Context, s.References)
		if p, err := l.Parse(s.Schema, refs); err == nil {
			return p.Fields()
		}
		return nil
	}
	return nil
}

// version is one of a subject, with the topic that its name is for.
func (c *catalogRegistry) version(s registry.Subject, number, id int, kind language.Kind, at time.Time) catalog.SubjectVersion {
	x := catalog.SubjectVersion{Context: s.Context, Subject: s.Name, Version: number, ID: id, Language: cmp.Or(kind, language.Avro), At: at}
	x.Topic, x.Part = topicOf(s.Name)
	if x.Topic != "" {
		x.Cluster = c.server.registryCluster()
	}
	return x
}

// topicOf is the topic that a subject is for by the strategy TopicName; empty: its name says none.
func topicOf(subject string) (string, catalog.Part) {
	if topic, ok := strings.CutSuffix(subject, "-value"); ok {
		return topic, catalog.Value
	}
	if topic, ok := strings.CutSuffix(subject, "-key"); ok {
		return topic, catalog.Key
	}
	return "", catalog.Value
}

// registryCluster is the cluster that subjects of this server's registry are for: the only one whose registry is this one, or which names none. Empty:
// it may be one of several.
func (s *Server) registryCluster() string {
	var pointing, silent []string
	for name, o := range s.clusters.byName {
		switch {
		case o.registry == nil:
			silent = append(silent, name)
		case s.isRegistry(o.registry.url):
			pointing = append(pointing, name)
		}
	}
	switch {
	case len(pointing) == 1:
		return pointing[0]
	case len(pointing) == 0 && len(silent) == 1 && len(s.clusters.byName) == 1:
		return silent[0]
	}
	return ""
}

// isRegistry tells whether an address is that of this server's registry, or of the one behind it.
func (s *Server) isRegistry(address string) bool {
	host := func(address string) string {
		u, err := url.Parse(address)
		if err != nil {
			return ""
		}
		return plainServer(u.Host) + strings.TrimRight(u.Path, "/")
	}
	to := host(address)
	if to == "" || s.registry == nil {
		return false
	}
	return to == host(s.registry.url) || s.cfg.Registry.Mode != config.RegistryServe && to == host(s.cfg.Registry.Upstream)
}
