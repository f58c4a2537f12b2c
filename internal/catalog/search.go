package catalog

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Query is a search. Every word of Text has to be found in an entity or in one of its fields. A word may say where: owner:, tag:, field:, doc:,
// name: and cluster: before it.
type Query struct {
	Text  string
	Kinds []Kind // none: all but operators and programs, which are found where a kind names them
	Limit int    // 0 = 50
	Skip  int    // of the hits that the caller sees
}

// Hit is an entity that a search found.
type Hit struct {
	Brief
	Matched []Match // where, the best first
}

// Match is a place in which a word was found.
type Match struct {
	What string // name, field, owner, tag, doc, other
	Text string // the name, the field's path; empty for others
}

// Brief is an entity in lists.
type Brief struct {
	Entity
	Owners []string
	Tags   []string
	Fields int
	Doc    string // the first line
}

// Page is a page of hits.
type Hits struct {
	Hits []Hit
	More bool
}

// scores of where a word is found; a whole name counts more than its beginning, and that more than a part of it.
const (
	scoreName  = 30
	scoreField = 12
	scoreOwner = 9
	scoreTag   = 9
	scoreOther = 4
	scoreDoc   = 2
)

type term struct{ where, text string }

var wheres = map[string]string{"owner": "owner", "tag": "tag", "class": "tag", "field": "field", "doc": "doc", "name": "name", "cluster": "other"}

func terms(text string) (all []term) {
	for word := range strings.FieldsSeq(strings.ToLower(text)) {
		t := term{text: word}
		if where, rest, ok := strings.Cut(word, ":"); ok && wheres[where] != "" && rest != "" {
			t = term{wheres[where], rest}
		}
		all = append(all, t)
	}
	return all
}

// Search finds entities that the caller sees, the best first.
func (c *Catalog) Search(ctx context.Context, s *Sight, q Query) (Hits, error) {
	words := terms(q.Text)
	limit := cmp.Or(q.Limit, 50)
	c.mu.RLock()
	defer c.mu.RUnlock()
	for !c.prepared() { // whoever writes between the locks has it made again
		c.mu.RUnlock()
		c.prepare()
		c.mu.RLock()
	}
	fields := make([][]uint8, len(words))
	for i, t := range words {
		if ctx.Err() != nil {
			return Hits{}, ctx.Err()
		}
		fields[i] = c.index.fields(t)
	}
	type found struct {
		n     *node
		score int
	}
	var all []found
	for i, n := range c.ordered {
		if i%1024 == 0 && ctx.Err() != nil {
			return Hits{}, ctx.Err()
		}
		if !wanted(n.Kind, q.Kinds) {
			continue
		}
		score := 0
		for i, t := range words {
			one := n.scored(t, fields[i])
			if one == 0 {
				score = -1
				break
			}
			score += one
		}
		if score >= 0 {
			all = append(all, found{n, score})
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return b.score - a.score })
	out := Hits{Hits: []Hit{}}
	skip := q.Skip
	for _, f := range all {
		if !s.sees(f.n) {
			continue
		}
		if skip--; skip >= 0 {
			continue
		}
		if len(out.Hits) == limit {
			out.More = true
			break
		}
		out.Hits = append(out.Hits, Hit{c.brief(f.n), f.n.matches(words)})
	}
	return out, nil
}

func wanted(k Kind, kinds []Kind) bool {
	if len(kinds) == 0 {
		return k != Operator && k != Program
	}
	return slices.Contains(kinds, k)
}

// brief is a node in lists. c.mu is held.
func (c *Catalog) brief(n *node) Brief {
	b := Brief{Entity: n.Entity, Owners: n.values("", Owners), Tags: n.values("", Tags)}
	if docs := n.values("", Doc); len(docs) > 0 {
		b.Doc, _, _ = strings.Cut(docs[0], "\n")
	}
	seen := make(map[string]bool, len(n.fields))
	for _, f := range n.fields {
		seen[string(f.Part)+f.Path] = true
	}
	b.Fields = len(seen)
	return b
}

// sections of a node's text, in its order; fields follow.
var sections = [...]struct {
	what  string
	score int
}{{"name", scoreName}, {"owner", scoreOwner}, {"tag", scoreTag}, {"doc", scoreDoc}, {"other", scoreOther}}

