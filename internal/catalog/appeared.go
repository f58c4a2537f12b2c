package catalog

import (
	"context"

	"github.com/sightglass/sightglass/internal/tables"
)

// begins tells whether an edge is the first evidence that a system reads a stream. Of streams that are new themselves all readers are, and an access
// rule says not that somebody reads. c.mu is held.
func (c *Catalog) begins(e *Edge) bool {
	n := c.nodes[e.Stream]
	if n == nil || e.Direction != Reads || e.Evidence == ByACL {
		return false
	}
	for _, k := range n.edges {
		if r := &k.row; r.System == e.System && r.Direction == Reads && r.Evidence != ByACL {
			return false
		}
	}
	return true
}

// tellReaders tells of systems that begin to read, each once, however much says so.
func (c *Catalog) tellReaders(ctx context.Context, tx *tables.Tx, steps []step) error {
	if c.Appeared == nil {
		return nil
	}
	told := map[[2]ID]bool{}
	for _, s := range steps {
		if s.reads == nil || told[[2]ID{s.reads.Stream, s.reads.System}] {
			continue
		}
		told[[2]ID{s.reads.Stream, s.reads.System}] = true
		if err := c.Appeared(ctx, tx, *s.reads); err != nil {
			return err
		}
	}
	return nil
}
