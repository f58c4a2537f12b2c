package impact

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/browse"
)

// effect is what a setting that changes does to whoever is at the topic.
type effect struct {
	change    int // of Report.Changes
	consumers func(u *User) (Verdict, string, []Evidence)
	producers func(u *User) (Verdict, string, []Evidence)
}

// config judges other settings of a topic.
func (w *work) config() error {
	if err := w.stream(); err != nil {
		return err
	}
	if w.Topics == nil {
		return fmt.Errorf("%w: this server knows no cluster", ErrProposal)
	}
	now, err := w.Topics.Topic(w.ctx, w.who, w.out.Stream)
	if err != nil {
		return err
	}
	w.policy = now["cleanup.policy"]
	var effects []effect
	for _, name := range slices.Sorted(maps.Keys(w.p.Config)) {
		was, is := now[name], strings.TrimSpace(w.p.Config[name])
		if was == is {
			continue
		}
		w.out.Changes = append(w.out.Changes, Change{Kind: "setting", Path: "", From: was, To: is, Text: fmt.Sprintf("%s: %s → %s", name, cmp.Or(was, "not known"), is), everywhere: true})
		effects = append(effects, w.effectOf(len(w.out.Changes)-1, name, was, is))
	}
	if len(effects) == 0 {
		w.note("the topic has these settings already")
		return nil
	}
	if err := w.look(); err != nil {
		return err
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
			w.out.Systems = append(w.out.Systems, w.affected(u, "consumer", effects))
		}
		if u.Writes && slices.ContainsFunc(effects, func(e effect) bool { return e.producers != nil }) {
			w.out.Systems = append(w.out.Systems, w.affected(u, "producer", effects))
		}
	}
	return nil
}

// look counts keys and sizes of the newest records, which settings are about.
func (w *work) look() error {
	_, err := w.convert(&browse.ConvertQuery{Topic: w.out.Stream.Topic, Last: cmp.Or(w.p.Sample, 1000)})
	return err
}

// affected judges a system by the worst of the effects.
func (w *work) affected(u *User, role string, effects []effect) System {
	s := w.system(u, role)
	s.Verdict, s.Why = Safe, "what changes does nothing to it"
	rank := func(v Verdict) int { return slices.Index(Verdicts, v) }
	for _, e := range effects {
		judge := e.consumers
		if role == "producer" {
			judge = e.producers
		}
		if judge == nil {
			continue
		}
		v, why, evidence := judge(u)
		s.Evidence = append(s.Evidence, evidence...)
		if v != Safe {
			s.Changes = append(s.Changes, e.change)
		}
		if rank(v) < rank(s.Verdict) || v == Safe && s.Verdict == Safe && why != "" {
			s.Verdict, s.Why = v, why
		}
	}
	if w.stale(u) {
		s.Verdict, s.Why = Unknown, w.staleWords(u)
	}
	return s
}

// effectOf tells what a setting does. Settings that nobody wrote down here may do anything.
func (w *work) effectOf(i int, name, was, is string) effect {
	evidence := func(format string, args ...any) []Evidence {
		return []Evidence{{"setting", w.out.Stream.String(), w.Now(), fmt.Sprintf(format, args...)}}
	}
	all := func(v Verdict, why string) func(*User) (Verdict, string, []Evidence) {
		return func(*User) (Verdict, string, []Evidence) { return v, why, evidence("%s: %s", name, why) }
	}
	switch name {
	case Partitions:
		return w.partitions(i, was, is, evidence)
	case "retention.ms":
		return w.retention(i, was, is, evidence)
	case "retention.bytes":
		if bound(is) >= bound(was) {
			return effect{i, all(Safe, "more is kept"), nil}
		}
		return effect{i, all(Maybe, "less is kept: whoever is far behind loses records"), nil}
	case "cleanup.policy":
		return w.cleanup(i, was, is, evidence)
	case "max.message.bytes":
		return w.largest(i, was, is, evidence)
	case "delete.retention.ms", "min.compaction.lag.ms", "max.compaction.lag.ms", "min.cleanable.dirty.ratio":
		return w.compaction(i, name, was, is, evidence)
	case "min.insync.replicas":
		return effect{i, all(Safe, "it is about writes"), all(Maybe, "writes with acks=all fail while fewer replicas are in sync")}
	case "compression.type":
		return effect{i, all(Maybe, "clients that lack the codec cannot read what is written from then on"), all(Safe, "brokers compress anew where they have to")}
	case "message.timestamp.type":
		return effect{i, all(Maybe, "event time that is taken from Kafka is another one"), nil}
	case "segment.ms", "segment.bytes", "flush.ms", "flush.messages", "unclean.leader.election.enable", "index.interval.bytes", "file.delete.delay.ms", "preallocate", "segment.index.bytes", "segment.jitter.ms":
		return effect{i, all(Safe, "it is about how brokers keep the topic"), nil}
	}
	return effect{i, all(Maybe, "what "+name+" does to it is not written down here"), all(Maybe, "what "+name+" does to it is not written down here")}
}

