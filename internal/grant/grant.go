package grant

import (
	"errors"
	"slices"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// State is how a grant stands.
type State string

// The states. The last three are final.
const (
	Pending State = "pending"
	InForce State = "in-force"
	Refused State = "refused"
	Ended   State = "ended"   // before its time, by a person or by a policy without its rule
	Expired State = "expired" // its time is over, or nobody decided in time
)

var states = []State{Pending, InForce, Refused, Ended, Expired}

// Open tells whether something can still be done about it.
func (s State) Open() bool { return s == Pending || s == InForce }

// Grant is one grant with what became of it.
type Grant struct {
	access.Grant
	Name  string        // of who asked, for people
	For   time.Duration // how long it lasts from its beginning
	Asked time.Time
	State State

	Approver string    // an ID; empty = nobody had to approve, or nobody did
	Over     time.Time // when it got its final state
	By       string    // who gave it that, an ID; empty = time did
	Why      string    // that it was refused or ended

	noted bool // of Expired and Ended by time or by the policy: it is in the audit log
}

// Bounds.
const (
	// PendingFor is how long a grant waits for somebody to decide.
	PendingFor = 8 * time.Hour
	// KeptFor is how long one that is over is listed; the audit log has it for ever.
	KeptFor = 30 * 24 * time.Hour

	mostOpen  = 20   // of one person
	mostKept  = 5000 // of all
	mostWords = 1024 // bytes of a refusal's reason
)

// Errors that callers decide on.
var (
	ErrNotFound = errors.New("there is no grant of this id")
	ErrState    = errors.New("the grant does not stand so that this can be done")
	ErrOwn      = errors.New("nobody approves what they asked for themselves")
	ErrFile     = errors.New("the file of grants cannot be used, so no grant is in force and none can be asked for")
)

// Wish asks for a grant.
type Wish struct {
	Rule      string
	Clear     []string // empty = all classes of the rule
	Resources []string // empty = all of the rule
	For       time.Duration
	Reason    string
}

// Of tells whether it is who's: the person's, or of a token of theirs.
func (g *Grant) Of(who access.Principal) bool { return g.Principal == who.Person() }

func clone(g *Grant) Grant {
	out := *g
	out.Clear, out.Resources = slices.Clone(g.Clear), slices.Clone(g.Resources)
	return out
}
