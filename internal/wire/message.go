package wire

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/sightglass/sightglass/internal/event"
)

// Message is one of the message types below.
type Message interface {
	Type() Type
	appendBody(dst []byte) []byte
}

// Hook is the state of one hook of an agent.
type Hook struct {
	ID     string `json:"id"`
	State  string `json:"state"` // installed, fired, missing, waiting, failed
	Class  string `json:"class"`
	Fired  uint64 `json:"fired"`
	Detail string `json:"detail"`
	NS     *int64 `json:"ns,omitempty"`     // what a firing costs, a mean of samples; nil = not measured
	Errors uint64 `json:"errors,omitempty"` // how often it threw
}

// Counters are what an agent counts of itself since its start.
type Counters struct {
	Errors      uint64 `json:"errors"`
	LostEvents  uint64 `json:"lost_events"`
	LostBytes   uint64 `json:"lost_bytes"`
	QueuedBytes uint64 `json:"queued_bytes"`
	Spilled     uint64 `json:"spilled_bytes,omitempty"` // of blocks that wait on disk
	CPUNS       uint64 `json:"cpu_ns"`
	Blocks      uint64 `json:"blocks"`
	Events      uint64 `json:"events"`
	Bytes       uint64 `json:"bytes"`
}

// Hello is the first message of an agent.
type Hello struct {
	Protocol           int    `json:"protocol"`
	Agent              string `json:"agent"`
	Process            string `json:"process"`
	Role               string `json:"role"`
	Host               string `json:"host"`
	PID                int64  `json:"pid"`
	Java               string `json:"java"`
	Flink              string `json:"flink"`
	Token              string `json:"token,omitempty"`
	StartedUS          int64  `json:"started_us"`
	NowUS              int64  `json:"now_us"`
	ClockGranularityUS int64  `json:"clock_granularity_us"`
	Hooks              []Hook `json:"hooks"`
}

// Welcome is the server's answer to a Hello that it takes.
type Welcome struct {
	Protocol int     `json:"protocol"`
	Server   string  `json:"server"`
	Credit   int64   `json:"credit"`
	MaxBlock int64   `json:"max_block"`
	Policy   *Policy `json:"policy,omitempty"` // nil = whatever the agent does by itself
	Blobs    bool    `json:"blobs,omitempty"`  // the server keeps blobs
	NowUS    int64   `json:"now_us"`
}

// Policy says what agents record. Each thing that a rule says of an operator is decided by the first rule that fits and says
// it; where none does, the agent's own default holds.
type Policy struct {
	Version string       `json:"version"` // shown in recordings
	Rules   []PolicyRule `json:"rules"`
	Budgets *Budgets     `json:"budgets,omitempty"`
	Secrets []string     `json:"secrets,omitempty"` // globs of names of settings whose values never leave a process

	Snapshots []SnapshotRule `json:"snapshots,omitempty"` // the first that fits a job holds; none: files of state are not copied
}

// SnapshotRule says how much of the state files of a job's checkpoints is copied.
type SnapshotRule struct {
	Job     string `json:"job,omitempty"`
	Bytes   uint64 `json:"bytes"`    // of one subtask's snapshot; of one that has more nothing is copied
	EveryMS uint64 `json:"every_ms"` // at most one of a subtask in that time
}

// PolicyRule is one rule of a Policy. Patterns are globs in which * stands for anything; an empty one fits all.
type PolicyRule struct {
	Job      string  `json:"job,omitempty"`      // name of the job, or its id
	Operator string  `json:"operator,omitempty"` // name of the operator, or its slug
	Output   string  `json:"output,omitempty"`   // tag of a side output, or main: then only Payload is said
	Topic    string  `json:"topic,omitempty"`    // then only Payload is said
	Level    string  `json:"level,omitempty"`    // positions, flight, trace
	Payload  string  `json:"payload,omitempty"`  // full, hashed, none
	Sample   *Sample `json:"sample,omitempty"`
	LookBack *bool   `json:"lookback,omitempty"` // keep flight while the level is positions
	Logs     string  `json:"logs,omitempty"`     // off, error, warn, info, debug, trace
	Why      string  `json:"why,omitempty"`      // repeated by recordings
}

