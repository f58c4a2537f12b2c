package impact

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/language"
)

// Kind is what a proposal changes.
type Kind string

// The kinds.
const (
	OfSchema   Kind = "schema"       // another schema of a subject or topic
	OfDrop     Kind = "drop"         // a field less
	OfContract Kind = "contract"     // another text of a contract (ODCS)
	OfConfig   Kind = "topic-config" // other settings of a topic, or other partitions
	OfJar      Kind = "jar"          // another version of a job's program
)

// Kinds are all of them.
var Kinds = []Kind{OfSchema, OfDrop, OfContract, OfConfig, OfJar}

// ErrProposal: the proposal cannot be meant so.
var ErrProposal = errors.New("no proposal")

// Stream is a topic of a cluster.
type Stream struct {
	Cluster string `json:"cluster"`
	Topic   string `json:"topic"`
}

func (s Stream) String() string { return s.Cluster + "/" + s.Topic }

// Jar is a jar that the server keeps for replays, by its name in the job and its id.
type Jar struct {
	Name string `json:"name"`
	ID   string `json:"id"`
}

// Proposal is a change that somebody thinks of.
type Proposal struct {
	Kind    Kind   `json:"kind"`
	Cluster string `json:"cluster,omitempty"` // empty: the one that has the topic
	Topic   string `json:"topic,omitempty"`   // empty: that of the subject or contract
	Subject string `json:"subject,omitempty"` // empty: TOPIC-value

	Language   language.Kind         `json:"language,omitempty"` // empty: as the text looks
	Schema     string                `json:"schema,omitempty"`
	References []language.Referenced `json:"references,omitempty"`
	Drop       string                `json:"drop,omitempty"` // path of a field
	Contract   string                `json:"contract,omitempty"`
	Config     map[string]string     `json:"config,omitempty"` // by the names of Kafka, and partitions
	Job        string                `json:"job,omitempty"`
	Jars       []Jar                 `json:"jars,omitempty"`

	Replay bool   `json:"replay,omitempty"` // recorded jobs run again with what the schema changes
	Sample int    `json:"sample,omitempty"` // newest records that are converted; 0: 1000
	File   string `json:"file,omitempty"`   // that the proposal was read from, for reports
}

// Bounds of a proposal.
const (
	mostText   = language.MostBytes
	mostSample = 10_000
	firstNames = 249
)

// Partitions is the name that Proposal.Config has for the number of partitions.
const Partitions = "partitions"

// Check refuses what cannot be meant. ErrProposal.
func (p *Proposal) Check() error {
	no := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrProposal, fmt.Sprintf(format, args...))
	}
	switch {
	case len(p.Schema) > mostText || len(p.Contract) > mostText:
		return no("the text is larger than 1 MiB")
	case p.Sample < 0 || p.Sample > mostSample:
		return no("sample is from 0 to %d", mostSample)
	case len(p.Topic) > firstNames || len(p.Subject) > 1000 || len(p.File) > 1000:
		return no("a name is too long")
	}
	switch p.Kind {
	case OfSchema:
		if p.Schema == "" {
			return no("the text of the schema is wanted")
		}
		if p.Topic == "" && p.Subject == "" {
			return no("a subject or a topic is wanted")
		}
	case OfDrop:
		if p.Drop == "" || p.Topic == "" {
			return no("a topic and the path of a field are wanted, as orders#customer.email")
		}
	case OfContract:
		if p.Contract == "" {
			return no("the text of the contract is wanted")
		}
	case OfConfig:
		if len(p.Config) == 0 || p.Topic == "" {
			return no("a topic and settings are wanted")
		}
		if n, ok := p.Config[Partitions]; ok {
			if n, err := strconv.Atoi(n); err != nil || n < 1 {
				return no("partitions is a number from 1 on")
			}
		}
	case OfJar:
		if p.Job == "" || len(p.Jars) == 0 {
			return no("a job and its new jars are wanted")
		}
	default:
		return no("the kind is one of schema, drop, contract, topic-config and jar")
	}
	return nil
}

// Title says in one line what is proposed.
func (p *Proposal) Title() string {
	switch p.Kind {
	case OfSchema:
		if p.Subject != "" {
			return "schema of " + p.Subject
		}
		return "schema of " + p.Topic
	case OfDrop:
		return "drop " + p.Topic + "#" + p.Drop
	case OfContract:
		return strings.TrimSpace("contract " + p.Topic)
	case OfConfig:
		return "settings of " + p.Topic
	case OfJar:
		return "program of " + p.Job
	}
	return string(p.Kind)
}

// LanguageOf tells the language of a text as it looks: Protobuf is no JSON, and Avro names its type in words of its own.
func LanguageOf(text string) language.Kind {
	text = strings.TrimSpace(text)
	switch {
	case text == "" || text[0] != '{' && text[0] != '[' && text[0] != '"':
		return language.Protobuf
	case text[0] != '{':
		return language.Avro
	}
	if looksAvro(text) {
		return language.Avro
	}
	return language.JSONSchema
}
