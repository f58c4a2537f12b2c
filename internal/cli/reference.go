package cli

import (
	"fmt"
	"io"
	"strings"
)

// Reference is docs/reference/cli.md: the help of every verb and the exit codes.
func Reference() []byte {
	a := &app{Streams: Streams{Out: io.Discard, Err: io.Discard, Env: func(string) (string, bool) { return "", false }}}
	root := a.root()
	var b strings.Builder
	b.WriteString("# Command line\n\nGenerated from the program's help (`make gen`).\n\n")
	b.WriteString("On a terminal answers are aligned tables that fit one screen, with the link to the same view below. Into a pipe they are tab-separated\n" +
		"and whole, without colour; progress, hints and links go to standard error. `NO_COLOR` is honoured. `-o json` is the API's answer, `-o jsonl`\n" +
		"one object a line, `-o wide` a table with more columns. Times are RFC 3339 in UTC.\n\n")
	b.WriteString("| exit | meaning |\n|---|---|\n")
	for _, e := range exitTable {
		fmt.Fprintf(&b, "| %d | %s |\n", e.code, e.text)
	}
	b.WriteString("\n## For every verb\n\n```\n" + strings.TrimRight(root.PersistentFlags().FlagUsages(), "\n") + "\n```\n")
	for _, v := range root.Commands() {
		if v.Hidden {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n", v.Name())
		text := v.Long
		if text == "" {
			text = v.Short + "."
		}
		b.WriteString(text + "\n\n```\nsightglass " + v.Use + "\n```\n\n```\n" + unindent(v.Example) + "\n```\n")
		if flags := strings.TrimRight(v.LocalNonPersistentFlags().FlagUsages(), "\n"); flags != "" {
			b.WriteString("\n```\n" + flags + "\n```\n")
		}
	}
	return []byte(b.String())
}

func unindent(s string) string {
	lines := strings.Split(strings.Trim(s, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimPrefix(lines[i], "  ")
	}
	return strings.Join(lines, "\n")
}
