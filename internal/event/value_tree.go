package event

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"

	"github.com/sightglass/sightglass/internal/event/sealed"
)

// NodeKind is the kind of a node of a decoded tree.
type NodeKind uint8

// The node kinds.
const (
	NodeNull   NodeKind = iota // no value
	NodeScalar                 // Value
	NodeObject                 // named members
	NodeList                   // elements in order
	NodeMap                    // items are NodeEntry
	NodeEntry                  // items are key and value
	NodeOpaque                 // bytes that could not be decoded; Type is the class, Reason says why
	NodeCut                    // the tree ends here because of a limit; Reason says which
)

var nodeKinds = [...]string{"null", "scalar", "object", "list", "map", "entry", "opaque", "cut"}

func (k NodeKind) String() string {
	if int(k) < len(nodeKinds) {
		return nodeKinds[k]
	}
	return "kind " + strconv.Itoa(int(k))
}

// Node is one place of a decoded payload. It prints as its kind only; its fields are reached through Tree.Open.
type Node struct {
	Kind    NodeKind
	Name    string // member name; "" for elements, "key" and "value" in an entry
	Type    string // type as the format names it: a class, a logical type, a schema name
	Off     int    // first byte within the payload
	Len     int    // number of bytes; 0 with a Reason when the place in the payload is not known
	Value   Value  // of NodeScalar
	Items   []Node
	Foreign bool   // the job's own classes read it, not this program: it and all below it
	Reason  string // why a node is opaque or cut, or what is odd about it; never holds payload content
}

// Format prints the kind and the number of items, never names or values.
func (n Node) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "node("+n.Kind.String()+", "+strconv.Itoa(len(n.Items))+" items)")
}

// MarshalJSON returns ErrSealed.
func (n Node) MarshalJSON() ([]byte, error) { return nil, ErrSealed }

// MarshalText returns ErrSealed.
func (n Node) MarshalText() ([]byte, error) { return nil, ErrSealed }

// PayloadFormat says how a payload was decoded.
type PayloadFormat string

// The payload formats.
const (
	FormatFlink    PayloadFormat = "flink"
	FormatJSON     PayloadFormat = "json"
	FormatAvro     PayloadFormat = "avro"
	FormatProtobuf PayloadFormat = "protobuf"
	FormatMsgpack  PayloadFormat = "msgpack"
	FormatCBOR     PayloadFormat = "cbor"
	FormatNumber   PayloadFormat = "number" // a bare number or UUID, as keys are: never guessed, a reader asked for it
	FormatText     PayloadFormat = "text"
	FormatBytes    PayloadFormat = "bytes"
)

// Nameless tells whether the names of members are content of the payload rather than of a type: then they are as private as values.
func (f PayloadFormat) Nameless() bool {
	return f == FormatJSON || f == FormatMsgpack || f == FormatCBOR
}

// TreeInfo is what is known of a decoded payload besides its content.
type TreeInfo struct {
	Format PayloadFormat
	Type   string // type of the whole value
	Size   int    // bytes of the whole payload
	Reason string // why the tree is not complete, or bytes that were left over; "" when all bytes were understood
	Schema SchemaInfo
}

// Tree is a decoded payload, sealed as the payload was. The zero Tree is absent: nothing was decoded.
type Tree struct {
	// A function instead of a pointer, because fmt ignores methods on unexported fields of an enclosing struct and follows
	// a pointer to a struct when the verb does not fit; of a function it prints the address only.
	root func() *tree
}

type tree struct {
	node Node
	info TreeInfo
}

// NewTree seals root.
func NewTree(root Node, info TreeInfo) Tree {
	t := &tree{node: root, info: info}
	return Tree{func() *tree { return t }}
}

// Absent reports whether t is the zero Tree.
func (t Tree) Absent() bool { return t.root == nil }

// Info describes the tree.
func (t Tree) Info() TreeInfo {
	if t.root == nil {
		return TreeInfo{}
	}
	return t.root().info
}

// Open returns the root, which the caller must not change; nil for the zero Tree and for an invalid key.
func (t Tree) Open(k sealed.Key) *Node {
	if t.root == nil || !k.Valid() {
		return nil
	}
	return &t.root().node
}

// Format prints tree(json, 407 B) for every verb.
func (t Tree) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, t.label()) }

// LogValue is what Format prints.
func (t Tree) LogValue() slog.Value { return slog.StringValue(t.label()) }

// MarshalJSON returns ErrSealed.
func (t Tree) MarshalJSON() ([]byte, error) { return nil, ErrSealed }

// MarshalText returns ErrSealed.
func (t Tree) MarshalText() ([]byte, error) { return nil, ErrSealed }

// MarshalBinary returns ErrSealed; it keeps encoding/gob out.
func (t Tree) MarshalBinary() ([]byte, error) { return nil, ErrSealed }

func (t Tree) label() string {
	if t.root == nil {
		return "tree(absent)"
	}
	return "tree(" + string(t.root().info.Format) + ", " + strconv.Itoa(t.root().info.Size) + " B)"
}
