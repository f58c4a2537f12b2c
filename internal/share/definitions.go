package share

import (
	"encoding/binary"
	"encoding/json"
	"regexp"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// appendDefinition writes one: kind u8, length u32 little-endian, body.
func appendDefinition(b []byte, d event.Definition) []byte {
	b = append(b, byte(d.Kind))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(d.Body)))
	return append(b, d.Body...)
}

// parseDefinitions reads those of a message; ids follow from what they say. ErrChanged.
func parseDefinitions(b []byte) ([]event.Definition, error) {
	var list []event.Definition
	f := fields{b: b}
	for len(f.b) > 0 && !f.bad {
		kind := f.take(1)
		body := f.take(uint64(f.u32()))
		if f.bad {
			return nil, changed("a definition is cut")
		}
		list = append(list, event.NewDefinition(event.DefinitionKind(kind[0]), body))
	}
	return list, nil
}

// dictionary collects the definitions that blocks name, and those that these name in turn.
type dictionary struct {
	from store.Reader
	list []event.Definition // in the order in which they were met
	have map[event.DefinitionID]bool
}

func newDictionary(from store.Reader) *dictionary {
	return &dictionary{from: from, have: map[event.DefinitionID]bool{}}
}

// ids are what a body may name other definitions by: 16 hexadecimal digits in quotes. A key of an attempt that looks the same has no
// definition, and costs a look.
var ids = regexp.MustCompile(`"[0-9a-f]{16}"`)

// add takes a definition and what it names. One that did not come is left out: a reader knows how to do without.
func (d *dictionary) add(id event.DefinitionID) {
	if id == 0 || d.have[id] {
		return
	}
	def, ok := d.from.Definition(id)
	if !ok {
		return
	}
	d.take(def)
}

func (d *dictionary) take(def event.Definition) {
	if d.have[def.ID] {
		return
	}
	d.have[def.ID] = true
	d.list = append(d.list, def)
	if def.Kind == event.DefString {
		return
	}
	for _, text := range ids.FindAll(def.Body, -1) {
		if id, err := event.ParseDefinitionID(string(text[1 : len(text)-1])); err == nil {
			d.add(id)
		}
	}
}

// finish adds what no block names: subclasses that the recording met, and the processes of its attempts.
func (d *dictionary) finish(rec event.RecordingID) {
	processes := map[string]bool{}
	for _, def := range d.list {
		var a event.AttemptDef
		if def.Kind == event.DefAttempt && json.Unmarshal(def.Body, &a) == nil {
			processes[a.Process] = true
		}
	}
	all, _ := d.from.Definitions(0)
	for _, def := range all {
		switch def.Kind {
		case event.DefSubclass:
			var s event.SubclassDef
			if json.Unmarshal(def.Body, &s) == nil && s.Recording == rec.String() {
				d.take(def)
			}
		case event.DefProcess:
			var p event.ProcessDef
			if json.Unmarshal(def.Body, &p) == nil && processes[p.Process] {
				d.take(def)
			}
		}
	}
}

// messages packs definitions into messages of about batch bytes.
func (d *dictionary) messages(write func([]byte) error) error {
	var b []byte
	for i, def := range d.list {
		b = appendDefinition(b, def)
		if len(b) >= batch || i == len(d.list)-1 {
			if err := write(b); err != nil {
				return err
			}
			b = nil
		}
	}
	return nil
}
