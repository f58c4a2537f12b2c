package impact

import (
	"slices"
	"strings"
)

// reached is a stream that a change comes to, with the fields that it comes to there.
type reached struct {
	stream Stream
	all    bool     // any field may be
	paths  []string // otherwise
	path   []string // streams and systems in between, in turns, this one last
}

// downstream follows what changes through those who write other streams, and gives whoever reads there a verdict.
func (w *work) downstream(readers []User, forms []*compared, users []User) error {
	visited := map[Stream]bool{w.out.Stream: true}
	first := reached{stream: w.out.Stream, path: []string{w.out.Stream.Topic}}
	for i := range w.out.Changes {
		c := &w.out.Changes[i]
		if c.harmless {
			continue
		}
		if c.Path == "" {
			first.all = true
		}
		first.paths = append(first.paths, c.Path)
	}
	if len(first.paths) == 0 && !first.all {
		return nil
	}
	level := []reached{first}
	for hop := range mostHops {
		var next []reached
		for _, at := range level {
			w.progress("downstream", hop, mostHops)
			systems := readers
			if hop > 0 {
				list, hidden, err := w.Estate.Users(w.ctx, w.who, at.stream)
				if err != nil {
					return err
				}
				w.out.Hidden += hidden
				systems = slices.DeleteFunc(slices.Clone(list), func(u User) bool { return !u.Reads || w.gone(&u) })
				w.judgeReached(systems, &at)
			}
			for i := range systems {
				more, err := w.beyond(&systems[i], &at)
				if err != nil {
					return err
				}
				for _, r := range more {
					if !visited[r.stream] {
						visited[r.stream] = true
						next = append(next, r)
					}
				}
			}
		}
		if level = next; len(level) == 0 {
			return nil
		}
	}
	// Those behind the last hop were found, and are not followed: said rather than left out.
	w.note("lineage goes on behind %d hops, and was not followed: %s", mostHops, listed(topicsOf(level)))
	return nil
}

func topicsOf(level []reached) (names []string) {
	for _, r := range level {
		names = append(names, r.stream.Topic)
	}
	return names
}

// beyond are the streams that a system carries what changes to.
func (w *work) beyond(u *User, at *reached) (out []reached, err error) {
	outputs, err := w.Estate.Outputs(w.ctx, w.who, at.stream, u.ID)
	if err != nil {
		return nil, err
	}
	for _, o := range outputs {
		if o.To.Topic == "" { // whoever reads there is not shown, and counts
			w.out.Hidden++
			continue
		}
		r := reached{stream: o.To, all: !o.Known, path: append(slices.Clone(at.path), u.Name, o.To.Topic)}
		if o.Known {
			for _, p := range o.Pairs {
				if at.all || slices.ContainsFunc(at.paths, func(c string) bool { return related(c, p.From) }) {
					r.paths = append(r.paths, p.To)
				}
			}
			if len(r.paths) == 0 {
				continue // nothing that changes comes out there
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// judgeReached gives the readers of a stream downstream their verdicts. What reaches them are values, not schemas: nobody is broken by that alone.
func (w *work) judgeReached(systems []User, at *reached) {
	for i := range systems {
		u := &systems[i]
		if slices.ContainsFunc(w.out.Systems, func(s System) bool { return s.ID == u.ID }) {
			continue // its verdict is about the stream itself, or a nearer one
		}
		s := System{ID: u.ID, Name: u.Name, Kind: u.Kind, Role: "consumer", Owners: u.Owners, Changes: []int{}, Fields: u.Fields, Seen: u.Seen, Link: u.Link, Path: at.path, Evidence: evident(u)}
		by := "through " + strings.Join(at.path, " → ")
		switch {
		case w.stale(u):
			s.Verdict, s.Why = Unknown, w.staleWords(u)+"; the change reaches it "+by
		case !u.Fields.Known:
			s.Verdict, s.Why = Unknown, "which fields it reads is not known; the change reaches it "+by
		case at.all:
			s.Verdict, s.Why = Maybe, "which fields come out is not known: it may be those that it reads, "+by
		case slices.ContainsFunc(u.Fields.Paths, func(p string) bool {
			return slices.ContainsFunc(at.paths, func(c string) bool { return related(c, p) })
		}):
			s.Verdict, s.Why = Maybe, "it reads "+listed(at.paths)+", which comes out of what changes, "+by
		default:
			continue // the change does not come to what it reads
		}
		w.out.Systems = append(w.out.Systems, s)
	}
}
