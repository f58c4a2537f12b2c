package stepping

import (
	"context"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/replay"
)

// Source is the text of a class, and where it is from.
type Source struct {
	From string // folder, jar, generated or decompiled
	Path string
	Text access.Source
}

// Sources finds the text of classes.
type Sources struct {
	Folders []string // of sources: the folders of packages lie in them; or jars of sources
}

func (w *walker) source(ctx context.Context, m *replay.Method) *Source {
	from, where, text := w.o.Sources.find(ctx, m)
	if from == "" {
		return nil
	}
	return &Source{
		From: from, Path: where,
		Text: w.o.Policy.Source(w.who, access.Subject{Resource: w.target.Resource, Part: access.PartSQL}, event.NewPayload(text), access.Java),
	}
}
