package replay

import (
	"encoding/json"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// definitions resolves what rows name.
type definitions interface {
	Text(id event.DefinitionID) string
	Split(id event.DefinitionID) event.SplitDef
	// Producer of a partition; ok is false when its definition has not come.
	Producer(partition event.Key) (attempt event.Key, ok bool)
	// Serializer of a partition's elements; 0 = not known.
	Serializer(partition event.Key) event.DefinitionID
}

// dictionary resolves what rows of a recording name.
type dictionary struct {
	store     store.Reader
	producers map[event.Key]event.Key
	partition map[event.Key]event.PartitionDef
	attempts  map[event.Key]event.AttemptDef
	processes map[string]event.ProcessDef
}

func newDictionary(s store.Reader, recording event.RecordingID) *dictionary {
	d := &dictionary{
		store: s, producers: make(map[event.Key]event.Key), partition: make(map[event.Key]event.PartitionDef),
		attempts: make(map[event.Key]event.AttemptDef), processes: make(map[string]event.ProcessDef),
	}
	all, _ := s.Definitions(0)
	for _, def := range all {
		switch def.Kind {
		case event.DefPartition:
			var p event.PartitionDef
			if json.Unmarshal(def.Body, &p) != nil {
				continue // another room says so
			}
			key, err := event.ParseKey(p.Partition)
			attempt, err2 := event.ParseKey(p.Attempt)
			if err == nil && err2 == nil {
				d.producers[key], d.partition[key] = attempt, p
			}
		case event.DefAttempt:
			var a event.AttemptDef
			if json.Unmarshal(def.Body, &a) != nil || a.Recording != recording.String() {
				continue
			}
			if key, err := event.ParseKey(a.AttemptKey); err == nil {
				d.attempts[key] = a
			}
		case event.DefProcess:
			var p event.ProcessDef
			if json.Unmarshal(def.Body, &p) == nil {
				d.processes[p.Process] = p
			}
		}
	}
	return d
}

// Text is the text of a definition of kind string, empty when there is none.
func (d *dictionary) Text(id event.DefinitionID) string {
	if id == (event.DefinitionID(0)) {
		return ""
	}
	def, ok := d.store.Definition(id)
	if !ok || def.Kind != event.DefString {
		return ""
	}
	return string(def.Body)
}

// State is a definition of kind state; without a name when there is none.
func (d *dictionary) State(id event.DefinitionID) (s event.StateDef) {
	if def, ok := d.store.Definition(id); ok && def.Kind == event.DefState {
		_ = json.Unmarshal(def.Body, &s) // what cannot be read names no state
	}
	return s
}

// Split is a definition of kind split, zero when there is none.
func (d *dictionary) Split(id event.DefinitionID) (s event.SplitDef) {
	if def, ok := d.store.Definition(id); ok && def.Kind == event.DefSplit {
		_ = json.Unmarshal(def.Body, &s) // what cannot be read names no place
	}
	return s
}

// Producer is the attempt that a partition is of.
func (d *dictionary) Producer(partition event.Key) (event.Key, bool) {
	key, ok := d.producers[partition]
	return key, ok
}

// Serializer is the definition of the serializer of a partition's elements, 0 when it is not known.
func (d *dictionary) Serializer(partition event.Key) event.DefinitionID {
	id, err := event.ParseDefinitionID(d.partition[partition].Serializer)
	if err != nil {
		return 0
	}
	return id
}
