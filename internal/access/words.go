package access

import "encoding/hex"

// Texts yields every text that Match looks into: the line, then names and values, bytes as hexadecimal digits. A text that Match
// finds is part of one of them. Like Match it sees what the principal sees.
func (v View) Texts(yield func(string) bool) {
	if v.Line != "" && !yield(v.Line) || v.root == nil {
		return
	}
	v.root.texts(yield)
}

func (n *Node) texts(yield func(string) bool) bool {
	if n.Name != "" && !yield(n.Name) {
		return false
	}
	value := n.Value
	if n.Kind == kindBytes {
		value = hex.EncodeToString([]byte(value))
	}
	if value != "" && !yield(value) {
		return false
	}
	for i := range n.Items {
		if !n.Items[i].texts(yield) {
			return false
		}
	}
	return true
}

// Whole tells whether all of the payload was decoded and shown: nothing that comes to be known later makes it another view.
func (v View) Whole() bool {
	return v.Reason == "" && v.By == "" && len(v.Masked) == 0 && (v.root == nil || v.root.whole())
}

func (n *Node) whole() bool {
	if n.Reason != "" || n.Kind == kindOpaque || n.Kind == kindCut {
		return false
	}
	for i := range n.Items {
		if !n.Items[i].whole() {
			return false
		}
	}
	return true
}

// RowKind is what an object is in a stream of changes, +I, -U, +U or -D; empty for any other value.
func (v View) RowKind() string {
	if v.root == nil || v.root.Kind != kindObject {
		return ""
	}
	return v.root.Value
}

// SeesAll tells whether who sees every payload of every resource without masks.
func (p *Policy) SeesAll(who Principal) bool { return p.clears(who) }
