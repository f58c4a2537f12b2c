package browse

import (
	"sync"

	"github.com/sightglass/sightglass/internal/access"
)

// FieldTags is what people call fields of the records of topics, beside what schemas do: the catalog has it. Implementations MUST be safe for
// concurrent use, answer from memory, and give the same pointer until something changes.
type FieldTags interface {
	// TagsOf is that of a part of the records of a topic, in Added; nil = nothing is called anything. cluster is empty for what recordings hold,
	// which names no cluster: then it is all that is said of topics of that name.
	TagsOf(cluster, topic string, part access.Part) *access.Tagged
}

// noFieldTags is where there is no catalog.
type noFieldTags struct{}

func (noFieldTags) TagsOf(string, string, access.Part) *access.Tagged { return nil }

// joinedTags keeps what schemas and people call fields together, one object for each pair: plans of access are kept by it.
type joinedTags struct {
	mu    sync.Mutex
	known map[[2]*access.Tagged]*access.Tagged
}

// mostJoined are kept; then all are made anew.
const mostJoined = 10_000

// of is what a schema and what people call fields; nil: neither does.
func (j *joinedTags) of(schema, said *access.Tagged) *access.Tagged {
	switch {
	case said == nil:
		return schema
	case schema == nil:
		return said
	}
	k := [2]*access.Tagged{schema, said}
	j.mu.Lock()
	defer j.mu.Unlock()
	if t := j.known[k]; t != nil {
		return t
	}
	if j.known == nil || len(j.known) >= mostJoined {
		j.known = make(map[[2]*access.Tagged]*access.Tagged)
	}
	t := *schema
	t.Added = said.Added
	j.known[k] = &t
	return &t
}
