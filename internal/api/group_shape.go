package api

import "github.com/sightglass/sightglass/internal/browse"

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
