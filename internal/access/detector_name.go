package access

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// nameKinds tells which kinds of data the name of a field speaks of: that of the last step with a name, and where it says nothing, as value
// and number do, that of the step before it.
func nameKinds(path Path) kindSet {
	looked := 0
	for i := len(path) - 1; i >= 0 && looked < 2; i-- {
		switch path[i] {
		case elementStep, valueStep, keyStep, jsonStep:
			continue
		}
		looked++
		if s := kindsOfName(path[i]); s != 0 {
			return s
		}
	}
	return 0
}

// mostNameBytes of a name are looked at: names that are longer are data.
const mostNameBytes = 128

// kindsOfName splits a name into words and looks the longest runs of them up, three words at most: birth_date, BirthDate and birthdate are one.
// A word that is not known is tried by its end, so that kundentelefon and useremail are found; ends are of five letters at least.
// A last word that tells something about the thing, as in emailSent and card_type, makes it a name of something else.
func kindsOfName(name string) kindSet {
	if len(name) > mostNameBytes {
		return 0
	}
	words := nameWords(name)
	var all kindSet
	about := false
	for i := 0; i < len(words); {
		taken := 0
		for n := min(3, len(words)-i); n > 0 && taken == 0; n-- {
			if s, ok := nameTable[strings.Join(words[i:i+n], "")]; ok {
				all |= s
				taken = n
			}
		}
		if taken == 0 {
			all |= kindsOfEnd(words[i])
			taken = 1
			about = i == len(words)-1 && aboutWords[words[i]]
		}
		i += taken
	}
	if about {
		return 0
	}
	return all
}

// leastEnd is the shortest end of a word that is looked up: shorter ones are ends of other words.
const leastEnd = 5

func kindsOfEnd(word string) kindSet {
	for i := 1; i+leastEnd <= len(word); i++ {
		if s, ok := nameTable[word[i:]]; ok && utf8.RuneStart(word[i]) {
			return s
		}
	}
	return 0
}

// nameWords splits at everything that is no letter and where small letters turn to capitals; the words are in lower case without accents.
// Capitals before a word are one of their own: IBANNumber is iban and number.
func nameWords(name string) []string {
	var words []string
	var b strings.Builder
	end := func() {
		if b.Len() > 0 {
			words = append(words, b.String())
			b.Reset()
		}
	}
	runes := []rune(norm.NFD.String(name))
	for i, r := range runes {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case !unicode.IsLetter(r):
			end()
			continue
		case unicode.IsUpper(r) && i > 0 && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])):
			end()
		}
		switch r = unicode.ToLower(r); r {
		case 'ß':
			b.WriteString("ss")
		case 'ł':
			b.WriteByte('l')
		case 'ø':
			b.WriteByte('o')
		default:
			b.WriteRune(r)
		}
	}
	end()
	return words
}
