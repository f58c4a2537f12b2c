package arch

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Link is one of a page in Markdown to somewhere in the repository.
type Link struct {
	Line     int
	Path     string // as the page has it; empty: the page itself
	Fragment string // behind #
}

var (
	link       = regexp.MustCompile(`\]\(([^()\s]+)[^()]*\)`)
	inlineCode = regexp.MustCompile("`[^`]*`")
	elsewhere  = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:`)
)

// Links are the links of a page that lead into the repository, those in code left out.
func Links(page string) (out []Link) {
	for n, line := range prose(page) {
		for _, m := range link.FindAllStringSubmatch(inlineCode.ReplaceAllString(line, ""), -1) {
			if elsewhere.MatchString(m[1]) {
				continue
			}
			path, fragment, _ := strings.Cut(m[1], "#")
			out = append(out, Link{n + 1, path, fragment})
		}
	}
	return out
}

// Anchors are what a fragment may name on a page: its headings, in the form that GitHub gives them.
func Anchors(page string) map[string]bool {
	out := map[string]bool{}
	for _, line := range prose(page) {
		text := strings.TrimLeft(line, "#")
		if len(text) == len(line) || !strings.HasPrefix(text, " ") {
			continue
		}
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(text))
		name := anchor
		for n := 1; out[name]; n++ {
			name = anchor + "-" + strconv.Itoa(n)
		}
		out[name] = true
	}
	return out
}

// prose are the lines of a page; those of blocks of code are empty.
func prose(page string) []string {
	lines := strings.Split(page, "\n")
	fence := ""
	for i, line := range lines {
		mark := strings.TrimLeft(line, " ")
		switch {
		case fence == "" && (strings.HasPrefix(mark, "```") || strings.HasPrefix(mark, "~~~")):
			fence = mark[:3]
		case fence != "" && strings.HasPrefix(mark, fence):
			fence = ""
		case fence == "":
			continue
		}
		lines[i] = ""
	}
	return lines
}
