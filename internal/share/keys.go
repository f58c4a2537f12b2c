package share

import (
	"encoding/binary"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
)

// keyPlaces are the keyed tasks of a recording whose keys tokens can keep in their places: keys that are one text or one whole number.
// others are the names of those whose keys are more, or something else.
func keyPlaces(naming query.Naming, definition func(event.DefinitionID) (event.Definition, bool)) (p access.KeyPlaces, others []string) {
	for _, k := range naming.Keyed() {
		place := access.KeyPlace{Operator: k.Operator, MaxParallelism: k.MaxParallelism, Parallelism: k.Parallelism}
		var d *event.Descriptor
		if def, ok := definition(k.Key); ok {
			d, _ = event.ParseDescriptor(def.Body)
		}
		if place.MaxParallelism == 1 { // one key group
			continue
		}
		switch {
		case d == nil:
			others = append(others, k.Operator)
		case d.T == event.SerString:
			p.Texts = append(p.Texts, place)
		case d.T == event.SerInt:
			p.Ints = append(p.Ints, place)
		case d.T == event.SerLong:
			p.Longs = append(p.Longs, place)
		case d.T == event.SerTuple && len(d.Fields) == 1 && isText(d.Fields[0].S):
			place.Key = access.TupleKey([]access.KeyField{{}}, 0)
			p.Texts = append(p.Texts, place)
		case d.T == event.SerRowData && len(d.Fields) == 1 && (d.Fields[0].Type.T == "VARCHAR" || d.Fields[0].Type.T == "CHAR"):
			place.Key = access.BinaryRowKey(rowOfText)
			p.Texts = append(p.Texts, place)
		default:
			others = append(others, k.Operator)
		}
	}
	return p, others
}

func isText(d *event.Descriptor) bool { return d != nil && d.T == event.SerString }

// rowOfText is a row of Flink's tables with one text, as BinaryRowWriter writes it: eight bytes of kind and nulls, eight for the field; a
// text of seven bytes and less lies in its field with its length in the last byte, a longer one behind it, filled to eight bytes.
func rowOfText(text string) []byte {
	const fixed, inline = 16, 7
	row := make([]byte, fixed, fixed+len(text)+8)
	if len(text) <= inline {
		copy(row[8:], text)
		row[15] = 0x80 | byte(len(text))
		return row
	}
	binary.LittleEndian.PutUint64(row[8:], fixed<<32|uint64(len(text)))
	row = append(row, text...)
	for len(row)%8 != 0 {
		row = append(row, 0)
	}
	return row
}
