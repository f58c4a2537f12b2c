package access

// Opened is the policy of a server that shows one file on the machine of whoever opened it: everything in it is clear, since what must
// not be seen left masked or not at all, and nothing is changed.
func Opened() *Policy {
	return &Policy{version: "opened-file", roles: map[string]Role{LocalRole: {
		Name: LocalRole,
		Statements: []Statement{{
			Effect: Allow, Actions: []Action{ServerView, JobView, JobRead, RecordRead}, Resources: []string{"**"},
		}},
		Clear: []string{"*"},
	}}}
}
