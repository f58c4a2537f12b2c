package catalog

import (
	"context"
	"time"

	"github.com/sightglass/sightglass/internal/language"
)

// Registry is what the catalog asks of a schema registry. Implementations MUST be safe for concurrent use and bound the time of each call.
type Registry interface {
	// Versions lists the live versions of all subjects.
	Versions(ctx context.Context) ([]SubjectVersion, error)
	// Requests lists what clients asked for since a moment: for each client, subject and kind once, with the last time.
	Requests(ctx context.Context, since time.Time) ([]RegistryRequest, error)
}

// SubjectVersion is a version of a subject.
type SubjectVersion struct {
	Cluster  string // that the subject's topic is in; empty = not known, and the version belongs to no stream
	Topic    string // that the subject is for, as the strategy of its name says; empty = not known
	Part     Part
	Context  string // empty = the default one
	Subject  string
	Version  int
	ID       int
	Language language.Kind
	Fields   []language.Field
	At       time.Time // registered; zero = not known
}

// RegistryRequest is what a client was seen to ask a registry for.
type RegistryRequest struct {
	Cluster, Topic string // of the subject or id; empty = not known, and nothing is concluded
	Principal      string // who it said it is; empty = nobody
	Client         string // User-Agent and version
	Address        string
	Writes         bool // it registered or looked up: it writes; else it asked for an id: it decodes what was written with it
	ID             int  // of the schema; not the reader's
	First, Last    time.Time
}

// Contracts is what the catalog asks of contracts. The same rules hold as for Registry.
type Contracts interface {
	Declared(ctx context.Context) ([]Declared, error)
}

// Declared is one contract in force.
type Declared struct {
	ID, Version, Status string
	Cluster, Topic      string
	Owners              []string // teams and people, as the contract names them
	Contact             string
	Doc                 string
	Fields              []Field  // with Rule in one line each; Tags are classifications
	Consumer            string   // of a consumer's contract: what reads; empty = it is the producer's
	Reads               []string // of a consumer's contract: paths; nil = it does not say
	Reader              string   // reference of the reader's schema
	At                  time.Time
}

// Health tells how a stream is: of contracts and incidents, say. It MUST answer within a short time.
type Health interface {
	Health(ctx context.Context, e *Entity) ([]HealthNote, error)
}

// HealthNote is one thing that a stream's page says of its health.
type HealthNote struct {
	Name  string // of the check or the incident
	State string // ok, broken, learning, unknown
	Text  string // one line, without values
	Link  string // path of the page that says more; empty = there is none
	At    time.Time
}
