package access

// Principal is who asks. The zero Principal is nobody and may do nothing.
type Principal struct {
	ID    string   // "local:<name>", later "oidc:<issuer>#<sub>" and "token:<id>"
	Name  string   // for people
	Roles []string // names of the policy's roles

	indexer bool
}

// Indexer is the process itself when it makes indexes of texts. It sees every payload and may do nothing else: what it sees goes
// through a hash into filters, and is shown to nobody.
func Indexer() Principal { return Principal{ID: "local:indexer", Name: "indexer", indexer: true} }

// LocalRole is the role of the one user of a server on loopback, and of whoever opens a file on their own machine.
const LocalRole = "local"

// LocalPrincipal is the person at this machine.
func LocalPrincipal(name string) Principal {
	return Principal{ID: "local:" + name, Name: name, Roles: []string{LocalRole}}
}
