package serde

import (
	"slices"
	"strconv"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// foreign is what only the job's own classes can read: Kryo, serializers of users. Where the job is known and the
// serializer was sent along they are asked; otherwise the bytes are opaque.
type foreign struct {
	class, why string
	object     *event.SerializerObject
}

func (f foreign) decode(in *input, n *event.Node) {
	if in.left.job == nil || f.object == nil {
		in.opaque(n, f.class, f.why)
		return
	}
	at := in.pos
	taken, err := f.ask(in, n, in.end)
	if err != "" {
		in.pos = at
		in.opaque(n, f.class, f.why+": "+err)
		return
	}
	in.pos += taken
}

// ask has the bytes up to end decoded into n; a reason why that failed, or "".
func (f foreign) ask(in *input, n *event.Node, end int) (taken int, failed string) {
	tree, taken, err := in.left.job.Foreign(f.object, in.left.payload, in.pos, end)
	if err != nil {
		return 0, err.Error()
	}
	root := tree.Open(sealed.Take())
	if root == nil || taken < 0 || taken > end-in.pos {
		return 0, "the job's classes gave no answer that can be used"
	}
	off, name := n.Off, n.Name
	*n = adopt(root, in, off)
	n.Name, n.Foreign = name, true
	if n.Type == "" {
		n.Type = f.class
	}
	if why := tree.Info().Reason; why != "" {
		in.left.note(why)
	}
	return taken, ""
}

// adopt copies a tree whose places in the payload are not known, within the allowance.
func adopt(n *event.Node, in *input, off int) event.Node {
	c := *n
	c.Off, c.Len = off, 0
	in.left.nodes--
	if in.left.nodes <= 0 && len(n.Items) > 0 {
		c.Items = nil
		c.Kind, c.Reason = event.NodeCut, "more than "+strconv.Itoa(in.left.maxNodes)+" values"
		in.left.note(c.Reason)
		return c
	}
	c.Items = slices.Clone(n.Items)
	for i := range c.Items {
		c.Items[i] = adopt(&n.Items[i], in, off)
	}
	return c
}

// versioned is what a SimpleVersionedSerializer wrote: its own format, but with a length.
type versioned struct{ foreign }

func (v versioned) decode(in *input, n *event.Node) {
	at := in.pos
	version := in.i32()
	in.take(in.count(1))
	if in.stopped() {
		return
	}
	why := "written by a SimpleVersionedSerializer, version " + strconv.Itoa(int(version))
	if in.left.job != nil && v.object != nil {
		end := in.pos
		in.pos = at
		_, failed := v.ask(in, n, end)
		in.pos = end
		if failed == "" {
			return
		}
		why += ": " + failed
	}
	in.skipped(n, v.class, why)
}
