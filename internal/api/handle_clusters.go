package api

import (
	"context"
	"net/http"

	"github.com/sightglass/sightglass/internal/browse"
)

// ClusterPath names a cluster.
type ClusterPath struct {
	Cluster string `path:"cluster" maxLength:"64" doc:"Name of the cluster."`
}

func (s *service) brokers(ctx context.Context, in *ClusterPath) (List[Broker], error) {
	found, err := s.Browser.Brokers(ctx, in.Cluster)
	var list []Broker
	for _, b := range found.Brokers {
		list = append(list, Broker{ID: b.ID, Address: b.Address, Rack: b.Rack, Controller: b.Controller, Version: b.Version, Error: textOf(b.Err)})
	}
	return listOf("broker", list), err
}

func (s *service) acls(ctx context.Context, in *ClusterPath) (List[ACL], error) {
	found, err := s.Browser.ACLs(ctx, in.Cluster)
	var list []ACL
	for _, a := range found {
		list = append(list, ACL(a))
	}
	return listOf("acl", list), err
}

func (s *service) quotas(ctx context.Context, in *ClusterPath) (List[Quota], error) {
	found, err := s.Browser.Quotas(ctx, in.Cluster)
	var list []Quota
	for _, q := range found {
		one := Quota{Entity: []QuotaEntity{}, Limits: []QuotaLimit{}}
		for _, e := range q.Entity {
			one.Entity = append(one.Entity, QuotaEntity(e))
		}
		for _, l := range q.Limits {
			one.Limits = append(one.Limits, QuotaLimit(l))
		}
		list = append(list, one)
	}
	return listOf("quota", list), err
}

// Topics is the list of a cluster's topics.
type Topics struct {
	List[TopicSummary]
	Unknown []string `json:"unknown,omitempty" doc:"What could not be found out of all of them, and why."`
}

func (s *service) topics(ctx context.Context, in *ClusterPath) (Topics, error) {
	found, failed, err := s.Browser.Topics(ctx, caller(ctx), in.Cluster)
	out := Topics{List: listOf[TopicSummary]("topic", nil)}
	for i := range found {
		out.Items = append(out.Items, topicSummaryOf(&found[i]))
	}
	for _, f := range failed {
		out.Unknown = append(out.Unknown, f.Error())
	}
	return out, err
}

func (s *service) topic(ctx context.Context, in *TopicPath) (KafkaTopic, error) {
	t, err := s.Browser.KafkaTopic(ctx, in.Cluster, in.Topic)
	if err != nil {
		return KafkaTopic{}, err
	}
	out := KafkaTopic{TopicSummary: topicSummaryOf(&t.TopicSummary), Parts: []TopicPartition{}, Settings: []TopicSetting{}, Jobs: []TopicJob{}, SettingError: textOf(t.SettingErr), SizeError: textOf(t.SizeErr)}
	for _, p := range t.Parts {
		out.Parts = append(out.Parts, TopicPartition{
			Partition: p.Partition, Leader: p.Leader, Epoch: p.Epoch, Replicas: none32(p.Replicas), InSync: none32(p.InSync), Offline: none32(p.Offline),
			First: I64(p.First), End: I64(p.End), Bytes: I64(p.Size), Error: textOf(p.Err),
		})
	}
	for _, x := range t.Settings {
		out.Settings = append(out.Settings, TopicSetting(x))
	}
	jobs, err := s.Browser.JobsAt(ctx, caller(ctx), in.Topic)
	for _, j := range jobs {
		out.Jobs = append(out.Jobs, TopicJob{Job: j.Job, Recording: j.Recording.String(), Op: j.Operator, Reads: j.Reads, Writes: j.Writes})
	}
	return out, err
}

// none32 is a list that is there, also when it is empty.
func none32(list []int32) []int32 {
	if list == nil {
		return []int32{}
	}
	return list
}

// Groups is the list of a cluster's consumer groups.
type Groups struct {
	List[GroupSummary]
	Unknown []string `json:"unknown,omitempty" doc:"What brokers did not tell, and why."`
}

func (s *service) groups(ctx context.Context, in *ClusterPath) (Groups, error) {
	found, failed, err := s.Browser.Groups(ctx, caller(ctx), in.Cluster)
	out := Groups{List: listOf[GroupSummary]("group", nil)}
	for i := range found {
		out.Items = append(out.Items, groupSummaryOf(&found[i]))
	}
	for _, f := range failed {
		out.Unknown = append(out.Unknown, f.Error())
	}
	return out, err
}

// GroupPath names a consumer group of a cluster.
type GroupPath struct {
	ClusterPath
	Group string `path:"group" maxLength:"512"`
}

func (s *service) group(ctx context.Context, in *GroupPath) (KafkaGroup, error) {
	g, err := s.Browser.Group(ctx, caller(ctx), in.Cluster, in.Group)
	if err != nil {
		return KafkaGroup{}, err
	}
	out := KafkaGroup{GroupSummary: groupSummaryOf(&g.GroupSummary), Assignor: g.Assignor, Roster: []GroupMember{}, Partitions: []GroupPartition{}}
	for _, m := range g.Roster {
		one := GroupMember{ID: m.ID, Instance: m.Instance, Client: m.Client, Host: m.Host, Assigned: []AssignedTopic{}, Opaque: m.Opaque}
		for _, a := range m.Assigned {
			one.Assigned = append(one.Assigned, AssignedTopic{a.Topic, none32(a.Partitions)})
		}
		out.Roster = append(out.Roster, one)
	}
	for _, p := range g.Partitions {
		out.Partitions = append(out.Partitions, GroupPartition{
			Topic: p.Topic, Partition: p.Partition, Member: p.Member, Committed: I64(p.Committed), End: I64(p.End), Lag: I64(p.Lag), Error: textOf(p.Err),
		})
	}
	return out, nil
}

// GroupReset says from where a group is to read on.
type GroupReset struct {
	To         string             `json:"to" enum:"earliest,latest,offset,time,shift"`
	Offset     int64              `json:"offset,omitempty" doc:"With offset; with shift by how much, below 0 back."`
	Time       string             `json:"time,omitempty" maxLength:"64" doc:"With time: 2026-08-01T14:02:11Z, or -5m."`
	Partitions map[string][]int32 `json:"partitions,omitempty" doc:"By topic; an empty list: all of the topic. Absent: all that the group committed for."`
	Dry        bool               `json:"dry,omitempty" doc:"Only say what would be set."`
}

var resetTo = map[string]browse.ResetTo{"earliest": browse.ToStart, "latest": browse.ToEnd, "offset": browse.ToOffset, "time": browse.ToTime, "shift": browse.ToShift}

func (s *service) resetGroup(ctx context.Context, in *struct {
	GroupPath
	Body GroupReset
},
) (ResetPlan, error) {
	r := browse.Reset{To: resetTo[in.Body.To], Offset: in.Body.Offset, Partitions: in.Body.Partitions}
	if r.To == browse.ToTime {
		at, err := instant("time", in.Body.Time, s.now())
		if err != nil {
			return ResetPlan{}, err
		}
		if in.Body.Time == "" {
			return ResetPlan{}, problem(http.StatusBadRequest, "time is missing", "write 2026-08-01T14:02:11Z, or -5m for five minutes ago")
		}
		r.Time = at.Time().UnixMilli()
	}
	plan, err := s.Browser.ResetGroup(ctx, caller(ctx), in.Cluster, in.Group, r, in.Body.Dry)
	if err != nil {
		return ResetPlan{}, err
	}
	return resetPlanOf(&plan), nil
}
