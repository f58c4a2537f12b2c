package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// Who is who writes and reads a stream, or a field of it.
type Who struct {
	Brief
	Contact          string
	Writers, Readers []System
	Unknown          []System // of a field: systems of which nobody knows whether they read or write it
	Hidden           int
}

// Who answers of a stream; path is of a field, empty = of the whole. Errors: ErrNotFound.
func (c *Catalog) Who(s *Sight, id ID, path string) (w Who, err error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	n, err := c.find(s, id)
	if err != nil {
		return w, err
	}
	if path != "" && !slices.ContainsFunc(n.fields, func(f Field) bool { return f.Path == path }) {
		return w, fmt.Errorf("%w: %s has no field of that path that is known", ErrNotFound, n.Name)
	}
	w.Brief, w.Contact = c.brief(n), strings.Join(n.values("", Contact), ", ")
	for _, x := range c.systems(s, n, &w.Hidden) {
		named := path == "" || slices.Contains(x.Paths, path) || slices.Contains(x.Paths, "key:"+path)
		switch {
		case !named && !x.Known:
			w.Unknown = append(w.Unknown, x)
		case !named:
		case x.Reads:
			w.Readers = append(w.Readers, x)
		default:
			w.Writers = append(w.Writers, x)
		}
	}
	return w, nil
}
