package access

// Opened is the policy of a server that shows one file on the machine of whoever opened it: everything in it is clear, since what must
// not be seen left masked or not at all, and nothing is changed. Its tasks may run again, which gives recordings beside the one of the file.
func Opened() *Policy {
	return &Policy{version: "opened-file", roles: map[string]Role{LocalRole: {
		Name: LocalRole,
		Statements: []Statement{{
			Effect: Allow, Actions: []Action{ServerView, JobView, JobRead, JobReplay, RecordRead}, Resources: []string{"**"},
		}},
		Clear: []string{"*"},
	}}}
}
