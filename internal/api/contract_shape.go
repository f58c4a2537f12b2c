package api

// Contract is a data contract, in the version that is in force.
type Contract struct {
	ID          string            `json:"id"`
	Number      I64               `json:"number" doc:"Of the version, from 1."`
	Version     string            `json:"version" doc:"The author's."`
	Status      string            `json:"status"`
	Name        string            `json:"name,omitempty"`
	Domain      string            `json:"domain,omitempty"`
	Team        string            `json:"team,omitempty"`
	Description string            `json:"description,omitempty"`
	Hash        string            `json:"hash" doc:"SHA-256 of the text."`
	Who         string            `json:"who"`
	Why         string            `json:"why,omitempty"`
	Source      string            `json:"source" doc:"api, or the file of the contracts' folder."`
	At          *Time             `json:"at"`
	Topics      []ContractTopic   `json:"topics"`
	Owners      []ContractOwner   `json:"owners"`
	Support     []ContractChannel `json:"support"`
	Reads       []string          `json:"reads" doc:"Fields of other topics that the contract's owner reads: topic#path."`
	Checks      int               `json:"checks"`
	Open        int               `json:"open" doc:"Violations that are open."`
	Notes       []ContractNote    `json:"notes" doc:"What it says and nobody checks."`
	Text        string            `json:"text,omitempty" doc:"YAML, ODCS 3.1; absent in lists."`
}

// ContractTopic is a topic that a contract holds for.
type ContractTopic struct {
	Cluster    string `json:"cluster"`
	Topic      string `json:"topic"`
	Quarantine string `json:"quarantine,omitempty" doc:"Topic that bad records are copied to."`
}

// ContractOwner is a member of the team.
type ContractOwner struct {
	Username string `json:"username"`
	Name     string `json:"name,omitempty"`
	Role     string `json:"role,omitempty"`
}

// ContractChannel is where people are told something.
type ContractChannel struct {
	Channel string `json:"channel,omitempty"`
	Tool    string `json:"tool,omitempty"`
	Scope   string `json:"scope,omitempty"`
	URL     string `json:"url,omitempty"`
}

// ContractNote is something that people should know of a contract that is right.
type ContractNote struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

// ContractText asks whether a text is a contract.
type ContractText struct {
	Text string `json:"text" maxLength:"262144"`
}

// ContractWish puts a contract in force.
type ContractWish struct {
	Text   string `json:"text" maxLength:"262144"`
	Why    string `json:"why,omitempty" maxLength:"1000"`
	DryRun bool   `json:"dry_run,omitempty" doc:"Say what would change, and change nothing."`
}

// ContractLint is what a text comes to.
type ContractLint struct {
	ID       string          `json:"id,omitempty"`
	Mistakes []ContractError `json:"mistakes"`
	Notes    []ContractNote  `json:"notes"`
	Checks   []ContractRule  `json:"checks"`
}

// ContractError is a mistake of a contract.
type ContractError struct {
	Pointer string `json:"pointer" doc:"JSON pointer of the part; empty: the whole."`
	Line    int    `json:"line"`
	Column  int    `json:"column,omitempty"`
	Text    string `json:"text"`
}

// ContractRule is a check as a contract says it.
type ContractRule struct {
	ID       string `json:"id"`
	Kind     string `json:"kind"`
	Severity string `json:"severity"`
	Says     string `json:"says"`
	Line     int    `json:"line"`
}

// ContractApplied is what became of a contract that somebody wanted in force.
type ContractApplied struct {
	ID      string           `json:"id"`
	Number  I64              `json:"number"`
	Same    bool             `json:"same" doc:"It was in force already."`
	DryRun  bool             `json:"dry_run"`
	Changes []ContractChange `json:"changes"`
	Notes   []ContractNote   `json:"notes"`
}

// ContractChange is something that a version says otherwise than the one before.
type ContractChange struct {
	About  string `json:"about,omitempty" doc:"The stream and field, as orders#amount, or a check; absent: the whole."`
	Text   string `json:"text"`
	Weaker bool   `json:"weaker" doc:"Who relied on the version before may not get any more what it promised."`
}

