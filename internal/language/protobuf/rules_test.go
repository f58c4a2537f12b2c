package protobuf

import (
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/languagetest"
)

func TestRules(t *testing.T) {
	languagetest.Rules{Language: Language{}, Gentler: language.Rules{Profile: language.Confluent74}, GentlerName: "7.4", Text: proto3, Least: 50}.Run(t)
}

// proto3 is a text with the syntax that cases leave out.
func proto3(text string) string {
	if strings.HasPrefix(text, "syntax") || strings.HasPrefix(text, "edition") {
		return text
	}
	return `syntax = "proto3"; ` + text
}

func parse(t testing.TB, text string, refs ...language.Referenced) language.Schema {
	t.Helper()
	return languagetest.Parse(t, Language{}, text, refs...)
}

func compare(t testing.TB, reader, writer language.Schema, rules language.Rules) []language.Difference {
	t.Helper()
	return languagetest.Compare(t, Language{}, reader, writer, rules)
}
