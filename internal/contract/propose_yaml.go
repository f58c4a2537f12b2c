package contract

import (
	"fmt"
	"iter"
	"maps"

	"go.yaml.in/yaml/v3"
)

// mapping makes a mapping of names and values, in their order.
func mapping(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for i := 0; i+1 < len(pairs); i += 2 {
		add(n, fmt.Sprint(pairs[i]), pairs[i+1])
	}
	return n
}

func add(n *yaml.Node, name string, value any) {
	n.Content = append(n.Content, textNode(name), node(value))
}

func sequence(all ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: all}
}

func node(v any) *yaml.Node {
	switch v := v.(type) {
	case *yaml.Node:
		return v
	case string:
		return textNode(v)
	}
	var n yaml.Node
	_ = n.Encode(v) // numbers and truths
	return &n
}

// textNode is text, whatever it would be taken for without quotes.
func textNode(s string) *yaml.Node {
	var n yaml.Node
	n.SetString(s)
	return &n
}

func mapKeys(m map[string]int) iter.Seq[string] { return maps.Keys(m) }
