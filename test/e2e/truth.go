package e2e

import (
	"fmt"
	"strconv"
	"strings"
)

// children are the payloads that job FanOut (jobs/src/main/java/e2e/FanOut.java) makes of number n at parallelism 4.
func children(n int) []string {
	var all []string
	for child := range n % 4 {
		all = append(all, fmt.Sprintf("%d/%d", n, child))
	}
	if n%50 == 0 {
		for subtask := range 4 {
			all = append(all, fmt.Sprintf("%d/b%d", n, subtask))
		}
	}
	return all
}

// grandchildren are the payloads that job Relay (jobs/src/main/java/e2e/Relay.java) makes of a child.
func grandchildren(child string) []string {
	n := numberOf(child)
	if (n+int(child[len(child)-1]-'0'))%5 == 4 {
		return nil
	}
	all := []string{child + ">0"}
	if n%7 == 0 {
		all = append(all, child+">1")
	}
	return all
}

// numberOf is the number that a payload of any of the three topics descends from.
func numberOf(payload string) int {
	digits := payload
	if end := strings.IndexAny(payload, "/>"); end >= 0 {
		digits = payload[:end]
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return -1
	}
	return n
}

// descends says whether a payload seen anywhere in the two jobs can have come from another: every step only adds to the end.
func descends(payload, ancestor string) bool {
	rest, ok := strings.CutPrefix(payload, ancestor)
	return ok && (rest == "" || rest[0] == '/' || rest[0] == '>' || strings.HasSuffix(ancestor, ">"))
}

// places tells for each payload of a topic where Kafka keeps it, as topic/partition@offset.
type places map[string]string

// world is where every record of the three topics lies, and by that the truth.
type world struct {
	numbers, children, grandchildren places
}

// below gives the places of all that number n truly became.
func (w world) below(n int) set {
	all := set{}
	for _, child := range children(n) {
		all.add(w.children[child])
		for _, grandchild := range grandchildren(child) {
			all.add(w.grandchildren[grandchild])
		}
	}
	return all
}

// above gives the places of all that a grandchild truly came from.
func (w world) above(grandchild string) set {
	child, _, _ := strings.Cut(grandchild, ">")
	return set{w.children[child]: {}, w.numbers[strconv.Itoa(numberOf(child))]: {}}
}

// set is a set of places.
type set map[string]struct{}

func (s set) add(place string) { s[place] = struct{}{} }

// tally counts pairs (record, relative) over many comparisons.
type tally struct {
	records int // comparisons made
	truth   int // pairs that are true
	found   int // pairs that were answered
	both    int
}

func (t *tally) compare(truth, found set) (equal bool) {
	both := 0
	for place := range found {
		if _, ok := truth[place]; ok {
			both++
		}
	}
	t.records++
	t.truth += len(truth)
	t.found += len(found)
	t.both += both
	return both == len(truth) && both == len(found)
}

// precision is the share of what was answered that is true; recall the share of the truth that was answered. Of nothing, both are 1.
func (t tally) precision() float64 { return share(t.both, t.found) }
func (t tally) recall() float64    { return share(t.both, t.truth) }

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

func (t tally) String() string {
	return fmt.Sprintf("precision %.4f recall %.4f over %d records, %d true pairs, %d answered", t.precision(), t.recall(), t.records, t.truth, t.found)
}
