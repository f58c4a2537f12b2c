package api

// Grant is what somebody is given for a while beyond their roles.
type Grant struct {
	ID        string   `json:"id"`
	Rule      string   `json:"rule" doc:"Of the access policy's grants."`
	Principal string   `json:"principal" doc:"Whose it is: an id."`
	Name      string   `json:"name" doc:"Of who asked, for people."`
	Via       string   `json:"via,omitempty" doc:"Id of the token that asked, which has it as well. Absent: a person asked; no token has it."`
	Clear     []string `json:"clear" doc:"Classes whose mask it lifts; * = all."`
	Role      string   `json:"role,omitempty" doc:"What this role may do it allows."`
	Resources []string `json:"resources" doc:"On these alone; * stands for anything within a segment, ** for all below."`
	Reason    string   `json:"reason"`
	Seconds   I64      `json:"seconds" doc:"How long it lasts from its beginning."`
	Asked     *Time    `json:"asked"`
	State     string   `json:"state" enum:"pending,in-force,refused,ended,expired"`
	Began     *Time    `json:"began,omitempty"`
	Until     *Time    `json:"until,omitempty" doc:"It is over then."`
	Approver  string   `json:"approver,omitempty" doc:"Who approved it: an id. Absent: nobody did, or nobody had to."`
	Over      *Time    `json:"over,omitempty" doc:"When it got a final state."`
	By        string   `json:"by,omitempty" doc:"Who gave it that: an id. Absent: time did, or a policy without its rule."`
	Why       string   `json:"why,omitempty" doc:"That it was refused, or ended."`
	Yours     bool     `json:"yours" doc:"It is the caller's."`
	Decide    bool     `json:"decide" doc:"The caller may approve or refuse it now."`
	End       bool     `json:"end" doc:"The caller may end it now."`
}

// GrantRule is something that the caller may ask for.
type GrantRule struct {
	Name      string   `json:"name"`
	Clear     []string `json:"clear" doc:"Classes whose mask may be lifted; * = all."`
	Role      string   `json:"role,omitempty" doc:"What this role may do is allowed."`
	Resources []string `json:"resources"`
	Seconds   I64      `json:"seconds" doc:"For so long at most."`
	Usual     I64      `json:"usual" doc:"Seconds, where nobody asks for another time."`
	Approve   bool     `json:"approve" doc:"Somebody else has to approve it."`
}

// GrantWish asks for a grant.
type GrantWish struct {
	Rule      string   `json:"rule" minLength:"1" maxLength:"64" doc:"Of grant-rules."`
	Reason    string   `json:"reason" minLength:"1" maxLength:"1024" doc:"Why it is needed: in the audit log, and for who approves."`
	Clear     []string `json:"clear,omitempty" maxItems:"100" doc:"Of the rule's classes; empty: all of them."`
	Resources []string `json:"resources,omitempty" maxItems:"100" doc:"Inside the rule's; empty: all of them."`
	Seconds   I64      `json:"seconds,omitempty" doc:"How long; absent: an hour, or as long as the rule allows."`
}

// GrantWord is what is said about a grant that is refused or ended.
type GrantWord struct {
	Why string `json:"why,omitempty" maxLength:"1024" doc:"For who asked, and for the audit log."`
}

// GrantInForce is a grant that the caller has now.
type GrantInForce struct {
	ID        string   `json:"id"`
	Rule      string   `json:"rule"`
	Clear     []string `json:"clear"`
	Role      string   `json:"role,omitempty"`
	Resources []string `json:"resources"`
	Reason    string   `json:"reason"`
	Until     *Time    `json:"until"`
}

type grantRequest struct{ Body GrantWish }

type grantPath struct {
	ID string `path:"id" maxLength:"64" doc:"Of the grant."`
}

type grantRefusal struct {
	ID   string `path:"id" maxLength:"64" doc:"Of the grant."`
	Body *GrantWord
}

type grantEnding struct {
	ID  string `path:"id" maxLength:"64" doc:"Of the grant."`
	Why string `query:"why" maxLength:"1024" doc:"For the audit log."`
}