// Sample takes the keys of so many of so many parts.
type Sample struct {
	Take uint64 `json:"take"`
	Of   uint64 `json:"of"`
}

// Budgets bound what recording costs one process; 0 = not bounded.
type Budgets struct {
	CPU            float64 `json:"cpu,omitempty"` // share of a core
	BytesPerSecond uint64  `json:"bytes_per_s,omitempty"`
	Memory         uint64  `json:"memory,omitempty"` // bytes that wait
}

// Define carries definitions. Their bodies alias the frame.
type Define struct{ Definitions []event.Definition }

// Need names definitions that the server lacks.
type Need struct{ IDs []event.DefinitionID }

// Block carries one block, which aliases the frame.
type Block struct {
	Number uint64 // of the frame, dense from 1 per connection
	Raw    []byte
}

// Ack answers all frames up to Number and adds credit.
type Ack struct {
	Number uint64
	Credit uint64
}

// Nack answers one frame whose block was not taken.
type Nack struct {
	Number uint64
	Reason NackReason
	Text   string
}

// Ping asks for a Pong.
type Ping struct {
	ID      uint64
	ClockUS int64
}

// Pong answers a Ping.
type Pong struct {
	ID         uint64
	PingUS     int64 // the ping's clock
	ReceivedUS int64
	SentUS     int64
}

// Control is a command to an agent.
type Control struct {
	ID      string  `json:"id"`
	Command string  `json:"command"` // stop, start, policy, lookback
	Policy  *Policy `json:"policy,omitempty"`
	Reason  string  `json:"reason,omitempty"`

	Recordings []string `json:"recordings,omitempty"` // of lookback
}

// Done answers a Control.
type Done struct {
	ID    string `json:"id"`
	OK    bool   `json:"ok"`
	Error string `json:"error"`
}

// ClosedLane tells how many blocks an agent made for one lane.
type ClosedLane struct {
	Recording string     `json:"recording"`
	Attempt   string     `json:"attempt"`
	Lane      event.Lane `json:"lane"`
	Blocks    uint64     `json:"blocks"`
}

// Close is an orderly end.
type Close struct {
	Lanes []ClosedLane `json:"lanes"`
}

// Blob carries a piece of a byte string that the server keeps by its hash. Data aliases the frame; without data it asks what
// the server has.
type Blob struct {
	Hash   event.BlobHash
	Size   uint64 // of the whole
	Offset uint64 // of Data
	Data   []byte
}

// Have answers a Blob: Bytes are there from the beginning on.
type Have struct {
	Hash  event.BlobHash
	Bytes uint64
	State HaveState
	Text  string
}

// Status is what an agent says of itself every few seconds.
type Status struct {
	Hooks    []Hook   `json:"hooks"`
	Counters Counters `json:"counters"`
	Off      bool     `json:"off"`
	Reason   string   `json:"reason"`

	// What agents before 0.2 do not tell.
	Policy   PolicyStatus      `json:"policy"`
	Governor GovernorStatus    `json:"governor"`
	LookBack LookBackStatus    `json:"look_back"`
	Spent    map[string]uint64 `json:"spent"` // CPU time: by thread of the agent, and an estimate of hooks, ns
}

// PolicyStatus is what an agent made of the policy.
type PolicyStatus struct {
	Version string `json:"version"` // that it follows
	Tasks   int    `json:"tasks"`   // recorded ones
	Behind  int    `json:"behind"`  // of them had nothing to do since it came
	Refused string `json:"refused"` // a version that it cannot follow
	Why     string `json:"why"`     // it cannot
}

// GovernorStatus is how recording stands to its budgets.
type GovernorStatus struct {
	Step           int    `json:"step"` // 0 = as the policy says
	Why            string `json:"why"`
	Text           string `json:"text"`
	CPUPPM         int64  `json:"cpu_ppm"` // of a core, over the last second
	BytesPerSecond int64  `json:"bytes_per_s"`
	Memory         int64  `json:"memory"`
}

