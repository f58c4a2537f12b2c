package access

// Principal is who asks. The zero Principal is nobody and may do nothing.
type Principal struct {
	ID    string   // "local:<name>", later "oidc:<issuer>#<sub>" and "token:<id>"
	Name  string   // for people
	Roles []string // names of the policy's roles
}

// LocalRole is the role of the one user of a server on loopback, and of whoever opens a file on their own machine.
const LocalRole = "local"

// LocalPrincipal is the person at this machine.
func LocalPrincipal(name string) Principal {
	return Principal{ID: "local:" + name, Name: name, Roles: []string{LocalRole}}
}
