package api

// List is the envelope of every answer that is a list.
type List[T any] struct {
	Kind    string        `json:"kind" doc:"What the items are."`
	Version int           `json:"version" doc:"Major version of the shape; stable within it."`
	Items   []T           `json:"items"`
	Next    string        `json:"next,omitempty" doc:"Opaque cursor of the next page; absent on the last one."`
	Gaps    []Gap         `json:"gaps,omitempty" doc:"Stretches inside what was asked for that were not recorded."`
	Masked  []MaskedCount `json:"masked,omitempty" doc:"What the policy hid, over all items."`
}

// MaskedCount counts what the policy hid under one rule.
type MaskedCount struct {
	Path   string `json:"path"`
	Class  string `json:"class"`
	Action string `json:"action"`
	Count  int    `json:"count"`
}

const shapeVersion = 1

func listOf[T any](kind string, items []T) List[T] {
	if items == nil {
		items = []T{}
	}
	return List[T]{Kind: kind, Version: shapeVersion, Items: items}
}
