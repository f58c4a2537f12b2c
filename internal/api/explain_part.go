package api

import "github.com/sightglass/sightglass/internal/browse"

// ExplainPart is how a request asks what its answer took; exported because huma skips embedded structs that are not.
type ExplainPart struct {
	Explain bool `query:"explain" doc:"Say what the search had to look at, and what it could skip."`
}

func (p *ExplainPart) of(e browse.Explain) *Explain {
	if !p.Explain {
		return nil
	}
	return explainOf(e)
}

func explainOf(e browse.Explain) *Explain {
	return &Explain{
		Index: string(e.Index), Blocks: I64(e.Blocks), Headers: e.Headers, Skipped: e.Skipped, Absent: e.Absent, Decoded: e.Decoded, Rows: e.Rows, Selected: e.Selected,
	}
}
