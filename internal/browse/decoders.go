package browse

import (
	"strings"
	"sync"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/serde"
)

// maxDecoders bounds the compiled decoders that are kept: a job has some dozens.
const maxDecoders = 4096

// decoders compiles each serializer definition once for each list of names that is laid over it.
type decoders struct {
	definition func(event.DefinitionID) (event.Definition, bool)
	mu         sync.Mutex
	compiled   map[decoderKey]compiled
}

type decoderKey struct {
	id    event.DefinitionID
	names string // joined by zero bytes
}

type compiled struct {
	decoder *serde.Decoder
	name    string // of the type, as a reader of the job's source would name it; empty when not known
}

func newDecoders(definition func(event.DefinitionID) (event.Definition, bool)) *decoders {
	return &decoders{definition: definition, compiled: map[decoderKey]compiled{}}
}

// of finds the decoder of a serializer. Without a definition (it may still come) the decoder shows bytes and says so.
func (d *decoders) of(id event.DefinitionID) compiled { return d.named(id, nil) }

// named is of with names for the fields of a row of the table stack, which its serializer does not know. They are used when
// there is one for each field.
func (d *decoders) named(id event.DefinitionID, names []string) compiled {
	key := decoderKey{id, strings.Join(names, "\x00")}
	d.mu.Lock()
	defer d.mu.Unlock()
	if c, ok := d.compiled[key]; ok {
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
		if value.T == event.SerRowData && len(value.Fields) == len(names) {
			for i := range value.Fields {
				value.Fields[i].Name = names[i]
			}
		}
		c = compiled{serde.Compile(descriptor, serde.Limits{}), value.TypeName()}
	}
	if len(d.compiled) >= maxDecoders {
		for other := range d.compiled { // any one: its next use compiles it again
			delete(d.compiled, other)
			break
		}
	}
	d.compiled[key] = c
	return c
}

func opaque(why string) compiled {
	return compiled{decoder: serde.Compile(&event.Descriptor{T: event.SerOpaque, Why: why}, serde.Limits{})}
}
