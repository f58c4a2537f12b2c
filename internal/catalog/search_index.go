package catalog

import (
	"strings"
)

// index knows in which nodes the parts of fields' paths are. Fields of many streams are called alike, so that a word is looked for in each name once,
// not in each field. It only grows: a node whose text is made again gets a new slot, and when most slots are of nobody the index is made anew.
type index struct {
	parts  map[string]int32 // by the part: its place in names and slots
	names  []string
	slots  [][]int32 // by part: slots of nodes that have it
	length int32     // slots that were given
}

// mostDead of the slots may be of nobody for each that is of a node.
const mostDead = 2

func newIndex() *index { return &index{parts: make(map[string]int32)} }

// add gives a node a slot, with the parts of its fields' paths in lower case.
func (x *index) add(n *node) {
	n.slot = x.length
	x.length++
	n.told = false
	for i := range n.fields {
		n.told = n.told || n.fields[i].Doc != "" || len(n.fields[i].Tags) > 0
		for part := range strings.SplitSeq(strings.ToLower(strings.ReplaceAll(n.fields[i].Path, "\n", " ")), ".") {
			at, ok := x.parts[part]
			if !ok {
				at = int32(len(x.names))
				part = strings.Clone(part)
				x.parts[part], x.names, x.slots = at, append(x.names, part), append(x.slots, nil)
			}
			if have := x.slots[at]; len(have) == 0 || have[len(have)-1] != n.slot {
				x.slots[at] = append(have, n.slot)
			}
		}
	}
	for i := range n.marks {
		n.told = n.told || n.marks[i].Path != ""
	}
}

// full says that the index is mostly about nodes that are no more, or are others now.
func (x *index) full(nodes int) bool { return int(x.length) > (1+mostDead)*nodes+1000 }

// fields are the scores of a word as a part of fields' paths, by slot; nil where the word may span parts, or asks for something else.
func (x *index) fields(t term) []uint8 {
	if t.where != "" && t.where != "field" || strings.ContainsAny(t.text, ".\x1f") {
		return nil
	}
	scores := make([]uint8, x.length)
	for i, name := range x.names {
		at := strings.Index(name, t.text)
		if at < 0 {
			continue
		}
		score := uint8(scoreField * fit(name, at, len(t.text), '.'))
		for _, slot := range x.slots[i] {
			scores[slot] = max(scores[slot], score)
		}
	}
	return scores
}

// scored is how well a word fits a node, by what the index knows of its fields; 0 = it is not there.
func (n *node) scored(t term, fields []uint8) int {
	if fields == nil {
		return n.score(t)
	}
	best := int(fields[n.slot])
	if t.where == "field" {
		return best
	}
	rest := n.text
	for _, section := range sections {
		line, after, _ := strings.Cut(rest, "\n")
		rest = after
		if at := strings.Index(line, t.text); at >= 0 {
			best = max(best, section.score*fit(line, at, len(t.text), separator))
		}
	}
	if best == 0 && n.told { // what is said of fields counts least
		best = n.score(t)
	}
	return best
}
