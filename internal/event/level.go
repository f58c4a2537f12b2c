package event

import (
	"fmt"
	"strings"
)

// Level is what is recorded of one operator (spec/recording.md, section 7).
type Level struct {
	Level    string // positions, flight, trace
	LookBack bool   // its flight is kept by the agent
	Payload  string // full, hashed, none
	Take, Of uint64 // the sample of keys; Of 0 = every key
}

// Text is the word that the recording has for it.
func (l Level) Text() string {
	s := l.Level
	if l.LookBack {
		s += "+flight"
	}
	if l.Payload != "full" && l.Payload != "" {
		s += "/" + l.Payload
	}
	if l.Of > 0 {
		s += fmt.Sprintf("*%d:%d", l.Take, l.Of)
	}
	return s
}

// LevelText is what the text of a row of kind level says.
type LevelText struct {
	Version   string  // of the policy
	Operators []Level // by their place in the chain
	Why       string  // it is not what the policy says in general
}

// ParseLevels reads the text of a row of kind level; ok is false when it is none.
func ParseLevels(text string) (l LevelText, ok bool) {
	parts := strings.Split(text, ";")
	if len(parts) < 2 {
		return l, false
	}
	l.Version = parts[0]
	for word := range strings.SplitSeq(parts[1], ",") {
		l.Operators = append(l.Operators, parseLevel(word))
	}
	for _, p := range parts[2:] {
		if why, ok := strings.CutPrefix(p, "why="); ok {
			l.Why = why
		}
	}
	return l, true
}

func parseLevel(word string) (l Level) {
	word, sample, sampled := strings.Cut(word, "*")
	if sampled {
		_, _ = fmt.Sscanf(sample, "%d:%d", &l.Take, &l.Of) // what it is not stays 0: every key
	}
	word, l.Payload, _ = strings.Cut(word, "/")
	if l.Payload == "" {
		l.Payload = "full"
	}
	l.Level, _, l.LookBack = strings.Cut(word, "+")
	return l
}
