package access

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/sightglass/sightglass/internal/event"
)

// KeepKeyGroups says whether tokens of a class stay in the key groups of their values, in files whose recording is to run again.
type KeepKeyGroups string

// The ways to keep them. Each token then tells the key group of its value: log2(max parallelism) bits. A value that is alone in its key
// group is known by it to whoever can guess it, so that few values want KeepAny said with care.
const (
	KeepNone KeepKeyGroups = ""
	KeepMany KeepKeyGroups = "many" // where there are ten times as many values as key groups
	KeepAny  KeepKeyGroups = "any"  // however few there are
)

// KeyPlaces are the operators of a recording whose keys tokens can keep in their places.
type KeyPlaces struct {
	Texts, Ints, Longs []KeyPlace
}

// numbers are the places of whole numbers below 2^31 that are not negative: as an int and as a long they have one hash.
func (p *KeyPlaces) numbers() []KeyPlace { return slices.Concat(p.Ints, p.Longs) }

// KeyKeeper gives tokens that stay in the key groups of their values. Its zero value keeps none. Safe for concurrent use.
type KeyKeeper struct {
	places KeyPlaces

	mu      sync.Mutex
	classes map[string]*keptClass
}

// NewKeyKeeper keeps keys in their places. Errors: places that are none of Flink's.
func NewKeyKeeper(places KeyPlaces) (*KeyKeeper, error) {
	for _, p := range slices.Concat(places.Texts, places.numbers()) {
		if err := p.check(); err != nil {
			return nil, err
		}
	}
	return &KeyKeeper{places: places, classes: map[string]*keptClass{}}, nil
}

// of makes the keeper of one class.
func (k *KeyKeeper) of(name string, class *Class, keys Keys) (*keptClass, error) {
	keys.keep = nil
	c := &keptClass{name: name, groups: class.KeyGroups, places: k.places, texts: map[string]KeyToken{}}
	var err error
	if c.text, err = keys.KeyTexts(name); err != nil {
		return nil, err
	}
	for _, n := range []struct {
		to     **KeyNumbers
		make   func(string, ...KeyPlace) (*KeyNumbers, error)
		places []KeyPlace
	}{{&c.small, keys.KeyInts, k.places.numbers()}, {&c.ints, keys.KeyInts, k.places.Ints}, {&c.longs, keys.KeyLongs, k.places.Longs}} {
		if len(n.places) == 0 {
			continue
		}
		made, err := n.make(name, n.places...)
		if err != nil && !errors.Is(err, ErrViewOnly) { // without: plain tokens, and Kept says so
			return nil, err
		}
		*n.to = made
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.classes[name] = c
	return c, nil
}

// Kept is what a keeper did.
type Kept struct {
	Bits   int      // of each value that its token tells, at most
	Astray []string // classes with values that no token kept in their places
}

// Kept tells it. Errors: ErrKeyGroupLeak, where there were too few values of a class.
func (k *KeyKeeper) Kept() (all Kept, err error) {
	if k == nil {
		return all, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, c := range k.classes {
		distinct, astray, places := c.counted()
		if astray {
			all.Astray = append(all.Astray, c.name)
		}
		if distinct == 0 || len(places) == 0 {
			continue
		}
		bits, e := KeyGroupLeak(distinct, c.groups == KeepAny, places...)
		if e != nil {
			err = cmp.Or(err, fmt.Errorf("class %s: %w", c.name, e))
		}
		all.Bits = max(all.Bits, int(math.Ceil(bits)))
	}
	slices.Sort(all.Astray)
	return all, err
}

// keptClass gives the tokens of one class.
type keptClass struct {
	name   string
	groups KeepKeyGroups
	places KeyPlaces
	text   *KeyTexts

	// Of whole numbers: those from 0 to 2^31 - 1 are permuted among themselves, whether they are ints or longs; beside them ints that are
	// negative, and longs. Nil: there is no place of the kind, or too many for a token to keep.
	small, ints, longs *KeyNumbers

	mu      sync.Mutex
	texts   map[string]KeyToken // found so far; beyond mostRemembered they are searched for again
	numbers map[int64]struct{}
	astray  bool
}

// mostRemembered values of a class are kept with their tokens.
const mostRemembered = 1 << 20

// ofText is the token of a text; ok is false where there is no place to keep, or no token keeps it.
func (c *keptClass) ofText(v string) (string, bool) {
	if len(c.places.Texts) == 0 {
		return "", false
	}
	c.mu.Lock()
	t, known := c.texts[v]
	c.mu.Unlock()
	if !known {
		var err error
		if t, err = c.text.Of(v, c.places.Texts...); err != nil {
			t = KeyToken{}
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.texts) < mostRemembered {
			c.texts[v] = t
		}
		c.astray = c.astray || t.Text == "" || t.SubtaskOnly
	}
	return t.Text, t.Text != ""
}

// ofWhole is the token of a whole number.
func (c *keptClass) ofWhole(v event.Value) (string, bool) {
	if len(c.places.Ints)+len(c.places.Longs) == 0 {
		return "", false
	}
	n := v.Int()
	if v.Kind() == event.ValueUint {
		if v.Uint() > math.MaxInt64 {
			return "", c.lost()
		}
		n = int64(v.Uint())
	}
	var got int64
	var err error
	switch isInt := n == int64(int32(n)); {
	case isInt && n >= 0 && c.small != nil:
		var small int32
		small, err = c.small.Int(int32(n))
		got = int64(small)
	case isInt && n < 0 && c.ints != nil && c.longs == nil:
		var negative int32
		negative, err = c.ints.Int(int32(n))
		got = int64(negative)
	case !(isInt && n >= 0) && c.longs != nil:
		// Walks on until it is none of those that are permuted among themselves.
		for got = n; ; {
			if got, err = c.longs.Long(got); err != nil || got < 0 || got > math.MaxInt32 {
				break
			}
		}
	default:
		return "", c.lost()
	}
	if err != nil {
		return "", c.lost()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.numbers == nil {
		c.numbers = map[int64]struct{}{}
	}
	if len(c.numbers) < mostRemembered {
		c.numbers[n] = struct{}{}
	}
	return strconv.FormatInt(got, 10), true
}

func (c *keptClass) lost() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.astray = true
	return false
}

// counted says of how many values tokens were kept, and where.
func (c *keptClass) counted() (distinct int, astray bool, places []KeyPlace) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.texts) > 0 {
		places = append(places, c.places.Texts...)
	}
	if len(c.numbers) > 0 {
		places = append(places, c.places.numbers()...)
	}
	subtasks := (c.small != nil && c.small.SubtaskOnly()) || (c.longs != nil && c.longs.SubtaskOnly()) || (c.ints != nil && c.ints.SubtaskOnly())
	return len(c.texts) + len(c.numbers), c.astray || subtasks && len(c.numbers) > 0, places
}
