package api

import (
	"github.com/sightglass/sightglass/internal/browse"
)

// Broker is one of a Kafka cluster.
type Broker struct {
	ID         int32  `json:"id"`
	Address    string `json:"address" doc:"As the brokers advertise it."`
	Rack       string `json:"rack,omitempty"`
	Controller bool   `json:"controller"`
	Version    string `json:"version,omitempty" doc:"Guessed by the requests that it knows."`
	Error      string `json:"error,omitempty" doc:"The others know it, and it does not answer."`
}

// ACL is one rule of a cluster's authorizer.
type ACL struct {
	Principal  string `json:"principal"`
	Host       string `json:"host" doc:"* is any."`
	Resource   string `json:"resource" doc:"TOPIC, GROUP, CLUSTER, TRANSACTIONAL_ID, DELEGATION_TOKEN or USER."`
	Name       string `json:"name"`
	Pattern    string `json:"pattern" doc:"LITERAL or PREFIXED."`
	Operation  string `json:"operation"`
	Permission string `json:"permission" doc:"ALLOW or DENY."`
}

// Quota is what clients of some kind may use.
type Quota struct {
	Entity []QuotaEntity `json:"entity"`
	Limits []QuotaLimit  `json:"limits"`
}

// QuotaEntity is a part of whom a quota is for.
type QuotaEntity struct {
	Type string `json:"type" doc:"user, client-id or ip."`
	Name string `json:"name" doc:"Empty with rest: all that have none of their own."`
	Rest bool   `json:"rest"`
}

// QuotaLimit is one limit.
type QuotaLimit struct {
	Name  string  `json:"name" doc:"As producer_byte_rate."`
	Value float64 `json:"value"`
}

// TopicSummary is a topic in a list.
type TopicSummary struct {
	Name            string `json:"name"`
	Internal        bool   `json:"internal"`
	Partitions      int    `json:"partitions"`
	Replicas        int    `json:"replicas"`
	UnderReplicated int    `json:"under_replicated" doc:"Partitions of which a replica is not in sync."`
	Bytes           I64    `json:"bytes" doc:"Of one replica of each partition; -1 = not known."`
	Records         I64    `json:"records" doc:"Offsets that are there: at most so many records; -1 = not known."`
	Cleanup         string `json:"cleanup,omitempty" doc:"As delete, compact."`
	RetentionMS     I64    `json:"retention_ms" doc:"-1 = for ever, 0 = not known."`
	RetentionBytes  I64    `json:"retention_bytes" doc:"Of a partition; -1 = no limit, 0 = not known."`
	Error           string `json:"error,omitempty" doc:"Why something is not known."`
}

// KafkaTopic is one topic.
type KafkaTopic struct {
	TopicSummary
	Parts        []TopicPartition `json:"parts"`
	Settings     []TopicSetting   `json:"settings"`
	SettingError string           `json:"setting_error,omitempty" doc:"Why they are not known."`
	SizeError    string           `json:"size_error,omitempty"`
	Jobs         []TopicJob       `json:"jobs" doc:"Jobs that recordings show reading or writing it."`
}

// TopicJob is a job at a topic.
type TopicJob struct {
	Job       string `json:"job"`
	Recording string `json:"recording"`
	Op        string `json:"op" doc:"Slug of the operator."`
	Reads     bool   `json:"reads"`
	Writes    bool   `json:"writes"`
}

// TopicPartition is one partition of a topic.
type TopicPartition struct {
	Partition int32   `json:"partition"`
	Leader    int32   `json:"leader" doc:"-1 = there is none."`
	Epoch     int32   `json:"epoch"`
	Replicas  []int32 `json:"replicas"`
	InSync    []int32 `json:"in_sync"`
	Offline   []int32 `json:"offline"`
	First     I64     `json:"first" doc:"-1 = not known."`
	End       I64     `json:"end" doc:"Behind the last record; -1 = not known."`
	Bytes     I64     `json:"bytes" doc:"-1 = not known."`
	Error     string  `json:"error,omitempty"`
}

// TopicSetting is a setting of a topic.
type TopicSetting struct {
	Name      string `json:"name"`
	Value     string `json:"value" doc:"Empty: none, or sensitive."`
	Source    string `json:"source"`
	Default   bool   `json:"default" doc:"Nobody set it for this topic."`
	Sensitive bool   `json:"sensitive"`
	ReadOnly  bool   `json:"read_only"`
}

