package contract

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// mostReaderText bounds the text of a schema in a contract, in bytes.
const mostReaderText = 64 << 10

// readers are the schemas that a consumer reads by: a map of topics, or one text where it reads one topic.
func (r *reader) readers(v part) {
	if !v.there() {
		return
	}
	var topics []string
	for _, u := range r.c.Reads {
		if !slices.Contains(topics, u.Topic) {
			topics = append(topics, u.Topic)
		}
	}
	switch {
	case v.is(yaml.ScalarNode) && len(topics) == 1:
		r.readBy(v, topics[0])
	case v.is(yaml.MappingNode):
		for i := 0; i+1 < len(v.n.Content); i += 2 {
			topic := v.n.Content[i].Value
			if !slices.Contains(topics, topic) {
				r.fail(v.at(topic), "sightglass.reads has no topic %s", topic)
				continue
			}
			r.readBy(v.at(topic), topic)
		}
	default:
		r.fail(v, "sightglass.reader is a map of the topics of sightglass.reads, each with SUBJECT/VERSION, id:NUMBER, file:NAME or the text of a schema")
	}
}

func (r *reader) readBy(v part, topic string) {
	text := strings.TrimSpace(v.value())
	if wrong := wrongReader(text); wrong != "" {
		r.fail(v, "%s", wrong)
		return
	}
	r.c.Readers = append(r.c.Readers, ReadBy{topic, text})
}

// wrongReader says what is wrong with a reference to a schema; empty: nothing is.
func wrongReader(text string) string {
	switch {
	case text == "":
		return "the schema that it is read by is SUBJECT/VERSION, id:NUMBER, file:NAME or the text of a schema"
	case len(text) > mostReaderText:
		return "the text of a schema has at most 64 KiB; a larger one goes into a file beside the contract"
	case IsSchemaText(text):
		return ""
	}
	if name, ok := strings.CutPrefix(text, "file:"); ok {
		if name == "" || path.IsAbs(name) || strings.Contains(name, `\`) || slices.Contains(strings.Split(name, "/"), "..") {
			return "a file lies beside the contract, or in a folder there"
		}
		return ""
	}
	if id, ok := strings.CutPrefix(text, "id:"); ok {
		if n, err := strconv.Atoi(id); err != nil || n < 1 {
			return "the id of a schema is a number from 1 on"
		}
		return ""
	}
	at := strings.LastIndexByte(text, '/')
	if at < 1 {
		return "the schema that it is read by is SUBJECT/VERSION, as orders-value/3 or orders-value/latest, id:NUMBER, file:NAME or the text of a schema"
	}
	if version := text[at+1:]; version != "latest" {
		if n, err := strconv.Atoi(version); err != nil || n < 1 {
			return "a version is a number from 1 on, or latest"
		}
	}
	return ""
}

// IsSchemaText tells the text of a schema from a reference to one.
func IsSchemaText(s string) bool { return strings.ContainsAny(s, "{\n") }
