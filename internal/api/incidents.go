package api

import (
	"context"
	"io"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/event"
)

// Incidents puts recordings into files and takes them out of files, told by the process around the API. A refusal is a *Problem: see
// Refuse. The API has asked whether the caller may, and writes down what was done.
type Incidents interface {
	// Export makes a file that is whole before its first byte is given; closing it removes it.
	Export(ctx context.Context, who access.Principal, t browse.Target, q IncidentRequest) (content io.ReadCloser, bytes int64, err error)
	// Preview says what Export would put into the file.
	Preview(ctx context.Context, who access.Principal, t browse.Target, q IncidentRequest) (Incident, error)
	// Import reads a file to its end and stores what is in it, or nothing.
	Import(ctx context.Context, who access.Principal, in io.Reader) (IncidentFile, error)
	// Of tells which file a recording came from; nil: from none.
	Of(ctx context.Context, rec event.RecordingID) (*IncidentFile, error)
}

// IncidentRequest is what goes into a file.
type IncidentRequest struct {
	From, To    browse.Wall // 0 = from the beginning, to the end
	Around      string      // a position instead of From and To; empty = none
	As          string      // role of who will read it; empty = the caller's own
	State, Jars bool
	Program     bool          // with what runs the recording again, and its verdict
	Expires     time.Duration // 0 = never
	For         []string      // public keys of age that the file is encrypted for; none = it is not
}
