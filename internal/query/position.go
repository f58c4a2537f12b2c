package query

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// Position names an invocation of an attempt, seen at one operator of its chain. The text form is
// operator.subtask.attempt.invocation, as in order-totals.2.0.48211; operator is an operator's slug or the beginning of its
// id. Texts of the form <attempt key>#<invocation> are read too: they stay unique when a job got a second execution graph,
// whose attempts count from 0 again.
type Position struct {
	Operator   string
	Subtask    int
	Attempt    int
	Invocation uint64
	Key        event.Key // of the attempt; 0 = by Operator, Subtask and Attempt
}

func (p Position) String() string {
	if p.Operator == "" {
		return event.Invocation{Attempt: p.Key, Number: p.Invocation}.String()
	}
	return fmt.Sprintf("%s.%d.%d.%d", p.Operator, p.Subtask, p.Attempt, p.Invocation)
}

// ParsePosition reads a position's text. Errors: ErrQuery.
func ParsePosition(s string) (Position, error) {
	if key, number, ok := strings.Cut(s, "#"); ok {
		k, err := event.ParseKey(key)
		if err != nil {
			return Position{}, badQuery("position %q: %v", s, err)
		}
		n, err := strconv.ParseUint(number, 10, 64)
		if err != nil {
			return Position{}, badQuery("position %q: the invocation is not a number", s)
		}
		return Position{Key: k, Invocation: n}, nil
	}
	part := strings.Split(s, ".")
	if len(part) != 4 || part[0] == "" {
		return Position{}, badQuery("position %q: want operator.subtask.attempt.invocation", s)
	}
	subtask, err1 := strconv.ParseUint(part[1], 10, 31)
	attempt, err2 := strconv.ParseUint(part[2], 10, 31)
	inv, err3 := strconv.ParseUint(part[3], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return Position{}, badQuery("position %q: subtask, attempt and invocation are numbers", s)
	}
	return Position{Operator: part[0], Subtask: int(subtask), Attempt: int(attempt), Invocation: inv}, nil
}

// Slug is an operator's name as positions have it: lower case, runs of other characters than a-z0-9_ turned into one dash.
func Slug(name string) string { return event.Slug(name) }
