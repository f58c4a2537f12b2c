package access

import (
	"slices"
	"time"
)

// Principal is who asks. The zero Principal is nobody and may do nothing.
type Principal struct {
	ID    string   // "local:<name>", "oidc:<issuer>#<sub>", "token:<id>" or "token:server"
	Name  string   // for people
	Roles []string // names of the policy's roles
	Scope []Action // the only actions that may be taken, whatever the roles allow; nil = no bound

	Owner   string    // whose token it is, an ID; empty = the principal is there itself
	Way     string    // how the principal came in, a word of package identity; empty = not by a request
	Session string    // public id of the session; empty = there is none
	Until   time.Time // when this login ends at the latest; zero = it does not

	indexer bool
}

// inScope tells whether who may take a as far as the scope goes.
func (who Principal) inScope(a Action) bool { return who.Scope == nil || slices.Contains(who.Scope, a) }

// Indexer is the process itself when it makes indexes of texts. It sees every payload and may do nothing else: what it sees goes
// through a hash into filters, and is shown to nobody.
func Indexer() Principal { return Principal{ID: "local:indexer", Name: "indexer", indexer: true} }

// LocalRole is the role of the one user of a server on loopback, and of whoever opens a file on their own machine.
const LocalRole = "local"

// LocalPrincipal is the person at this machine.
func LocalPrincipal(name string) Principal {
	return Principal{ID: "local:" + name, Name: name, Roles: []string{LocalRole}}
}
