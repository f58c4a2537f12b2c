package probe

import (
	"errors"
	"fmt"
)

// mostPaths bounds what one program looks for.
const mostPaths = 4096

var errPaths = errors.New("not paths that a program can look for")

// want is a place of the tree of wanted paths.
type want struct {
	slot int32   // of the path that ends here, -1 = none
	kids []*want // members
	elem *want   // behind []
	val  *want   // behind {}
	key  *want   // behind {key}

	name string
	mark int32 // of a member: where cells.marks remembers in which object it was last seen

	// What one more element of the list, or entry of the map, adds a cell to: paths whose last step of this kind it is.
	elements, entries []int32

	// What a second occurrence of the member takes back: cells that become missing, and lists that become as long as they were before the
	// first occurrence; cells.from remembers how long, from place from on.
	clears, truncates []int32
	from              int32

	table [32]uint8 // of kids: place + 1 of the first whose name has that hash, see nameHash
	next  []uint8   // of kids: place + 1 of the next with the same hash
}

// wants is a tree of paths with what its cells need.
type wants struct {
	root  *want
	paths []Path
	marks int32
	froms int32
}

func compileWants(paths []Path) (*wants, error) {
	if len(paths) > mostPaths {
		return nil, fmt.Errorf("%w: more than %d", errPaths, mostPaths)
	}
	w := &wants{root: &want{slot: -1}, paths: paths}
	seen := map[string]bool{}
	for i, p := range paths {
		text := p.String()
		if seen[text] {
			return nil, fmt.Errorf("%w: %s is there twice", errPaths, text)
		}
		seen[text] = true
		at := w.root
		for _, s := range p {
			at = at.step(s)
		}
		at.slot = int32(i)
	}
	if err := w.finish(w.root); err != nil {
		return nil, err
	}
	return w, nil
}

func (w *want) step(s Step) *want {
	at := &w.elem
	switch s.Kind {
	case StepValue:
		at = &w.val
	case StepKey:
		at = &w.key
	case StepMember:
		for _, k := range w.kids {
			if k.name == s.Name {
				return k
			}
		}
		w.kids = append(w.kids, &want{slot: -1, name: s.Name})
		return w.kids[len(w.kids)-1]
	}
	if *at == nil {
		*at = &want{slot: -1}
	}
	return *at
}

// finish gives members their marks and hashes, and lists their cells.
func (w *wants) finish(at *want) error {
	if len(at.kids) > 255 {
		return fmt.Errorf("%w: more than 255 members of one object", errPaths)
	}
	at.next = make([]uint8, len(at.kids))
	for i := len(at.kids) - 1; i >= 0; i-- {
		h := nameHash(at.kids[i].name)
		at.next[i], at.table[h] = at.table[h], uint8(i+1)
	}
	for _, k := range at.kids {
		k.mark = w.marks
		w.marks++
		k.clears, k.truncates = k.level(nil, nil)
		k.from = w.froms
		w.froms += int32(len(k.truncates))
		if err := w.finish(k); err != nil {
			return err
		}
	}
	for _, inner := range []*want{at.elem, at.val, at.key} {
		if inner == nil {
			continue
		}
		same, _ := inner.level(nil, nil)
		if inner == at.elem {
			at.elements = same
		} else {
			at.entries = append(at.entries, same...)
		}
		if err := w.finish(inner); err != nil {
			return err
		}
	}
	return nil
}

// level lists the paths that end at w or below: those that no list is between, and those behind a list.
func (w *want) level(same, behind []int32) (s, b []int32) {
	if w.slot >= 0 {
		same = append(same, w.slot)
	}
	for _, k := range w.kids {
		same, behind = k.level(same, behind)
	}
	for _, inner := range []*want{w.elem, w.val, w.key} {
		if inner != nil {
			var lists []int32
			lists, behind = inner.level(nil, behind)
			behind = append(behind, lists...)
		}
	}
	return same, behind
}

// nameHash is below 32, and tells most names of one object apart.
func nameHash[T string | []byte](name T) uint8 {
	n := len(name)
	if n == 0 {
		return 0
	}
	return (uint8(n)*11 + name[0]*5 + name[n-1]*7 + name[n/2]) & 31
}

// member finds a member by its name, nil when it is not wanted.
func (w *want) member(name []byte) *want {
	for i := w.table[nameHash(name)]; i != 0; i = w.next[i-1] {
		if k := w.kids[i-1]; k.name == string(name) {
			return k
		}
	}
	return nil
}
