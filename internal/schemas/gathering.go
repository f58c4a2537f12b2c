package schemas

import (
	"errors"

	"github.com/sightglass/sightglass/internal/event"
)

// gathering is a schema while its references are fetched.
type gathering struct {
	text *event.SchemaText
	size int
	seen map[string]bool // names of references, also of those that are on their way: a circle ends
}

// has marks a name as seen and tells whether it was.
func (g *gathering) has(name string) bool {
	was := g.seen[name]
	g.seen[name] = true
	return was
}

func (g *gathering) deeper(depth int) error {
	if depth > maxDepth || len(g.seen) > maxReferences {
		return unreachable("it sent a schema that refers to too many others")
	}
	return nil
}

func (g *gathering) add(r event.SchemaReference) error {
	if g.size += len(r.Text); len(r.Text) > maxSchemaBytes || g.size > maxTotalBytes {
		return errTooLarge
	}
	g.text.References = append(g.text.References, r)
	return nil
}

// ofReference makes a missing reference a fault of the registry: the schema itself is there.
func ofReference(err error) error {
	if errors.Is(err, event.ErrNoSchema) {
		return unreachable("a schema refers to one that it does not have")
	}
	return err
}
