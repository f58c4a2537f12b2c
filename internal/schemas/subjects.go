package schemas

import (
	"context"
	"errors"
	"slices"

	"github.com/sightglass/sightglass/internal/event"
)

// errSubjects: a registry of that kind has no subjects.
var errSubjects = errors.New("the registry does not tell the subjects of an id")

// Subjects are those that have the schema, of the first registry that knows it. It asks each time and takes at most five seconds per registry. Errors:
// event.ErrNoSchema, *event.RegistryError, and that no registry tells.
func (r *Reader) Subjects(ctx context.Context, id event.SchemaID) ([]string, error) {
	failed := errSubjects
	for _, f := range r.registries {
		c, ok := f.(*confluent)
		if !ok || id.Registry != event.RegistryConfluent || id.GUID != "" {
			continue
		}
		limited, cancel := context.WithTimeout(ctx, callTimeout)
		var all []struct{ Subject string }
		err := c.json(limited, &all, nil, "schemas", "ids", id.String(), "versions")
		cancel()
		if err != nil {
			failed = err
			continue
		}
		var out []string
		for _, s := range all {
			out = append(out, s.Subject)
		}
		slices.Sort(out)
		return slices.Compact(out), nil
	}
	return nil, failed
}
