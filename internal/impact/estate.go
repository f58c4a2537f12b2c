package impact

import (
	"context"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/language"
)

// Estate tells who reads and writes streams. Implementations MUST be safe for concurrent use, and give what who may see alone: how much they leave
// out they count.
type Estate interface {
	// Users are the systems at a stream. hidden is how many more there are that who may not see.
	Users(ctx context.Context, who access.Principal, of Stream) (list []User, hidden int, err error)
	// Outputs are the streams that a system makes of a stream, with the fields that come out of fields.
	Outputs(ctx context.Context, who access.Principal, of Stream, system string) ([]Output, error)
	// Cluster is that of the cluster which has the topic; empty where none has, or more than one.
	Cluster(ctx context.Context, who access.Principal, topic string) (string, error)
	// OwnersOf are the teams and people that a stream belongs to.
	OwnersOf(ctx context.Context, who access.Principal, of Stream) ([]string, error)
}

// User is a system at a stream.
type User struct {
	ID, Name string
	Kind     string // job, group, service, connector, principal
	Owners   []string
	Reads    bool
	Writes   bool
	Seen     time.Time // the newest evidence
	Unseen   bool      // there is evidence that it may, and none that it does
	Evidence []Evidence
	Fields   FieldUse
	Reader   *Reader // schema that it reads by; nil: not known
	Link     string  // path of a page that says more; empty: there is none
}

// seen is the newest evidence that it reads or writes; zero: there is none.
func (u *User) seen() time.Time {
	if u.Unseen {
		return time.Time{}
	}
	return u.Seen
}

// Evidence is one thing that a verdict rests on.
type Evidence struct {
	Kind   string    `json:"kind"`   // edge, compatibility, fields, records, setting, contract, replay
	Source string    `json:"source"` // where it comes from
	At     time.Time `json:"at"`
	Detail string    `json:"detail"` // for people, without values
}

// FieldUse says which fields a system reads.
type FieldUse struct {
	Known  bool     `json:"known"` // Paths are all of them; else it may be any
	Paths  []string `json:"paths,omitempty"`
	Source string   `json:"source,omitempty"`
	At     time.Time
}

// Reader is a schema that a system reads by.
type Reader struct {
	Language   language.Kind // empty: a type that JSON is read into, with Fields alone
	Text       string
	References []language.Referenced
	Fields     []language.Field // of a type
	Source     string           // where it is known from
	At         time.Time
}

// Output is a stream that a system makes of another.
type Output struct {
	To    Stream // empty: who asks may not see it
	Known bool   // Pairs are all that comes out of the stream's fields; else any may
	Pairs []Pair
}

// Pair says that a field comes out of another.
type Pair struct{ From, To string }

// Registry tells schemas.
type Registry interface {
	// Latest is the newest version of a subject; nil where it has none.
	Latest(ctx context.Context, subject string) (*Registered, error)
	// Compatible holds a schema against the subject's versions, as its level says; messages say what is wrong.
	Compatible(ctx context.Context, subject string, p *Proposal) (level string, compatible bool, messages []string, err error)
	Profile() language.Profile
}

// Registered is a version of a subject.
type Registered struct {
	Subject    string
	Version    int
	Language   language.Kind
	Text       string
	References []language.Referenced
}

// Contracts tells contracts apart.
type Contracts interface {
	// Changes reads a contract's text and tells it apart from the version in force. A text that is no contract is told by an error with its mistakes.
	Changes(ctx context.Context, text string) (ContractDiff, error)
}

// ContractDiff is what another text of a contract changes.
type ContractDiff struct {
	ID, Version string
	InForce     string // version; empty: there is none yet
	Streams     []string
	Changes     []ContractChange
}

// ContractChange is one promise that is another one.
type ContractChange struct {
	Topic, Path string // Path empty: of the whole stream; Topic empty: of the contract
	Text        string
	Weaker      bool // whoever relied on it may not get it any more
	Gone        bool // the property itself
}

// Converter converts the newest records of a topic, as browse.Browser does.
type Converter interface {
	ConvertTopic(ctx context.Context, who access.Principal, cluster string, q browse.ConvertQuery) (browse.Converted, error)
}

// Topics tells how topics and their groups are.
type Topics interface {
	// Topic gives the settings of a topic, and its number of partitions under Partitions.
	Topic(ctx context.Context, who access.Principal, of Stream) (map[string]string, error)
	// Behind tells how old the oldest record is that a group has not read; known is false where that cannot be told.
	Behind(ctx context.Context, who access.Principal, of Stream, group string) (age time.Duration, known bool, err error)
}

// Replays runs recorded tasks of a job with another program, beside an unchanged run.
type Replays interface {
	// Compare runs one recorded attempt of each task again. job is its name, or that of a recording. It fails where who may not run the job again.
	Compare(ctx context.Context, who access.Principal, job string, jars []Jar, progress func(done, of int)) (Compared, error)
}

// Reruns also feeds recorded jobs with other records than recorded. A Replays may be one.
type Reruns interface {
	// Without runs the recorded attempt of a job that reads a stream again, beside an unchanged run, with fields taken out of the last records of JSON that
	// it read: at most last of them. Records is how many. Where that cannot be, Why of the task says why.
	Without(ctx context.Context, who access.Principal, system string, of Stream, fields []string, last int) (task ComparedTask, records int, err error)
}

// Compared is what a program did otherwise.
type Compared struct {
	Job       string // its name
	System    string // its id in the estate
	Owners    []string
	Recording string
	Seen      time.Time // that it ran
	Tasks     []ComparedTask
	Outputs   []Stream // that the job writes
	Hidden    int      // streams beside these that who asks may not see
}

// ComparedTask is what became of one task. Its texts hold no payload.
type ComparedTask struct {
	Task    string
	Subtask int
	Of      int    // subtasks of the task that ran; one of them is run again
	Attempt int    // of the subtask
	UpTo    uint64 // invocation that the two runs were compared up to,
	Last    uint64 // of so many
	Replay  string // id
	Ran     bool   // both runs did, and there was something to compare; else Why says why nothing was
	Why     string
	Soft    string // why differences may come of the replay itself; empty: the unchanged run did what was recorded
	Outputs int64  // that differ: altered, added or missing
	State   int64  // entries that differ
	Equal   int64  // outputs that are the same
	First   string // position of the first output that differs; empty: none does
	Part    string // the line where the two runs parted
	Else    string // what it did otherwise where no output and no entry differs; empty: nothing
	Thrown  string // exception of the other program that the recorded one did not throw, with its place
	Empty   bool   // Thrown may come of fields that the recorded objects do not have
}

// Watch tells what went wrong on a stream.
type Watch interface {
	// Since counts violations of contracts and errors of reading on a stream from a moment to another, by system; "" is the stream's own.
	Since(ctx context.Context, of Stream, from, to time.Time) ([]Trouble, error)
	// Released tells when what a proposal proposes came into force; zero: not yet.
	Released(ctx context.Context, p *Proposal, of Stream, since time.Time) (time.Time, error)
}

// Trouble is something that went wrong.
type Trouble struct {
	System string    `json:"system,omitempty"`
	Path   string    `json:"path,omitempty"`
	Kind   string    `json:"kind"`
	Count  int64     `json:"count"`
	First  time.Time `json:"first"`
}

// The kinds of Trouble.
const (
	TroubleViolation = "violation"       // of a contract
	TroubleDecoding  = "deserialisation" // records that a reader could not decode
	TroubleException = "exception"       // another one, of a task that reads the stream
)