// score is how well a word fits, 0 = it is not there.
func (n *node) score(t term) (best int) {
	if !strings.Contains(n.text, t.text) {
		return 0
	}
	if (t.where == "" || t.where == "field") && (strings.Contains(n.text, "\n"+t.text+string(separator)) || strings.Contains(n.text, "."+t.text+string(separator))) {
		best = scoreField * 3 // a whole name of a field, wherever it stands
	}
	if t.where == "" || t.where == "name" {
		name, _, _ := strings.Cut(n.text, "\n")
		if at := strings.Index(name, t.text); at >= 0 {
			best = max(best, scoreName*fit(name, at, len(t.text), separator))
		}
	}
	if best >= scoreField*3 { // nothing but a name fits better
		return best
	}
	looked := 0
	n.find(t, func(_ string, score int, _ string) bool {
		best = max(best, score)
		looked++
		return looked < mostScored
	})
	return best
}

// mostScored places of a word in one entity decide about its score, and whether a field is called just so: many fields of many topics have parts alike.
const mostScored = 4

// find gives the places in which a word is, until it is told to stop.
func (n *node) find(t term, place func(what string, score int, path string) bool) {
	rest := n.text
	if t.where == "field" { // what is before fields is not looked at
		for range sections {
			_, rest, _ = strings.Cut(rest, "\n")
		}
	}
	for _, section := range sections {
		if t.where == "field" {
			break
		}
		line, after, _ := strings.Cut(rest, "\n")
		rest = after
		if t.where != "" && t.where != section.what {
			continue
		}
		if at := strings.Index(line, t.text); at >= 0 && !place(section.what, section.score*fit(line, at, len(t.text), separator), "") {
			return
		}
	}
	for rest != "" && (t.where == "" || t.where == "field" || t.where == "tag" || t.where == "doc") {
		at := strings.Index(rest, t.text)
		if at < 0 {
			return
		}
		begin := strings.LastIndexByte(rest[:at], '\n') + 1
		line, after, _ := strings.Cut(rest[begin:], "\n")
		rest = after
		path, more, _ := strings.Cut(line, string(separator))
		what, score := "field", scoreField
		inPath := at-begin < len(path)
		switch {
		case inPath && (t.where == "" || t.where == "field"):
			score *= fit(path, at-begin, len(t.text), '.')
		case t.where == "field":
			continue
		default:
			doc, tags, _ := strings.Cut(more, string(separator))
			if what, score = "doc", scoreDoc; strings.Contains(tags, t.text) {
				what, score = "tag", scoreTag
			} else if !strings.Contains(doc, t.text) {
				continue
			}
			if t.where != "" && t.where != what {
				continue
			}
		}
		if !place(what, score, path) {
			return
		}
	}
}

// fit is 3 where a word is all of a part of a line, 2 where it begins one, else 1.
func fit(line string, at, length int, between rune) int {
	begins := at == 0 || rune(line[at-1]) == between
	ends := at+length == len(line) || rune(line[at+length]) == between
	switch {
	case begins && ends:
		return 3
	case begins:
		return 2
	}
	return 1
}

// matches are the places of words for people, the best first.
func (n *node) matches(words []term) []Match {
	type scored struct {
		Match
		score int
	}
	var all []scored
	const most = 5
	for _, t := range words {
		looked := 0
		n.find(t, func(what string, score int, path string) bool {
			m := Match{What: what, Text: n.spelled(path)}
			if what == "name" {
				m.Text = n.Name
			}
			if !slices.ContainsFunc(all, func(x scored) bool { return x.Match == m }) {
				all = append(all, scored{m, score})
			}
			looked++
			return looked < 20
		})
	}
	slices.SortStableFunc(all, func(a, b scored) int { return b.score - a.score })
	out := []Match{}
	for _, x := range all[:min(len(all), most)] {
		out = append(out, x.Match)
	}
	return out
}

// spelled is a path that a search has in lower case as the stream spells it.
func (n *node) spelled(lower string) string {
	if lower != "" {
		for i := range n.fields {
			if strings.EqualFold(n.fields[i].Path, lower) {
				return n.fields[i].Path
			}
		}
	}
	return lower
}