func (w *work) partitions(i int, was, is string, evidence func(string, ...any) []Evidence) effect {
	old, _ := strconv.Atoi(was)
	next, _ := strconv.Atoi(is)
	if next < old {
		why := "Kafka takes no partitions away: the topic would have to be made anew, and offsets mean other records then"
		gone := func(*User) (Verdict, string, []Evidence) { return Broken, why, evidence("partitions: %s", why) }
		return effect{i, gone, gone}
	}
	return effect{i, func(*User) (Verdict, string, []Evidence) {
		d := w.out.Data
		switch {
		case d != nil && d.Records >= fewest && d.Keyed == 0:
			return Safe, "none of the last records has a key, so that their order is of no partition", evidence("none of the last %d records has a key", d.Records)
		case d != nil && d.Keyed > 0:
			why := "keys change their partition: records of a key are out of order across the change, and what is joined or counted by partition is apart"
			return Maybe, why, evidence("%d of the last %d records have a key; a job whose source does not discover partitions reads none of the new ones", d.Keyed, d.Records)
		}
		return Maybe, "whether records have keys is not known: keys would change their partition", nil
	}, nil}
}

// bound reads a setting where -1 stands for no bound.
func bound(text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 {
		return 1e300
	}
	return n
}

func (w *work) retention(i int, was, is string, evidence func(string, ...any) []Evidence) effect {
	if bound(is) >= bound(was) {
		return effect{i, func(*User) (Verdict, string, []Evidence) { return Safe, "records are kept longer", nil }, nil}
	}
	keep := time.Duration(bound(is)) * time.Millisecond
	return effect{i, func(u *User) (Verdict, string, []Evidence) {
		age, known, err := w.Topics.Behind(w.ctx, w.who, w.out.Stream, u.Name)
		switch {
		case err != nil || !known:
			return Maybe, fmt.Sprintf("how far it is behind is not known; records are gone after %s", keep), nil
		case age >= keep:
			return Broken, fmt.Sprintf("the oldest record that it has not read is %s old, and would be gone after %s", age.Round(time.Second), keep), evidence("it is %s behind", age.Round(time.Second))
		case age*2 >= keep:
			return Maybe, fmt.Sprintf("it is %s behind, and records are gone after %s", age.Round(time.Second), keep), evidence("it is %s behind", age.Round(time.Second))
		}
		return Safe, fmt.Sprintf("it is %s behind, and records are kept for %s", age.Round(time.Second), keep), evidence("it is %s behind", age.Round(time.Second))
	}, nil}
}

func (w *work) cleanup(i int, was, is string, evidence func(string, ...any) []Evidence) effect {
	compacts := strings.Contains(is, "compact")
	if compacts == strings.Contains(was, "compact") {
		if strings.Contains(is, "delete") == strings.Contains(was, "delete") {
			return effect{i, nil, nil}
		}
		return effect{i, func(*User) (Verdict, string, []Evidence) {
			return Maybe, "records are deleted by age, or are not any more: who reads from the start finds other ones", evidence("cleanup.policy: %s → %s", was, is)
		}, nil}
	}
	if !compacts {
		return effect{i, func(*User) (Verdict, string, []Evidence) {
			return Maybe, "the last record of a key is deleted by age, too: who reads the topic as a table loses rows", evidence("cleanup.policy: %s → %s", was, is)
		}, nil}
	}
	return effect{i, func(*User) (Verdict, string, []Evidence) {
		return Maybe, "of each key the last record alone stays: who reads from the start, or is behind, misses the ones before", evidence("cleanup.policy: %s → %s", was, is)
	}, func(*User) (Verdict, string, []Evidence) {
		if d := w.out.Data; d != nil && d.Records > 0 && d.Keyed < d.Records {
			return Broken, "brokers refuse records without a key in a compacted topic", evidence("%d of the last %d records have no key", d.Records-d.Keyed, d.Records)
		}
		return Maybe, "brokers refuse records without a key in a compacted topic", nil
	}}
}

// compaction is about when the cleaner takes records of a compacted topic away; of another one it is about nothing. policy is that which the topic has
// then.
func (w *work) compaction(i int, name, was, is string, evidence func(string, ...any) []Evidence) effect {
	policy, given := w.p.Config["cleanup.policy"]
	if !given {
		policy = w.policy
	}
	say := func(v Verdict, why string) effect {
		return effect{i, func(*User) (Verdict, string, []Evidence) {
			return v, why, evidence("%s: %s → %s", name, cmp.Or(was, "not known"), is)
		}, nil}
	}
	switch {
	case !strings.Contains(policy, "compact"):
		return say(Safe, "the topic is not compacted, and "+name+" is about compaction")
	case name == "delete.retention.ms" && bound(is) < bound(was):
		return say(Maybe, "tombstones go sooner: who reads the topic as a table and is further behind keeps rows that were deleted")
	case name == "min.compaction.lag.ms" && bound(is) < bound(was), name == "max.compaction.lag.ms" && bound(is) < bound(was), name == "min.cleanable.dirty.ratio" && bound(is) < bound(was):
		return say(Maybe, "records that a newer one of their key follows go sooner: who is behind misses them")
	}
	return say(Safe, "records stay longer before they are compacted")
}

func (w *work) largest(i int, was, is string, evidence func(string, ...any) []Evidence) effect {
	if bound(is) >= bound(was) {
		return effect{i, func(*User) (Verdict, string, []Evidence) {
			return Safe, "consumers since Kafka 0.10.1 take batches of any size", nil
		}, nil}
	}
	return effect{i, nil, func(*User) (Verdict, string, []Evidence) {
		d := w.out.Data
		if d != nil && float64(d.Largest) > bound(is) {
			return Broken, "records as large as the last ones are refused", evidence("the largest of the last %d records has %d bytes", d.Records, d.Largest)
		}
		return Maybe, "larger batches are refused", nil
	}}
}
