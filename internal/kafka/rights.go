package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// ACL is one rule of the cluster's authorizer.
type ACL struct {
	Principal  string // as User:name
	Host       string // * is any
	Resource   string // TOPIC, GROUP, CLUSTER, TRANSACTIONAL_ID, DELEGATION_TOKEN or USER
	Name       string
	Pattern    string // LITERAL or PREFIXED
	Operation  string // as READ
	Permission string // ALLOW or DENY
}

// ACLs lists all rules, by resource, name and principal; none of a cluster without an authorizer. Errors: ErrForbidden.
func (c *Client) ACLs(ctx context.Context) ([]ACL, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	r := kmsg.NewPtrDescribeACLsRequest()
	r.ResourceType, r.ResourcePatternType, r.Operation, r.PermissionType = kmsg.ACLResourceTypeAny, kmsg.ACLResourcePatternTypeAny, kmsg.ACLOperationAny, kmsg.ACLPermissionTypeAny
	got, err := ask[*kmsg.DescribeACLsResponse](ctx, c, r)
	if err == nil {
		err = code(got.ErrorCode)
	}
	if errors.Is(err, kerr.SecurityDisabled) {
		return []ACL{}, nil // there is no authorizer, and so no rule
	}
	if err != nil {
		return nil, fmt.Errorf("listing the access rules: %w", err)
	}
	out := []ACL{}
	for _, x := range got.Resources {
		for _, a := range x.ACLs {
			out = append(out, ACL{
				Principal: a.Principal, Host: a.Host, Resource: x.ResourceType.String(), Name: x.ResourceName, Pattern: x.ResourcePatternType.String(),
				Operation: a.Operation.String(), Permission: a.PermissionType.String(),
			})
		}
	}
	slices.SortFunc(out, func(a, b ACL) int {
		return cmp.Or(cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Principal, b.Principal), cmp.Compare(a.Operation, b.Operation),
			cmp.Compare(a.Host, b.Host), cmp.Compare(a.Pattern, b.Pattern), cmp.Compare(a.Permission, b.Permission))
	})
	return out, nil
}

// Quota is what clients of some kind may use.
type Quota struct {
	Entity []QuotaEntity
	Limits []QuotaLimit // by name
}

// QuotaEntity is a part of whom a quota is for.
type QuotaEntity struct {
	Type string // user, client-id or ip
	Name string // empty, with Rest: of all that have none of their own
	Rest bool
}

// QuotaLimit is one limit.
type QuotaLimit struct {
	Name  string // as producer_byte_rate
	Value float64
}

// Quotas lists those of all clients. Errors: ErrForbidden.
func (c *Client) Quotas(ctx context.Context) ([]Quota, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	all, err := within(ctx, func() (kadm.DescribedClientQuotas, error) { return c.admin.DescribeClientQuotas(ctx, false, nil) })
	if err != nil {
		return nil, fmt.Errorf("listing the quotas: %w", told(ctx, err))
	}
	out := []Quota{}
	for _, q := range all {
		x := Quota{}
		for _, e := range q.Entity {
			part := QuotaEntity{Type: e.Type, Rest: e.Name == nil}
			if e.Name != nil {
				part.Name = *e.Name
			}
			x.Entity = append(x.Entity, part)
		}
		for _, v := range q.Values {
			x.Limits = append(x.Limits, QuotaLimit{v.Key, v.Value})
		}
		slices.SortFunc(x.Limits, func(a, b QuotaLimit) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(x.Entity, func(a, b QuotaEntity) int { return cmp.Compare(b.Type, a.Type) })
		out = append(out, x)
	}
	slices.SortFunc(out, func(a, b Quota) int { return cmp.Compare(a.key(), b.key()) })
	return out, nil
}

func (q *Quota) key() string {
	var b strings.Builder
	for _, e := range q.Entity {
		b.WriteString(e.Type + "\x00" + e.Name + "\x00")
	}
	return b.String()
}
