package browse

import (
	"sync"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/serde"
)

// schemaTags keeps what schemas call their fields, one object for each schema and type: plans of access are kept by it.
type schemaTags struct{ known sync.Map } // taggedType → *access.Tagged

type taggedType struct {
	schema *serde.Schema
	typ    string
}

// noTags are those of a value that hints at a schema by which it was not read: any field may have any tag.
var noTags = &access.Tagged{}

// of is what the schema of a value calls its fields; nil: it has none.
func (t *schemaTags) of(d *serde.Decoded) *access.Tagged {
	switch {
	case d.Schema == nil && d.Fallback != "":
		return noTags
	case d.Schema == nil:
		return nil
	}
	k := taggedType{d.Schema, d.Tree.Info().Type}
	if x, ok := t.known.Load(k); ok {
		return x.(*access.Tagged)
	}
	places, whole := d.Schema.TagsOf(k.typ)
	x := &access.Tagged{Schema: k.typ, Whole: whole}
	for _, p := range places {
		x.Fields = append(x.Fields, access.TaggedField{Path: p.Path, Tags: p.Tags})
	}
	kept, _ := t.known.LoadOrStore(k, x)
	return kept.(*access.Tagged)
}
