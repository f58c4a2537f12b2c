package api

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// What the handlers serve and what spec/api.md says are the same routes.
func TestTheSpecificationHasEveryRoute(t *testing.T) {
	page, err := os.ReadFile("../../spec/api.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(page), "\n## Routes\n")
	if table, _, _ = strings.Cut(table, "\n## "); !ok {
		t.Fatal("the page has no routes")
	}
	verbs, path := regexp.MustCompile(`GET|POST|PUT|DELETE`), regexp.MustCompile(`/[^\s?,]*`)
	told := map[string]bool{}
	for line := range strings.Lines(table) {
		cells := strings.Split(line, " | ")
		if len(cells) < 3 {
			continue
		}
		for _, verb := range verbs.FindAllString(cells[0], -1) {
			told[verb+" "+path.FindString(cells[0])] = true
		}
	}
	document, err := Describe()
	if err != nil {
		t.Fatal(err)
	}
	var served struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(document.V31, &served); err != nil {
		t.Fatal(err)
	}
	for path, verbs := range served.Paths {
		for verb := range verbs {
			route := strings.ToUpper(verb) + " " + strings.TrimPrefix(path, Base)
			if !told[route] {
				t.Errorf("%s is not in spec/api.md", route)
			}
			delete(told, route)
		}
	}
	for route := range told {
		t.Errorf("spec/api.md has %s, which nothing serves", route)
	}
}
