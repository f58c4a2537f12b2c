package replay

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
	"github.com/sightglass/sightglass/internal/store"
)

// answeredAtMost bounds the answers that are kept of one operator: as many as its capacity may wait for their turn to go out.
const answeredAtMost = 1000

// attemptOnly is a flag of an answer that the retry strategy was still to judge.
const attemptOnly = 1

// asked are the requests that an asynchronous operator made before a checkpoint, as far as they matter behind it.
type asked struct {
	requests   uint64   // made before it
	unanswered []uint64 // numbers
	answered   []row    // the newest, by number
}

// answers adds which requests of asynchronous functions may wait at the checkpoint, and the answers that they had: the operator has them in its
// state without.
func (s *start) answers(ctx context.Context, dir string, p map[string]string, snap store.Snapshot, attempt event.Key, dict *dictionary) error {
	chain := dict.attempts[attempt].Chain
	if !slices.ContainsFunc(chain, func(o event.ChainOperatorDef) bool { return strings.HasSuffix(o.Factory, ".AsyncWaitOperatorFactory") }) {
		return nil
	}
	by := make(map[int32]*asked)
	env := newLane(snap, attempt, event.LaneEnv, true)
	for {
		r, err := env.peek(ctx)
		if err != nil {
			return err
		}
		if r == nil {
			break
		}
		x := env.take()
		if x.what != whatAnswer || x.flags&attemptOnly != 0 || uint64(x.number2) > s.invocation {
			continue
		}
		a := by[x.operator]
		if a == nil {
			a = new(asked)
			by[x.operator] = a
		}
		a.requests = max(a.requests, uint64(x.number))
		if x.inv > s.invocation {
			a.unanswered = append(a.unanswered, uint64(x.number))
			continue
		}
		if a.answered = append(a.answered, x); len(a.answered) > 2*answeredAtMost {
			a.answered = slices.Clone(a.answered[answeredAtMost:])
		}
	}
	key := sealed.Take()
	for _, o := range chain {
		a := by[int32(o.Index)]
		if a == nil {
			continue
		}
		n, _ := strconv.Atoi(p["async"]) // empty: none so far
		prefix := fmt.Sprintf("async.%d.", n)
		p["async"], p[prefix+"operator"], p[prefix+"requests"] = strconv.Itoa(n+1), o.Operator, strconv.FormatUint(a.requests, 10)
		slices.SortFunc(a.answered, func(x, y row) int { return cmp.Compare(x.number, y.number) })
		var unanswered, answered []string
		for _, u := range a.unanswered {
			unanswered = append(unanswered, strconv.FormatUint(u, 10))
		}
		for _, x := range a.answered {
			number := strconv.FormatInt(x.number, 10)
			answered = append(answered, number)
			if failure := dict.Text(x.text); failure != "" {
				p[prefix+"failure."+number] = failure
			}
			if x.value.Null() {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("answer.%d.%s", n, number)), x.value.Open(key), 0o600); err != nil {
				return err
			}
		}
		p[prefix+"unanswered"], p[prefix+"answered"] = strings.Join(unanswered, ","), strings.Join(answered, ",")
	}
	return nil
}
