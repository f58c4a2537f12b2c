package contract

import (
	"slices"
	"strings"
	"time"
)

// Contract is a document that was read.
type Contract struct {
	ID          string
	Version     string // the author's
	APIVersion  string // of the standard
	Status      string
	Name        string
	Domain      string
	Tenant      string
	Product     string
	Description string // its purpose
	Tags        []string
	Owners      []Owner
	Team        string
	Support     []Channel
	Servers     []Server // of Kafka alone
	Streams     []Stream
	Reads       []Use    // what it promises to read of others: a consumer's contract
	Readers     []ReadBy // by what schemas
	Notes       []Note   // what it says and nobody checks here
}

// Owner is a member of the team, who has not left.
type Owner struct{ Username, Name, Role string }

// Channel is where people are told something.
type Channel struct{ Channel, Tool, Scope, URL string }

// Server is a Kafka cluster that a contract holds for.
type Server struct{ Name, Host, Environment, Format string }

// Use is a field of a topic that a consumer says it reads; an empty Path: all of it.
type Use struct{ Topic, Path string }

// ReadBy says by what schema a consumer reads a topic: SUBJECT/VERSION (a number, or latest), id:NUMBER, file:NAME beside the contract, or the schema's text.
type ReadBy struct{ Topic, Schema string }

// Note is something that people should know of a contract that is right.
type Note struct {
	Line int
	Text string
}

// Stream is what a contract says of a topic.
type Stream struct {
	Name        string
	Topic       string
	Description string
	Subject     string // of the values' schemas; empty: any
	Quarantine  string // topic that bad records are copied to; empty: none
	DeadOf      string // this one holds the dead letters of that topic; empty: it is no topic of dead letters
	Fields      []Field
	Checks      []Check
	Line        int
}

// Field is a property of a stream, those within others included.
type Field struct {
	Path           Path
	LogicalType    string
	PhysicalType   string
	Description    string
	Classification string
	Required       bool
	Unique         bool
	Key            bool // primary
	Line           int
}

// Part is a part of a record.
type Part string

// The parts.
const (
	PartValue   Part = "value"
	PartKey     Part = "key"
	PartHeaders Part = "headers"
)

// Each stands in a path for every entry of a list.
const Each = "[]"

// Path leads to a field. No steps: the whole part.
type Path struct {
	Part  Part
	Steps string // joined by dots: customer.email, items.[].price
}

// List are the steps.
func (p Path) List() []string {
	if p.Steps == "" {
		return nil
	}
	return strings.Split(p.Steps, ".")
}

// String is the path as people write it: a part in front only where it is not the value.
func (p Path) String() string {
	s := strings.ReplaceAll(p.Steps, "."+Each, Each)
	switch {
	case p.Part == PartValue && s == "":
		return "value"
	case p.Part == PartValue:
		return s
	case s == "":
		return string(p.Part)
	}
	return string(p.Part) + "." + s
}

// listed says whether the path leads through a list.
func (p Path) listed() bool { return slices.Contains(p.List(), Each) }

func (p Path) below(step string) Path {
	if p.Steps == "" {
		return Path{p.Part, step}
	}
	return Path{p.Part, p.Steps + "." + step}
}

// Severity of a check.
type Severity string

// The severities, from the least on.
const (
	Info     Severity = "info"
	Warning  Severity = "warning"
	Error    Severity = "error"
	Critical Severity = "critical"
)

// Severities in order.
var Severities = []Severity{Info, Warning, Error, Critical}

// Defaults of what a contract does not say.
const (
	DefaultObjective = 0.999
	DefaultSpan      = 10 * time.Minute
)