// GroupSummary is a consumer group in a list.
type GroupSummary struct {
	Name     string `json:"name"`
	Type     string `json:"type" doc:"classic, consumer, share or streams."`
	State    string `json:"state" doc:"As Kafka names it."`
	Protocol string `json:"protocol,omitempty"`
	Members  int    `json:"members"`
	Lag      I64    `json:"lag" doc:"Of all partitions where it is known; -1 = of none."`
	Error    string `json:"error,omitempty" doc:"Why more is not known."`
}

// KafkaGroup is one consumer group.
type KafkaGroup struct {
	GroupSummary
	Assignor   string           `json:"assignor,omitempty"`
	Roster     []GroupMember    `json:"roster"`
	Partitions []GroupPartition `json:"partitions"`
}

// GroupMember is one of a group.
type GroupMember struct {
	ID       string          `json:"id"`
	Instance string          `json:"instance,omitempty"`
	Client   string          `json:"client"`
	Host     string          `json:"host"`
	Assigned []AssignedTopic `json:"assigned"`
	Opaque   bool            `json:"opaque,omitempty" doc:"What it has is written in a protocol of its own."`
}

// AssignedTopic are the partitions of a topic that a member has.
type AssignedTopic struct {
	Topic      string  `json:"topic"`
	Partitions []int32 `json:"partitions"`
}

// GroupPartition is a partition that a group reads.
type GroupPartition struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Member    string `json:"member,omitempty" doc:"Empty: nobody reads it."`
	Committed I64    `json:"committed" doc:"-1 = nothing."`
	End       I64    `json:"end" doc:"-1 = not known."`
	Lag       I64    `json:"lag" doc:"-1 = not known."`
	Error     string `json:"error,omitempty"`
}

// ResetPlan is what a reset of a group does, or did.
type ResetPlan struct {
	Kind    string     `json:"kind"`
	Version int        `json:"version"`
	Group   string     `json:"group"`
	State   string     `json:"state"`
	Applied bool       `json:"applied"`
	Items   []ResetRow `json:"items"`
}

// ResetRow is one partition of a reset.
type ResetRow struct {
	Topic     string `json:"topic"`
	Partition int32  `json:"partition"`
	Before    I64    `json:"before" doc:"-1 = nothing was committed."`
	After     I64    `json:"after" doc:"-1 = not known."`
	First     I64    `json:"first"`
	End       I64    `json:"end"`
	Note      string `json:"note,omitempty"`
	Error     string `json:"error,omitempty" doc:"It is left as it was."`
}

// textOf is what an error says; empty for none.
func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func topicSummaryOf(t *browse.TopicSummary) TopicSummary {
	return TopicSummary{
		Name: t.Name, Internal: t.Internal, Partitions: t.Partitions, Replicas: t.Replicas, UnderReplicated: t.UnderReplicated, Bytes: I64(t.Size), Records: I64(t.Records),
		Cleanup: t.Cleanup, RetentionMS: retentionOf(t), RetentionBytes: I64(t.RetentionBytes), Error: textOf(t.Err),
	}
}

func retentionOf(t *browse.TopicSummary) I64 {
	if t.Retention < 0 {
		return -1
	}
	return I64(t.Retention.Milliseconds())
}

func groupSummaryOf(g *browse.GroupSummary) GroupSummary {
	return GroupSummary{Name: g.Name, Type: g.Type, State: g.State, Protocol: g.Protocol, Members: g.Members, Lag: I64(g.Lag), Error: textOf(g.Err)}
}

func resetPlanOf(p *browse.ResetPlan) ResetPlan {
	out := ResetPlan{Kind: "reset-plan", Version: shapeVersion, Group: p.Group, State: p.State, Applied: p.Applied, Items: []ResetRow{}}
	for _, r := range p.Rows {
		out.Items = append(out.Items, ResetRow{Topic: r.Topic, Partition: r.Partition, Before: I64(r.Before), After: I64(r.After), First: I64(r.First), End: I64(r.End), Note: r.Note, Error: textOf(r.Err)})
	}
	return out
}