// LookBackStatus is what an agent keeps and does not send.
type LookBackStatus struct {
	Blocks     uint64 `json:"blocks"`
	Memory     uint64 `json:"memory"`
	Disk       uint64 `json:"disk"`
	FromUS     int64  `json:"from_us"` // of its oldest block; 0 = nothing
	Sending    uint64 `json:"sending"` // blocks that are asked for and wait
	SentBlocks uint64 `json:"sent_blocks"`
	SentBytes  uint64 `json:"sent_bytes"`
}

// Refuse is the server's answer to a Hello that it does not take.
type Refuse struct {
	Reason RefuseReason
	Text   string
}

// Type implements Message.
func (*Hello) Type() Type   { return TypeHello }
func (*Welcome) Type() Type { return TypeWelcome }
func (*Define) Type() Type  { return TypeDefine }
func (*Need) Type() Type    { return TypeNeed }
func (*Block) Type() Type   { return TypeBlock }
func (*Ack) Type() Type     { return TypeAck }
func (*Nack) Type() Type    { return TypeNack }
func (*Ping) Type() Type    { return TypePing }
func (*Pong) Type() Type    { return TypePong }
func (*Control) Type() Type { return TypeControl }
func (*Done) Type() Type    { return TypeDone }
func (*Close) Type() Type   { return TypeClose }
func (*Blob) Type() Type    { return TypeBlob }
func (*Have) Type() Type    { return TypeHave }
func (*Status) Type() Type  { return TypeStatus }
func (*Refuse) Type() Type  { return TypeRefuse }

func (m *Hello) appendBody(b []byte) []byte   { return appendJSON(b, m) }
func (m *Welcome) appendBody(b []byte) []byte { return appendJSON(b, m) }
func (m *Control) appendBody(b []byte) []byte { return appendJSON(b, m) }
func (m *Done) appendBody(b []byte) []byte    { return appendJSON(b, m) }
func (m *Close) appendBody(b []byte) []byte   { return appendJSON(b, m) }
func (m *Status) appendBody(b []byte) []byte  { return appendJSON(b, m) }

func (m *Define) appendBody(b []byte) []byte {
	for _, d := range m.Definitions {
		b = append(b, byte(d.Kind))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(d.Body)))
		b = append(b, d.Body...)
	}
	return b
}

func (m *Need) appendBody(b []byte) []byte {
	for _, id := range m.IDs {
		b = binary.BigEndian.AppendUint64(b, uint64(id))
	}
	return b
}

func (m *Block) appendBody(b []byte) []byte {
	return append(binary.LittleEndian.AppendUint64(b, m.Number), m.Raw...)
}

func (m *Ack) appendBody(b []byte) []byte { return appendU64s(b, m.Number, m.Credit) }

func (m *Nack) appendBody(b []byte) []byte {
	b = append(binary.LittleEndian.AppendUint64(b, m.Number), byte(m.Reason))
	return append(b, m.Text...)
}

func (m *Ping) appendBody(b []byte) []byte { return appendU64s(b, m.ID, uint64(m.ClockUS)) }

func (m *Pong) appendBody(b []byte) []byte {
	return appendU64s(b, m.ID, uint64(m.PingUS), uint64(m.ReceivedUS), uint64(m.SentUS))
}

func (m *Blob) appendBody(b []byte) []byte {
	return append(appendU64s(append(b, m.Hash[:]...), m.Size, m.Offset), m.Data...)
}

func (m *Have) appendBody(b []byte) []byte {
	b = append(appendU64s(append(b, m.Hash[:]...), m.Bytes), byte(m.State))
	return append(b, m.Text...)
}

func (m *Refuse) appendBody(b []byte) []byte { return append(append(b, byte(m.Reason)), m.Text...) }

func appendU64s(b []byte, values ...uint64) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return b
}

func appendJSON(b []byte, v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encoding %T: %v", v, err)) // the types above always encode
	}
	return append(b, body...)
}
