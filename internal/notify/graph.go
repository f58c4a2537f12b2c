package notify

import (
	"context"

	"github.com/sightglass/sightglass/internal/tables"
)

// Role is how somebody stands to the stream that an event is about.
type Role string

// The roles. Downstream is everybody who reads what comes of the stream, over any number of jobs; a consumer is downstream as well.
const (
	Owner      Role = "owner"
	Producer   Role = "producer"
	Consumer   Role = "consumer"
	Downstream Role = "downstream"
)

// Roles are all of them.
var Roles = []Role{Owner, Producer, Consumer, Downstream}

// Standing says how one party stands to a stream.
type Standing struct {
	Role Role
	// Party is team:NAME, job:NAME, group:NAME, or the id of a person. Whoever makes standings names the members of a team beside the team.
	Party string
	// Person: Party is the id of a person, who has an inbox.
	Person bool
}

// Entity is what an event is about, for a Graph.
type Entity struct {
	Cluster, Topic, Path, Job, Subject, Contract string
}

// Graph knows who stands how to a stream. The catalog does.
type Graph interface {
	// Standings are those to e, in any order. It reads by tx, so that it sees what the change has made that the event is about. An error
	// undoes that change.
	Standings(ctx context.Context, tx *tables.Tx, e Entity) ([]Standing, error)
}
