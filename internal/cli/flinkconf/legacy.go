package flinkconf

import (
	"bytes"
	"strings"
)

// legacySyntax is flink-conf.yaml of Flink 1.x, which Flink reads line by line: what follows "#" is a comment, the first ": " parts
// key from value, quotes have no meaning, and the last line of a key counts.
type legacySyntax struct{}

func (legacySyntax) values(content []byte) (map[string]string, error) {
	values := map[string]string{}
	for line := range bytes.Lines(content) {
		if key, value, ok := legacyLine(string(line)); ok {
			values[key] = value
		}
	}
	return values, nil
}

func legacyLine(line string) (key, value string, ok bool) {
	line, _, _ = strings.Cut(line, "#")
	key, value, ok = strings.Cut(strings.TrimSpace(line), ": ")
	return strings.TrimSpace(key), strings.TrimSpace(value), ok && strings.TrimSpace(key) != ""
}

func (legacySyntax) insertions(content []byte, key, option string) (tries [][]byte, _ error) {
	at := 0
	for line := range bytes.Lines(content) {
		if k, _, ok := legacyLine(string(line)); ok && k == key {
			text, _, _ := bytes.Cut(line, []byte("#"))
			// Only the last line of a key counts, so later places replace earlier ones.
			tries = [][]byte{insert(content, at+len(bytes.TrimRight(text, " \t\r\n")), " "+option)}
		}
		at += len(line)
	}
	return tries, nil
}

func (legacySyntax) appendix(key, option string) string { return key + ": " + option }
