package server

import (
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/replay"
	"github.com/sightglass/sightglass/internal/serde"
	"github.com/sightglass/sightglass/internal/store"
)

// editor is replay.Editor: it writes values as the serializers of the recorded jobs do.
type editor struct{ definitions store.Reader }

var _ replay.Editor = editor{}

// Edit is that of replay.Editor.
func (e editor) Edit(serializer event.DefinitionID, element event.Payload, path, value string) (event.Payload, error) {
	if serializer == 0 {
		return serde.EditText(element, path, value)
	}
	def, ok := e.definitions.Definition(serializer)
	if !ok {
		return serde.EditElement(nil, element, path, value)
	}
	d, err := event.ParseDescriptor(def.Body)
	if err != nil {
		return event.Payload{}, err
	}
	return serde.EditElement(d, element, path, value)
}

// Drop is that of replay.Editor.
func (e editor) Drop(element event.Payload, path string) (event.Payload, error) {
	return serde.DropText(element, path)
}

// EditState is that of replay.Editor.
func (e editor) EditState(descriptor []byte, stored event.Payload, path, value string) (event.Payload, error) {
	d, err := event.ParseDescriptor(descriptor)
	if err != nil {
		return event.Payload{}, err
	}
	return serde.EditValue(d, stored, path, value)
}

// Key is that of replay.Editor.
func (e editor) Key(descriptor []byte, text string) (event.Payload, error) {
	d, err := event.ParseDescriptor(descriptor)
	if err != nil {
		return event.Payload{}, err
	}
	p, ok := serde.EncodeKey(d, text)
	if !ok {
		return event.Payload{}, fmt.Errorf("that is no %s, or one of a type that is not written from a text: texts, numbers and booleans are, tuples and rows of them with commas between, and windows as START,END", d.TypeName())
	}
	return p, nil
}
