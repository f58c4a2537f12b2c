package jsonschema

import (
	"testing"

	"github.com/sightglass/sightglass/internal/language"
	"github.com/sightglass/sightglass/internal/language/languagetest"
)

func TestRules(t *testing.T) {
	languagetest.Rules{Language: Language{}, Gentler: language.Rules{Lenient: true}, GentlerName: "lenient", Least: 100}.Run(t)
}

func parse(t testing.TB, text string, refs ...language.Referenced) language.Schema {
	t.Helper()
	return languagetest.Parse(t, Language{}, text, refs...)
}

func compare(t testing.TB, reader, writer language.Schema, rules language.Rules) []language.Difference {
	t.Helper()
	return languagetest.Compare(t, Language{}, reader, writer, rules)
}
