package catalog

import (
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

// Kind is what an entity is.
type Kind string

// The kinds. Fields are parts of streams, and are named by the stream's id, # and their path.
const (
	Stream    Kind = "stream"    // a topic of a cluster
	Schema    Kind = "schema"    // a version of a subject
	Job       Kind = "job"       // of Flink, or of another engine that OpenLineage tells of
	Operator  Kind = "operator"  // of a job
	Program   Kind = "program"   // a version of a job's code: a jar by its hash
	Group     Kind = "group"     // of consumers
	Principal Kind = "principal" // of a cluster's or registry's users
	Service   Kind = "service"   // a program that is no recorded job, as contracts and registries know it
	Team      Kind = "team"
	Person    Kind = "person"
	Contract  Kind = "contract"
	Incident  Kind = "incident"
)

// Kinds are all of them, in the order in which lists have them.
var Kinds = []Kind{Stream, Job, Schema, Contract, Group, Service, Principal, Team, Person, Operator, Program, Incident}

// ID names an entity: its kind, a colon, and what it is called within the kind.
type ID string

// StreamID is that of a topic.
func StreamID(cluster, topic string) ID { return ID(string(Stream) + ":" + cluster + "/" + topic) }

// JobID is that of a job.
func JobID(name string) ID { return ID(string(Job) + ":" + name) }

// IDOf is that of an entity of a kind that a name alone tells apart.
func IDOf(kind Kind, name string) ID { return ID(string(kind) + ":" + name) }

// Kind is the part before the colon.
func (id ID) Kind() Kind {
	kind, _, _ := strings.Cut(string(id), ":")
	return Kind(kind)
}

// Entity is one thing of the catalog.
type Entity struct {
	ID      ID
	Kind    Kind
	Name    string
	Cluster string            // of streams, groups and principals; a URL kafka://host:port where no configured cluster is known by that server; empty = not known
	Parent  ID                // an operator's and a program's job, a schema's stream; empty = none
	Facts   map[string]string // what else is known, by words of the kind
	First   time.Time         // when it was seen first, as far as evidence goes
	Last    time.Time
}

// LocalCluster stands in for the cluster of topics whose brokers nobody told.
const LocalCluster = "local"

// Resource is what access decides on for an entity, with the action that shows it.
func (e *Entity) Resource() (access.Action, access.Resource) {
	switch e.Kind {
	case Stream:
		if r := e.Facts[factResource]; r != "" {
			return access.TopicList, access.Resource(r)
		}
		return access.TopicList, access.ResourceOf("cluster", e.Cluster, "topic", e.Name)
	case Job, Operator, Program:
		if r := e.Facts[factResource]; r != "" {
			return access.JobView, access.Resource(r)
		}
		return access.JobView, access.ResourceOf("catalog", string(e.Kind), e.Name)
	case Group:
		return access.GroupView, access.ResourceOf("cluster", e.Cluster, "group", e.Name)
	case Principal:
		return access.ClusterView, access.ResourceOf("cluster", e.Cluster)
	}
	return access.JobView, access.ResourceOf("catalog", string(e.Kind), e.Name)
}

// Names of facts that the catalog itself goes by.
const (
	factResource  = "resource"
	factRecording = "recording"
)

// Part says of which part of a record a field is.
type Part string

// The parts.
const (
	Key   Part = "key"
	Value Part = "value"
)

// Field is a field of a stream's records as one origin has it.
type Field struct {
	Part     Part
	Path     string // a.b, items[].sku, totals{}
	Type     string
	Optional bool
	Doc      string
	Tags     []string
	Rule     string // that a contract has for it, in one line
	Origin   string // "schema", "contract", or "type of <job id>"
}

// Direction is which way records go between a stream and a system.
type Direction string

// The directions.
const (
	Reads  Direction = "reads"
	Writes Direction = "writes"
)

// Evidence is how an edge is known.
type Evidence string

// Evidence, the strongest first.
const (
	ByRecords  Evidence = "recorded-records" // records were really read or written, by their offsets
	ByPlan     Evidence = "recorded-plan"    // a recorded SQL plan
	ByType     Evidence = "recorded-type"    // the type that a recorded job's records are made into or of
	ByLineage  Evidence = "openlineage"      // an event of another system
	ByContract Evidence = "declared"         // a consumer's contract
	ByRegistry Evidence = "registry-request" // a request to a schema registry
	ByGroup    Evidence = "consumer-group"   // offsets that a group committed, or members that have partitions
	ByConnect  Evidence = "connector"        // topics that Connect says a connector uses
	ByACL      Evidence = "acl"              // it may, and nothing says that it does
)

var strength = map[Evidence]int{ByRecords: 9, ByPlan: 8, ByType: 7, ByLineage: 6, ByContract: 5, ByRegistry: 4, ByGroup: 3, ByConnect: 2, ByACL: 1}

// Strength orders evidence; more is stronger.
func (e Evidence) Strength() int { return strength[e] }

// Edge is one piece of evidence that a system reads or writes a stream.
type Edge struct {
	Stream, System ID
	Direction      Direction
	Evidence       Evidence
	Known          bool     // Paths are all fields that it reads or writes; else it may be any
	Paths          []string // of values; those of keys begin with "key:"
	Detail         string
	Reader         string // id or name of the schema that it reads by; empty = not known
	First, Last    time.Time
}

// Flow says that a field of one stream comes out of a field of another.
type Flow struct {
	From     ID
	FromPath string
	To       ID
	ToPath   string
	Via      ID
	Evidence Evidence
	How      string // identity, or the expression's form without literals
	First    time.Time
	Last     time.Time
}

// Attribute is something that people and contracts say of an entity or a field.
type Attribute string

// The attributes.
const (
	Owners  Attribute = "owners"  // ids of teams and persons
	Tags    Attribute = "tags"    // words; those that are names of classes in the access policy's rules mask
	Doc     Attribute = "doc"     // Markdown
	Contact Attribute = "contact" // where to call for help
	Members Attribute = "members" // of a team: ids of persons
)

// Attributes are all of them.
var Attributes = []Attribute{Owners, Tags, Doc, Contact, Members}

// SourcePerson is the source of what people said in the catalog itself.
const SourcePerson = "person"

// Mark is one value of an attribute, from one source.
type Mark struct {
	Entity    ID
	Path      string // of a field; empty = of the entity
	Attribute Attribute
	Source    string // SourcePerson, contract, schema, openlineage
	Values    []string
	By        string // id of who said it
	At        time.Time
}

// Change is one change that somebody made, or a source.
type Change struct {
	ID            int64
	Entity        ID
	Path          string
	Attribute     Attribute
	By, Name      string
	At            time.Time
	Reason        string
	Before, After []string
	Proposal      string // id; empty = it was made at once
}

// ProposalState is how a proposal stands.
type ProposalState string

// The states.
const (
	Pending   ProposalState = "pending"
	Approved  ProposalState = "approved"
	Refused   ProposalState = "refused"
	Withdrawn ProposalState = "withdrawn"
)

// Proposal is a change that waits for an owner.
type Proposal struct {
	ID        string
	Entity    ID
	Path      string
	Attribute Attribute
	Values    []string
	By, Name  string
	At        time.Time
	Reason    string
	State     ProposalState
	DecidedBy string
	Decided   time.Time
	Why       string
}

// StaleAfter is how long after the last evidence a system counts as one that may be gone: clients cache schemas, and jobs rest.
const StaleAfter = 30 * 24 * time.Hour
