package query

// A text is cut into words: runs of letters, digits, _ and bytes of other alphabets. A word of fewer than gramLen bytes is a gram as
// it is, a longer one gives all its runs of gramLen bytes. So a text that holds another one has the grams of the other, apart from
// words at the other's ends, which may be parts of longer words: of these only whole runs count.

// gramLen is short enough for what people look for, and long enough to tell blocks apart: 100,000 different runs of digits.
const gramLen = 5

// Needle is a text that an event's texts must hold for the event to be selected. Whole: it is one of them from end to end.
type Needle struct {
	Text  string
	Whole bool
}

func inWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// gramsOf calls found with the hash of each gram of s. whole: the ends of s are ends of words.
func gramsOf(s string, whole bool, found func(uint32)) {
	for i := 0; i < len(s); {
		if !inWord(s[i]) {
			i++
			continue
		}
		from := i
		for i < len(s) && inWord(s[i]) {
			i++
		}
		switch {
		case i-from >= gramLen:
			for at := from; at+gramLen <= i; at++ {
				found(gramHash(s[at : at+gramLen]))
			}
		case whole || from > 0 && i < len(s):
			found(gramHash(s[from:i]))
		}
	}
}

// gramHash is FNV-1a with its length and a last mix: the hash of a part of a filter's format, which must not change with the
// process. A short gram and the beginning of a long one differ by their lengths.
func gramHash(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return mix(h ^ uint32(len(s))<<28)
}

func mix(h uint32) uint32 {
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	return h ^ h>>16
}

// needleGrams are the hashes that a block must have all of to hold the needles; none = any block may.
func needleGrams(needles []Needle, without map[uint32]bool) (hashes []uint32) {
	seen := map[uint32]bool{}
	for _, n := range needles {
		gramsOf(n.Text, n.Whole, func(h uint32) {
			if !without[h] && !seen[h] {
				seen[h] = true
				hashes = append(hashes, h)
			}
		})
	}
	return hashes
}
