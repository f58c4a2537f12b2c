package access

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"strconv"
	"sync"
)

// KeyNumbers permutes whole numbers that are keys alone: FF1 over their bits without the sign, again and again until the key group in all
// places is the one of the value ("cycle walking"). Numbers of one sign and the same key groups are permuted among themselves, so that two
// never become one. Safe for concurrent use.
//
// That holds because the key groups follow from the number alone. A number within a tuple or a row has other fields beside it, which give it
// more than one key group; two numbers could meet then, and such a key is not taken.
type KeyNumbers struct {
	bits        int // of a value without its sign: 31 or 63
	permutation *ff1
	places      []KeyPlace
	subtaskOnly bool
	scratch     sync.Pool // of *ff1Scratch
}

// mostGroups bounds the product of the places' key groups, which is how many steps a walk has on average. With it a walk of mostWalking misses
// with a chance of e^-32.
const (
	mostGroups  = 1 << 15
	mostWalking = 1 << 20
)

// KeyInts are for keys of Java's int, of one class, in all places where the values come up.
func (k *Keys) KeyInts(class string, places ...KeyPlace) (*KeyNumbers, error) {
	return k.keyNumbers(class, 31, places)
}

// KeyLongs are for keys of Java's long.
func (k *Keys) KeyLongs(class string, places ...KeyPlace) (*KeyNumbers, error) {
	return k.keyNumbers(class, 63, places)
}

// keyNumbers chooses for all values whether key groups are kept or subtasks only: if each value chose, two could become one. Errors:
// ErrViewOnly.
func (k *Keys) keyNumbers(class string, width int, places []KeyPlace) (*KeyNumbers, error) {
	if !k.set {
		return nil, fmt.Errorf("class %s: there is no key to make tokens", class)
	}
	groups, subtasks := 1, 1
	seen := map[[2]int]bool{}
	n := &KeyNumbers{bits: width, scratch: sync.Pool{New: func() any { return new(ff1Scratch) }}}
	for _, p := range places {
		if err := p.check(); err != nil {
			return nil, err
		}
		if p.Key.row != nil || p.Key.times != 0 && p.Key.times != 1 || p.Key.plus != 0 {
			return nil, fmt.Errorf("%w: a number is part of a larger key in %s", ErrViewOnly, p.Operator)
		}
		if of := [2]int{p.MaxParallelism, p.Parallelism}; !seen[of] {
			seen[of] = true
			n.places = append(n.places, p)
			groups = min(groups*p.MaxParallelism, mostGroups+1)
			subtasks = min(subtasks*p.Parallelism, mostGroups+1)
		}
	}
	switch {
	case groups <= mostGroups:
	case subtasks <= mostGroups:
		n.subtaskOnly = true
	default:
		return nil, fmt.Errorf("%w: a number would have to stay in one of %d places in %s", ErrViewOnly, subtasks, operators(places))
	}
	key, err := hkdf.Key(sha256.New, k.Master[:], []byte(k.Tenant), "sightglass/key/v1|"+class+"|"+strconv.FormatUint(uint64(k.Epoch), 10)+"|"+strconv.Itoa(width), 32)
	if err != nil {
		return nil, err
	}
	n.permutation, err = newFF1(key, 2, width, nil)
	return n, err
}

// SubtaskOnly tells that numbers keep their subtasks, and not their key groups: there are too many of those in all places together.
func (n *KeyNumbers) SubtaskOnly() bool { return n.subtaskOnly }

// Int is the number in place of an int. Errors: ErrViewOnly when the walk does not end.
func (n *KeyNumbers) Int(v int32) (int32, error) {
	got, err := n.walk(uint64(uint32(v)), func(x uint64) int32 { return HashInt(int32(x)) })
	return int32(got), err
}

// Long is the number in place of a long. Errors: ErrViewOnly when the walk does not end.
func (n *KeyNumbers) Long(v int64) (int64, error) {
	got, err := n.walk(uint64(v), func(x uint64) int32 { return HashLong(int64(x)) })
	return int64(got), err
}

// walk permutes the bits of v below the sign until hash gives the same place everywhere.
func (n *KeyNumbers) walk(v uint64, hash func(uint64) int32) (uint64, error) {
	s := n.scratch.Get().(*ff1Scratch)
	defer n.scratch.Put(s)
	right := (n.bits + 1) / 2
	low := uint64(1)<<n.bits - 1
	sign, rest := v&^low, v&low
	want := hash(v)
	for range mostWalking {
		a, b := n.permutation.encrypt(rest>>right, rest&(1<<right-1), s)
		rest = a<<right | b
		if n.together(want, hash(sign|rest)) {
			return sign | rest, nil
		}
	}
	return 0, fmt.Errorf("%w: no number in %d keeps a key in its place in %s", ErrViewOnly, mostWalking, operators(n.places))
}

// together tells whether keys of two hashes are in one place everywhere.
func (n *KeyNumbers) together(a, b int32) bool {
	for i := range n.places {
		p := &n.places[i]
		x, y := KeyGroup(a, p.MaxParallelism), KeyGroup(b, p.MaxParallelism)
		if n.subtaskOnly {
			x, y = SubtaskOf(x, p.MaxParallelism, p.Parallelism), SubtaskOf(y, p.MaxParallelism, p.Parallelism)
		}
		if x != y {
			return false
		}
	}
	return true
}
