package catalog

import (
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
)

// taggedKey is a part of the records of a topic; without a cluster it is of recorded records, whose cluster nobody tells.
type taggedKey struct {
	cluster, topic string
	part           access.Part
}

// TagsOf is what people, contracts and schemas call the fields of a topic's records, for masks: all of it, whoever said it. The answer is the same
// pointer until something changes, since plans are kept by it. nil: nothing is called anything. Without a cluster it is what is said of any topic
// of that name.
func (c *Catalog) TagsOf(cluster, topic string, part access.Part) *access.Tagged {
	k := taggedKey{cluster, topic, part}
	c.mu.RLock()
	t, ok := c.tagged[k]
	c.mu.RUnlock()
	if ok {
		return t
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if t, ok := c.tagged[k]; ok {
		return t
	}
	if c.tagged == nil || len(c.tagged) >= mostTagged {
		c.tagged = make(map[taggedKey]*access.Tagged)
	}
	t = c.makeTagged(k)
	c.tagged[k] = t
	return t
}

// mostTagged answers are kept; then all are made anew.
const mostTagged = 20_000

func (c *Catalog) makeTagged(k taggedKey) *access.Tagged {
	out := &access.Tagged{Schema: "catalog", Whole: true}
	for _, id := range c.named[strings.ToLower(k.topic)] {
		if n := c.nodes[id]; n != nil && n.Name == k.topic && (k.cluster == "" || n.Cluster == k.cluster) {
			n.addTags(Part(k.part), out)
		}
	}
	if len(out.Added) == 0 {
		return nil
	}
	return out
}

func (n *node) addTags(part Part, out *access.Tagged) {
	add := func(path string, tags []string) {
		if len(tags) == 0 {
			return
		}
		i := slices.IndexFunc(out.Added, func(f access.TaggedField) bool { return f.Path == path })
		if i < 0 {
			i = len(out.Added)
			out.Added = append(out.Added, access.TaggedField{Path: path})
		}
		for _, t := range tags {
			if !slices.Contains(out.Added[i].Tags, t) {
				out.Added[i].Tags = append(out.Added[i].Tags, t)
			}
		}
	}
	for _, f := range n.fields {
		if f.Part == part {
			add(f.Path, f.Tags)
		}
	}
	for _, m := range n.marks { // a path that keys and values both have is tagged in both
		if m.Attribute == Tags && m.Path != "" {
			add(m.Path, m.Values)
		}
	}
	for i, f := range out.Added { // what is inside of a tagged field is called as it is
		if inside := f.Path + ".**"; !slices.ContainsFunc(out.Added, func(x access.TaggedField) bool { return x.Path == inside }) && !strings.HasSuffix(f.Path, ".**") {
			out.Added = append(out.Added, access.TaggedField{Path: inside, Tags: out.Added[i].Tags})
		}
	}
}
