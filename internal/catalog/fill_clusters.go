package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
)

// mostGroups of a cluster are asked at one look; the others have their turn at the next.
const mostGroups = 100

// fillClusters takes in topics, groups and rules of the authorizers. A cluster that does not answer stays as it is known.
func (c *Catalog) fillClusters(ctx context.Context) error {
	var failed []error
	for _, cluster := range c.Browser.Estate().Clusters() {
		if err := c.fillCluster(ctx, cluster); err != nil {
			failed = append(failed, fmt.Errorf("cluster %s: %w", cluster, err))
		}
	}
	return errors.Join(failed...)
}

func (c *Catalog) fillCluster(ctx context.Context, cluster string) error {
	estate, now := c.Browser.Estate(), c.Now().UTC().Truncate(time.Microsecond)
	topics, err := estate.Topics(ctx, cluster)
	if err != nil {
		return err
	}
	var b Batch
	names := make(map[string]bool, len(topics))
	for _, t := range topics {
		if t.Internal {
			continue
		}
		names[t.Name] = true
		e := Entity{ID: StreamID(cluster, t.Name), Kind: Stream, Name: t.Name, Cluster: cluster, First: now, Last: now, Facts: map[string]string{
			"partitions": strconv.Itoa(t.Partitions), "replicas": strconv.Itoa(t.Replicas), "cleanup": t.Cleanup,
		}}
		if t.Retention != 0 {
			e.Facts["retention_ms"] = strconv.FormatInt(max(-1, t.Retention.Milliseconds()), 10)
		}
		b.Entities = append(b.Entities, e)
	}
	groupsFailed := c.groups(ctx, cluster, now, &b)
	acls, aclsFailed := estate.ACLs(ctx, cluster)
	permitted(&b, cluster, acls, names, now)
	return errors.Join(c.Take(ctx, b), groupsFailed, aclsFailed)
}

// groups adds those of a cluster with what they read.
func (c *Catalog) groups(ctx context.Context, cluster string, now time.Time, b *Batch) error {
	estate := c.Browser.Estate()
	all, err := estate.Groups(ctx, cluster)
	if err != nil {
		return err
	}
	slices.SortFunc(all, func(x, y browse.GroupSummary) int { return strings.Compare(x.Name, y.Name) })
	from := c.filled.groups[cluster]
	if from >= len(all) {
		from = 0
	}
	until := min(len(all), from+mostGroups)
	c.filled.groups[cluster] = until
	for _, s := range all[from:until] {
		g, err := estate.Group(ctx, cluster, s.Name)
		if errors.Is(err, browse.ErrNotFound) {
			continue // gone since it was listed
		}
		if err != nil {
			return err
		}
		c.filled.moves[groupID(cluster, g.Name)] = group(b, cluster, &g, now, c.filled.moves[groupID(cluster, g.Name)])
	}
	return nil
}

func groupID(cluster, name string) ID { return ID(string(Group) + ":" + cluster + "/" + name) }

// group adds one. That it has members says that it lives, and so do offsets that went on since the look before: Flink's sources commit without being
// members. Offsets alone say that it once read. The answer is how far it is, by topic and partition; one
// that did not answer is not there.
func group(b *Batch, cluster string, g *browse.Group, now time.Time, before map[string]int64) map[string]int64 {
	id := groupID(cluster, g.Name)
	e := Entity{ID: id, Kind: Group, Name: g.Name, Cluster: cluster, First: now, Facts: map[string]string{
		"state": g.State, "protocol": g.Protocol, "members": strconv.Itoa(len(g.Roster)), "clients": strings.Join(clientsOf(g), " "),
	}}
	if len(g.Roster) > 0 {
		e.Last = now
	}
	b.Entities = append(b.Entities, e)
	read := make(map[string]int)
	at, goesOn := make(map[string]int64), make(map[string]bool)
	part := func(topic string, partition int32) string { return topic + "/" + strconv.Itoa(int(partition)) }
	for _, p := range g.Partitions {
		read[p.Topic]++
		if p.Err == nil {
			at[part(p.Topic, p.Partition)] = p.Committed
			if past, known := before[part(p.Topic, p.Partition)]; known && p.Committed > past {
				goesOn[p.Topic] = true
			}
		}
	}
	lives := make(map[string]bool)
	for _, m := range g.Roster {
		for _, a := range m.Assigned {
			read[a.Topic] = max(read[a.Topic], len(a.Partitions))
			lives[a.Topic] = true
		}
	}
	for topic, n := range read {
		stream := StreamID(cluster, topic)
		b.Entities = append(b.Entities, Entity{ID: stream, Kind: Stream, Name: topic, Cluster: cluster, First: now})
		edge := Edge{Stream: stream, System: id, Direction: Reads, Evidence: ByGroup, First: now, Detail: fmt.Sprintf("offsets of %d partitions, %s", n, strings.ToLower(g.State))}
		if goesOn[topic] {
			edge.Last = now
			edge.Detail = fmt.Sprintf("offsets of %d partitions, which go on", n)
		}
		if lives[topic] {
			edge.Last = now
			edge.Detail = fmt.Sprintf("%d partitions, %d members: %s", n, len(g.Roster), strings.Join(clientsOf(g), " "))
		}
		b.Edges = append(b.Edges, edge)
	}
	return at
}

func clientsOf(g *browse.Group) (names []string) {
	for _, m := range g.Roster {
		if m.Client != "" && !slices.Contains(names, m.Client) {
			names = append(names, m.Client)
		}
	}
	slices.Sort(names)
	return names[:min(len(names), 10)]
}

// permitted adds who may read or write a topic by a rule for its very name. Rules for prefixes and for all say little of one topic, and what is
// denied is no edge.
func permitted(b *Batch, cluster string, acls []browse.ACL, topics map[string]bool, now time.Time) {
	for _, a := range acls {
		if a.Resource != "TOPIC" || a.Pattern != "LITERAL" || a.Permission != "ALLOW" || !topics[a.Name] {
			continue
		}
		var directions []Direction
		switch a.Operation {
		case "READ":
			directions = []Direction{Reads}
		case "WRITE":
			directions = []Direction{Writes}
		case "ALL":
			directions = []Direction{Reads, Writes}
		}
		name := strings.TrimPrefix(a.Principal, "User:")
		id := ID(string(Principal) + ":" + cluster + "/" + name)
		for _, d := range directions {
			b.Entities = append(b.Entities, Entity{ID: id, Kind: Principal, Name: name, Cluster: cluster, First: now})
			// Last stays empty: a rule says that it may, and nothing was seen of it.
			b.Edges = append(b.Edges, Edge{Stream: StreamID(cluster, a.Name), System: id, Direction: d, Evidence: ByACL, First: now, Detail: "rule " + a.Operation + " for " + a.Name})
		}
	}
}
