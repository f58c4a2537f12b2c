package access

import (
	"fmt"
	"strings"
)

// KeyTexts gives tokens of texts that are keys: each keeps the key group of its value in all places. Safe for concurrent use.
//
// A token is that of the class with counterChars more, the first of 2^20 counters with which every key group is right. Values are not
// normalised: Flink takes two spellings for two keys, and so must who runs it again.
type KeyTexts struct{ tokens *tokenizer }

const (
	counterChars = 4
	mostCounters = 1 << (5 * counterChars)
)

// KeyTexts are for the keys of one class.
func (k *Keys) KeyTexts(class string) (*KeyTexts, error) {
	t, err := k.tokenizer(class, normaliseExactly)
	if err != nil {
		return nil, err
	}
	return &KeyTexts{t}, nil
}

// KeyToken is a token with what it keeps.
type KeyToken struct {
	Text        string
	SubtaskOnly bool // not the key group, but the subtask at the places' parallelism
}

// Of is the token of a text that is a key, or part of one, in places: all that the value comes up in, with what is beside it there. Where no
// counter keeps all key groups, the first one that keeps all subtasks is taken. Errors: ErrViewOnly when there is none either.
func (k *KeyTexts) Of(text string, places ...KeyPlace) (KeyToken, error) {
	prefix := k.tokens.text(text)
	type target struct {
		counted
		place   *KeyPlace
		group   int
		subtask int
	}
	targets := make([]target, 0, 4)
	for i := range places {
		p := &places[i]
		if err := p.check(); err != nil {
			return KeyToken{}, err
		}
		c, err := p.Key.counted(prefix)
		if err != nil {
			return KeyToken{}, fmt.Errorf("operator %s: %w", p.Operator, err)
		}
		group := KeyGroup(p.Key.ofText(text), p.MaxParallelism)
		targets = append(targets, target{c, p, group, SubtaskOf(group, p.MaxParallelism, p.Parallelism)})
	}
	second := -1 // the first counter that keeps the subtasks
	var counter [counterChars]byte
	for n := range mostCounters {
		counterOf(n, &counter)
		groups, subtasks := true, true
		for i := range targets {
			t := &targets[i]
			group := KeyGroup(t.hash(&counter), t.place.MaxParallelism)
			if group == t.group {
				continue
			}
			groups = false
			if second >= 0 || SubtaskOf(group, t.place.MaxParallelism, t.place.Parallelism) != t.subtask {
				subtasks = false
				break
			}
		}
		if groups {
			return KeyToken{Text: prefix + string(counter[:])}, nil
		}
		if subtasks && second < 0 {
			second = n
		}
	}
	if second < 0 {
		return KeyToken{}, fmt.Errorf("%w: no token of %d keeps a key in its place in %s", ErrViewOnly, mostCounters, operators(places))
	}
	counterOf(second, &counter)
	return KeyToken{Text: prefix + string(counter[:]), SubtaskOnly: true}, nil
}

// counterOf writes n in base 32, the highest digit first.
func counterOf(n int, to *[counterChars]byte) {
	const digits = "abcdefghijklmnopqrstuvwxyz234567"
	for i := counterChars - 1; i >= 0; i-- {
		to[i] = digits[n&31]
		n >>= 5
	}
}

func operators(places []KeyPlace) string {
	all := make([]string, len(places))
	for i, p := range places {
		all[i] = p.Operator
	}
	return strings.Join(all, ", ")
}
