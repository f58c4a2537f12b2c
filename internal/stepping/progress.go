package stepping

import (
	"context"

	"github.com/sightglass/sightglass/internal/browse"
)

// Progress is how far the replay of an attempt is while a question of it is answered. It holds no payload.
type Progress struct {
	Held       bool   // there is a replay; before, what it needs is planned
	Asked      bool   // a question is being answered
	Phase      string // that the process told: building or running; "" = it is being prepared
	Invocation uint64 // reached; 0 = none yet
	Warm       bool   // jumps are as short as they become
}

// Progress does not wait for the question that is answered meanwhile.
func (s *Stepping) Progress(ctx context.Context, t browse.Target, p browse.Position) (Progress, error) {
	a, err := s.o.Browser.Attempt(ctx, t, p)
	if err != nil {
		return Progress{}, err
	}
	s.mu.Lock()
	e := s.held[key{t.Recording, a.Key}]
	asked := e != nil && e.users > 0
	s.mu.Unlock()
	if e == nil {
		return Progress{}, nil
	}
	r := e.session.Progress()
	return Progress{Held: true, Asked: asked, Phase: r.Phase, Invocation: r.Invocation, Warm: e.session.Warm()}, nil
}
