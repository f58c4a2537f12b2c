package browse

import (
	"sync"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/serde"
)

// maxDecoders bounds the compiled decoders that are kept: a job has some dozens.
const maxDecoders = 4096

// decoders compiles each serializer definition once.
type decoders struct {
	definition func(event.DefinitionID) (event.Definition, bool)
	mu         sync.Mutex
	compiled   map[event.DefinitionID]compiled
}

type compiled struct {
	decoder *serde.Decoder
	name    string // of the type, as a reader of the job's source would name it; empty when not known
}

func newDecoders(definition func(event.DefinitionID) (event.Definition, bool)) *decoders {
	return &decoders{definition: definition, compiled: map[event.DefinitionID]compiled{}}
}

// of finds the decoder of a serializer. Without a definition (it may still come) the decoder shows bytes and says so.
func (d *decoders) of(id event.DefinitionID) compiled {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c, ok := d.compiled[id]; ok {
		return c
	}
	def, ok := d.definition(id)
	if id == 0 || !ok {
		return opaque("its serializer was not recorded")
	}
	c := opaque("the description of its serializer cannot be read")
	if descriptor, err := event.ParseDescriptor(def.Body); err == nil {
		value := descriptor
		if value.T == event.SerStreamElement && value.S != nil {
			value = value.S // the wrapper of everything that is sent says nothing
		}
		c = compiled{serde.Compile(descriptor, serde.Limits{}), value.TypeName()}
	}
	if len(d.compiled) >= maxDecoders {
		for other := range d.compiled { // any one: its next use compiles it again
			delete(d.compiled, other)
			break
		}
	}
	d.compiled[id] = c
	return c
}

func opaque(why string) compiled {
	return compiled{decoder: serde.Compile(&event.Descriptor{T: event.SerOpaque, Why: why}, serde.Limits{})}
}
