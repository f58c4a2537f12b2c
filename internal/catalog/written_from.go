package catalog

import "slices"

// Written is a stream that a system writes, with the fields of it that come out of another stream.
type Written struct {
	Entity
	Flows []Flow // none: which fields come out is not known
}

// WrittenFrom are the streams that a system writes, with what comes out of a stream that it reads. hidden is how many the caller may not see.
func (c *Catalog) WrittenFrom(s *Sight, from, system ID) (out []Written, hidden int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	n := c.nodes[system]
	if n == nil {
		return nil, 0
	}
	seen := []ID{}
	for _, k := range n.edges {
		to := k.row.Stream
		if k.row.Direction != Writes || to == from || slices.Contains(seen, to) {
			continue
		}
		seen = append(seen, to)
		stream := c.nodes[to]
		switch {
		case stream == nil:
			continue
		case !s.sees(stream):
			hidden++
			continue
		}
		w := Written{Entity: stream.Entity}
		for _, f := range stream.flows {
			if f.row.From == from && f.row.To == to && f.row.Via == system {
				w.Flows = append(w.Flows, f.row)
			}
		}
		out = append(out, w)
	}
	return out, hidden
}

// ReadAs are the fields of the type that a recorded job makes of a stream's values; none: not known.
func (c *Catalog) ReadAs(stream, system ID) (fields []Field) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if n := c.nodes[stream]; n != nil {
		for _, f := range n.fields {
			if f.Part == Value && f.Origin == typeOrigin+string(system) {
				fields = append(fields, f)
			}
		}
	}
	return fields
}
