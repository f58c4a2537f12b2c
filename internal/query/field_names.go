package query

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// Naming says what the rows of a recording's blocks leave to its definitions: serializers, and names of fields of tables' rows, which
// their serializers do not know. It is of the moment in which it was asked for. Safe for concurrent use.
type Naming struct{ cat *catalogue }

// Naming gives that of a recording. Errors: ErrNotFound.
func (e *Engine) Naming(ctx context.Context, rec event.RecordingID) (Naming, error) {
	v, err := e.open(ctx, rec)
	if err != nil {
		return Naming{}, err
	}
	defer v.close()
	return Naming{v.cat}, nil
}

// Serializer is that of the elements of a partition; 0 = not known.
func (n Naming) Serializer(partition event.Key) event.DefinitionID {
	return n.cat.serializer(partition)
}

// State is a state by its definition; nil = not known.
func (n Naming) State(id event.DefinitionID) *event.StateDef { return n.cat.states[id] }

// Split is a split by its definition; nil = not known.
func (n Naming) Split(id event.DefinitionID) *event.SplitDef { return n.cat.splits[id] }

// Fields are the names of the fields of what an operator of an attempt sends with a serializer; nil = not known.
func (n Naming) Fields(attempt event.Key, operator int, serializer event.DefinitionID) []string {
	return n.cat.fields(attempt, max(operator, 0), serializer)
}

// KeyFields are those of the operator's key.
func (n Naming) KeyFields(attempt event.Key, operator int) []string {
	return n.cat.keyFields(attempt, operator)
}

// Output is the serializer of what an operator of an attempt gives; 0 = not known.
func (n Naming) Output(attempt event.Key, operator int) event.DefinitionID {
	def := n.cat.attempts[attempt].def(max(operator, 0))
	if def == nil {
		return 0
	}
	id, err := event.ParseDefinitionID(def.Out)
	if err != nil {
		return 0
	}
	return id
}

// KeyedOperator is a task whose head has a key.
type KeyedOperator struct {
	Operator                    string // name
	Parallelism, MaxParallelism int
	Key                         event.DefinitionID // serializer
}

// Keyed are the tasks of the recording whose heads have keys, each once.
func (n Naming) Keyed() (all []KeyedOperator) {
	for _, a := range n.cat.attempts {
		def := a.def(0)
		if def == nil || def.Key == "" {
			continue
		}
		id, err := event.ParseDefinitionID(def.Key)
		if err != nil {
			continue
		}
		k := KeyedOperator{def.Name, a.Parallelism, a.MaxParallelism, id}
		if !slices.Contains(all, k) {
			all = append(all, k)
		}
	}
	slices.SortFunc(all, func(a, b KeyedOperator) int {
		return cmp.Or(strings.Compare(a.Operator, b.Operator), a.MaxParallelism-b.MaxParallelism, a.Parallelism-b.Parallelism, cmp.Compare(a.Key, b.Key))
	})
	return all
}
