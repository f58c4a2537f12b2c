package access

import (
	"bytes"
	"errors"
	"fmt"
	"math"
)

// ErrViewOnly says that no token keeps keys where they are: an export with it can be looked at, and not run again.
var ErrViewOnly = errors.New("the export is view-only")

// ErrKeyGroupLeak says that an export has so few keys that their key groups tell which is which.
var ErrKeyGroupLeak = errors.New("too few keys for tokens that keep key groups")

// KeyPlace is an operator in which a value is a key, or part of one.
type KeyPlace struct {
	Operator       string // as people know it, for errors
	MaxParallelism int    // 1 to 32768
	Parallelism    int    // 1 to MaxParallelism
	Key            KeyShape
}

// mostKeyGroups is Flink's Transformation.UPPER_BOUND_MAX_PARALLELISM.
const mostKeyGroups = 1 << 15

func (p *KeyPlace) check() error {
	if p.MaxParallelism < 1 || p.MaxParallelism > mostKeyGroups || p.Parallelism < 1 || p.Parallelism > p.MaxParallelism {
		return fmt.Errorf("operator %s: max parallelism %d and parallelism %d are none of Flink's", p.Operator, p.MaxParallelism, p.Parallelism)
	}
	return nil
}

// KeyShape says how the hash of a whole key follows from one field of it. The zero KeyShape is a key that is the field alone.
type KeyShape struct {
	times, plus int32 // hash of the key = times · hash of the field + plus; times = 0: times is 1
	row         func(text string) []byte
}

// KeyField is a field of a composite key: its hash code, or that it is null.
type KeyField struct {
	Hash int32
	Null bool
}

// TupleKey is a key of Java's Tuple classes with these fields, of which the one at an index is the field in question. Flink's TupleN.hashCode
// folds h = 31·h + field from the first field on; null is 0.
func TupleKey(fields []KeyField, at int) KeyShape { return folded(0, 0, fields, at) }

// RowKey is a key of the class Row with fields by position; kind is RowKind.toByteValue, 0 for +I. RowUtils.deepHashCodeRow: 31·kind + fold of
// the fields from 1 on, of which each but null is hashed as an array of its own, 31 + its hash.
func RowKey(kind byte, fields []KeyField, at int) KeyShape {
	s := folded(1, 31, fields, at)
	s.plus += 31 * int32(kind)
	return s
}

// folded is h = 31·h + each + field for the fields in order, beginning with a hash; null counts as 0.
func folded(begin, each int32, fields []KeyField, at int) KeyShape {
	s := KeyShape{times: 1, plus: begin}
	for i, f := range fields {
		s.plus *= 31
		switch {
		case i == at:
			s.plus += each
		case !f.Null:
			s.plus += each + f.Hash
		}
		if i > at {
			s.times *= 31
		}
	}
	return s
}

// BinaryRowKey is a key of SQL: write gives the bytes of the row with a text in the field, as Flink's BinaryRowWriter writes them.
func BinaryRowKey(write func(text string) []byte) KeyShape { return KeyShape{row: write} }

// ofText is the hash of the whole key with a text in the field.
func (s *KeyShape) ofText(text string) int32 {
	if s.row != nil {
		return HashBinaryRow(s.row(text))
	}
	return s.ofHash(HashString(text))
}

// ofHash is the hash of the whole key with a field of that hash.
func (s *KeyShape) ofHash(field int32) int32 {
	if s.times == 0 {
		return field + s.plus
	}
	return s.times*field + s.plus
}

// counted is the hash of a key whose text ends with a counter: what comes before the counter is hashed once.
type counted struct {
	shape  *KeyShape
	before int32  // of a text: hash of what is before the counter
	words  uint32 // of a row: of the words before the one that the counter begins in
	tail   []byte // of a row: from that word on
	at     int    // of the counter in tail
	length int    // of the row, bytes
}

// counted prepares a text with a counter of counterChars at its end. Errors: a row that does not hold the text as it is.
func (s *KeyShape) counted(prefix string) (counted, error) {
	if s.row == nil {
		return counted{shape: s, before: HashString(prefix)}, nil
	}
	row := s.row(prefix + string(make([]byte, counterChars)))
	at := bytes.Index(row, []byte(prefix))
	if at < 0 || at+len(prefix)+counterChars > len(row) || len(row)%4 != 0 {
		return counted{}, errors.New("a binary row does not hold the text of its field")
	}
	at += len(prefix)
	word := at &^ 3
	return counted{shape: s, words: murmurWords(murmurSeed, row[:word]), tail: bytes.Clone(row[word:]), at: at - word, length: len(row)}, nil
}

// hash is that of the key with a counter.
func (c *counted) hash(counter *[counterChars]byte) int32 {
	if c.tail != nil {
		copy(c.tail[c.at:], counter[:])
		return int32(murmurMix(murmurWords(c.words, c.tail) ^ uint32(c.length)))
	}
	h := c.before
	for _, d := range counter {
		h = 31*h + int32(d)
	}
	return c.shape.ofHash(h)
}

// KeyGroupLeak is what tokens that keep key groups tell of each key: as many bits as the places' key groups together have. An export with
// fewer distinct keys than ten times the key groups is refused, unless accepted: a key alone in its group is known by it. Errors:
// ErrKeyGroupLeak.
func KeyGroupLeak(distinct int, accepted bool, places ...KeyPlace) (bits float64, err error) {
	seen := map[int]bool{}
	most := 1
	for _, p := range places {
		if err := p.check(); err != nil {
			return 0, err
		}
		if !seen[p.MaxParallelism] { // two operators with as many key groups and the key alone have the same ones
			seen[p.MaxParallelism] = true
			bits += math.Log2(float64(p.MaxParallelism))
		}
		most = max(most, p.MaxParallelism)
	}
	if distinct < keysPerGroup*most && !accepted {
		return bits, fmt.Errorf("%w: %d keys, and %d key groups need %d", ErrKeyGroupLeak, distinct, most, keysPerGroup*most)
	}
	return bits, nil
}

// keysPerGroup is how many keys must be for each key group on average.
const keysPerGroup = 10
