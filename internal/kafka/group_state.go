package kafka

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// groupTypes that the protocol of groups tells apart; brokers before 3.8 do not, and have classic ones alone.
const (
	classicGroup  = "classic"
	consumerGroup = "consumer"
)

// described is what the cluster says of one group.
type described struct {
	kind     string
	protocol string // what the group is for, as consumer or connect
	assignor string
	state    string
	members  []Member
	err      error
}

// list asks every broker for its groups. A broker that does not answer is the error of the second; the groups of others are there.
func (c *Client) list(ctx context.Context) (map[string]*described, []error) {
	all := make(map[string]*described)
	var failed []error
	for _, s := range c.shards(ctx, kmsg.NewPtrListGroupsRequest()) {
		err := s.Err
		answer, ok := s.Resp.(*kmsg.ListGroupsResponse)
		if err == nil && ok {
			err = kerr.ErrorForCode(answer.ErrorCode)
		}
		if err != nil || !ok {
			failed = append(failed, fmt.Errorf("the groups of broker %d: %w", s.Meta.NodeID, told(ctx, err)))
			continue
		}
		for _, g := range answer.Groups {
			kind := g.GroupType
			if kind == "" {
				kind = classicGroup
			}
			all[g.Group] = &described{kind: kind, protocol: g.ProtocolType, state: g.GroupState}
		}
	}
	return all, failed
}

// describe fills in state and members of groups, each by the request of its type. Of other types than classic and consumer the list says all.
func (c *Client) describe(ctx context.Context, all map[string]*described) {
	var classic, consumer []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		switch all[name].kind {
		case classicGroup:
			classic = append(classic, name)
		case consumerGroup:
			consumer = append(consumer, name)
		}
	}
	if len(classic) > 0 {
		r := kmsg.NewPtrDescribeGroupsRequest()
		r.Groups = classic
		c.describeBy(ctx, r, classic, all, func(answer kmsg.Response) {
			for _, g := range answer.(*kmsg.DescribeGroupsResponse).Groups {
				if d := all[g.Group]; d != nil {
					d.classic(&g)
				}
			}
		})
	}
	if len(consumer) > 0 {
		r := kmsg.NewPtrConsumerGroupDescribeRequest()
		r.Groups = consumer
		c.describeBy(ctx, r, consumer, all, func(answer kmsg.Response) {
			for _, g := range answer.(*kmsg.ConsumerGroupDescribeResponse).Groups {
				if d := all[g.Group]; d != nil {
					d.consumer(&g)
				}
			}
		})
	}
}

func (c *Client) describeBy(ctx context.Context, r kmsg.Request, names []string, all map[string]*described, take func(kmsg.Response)) {
	for _, s := range c.shards(ctx, r) {
		if s.Err == nil {
			take(s.Resp)
			continue
		}
		asked := names
		switch part := s.Req.(type) {
		case *kmsg.DescribeGroupsRequest:
			asked = part.Groups
		case *kmsg.ConsumerGroupDescribeRequest:
			asked = part.Groups
		}
		for _, name := range asked {
			if d := all[name]; d != nil {
				d.err = told(ctx, s.Err)
			}
		}
	}
}

func (d *described) classic(g *kmsg.DescribeGroupsResponseGroup) {
	if d.err = code(g.ErrorCode); d.err != nil {
		return
	}
	d.state, d.protocol, d.assignor = g.State, g.ProtocolType, g.Protocol
	d.members = make([]Member, len(g.Members))
	for i, m := range g.Members {
		x := Member{ID: m.MemberID, Client: m.ClientID, Host: m.ClientHost}
		if m.InstanceID != nil {
			x.Instance = *m.InstanceID
		}
		x.Assigned, x.Opaque = assignment(d.protocol, m.MemberAssignment)
		d.members[i] = x
	}
}

func (d *described) consumer(g *kmsg.ConsumerGroupDescribeResponseGroup) {
	if d.err = code(g.ErrorCode); d.err != nil {
		return
	}
	d.state, d.protocol, d.assignor = g.State, consumerGroup, g.AssignorName
	d.members = make([]Member, len(g.Members))
	for i, m := range g.Members {
		x := Member{ID: m.MemberID, Client: m.ClientID, Host: m.ClientHost}
		if m.InstanceID != nil {
			x.Instance = *m.InstanceID
		}
		for _, t := range m.Assignment.TopicPartitions {
			x.Assigned = append(x.Assigned, Assigned{t.Topic, slices.Sorted(slices.Values(t.Partitions))})
		}
		d.members[i] = x
	}
}

// assignment reads which partitions a member has. Groups with a protocol of their own (Connect, schema registries) write there what they like:
// that is opaque, as is what cannot be read.
func assignment(protocol string, raw []byte) (out []Assigned, opaque bool) {
	if protocol != consumerGroup || len(raw) == 0 {
		return nil, len(raw) > 0
	}
	var a kmsg.ConsumerMemberAssignment
	if err := a.ReadFrom(raw); err != nil {
		return nil, true
	}
	for _, t := range a.Topics {
		out = append(out, Assigned{t.Topic, slices.Sorted(slices.Values(t.Partitions))})
	}
	return out, false
}

// committed are the offsets that a group committed. Errors: ErrForbidden, ErrUnknown.
func (c *Client) committed(ctx context.Context, group string) (map[place]listed, error) {
	all, err := within(ctx, func() (kadm.OffsetResponses, error) { return c.admin.FetchOffsets(ctx, group) })
	if err != nil {
		return nil, fmt.Errorf("what group %s committed: %w", group, told(ctx, err))
	}
	out := make(map[place]listed)
	for topic, partitions := range all {
		for p, o := range partitions {
			out[place{topic, p}] = listed{offset: o.At, time: -1, err: meant(o.Err)}
		}
	}
	return out, nil
}