// ContractVersion is a version that is or was in force.
type ContractVersion struct {
	Number  I64              `json:"number"`
	Version string           `json:"version"`
	Status  string           `json:"status"`
	Hash    string           `json:"hash"`
	Who     string           `json:"who"`
	Why     string           `json:"why,omitempty"`
	Source  string           `json:"source"`
	At      *Time            `json:"at"`
	Text    string           `json:"text"`
	Changes []ContractChange `json:"changes" doc:"Against the version before."`
}

// ContractCheck is how a check stands.
type ContractCheck struct {
	ContractRule
	Name      string         `json:"name,omitempty"`
	Path      string         `json:"path,omitempty"`
	Cluster   string         `json:"cluster"`
	Topic     string         `json:"topic"`
	Objective float64        `json:"objective" doc:"Share of records that are to be good."`
	State     string         `json:"state" enum:"ok,violated,learning,partial,waiting,unknown" doc:"partial: not all that came was looked at. waiting: nothing came yet. unknown: the topic cannot be read."`
	Detail    string         `json:"detail,omitempty"`
	Open      int            `json:"open" doc:"Violations that are open."`
	Burns     []ContractBurn `json:"burns" doc:"Of checks about records: over 1 h, 6 h, 24 h and 30 d."`
}

// ContractBurn is how fast a check uses up what its objective leaves.
type ContractBurn struct {
	Seconds I64     `json:"over_s"`
	Records I64     `json:"records"`
	Bad     I64     `json:"bad"`
	Share   float64 `json:"share" doc:"Of bad records."`
	Rate    float64 `json:"rate" doc:"1: just as fast as it may."`
	Left    float64 `json:"left" doc:"Of what the objective leaves over this time; below 0: it is missed."`
}

// ContractChecks are all checks of a contract, with how much of its topics was looked at.
type ContractChecks struct {
	Items    []ContractCheck    `json:"items"`
	Coverage []ContractCoverage `json:"coverage"`
}

// ContractCoverage is how much of a topic was looked at in the last hour, and what nobody looked at.
type ContractCoverage struct {
	Cluster  string        `json:"cluster"`
	Topic    string        `json:"topic"`
	Appended I64           `json:"appended"`
	Checked  I64           `json:"checked"`
	Share    float64       `json:"share"`
	Gaps     []ContractGap `json:"gaps"`
}

// ContractGap are records that nobody looked at.
type ContractGap struct {
	Partition int32  `json:"partition"`
	From      I64    `json:"from"`
	To        I64    `json:"to" doc:"Behind the last one; -1: not known."`
	Why       string `json:"why"`
	At        *Time  `json:"at"`
}

// ContractWindow is what a minute came to, or an hour that is long ago.
type ContractWindow struct {
	At        *Time  `json:"at"`
	Seconds   I64    `json:"span_s"`
	Partition int32  `json:"partition"`
	Writer    string `json:"writer,omitempty" doc:"Id of the schema that records were written with."`
	Records   I64    `json:"records"`
	Bad       I64    `json:"bad"`
	First     I64    `json:"first" doc:"Offset of the first bad record; -1: none."`
}

// Violation is a check that a stream does not keep. It has places and counts; the records are shown by their partition and offset, masked.
type Violation struct {
	ID        string           `json:"id"`
	Contract  string           `json:"contract"`
	Check     string           `json:"check"`
	Kind      string           `json:"kind"`
	Severity  string           `json:"severity"`
	Cluster   string           `json:"cluster"`
	Topic     string           `json:"topic"`
	Partition int32            `json:"partition" doc:"-1: it is about no record in particular."`
	First     I64              `json:"first" doc:"Offset of the first bad record; -1: none."`
	Last      I64              `json:"last"`
	Count     I64              `json:"count"`
	Writer    string           `json:"writer,omitempty" doc:"Id of the schema that records were written with."`
	Minute    *Time            `json:"minute,omitempty" doc:"Of the first one, by the record's time."`
	Began     *Time            `json:"began"`
	Seen      *Time            `json:"seen"`
	Ended     *Time            `json:"ended,omitempty"`
	State     string           `json:"state" enum:"open,acked,closed"`
	Who       string           `json:"who,omitempty"`
	Why       string           `json:"why,omitempty"`
	Detail    string           `json:"detail,omitempty"`
	Headers   []string         `json:"headers" doc:"That the first record has and that may say who wrote it; the record shows what they say."`
	Producer  *ViolationWriter `json:"producer,omitempty" doc:"Who wrote the first record, where a recording knows."`
	Search    string           `json:"producer_search,omitempty" enum:"looking,found,hidden,not-found" doc:"How the search for who wrote the first record stands; hidden: it is found, and the job may not be shown; left out: it is about no record, or nobody was asked. A recording may get a record some time after the topic has it."`
	Until     *Time            `json:"producer_until,omitempty" doc:"When the search ends, or ended, without an answer."`
}

