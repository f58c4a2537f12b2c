package server

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/schemas"
)

// registryTraffic remembers which client asked a registry for what, each once with the last time, for the catalog to take over. Safe for concurrent use.
type registryTraffic struct {
	mu   sync.Mutex
	seen map[trafficKey]trafficTimes
	lost int64 // that there was no room for
}

type trafficKey struct {
	principal, client, address string
	writes                     bool
	subject                    string
	id                         int
}

type trafficTimes struct{ first, last time.Time }

// mostTraffic is how many are remembered; trafficFor how long those are kept that the catalog has taken over long ago.
const (
	mostTraffic = 20_000
	trafficFor  = 2 * time.Hour
)

// Observe is that of registry.Observer. What failed says nothing of a client, and this server's own questions are no use of a stream.
func (r *registryTraffic) Observe(t registry.Traffic) {
	k := trafficKey{principal: t.Principal, client: strings.TrimSpace(t.Client + " " + t.Version), address: t.IP, subject: t.Subject, id: t.ID}
	switch t.Kind {
	case registry.RequestRegister, registry.RequestLookup:
		k.writes = true
	case registry.RequestFetchID:
	default:
		return
	}
	if t.Status != http.StatusOK || t.Client == schemas.Agent {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	x, known := r.seen[k]
	if !known && len(r.seen) >= mostTraffic {
		for k, x := range r.seen {
			if t.At.Sub(x.last) > trafficFor {
				delete(r.seen, k)
			}
		}
		if len(r.seen) >= mostTraffic {
			r.lost++
			return
		}
	}
	if r.seen == nil {
		r.seen = map[trafficKey]trafficTimes{}
	}
	if !known {
		x.first = t.At
	}
	x.last = t.At
	r.seen[k] = x
}

// Requests is that of catalog.Registry. An id that stands for schemas of several topics says not of which records a client reads.
func (c *catalogRegistry) Requests(ctx context.Context, since time.Time) (out []catalog.RegistryRequest, err error) {
	r := c.traffic
	r.mu.Lock()
	lost := r.lost
	r.lost = 0
	for k, x := range r.seen {
		if x.last.Before(since) {
			continue
		}
		if c.server.gate == nil && strings.HasPrefix(k.principal, access.LocalPrincipal("").ID) { // nobody was asked: all clients would be one
			k.principal = ""
		}
		out = append(out, catalog.RegistryRequest{Principal: k.principal, Client: k.client, Address: k.address, Writes: k.writes, Topic: k.subject, ID: k.id, First: x.first, Last: x.last})
	}
	r.mu.Unlock()
	if lost > 0 {
		c.server.log.Warn("requests to the schema registry were not taken into the catalog: more clients than are remembered", "requests", lost)
	}
	cluster := c.server.registryCluster()
	topics := map[int][]string{}
	for i := range out {
		x := &out[i]
		if x.Topic != "" {
			x.Topic, _ = topicOf(registry.ParseSubject(x.Topic, "").Name)
		} else if x.ID != 0 {
			all, known := topics[x.ID]
			if !known {
				if all, err = c.topicsOf(ctx, x.ID); err != nil {
					return nil, err
				}
				topics[x.ID] = all
			}
			if len(all) == 1 {
				x.Topic = all[0]
			}
		}
		if x.Topic != "" {
			x.Cluster = cluster
		}
	}
	return out, nil
}

// topicsOf are the topics of an id's subjects.
func (c *catalogRegistry) topicsOf(ctx context.Context, id int) (out []string, _ error) {
	add := func(subject string) {
		if topic, _ := topicOf(subject); !slices.Contains(out, topic) {
			out = append(out, topic)
		}
	}
	if r := c.server.registry; r != nil && r.kept != nil {
		s, err := r.kept.ByID(ctx, id, "", "")
		if err != nil {
			return nil, nil // it was deleted for good meanwhile
		}
		uses, err := r.kept.Uses(ctx, s, true)
		for _, u := range uses {
			add(u.Subject.Name)
		}
		return out, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.behind {
		if v := &c.behind[i]; v.ID == id && v.Context == registry.DefaultContext {
			add(v.Subject)
		}
	}
	return out, nil
}
