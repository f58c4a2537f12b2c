package serde

import (
	"encoding/binary"
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
)

// column is a field of a binary row.
type column struct {
	name string
	cell cell
}

func compileColumns(fs []event.DescriptorField) []column {
	out := make([]column, len(fs))
	for i, f := range fs {
		out[i] = column{f.Name, compileCell(f.Type)}
	}
	return out
}

// binaryRow reads an area as BinaryRowData.
type binaryRow struct {
	typ     string
	columns []column
	nested  bool // a field of a row or array, whose change kind means nothing
}

func (r binaryRow) decode(in *input, n *event.Node) {
	arity := len(r.columns)
	nullBytes := (arity + 63 + 8) / 64 * 8
	start := in.pos
	if in.end-start < nullBytes+8*arity {
		in.stop("a binary row of " + strconv.Itoa(in.end-start) + " bytes cannot have " + strconv.Itoa(arity) + " fields")
		return
	}
	row := in.b[start:in.end]
	n.Kind, n.Type, n.Items = event.NodeObject, r.typ, make([]event.Node, 0, min(arity, in.left.nodes))
	if !r.nested {
		setChangeKind(n, row[0])
	}
	for i, c := range r.columns {
		n.Items = append(n.Items, event.Node{Name: c.name})
		bit := i + 8
		if !in.slot(c.cell, &n.Items[i], start+nullBytes+8*i, 8, row[bit>>3]>>(bit&7)&1 == 1) {
			break
		}
	}
	in.pos = in.end
}

// slot reads the fixed-length part of one value at off, width bytes; false when the tree is full.
func (in *input) slot(c cell, n *event.Node, off, width int, isNull bool) bool {
	n.Off, n.Len = off, min(width, c.width)
	if in.left.nodes <= 0 {
		n.Kind, n.Reason = event.NodeCut, "more than "+strconv.Itoa(in.left.maxNodes)+" values"
		in.left.note(n.Reason)
		return false
	}
	if isNull {
		in.left.nodes--
		n.Kind, n.Type = event.NodeNull, c.typ
		return true
	}
	if c.nests() { // nested takes the node from the allowance
		c.variable(in, n, binary.LittleEndian.Uint64(in.b[off:]))
		return true
	}
	in.left.nodes--
	n.Type = c.typ
	c.fixed(in, n, in.b[off:off+width])
	return true
}