// ViolationWriter is who wrote a record.
type ViolationWriter struct {
	Recording string `json:"recording"`
	Job       string `json:"job"`
	Operator  string `json:"operator"`
	Position  string `json:"position"`
	Program   string `json:"program,omitempty" doc:"SHA-256 of its jar; of several jars the beginnings."`
	Before    string `json:"before,omitempty" doc:"What changed within the day before the record was seen: another program of the job, or another schema of the topic."`
	Journey   string `json:"journey" doc:"Path of the page with the record's way."`
	Step      string `json:"step" doc:"Path of the page that shows the invocation which wrote it."`
}

// ViolationAct is what somebody does about a violation.
type ViolationAct struct {
	State string `json:"state" enum:"acked,closed" doc:"acked: somebody looks after it. closed: it is over; if it goes on, it is told anew."`
	Why   string `json:"why,omitempty" maxLength:"1000"`
}

// ContractTest asks to hold a stretch of a topic against the contract that is in force.
type ContractTest struct {
	Seconds I64 `json:"since_s" doc:"So many seconds back."`
}

// ContractTested is what came of it.
type ContractTested struct {
	Contract string              `json:"contract"`
	Version  string              `json:"version"`
	From     *Time               `json:"from"`
	To       *Time               `json:"to"`
	Records  I64                 `json:"records"`
	Coverage float64             `json:"coverage" doc:"Of the records of the stretch, those that were looked at."`
	Violated int                 `json:"violated"`
	Checks   []ContractTestCheck `json:"checks"`
}

// ContractTestCheck is a check of a test.
type ContractTestCheck struct {
	ContractRule
	State     string `json:"state" enum:"ok,violated,skipped"`
	Bad       I64    `json:"bad"`
	Partition int32  `json:"partition"`
	First     I64    `json:"first"`
	Last      I64    `json:"last"`
	Detail    string `json:"detail,omitempty"`
}

// ContractProposal is a contract that a stream would have kept.
type ContractProposal struct {
	Text    string `json:"text" doc:"YAML, ODCS 3.1."`
	Records int    `json:"records" doc:"That it is made from."`
	Masked  int    `json:"masked" doc:"Fields that you see masked: nothing is said of their values."`
}

// ContractPath names a contract.
type ContractPath struct {
	Contract string `path:"contract" maxLength:"200"`
}

// ViolationPath names a violation of a contract.
type ViolationPath struct {
	ContractPath
	Violation string `path:"violation" maxLength:"64"`
}

type (
	contractTextRequest  struct{ Body ContractText }
	contractApplyRequest struct{ Body ContractWish }
	contractEndRequest   struct {
		ContractPath
		Why string `query:"why" maxLength:"1000"`
	}
	windowsRequest struct {
		ContractPath
		Check string `query:"check" required:"true" maxLength:"600"`
		Hours int    `query:"hours" minimum:"1" maximum:"744" default:"24" doc:"So far back."`
	}
	violationsRequest struct {
		Contract string `query:"contract" maxLength:"200"`
		Check    string `query:"check" maxLength:"600"`
		Topic    string `query:"topic" maxLength:"249"`
		State    string `query:"state" enum:"open,acked,closed," doc:"Empty: all."`
		Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
		Cursor   string `query:"cursor" maxLength:"64" doc:"next of a page before."`
	}
	violationRequest struct {
		ViolationPath
		Body ViolationAct
	}
	contractTestRequest struct {
		TopicPath
		Body ContractTest
	}
	proposalRequest struct {
		TopicPath
		Records int `query:"records" minimum:"1" maximum:"5000" default:"1000" doc:"The newest ones that are looked at."`
	}
)
