package probe

import (
	"errors"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/serde"
)

// Projection makes trees of records that hold nothing but the members that somebody asks for. Who looks at those members alone cannot tell
// such a tree from the whole one. It may be used by many goroutines at once, each with a row of its own.
type Projection struct {
	program *Program
	root    *projected
}

// projected is a place of the tree: its path's place among those of the program, and members of it.
type projected struct {
	name    string
	path    int
	members []*projected
}

// errProjected is a path that leads into lists or maps.
var errProjected = errors.New("only members can be projected")

// Project makes a projection to members by their paths, for values that are read in a way. Errors: of paths and schemas.
func Project(of serde.WayKind, members []Path, l serde.Limits) (*Projection, error) {
	p := &Projection{root: &projected{}}
	paths := []Path{{}}
	for _, path := range members {
		if path.Repeated() {
			return nil, fmt.Errorf("%w: %s", errProjected, path)
		}
		at := p.root
		for i, s := range path {
			var next *projected
			for _, m := range at.members {
				if m.name == s.Name {
					next = m
				}
			}
			if next == nil {
				next = &projected{name: s.Name, path: len(paths)}
				at.members = append(at.members, next)
				paths = append(paths, path[:i+1])
			}
			at = next
		}
	}
	var err error
	p.program, err = For(of, paths, l)
	return p, err
}

// For makes a program for values that are read in a way. Errors: of paths and schemas.
func For(of serde.WayKind, paths []Path, l serde.Limits) (*Program, error) {
	switch of.Format {
	case event.FormatJSON:
		return JSON(paths, l)
	case event.FormatProtobuf:
		return Protobuf(of.Message, paths, l)
	case event.FormatAvro:
		if t, ok := of.Schema.Avro(); ok {
			return Avro(t, paths, l)
		}
	}
	return nil, fmt.Errorf("%w: a format that no program reads", errSchema)
}

// Tree reads a record and gives its members that are asked for, in the order in which they were asked for first, so not always that of the
// record. ok is false where the whole tree has to be made: when the bytes do not conform or anything else is odd about them, when the root is
// no object, and when a member that is asked for, or is passed on the way to one, is an object, a list or a map of which more may be looked at.
func (p *Projection) Tree(record event.Payload, off int, info event.TreeInfo, row *Row) (t event.Tree, ok bool) {
	if err := p.program.RunPayload(record, off, row); err != nil || row.Faults() != 0 {
		return t, false
	}
	root := event.Node{Off: off, Len: record.Len() - off}
	if c := row.of(); c.one[0].kind != Object || !c.project(p.root, &root) {
		return t, false
	}
	return event.NewTree(root, info), true
}

// project makes n what is at a place; false where more than that would have to be known.
func (c *cells) project(at *projected, n *event.Node) bool {
	x := &c.one[at.path]
	switch x.kind {
	case Null:
		n.Kind = event.NodeNull
		return true
	case Object:
		if len(at.members) == 0 {
			return false
		}
		n.Kind = event.NodeObject
	case List, Map, Opaque:
		return false
	default:
		n.Kind, n.Value = event.NodeScalar, c.cell(x).Value()
		return true
	}
	n.Items = make([]event.Node, 0, len(at.members))
	for _, m := range at.members {
		if c.one[m.path].kind == Missing {
			continue
		}
		n.Items = append(n.Items, event.Node{Name: m.name})
		if !c.project(m, &n.Items[len(n.Items)-1]) {
			return false
		}
	}
	return true
}
