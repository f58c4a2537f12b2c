package catalog

import "time"

// ChangedBefore is the newest change of what writes a stream, within some time before a moment: a program that a job had not run with before, or a
// version of a schema of the stream that was not its first. Programs are of the job alone; an empty one has none.
func (c *Catalog) ChangedBefore(stream, job ID, at time.Time, within time.Duration) (newest Entity, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, of := range []struct {
		parent ID
		kind   Kind
	}{{job, Program}, {stream, Schema}} {
		known := 0
		var last *node
		for _, id := range c.children[of.parent] {
			n := c.nodes[id]
			if n == nil || n.Kind != of.kind || n.First.IsZero() || n.First.After(at) {
				continue
			}
			known++
			if last == nil || n.First.After(last.First) {
				last = n
			}
		}
		if known > 1 && !last.First.Before(at.Add(-within)) && (!ok || last.First.After(newest.First)) {
			newest, ok = last.Entity, true
		}
	}
	return newest, ok
}
