package access

import "strings"

// Characters of keys behind what they begin with.
type alphabet uint8

const (
	alnum alphabet = iota // letters and digits
	upperAlnum
	urlSafe // letters, digits, - and _
)

// keyForm is how a provider's keys look: a beginning that nothing else has, then so many characters.
type keyForm struct {
	begins      string
	chars       alphabet
	least, most int // behind the beginning
}

// keyForms are those of providers that publish them, for scanners of secrets.
var keyForms = [...]keyForm{
	{"AKIA", upperAlnum, 16, 16}, {"ASIA", upperAlnum, 16, 16}, // Amazon: access key, of a session
	{"AIza", urlSafe, 35, 35},                                                                                                                                     // Google: API key
	{"GOCSPX-", urlSafe, 28, 28},                                                                                                                                  // Google: OAuth client
	{"ghp_", alnum, 36, 36}, {"gho_", alnum, 36, 36}, {"ghu_", alnum, 36, 36}, {"ghs_", alnum, 36, 36}, {"ghr_", alnum, 36, 36}, {"github_pat_", urlSafe, 40, 90}, // GitHub
	{"glpat-", urlSafe, 20, 64},                                                              // GitLab
	{"npm_", alnum, 36, 36},                                                                  // npm
	{"sk_live_", alnum, 16, 128}, {"rk_live_", alnum, 16, 128}, {"sk_test_", alnum, 16, 128}, // Stripe
	{"xoxb-", urlSafe, 20, 128}, {"xoxp-", urlSafe, 20, 128}, {"xoxa-", urlSafe, 20, 128}, {"xoxr-", urlSafe, 20, 128}, {"xoxs-", urlSafe, 20, 128}, // Slack
}

// findKeys finds keys of providers and JSON web tokens. Both begin where a run of letters, digits, - and _ begins.
func findKeys(text string) kindSet {
	var hits kindSet
	for i := 0; i < len(text); {
		end := i
		for end < len(text) && byteKinds[text[end]]&byteWord != 0 {
			end++
		}
		if end-i >= leastWord {
			switch run := text[i:end]; text[i] {
			case 'A', 'G', 'g', 'n', 's', 'r', 'x':
				if isKey(run) {
					hits |= 1 << kindKey
				}
			case 'e':
				if isJWT(text[i:], end-i) {
					hits |= 1 << kindJWT
				}
			}
		}
		i = end + 1
	}
	return hits
}

func isKey(run string) bool {
	for i := range keyForms {
		f := &keyForms[i]
		rest, ok := strings.CutPrefix(run, f.begins)
		if ok && len(rest) >= f.least && len(rest) <= f.most && f.chars.holds(rest) {
			return true
		}
	}
	return false
}

func (a alphabet) holds(text string) bool {
	for _, c := range []byte(text) {
		switch {
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z':
		case c >= 'a' && c <= 'z' && a != upperAlnum:
		case (c == '-' || c == '_') && a == urlSafe:
		default:
			return false
		}
	}
	return true
}

// isJWT tells whether text begins with a JSON web token (RFC 7519): two parts that are JSON objects in base64url, which therefore begin with
// eyJ, and a signature, which an unsecured one has none of. head is the length of the first part.
func isJWT(text string, head int) bool {
	const object = "eyJ"
	if !strings.HasPrefix(text, object) || head+len(object)+1 >= len(text) || text[head] != '.' || !strings.HasPrefix(text[head+1:], object) {
		return false
	}
	i := head + 1
	for i < len(text) && byteKinds[text[i]]&byteWord != 0 {
		i++
	}
	return i < len(text) && text[i] == '.'
}

// hasPEM tells whether a text holds a key or a certificate in the armour of RFC 7468.
func hasPEM(text string) bool {
	const begin = "-----BEGIN "
	at := strings.Index(text, begin)
	return at >= 0 && strings.Contains(text[at+len(begin):], "-----")
}
