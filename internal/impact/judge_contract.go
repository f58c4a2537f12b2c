package impact

import (
	"fmt"
	"slices"
	"strings"
)

// contract judges another text of a contract. A weaker promise is told to whoever relies on it, a stronger one to whoever has to keep it.
func (w *work) contract() error {
	if w.Contracts == nil {
		return fmt.Errorf("%w: this server keeps no contracts", ErrProposal)
	}
	diff, err := w.Contracts.Changes(w.ctx, w.p.Contract)
	if err != nil {
		return err
	}
	if diff.InForce == "" {
		w.note("contract %s has no version in force: all that it promises is new", diff.ID)
	}
	topics := diff.Streams
	if w.p.Topic != "" {
		topics = slices.DeleteFunc(slices.Clone(topics), func(t string) bool { return t != w.p.Topic })
	}
	if len(topics) == 0 {
		return fmt.Errorf("%w: the contract has no such stream", ErrProposal)
	}
	for i, topic := range topics {
		w.progress("contract", i, len(topics))
		if err := w.at(Stream{w.p.Cluster, topic}); err != nil {
			return err
		}
		if err := w.promises(topic, diff.Changes); err != nil {
			return err
		}
	}
	if len(topics) > 1 {
		w.note("the contract is of %d streams: %s", len(topics), listed(topics))
	}
	return nil
}

// promises judges the promises of one stream.
func (w *work) promises(topic string, all []ContractChange) error {
	begin := len(w.out.Changes)
	var weaker, stronger []int
	for _, c := range all {
		if c.Topic != topic && c.Topic != "" || c.Topic == "" && begin > 0 {
			continue
		}
		kind := "promise"
		if c.Gone {
			kind = "field-removed"
		}
		out := Change{Kind: kind, Path: c.Path, Text: strings.TrimPrefix(c.Path+": "+c.Text, ": "), From: "stronger", To: "weaker", everywhere: c.Topic == topic && c.Path == "", harmless: !c.Weaker}
		if !c.Weaker {
			out.From, out.To = "weaker", "stronger"
		}
		if c.Topic == "" && !c.Weaker {
			out.From, out.To, out.everywhere = "", "", false // words about the contract itself
		}
		w.out.Changes = append(w.out.Changes, out)
		i := len(w.out.Changes) - 1
		switch {
		case c.Weaker:
			weaker = append(weaker, i)
		case c.Topic != "":
			stronger = append(stronger, i)
		}
	}
	if len(weaker)+len(stronger) == 0 {
		return nil
	}
	users, err := w.users()
	if err != nil {
		return err
	}
	for i := range users {
		u := &users[i]
		if w.gone(u) {
			continue
		}
		if u.Reads {
			w.out.Systems = append(w.out.Systems, w.relies(u, weaker))
		}
		if u.Writes && len(stronger) > 0 {
			w.out.Systems = append(w.out.Systems, w.keeps(u, stronger))
		}
	}
	return nil
}

// relies judges a reader by promises that become weaker.
func (w *work) relies(u *User, weaker []int) System {
	s := w.system(u, "consumer")
	for _, i := range weaker {
		c := &w.out.Changes[i]
		if c.everywhere || c.Path == "" || !u.Fields.Known || slices.ContainsFunc(u.Fields.Paths, func(p string) bool { return related(p, c.Path) }) {
			s.Changes = append(s.Changes, i)
		}
	}
	switch {
	case w.stale(u):
		s.Verdict, s.Why = Unknown, w.staleWords(u)
	case len(weaker) > 0 && !u.Fields.Known && !slices.ContainsFunc(weaker, func(i int) bool { return w.out.Changes[i].everywhere }):
		s.Verdict, s.Why = Unknown, "which fields it reads is not known, so that it may rely on any promise"
	case len(s.Changes) > 0:
		s.Verdict, s.Why = Maybe, "it relies on "+w.touchedPaths(&s)+", of which less is promised"
	case !u.Fields.Known:
		s.Verdict, s.Why = Unknown, "which fields it reads is not known"
	default:
		s.Verdict, s.Why = Safe, "nothing becomes weaker that it relies on"
	}
	return s
}

// keeps judges a writer by promises that become stronger. What it wrote so far is known to the contract's checks, not to this report.
func (w *work) keeps(u *User, stronger []int) System {
	s := w.system(u, "producer")
	s.Changes = slices.Clone(stronger)
	if w.stale(u) {
		s.Verdict, s.Why = Unknown, w.staleWords(u)
		return s
	}
	s.Verdict, s.Why = Maybe, "it has to keep a stronger promise: "+w.touchedPaths(&s)
	return s
}

// system is a user before it is judged.
func (w *work) system(u *User, role string) System {
	s := System{ID: u.ID, Name: u.Name, Kind: u.Kind, Role: role, Owners: u.Owners, Fields: u.Fields, Seen: u.Seen, Link: u.Link, Changes: []int{}}
	if role == "consumer" {
		s.Evidence = evident(u)
	} else {
		s.Evidence = slices.Clone(u.Evidence)
	}
	return s
}

func (w *work) staleWords(u *User) string {
	if u.Unseen {
		return "nothing has shown that it reads: it has offsets, or the right to"
	}
	return fmt.Sprintf("it was not seen for %d days, and may be gone", int(w.Now().Sub(u.Seen).Hours()/24))
}
