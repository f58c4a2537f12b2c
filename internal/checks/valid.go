package checks

import (
	"context"
	"errors"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/jsonschema"
	"github.com/sightglass/sightglass/internal/probe"
	"github.com/sightglass/sightglass/internal/serde"
)

// mostValidators are kept of one topic.
const mostValidators = 256

// validators hold values against the JSON schemas that they name: Avro and Protobuf cannot be decoded without theirs, JSON can.
type validators struct {
	schemas serde.Schemas
	made    map[event.SchemaID]*jsonschema.Validator // nil: the schema cannot be used, which is no fault of records
}

// of gives the validator of a schema; an error: the registry could not be asked.
func (v *validators) of(ctx context.Context, id event.SchemaID) (*jsonschema.Validator, error) {
	if made, known := v.made[id]; known {
		return made, nil
	}
	text, err := v.schemas.ByID(ctx, id)
	var away *event.RegistryError
	switch {
	case errors.As(err, &away):
		return nil, err
	case err != nil:
		return nil, nil // that it is unknown the decoder has said
	}
	var refs []language.Referenced
	for _, r := range text.References {
		refs = append(refs, language.Referenced{Name: r.Name, Text: r.Text})
	}
	made, err := jsonschema.NewValidator(text.Text, refs)
	if err != nil {
		made = nil
	}
	if v.made == nil || len(v.made) >= mostValidators {
		v.made = map[event.SchemaID]*jsonschema.Validator{}
	}
	v.made[id] = made
	return made, nil
}

// validate holds a value against the JSON schema that it names. The schema could not be asked for: it is told as value.Down.
func (d *decoded) validate() {
	v := d.by.valid
	if v.schemas == nil {
		return
	}
	info, from, to := d.info, d.way.Off, d.rec.Value.Len()
	if !d.quick {
		w := d.whole()
		if info = w.Tree.Info(); w.Schema == nil || info.Reason != "" {
			return
		}
		n := d.tree()
		from, to = n.Off, n.Off+n.Len
	}
	if info.Schema.Language != event.LanguageJSON || info.Format != event.FormatJSON {
		return
	}
	made, err := v.of(d.ctx, info.Schema.ID)
	if err != nil {
		d.value.Down = true
		return
	}
	raw := d.rec.Value.Open(sealed.Take())
	if made == nil || from < 0 || to > len(raw) || from >= to {
		return
	}
	if where := made.Fault(raw[from:to]); where != "" {
		d.fault = "the value does not keep its JSON schema: " + where
	}
}

// broken says what of a value is not as its schema has it, though it could be read.
var broken = []struct {
	of   probe.Faults
	says string
}{
	{probe.FaultForm, "a Protobuf field is written in another wire type than the schema says"},
	{probe.FaultRequired, "a required Protobuf field is not there"},
	{probe.FaultUTF8, "text is no UTF-8"},
	{probe.FaultSymbol, "an enum has a number that the schema does not have"},
	{probe.FaultRange, "a number is beyond the range of its type"},
	{probe.FaultLeftOver, "bytes are left over behind the value"},
}

// faulty notes faults that a value has.
func (d *decoded) faulty(f probe.Faults) {
	for _, b := range broken {
		if f&b.of != 0 && d.fault == "" && d.way.Schema != nil {
			d.fault = b.says
		}
	}
}
