package flinkconf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// yamlSyntax is config.yaml. Flink flattens nested maps to dotted keys, so both forms mean the same.
type yamlSyntax struct{}

func (yamlSyntax) values(content []byte) (map[string]string, error) {
	nodes, err := scalars(content)
	if err != nil {
		return nil, err
	}
	values := make(map[string]string, len(nodes))
	for key, n := range nodes {
		values[key] = n.Value
		if n.Tag == "!!null" {
			values[key] = ""
		}
	}
	return values, nil
}

// scalars reads the one document of content and finds the node of every dotted key. Lists and aliases are kept as one node with
// a rendered value, so that a change inside them is noticed.
func scalars(content []byte) (map[string]*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var doc yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return map[string]*yaml.Node{}, nil
		}
		return nil, fmt.Errorf("%w: it is not YAML: %v", ErrRefused, err)
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: it holds more than one YAML document", ErrRefused)
	}
	found := map[string]*yaml.Node{}
	if doc.Content[0].Tag == "!!null" {
		return found, nil
	}
	return found, flatten(doc.Content[0], "", found)
}

func flatten(n *yaml.Node, prefix string, found map[string]*yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("%w: line %d is no key with a value", ErrRefused, n.Line)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		key := name.Value
		if prefix != "" {
			key = prefix + "." + key
		}
		if value.Kind == yaml.MappingNode {
			if err := flatten(value, key, found); err != nil {
				return err
			}
			continue
		}
		if value.Kind != yaml.ScalarNode {
			rendered, err := yaml.Marshal(value)
			if err != nil {
				return fmt.Errorf("%w: line %d cannot be read: %v", ErrRefused, value.Line, err)
			}
			value = &yaml.Node{Kind: value.Kind, Value: string(rendered), Line: value.Line, Column: value.Column}
		}
		if old, twice := found[key]; twice {
			return fmt.Errorf("%w: %s is set twice, in lines %d and %d", ErrRefused, key, old.Line, value.Line)
		}
		found[key] = value
	}
	return nil
}

// maxInsertions bounds how many places are tried; a value with more words is not one that a person wrote.
const maxInsertions = 2000

// insertions puts option behind every word from the value's beginning on. Where a scalar ends depends on its style (plain, quoted,
// block, over several lines), and YAML's own reader knows that best: the caller takes the place after which it reads what is wanted.
func (yamlSyntax) insertions(content []byte, key, option string) ([][]byte, error) {
	nodes, err := scalars(content)
	if err != nil {
		return nil, err
	}
	n := nodes[key]
	if n.Kind != yaml.ScalarNode {
		return nil, fmt.Errorf("%w: line %d: the value of %s is no text", ErrRefused, n.Line, key)
	}
	start := offset(content, n.Line, n.Column)
	var tries [][]byte
	try := func(at int, text string) { tries = append(tries, insert(content, at, text)) }
	if n.Value == "" || n.Tag == "!!null" {
		// Behind the colon, or between the quotes.
		for at := lineStart(content, start); at <= len(content) && len(tries) < maxInsertions; at++ {
			if at > start+2 {
				break
			}
			try(at, option)
			try(at, " "+option)
		}
		return tries, nil
	}
	for at := start + 1; at <= len(content) && len(tries) < maxInsertions; at++ {
		if at == len(content) || bytes.IndexByte([]byte(" \t\r\n\"',]}"), content[at]) >= 0 {
			try(at, " "+option)
		}
	}
	return tries, nil
}

func (yamlSyntax) appendix(key, option string) string { return key + ": " + option }

// offset finds the byte of a line and column as the YAML reader counts them: from 1, columns in runes.
func offset(content []byte, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		end := bytes.IndexByte(content[at:], '\n')
		if end < 0 {
			return len(content)
		}
		at += end + 1
	}
	for ; column > 1 && at < len(content); column-- {
		_, n := utf8.DecodeRune(content[at:])
		at += n
	}
	return at
}

func lineStart(content []byte, at int) int {
	return bytes.LastIndexByte(content[:min(at, len(content))], '\n') + 1
}

func insert(content []byte, at int, text string) []byte {
	out := make([]byte, 0, len(content)+len(text))
	out = append(out, content[:at]...)
	out = append(out, text...)
	return append(out, content[at:]...)
}
