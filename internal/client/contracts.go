package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/sightglass/sightglass/gen"
)

// Contracts lists the data contracts in force.
func (c *Client) Contracts(ctx context.Context) (*Answer[gen.ContractList], error) {
	return get[gen.ContractList](ctx, c, nil, "contracts")
}

// Contract asks for one.
func (c *Client) Contract(ctx context.Context, id string) (*Answer[gen.Contract], error) {
	return get[gen.Contract](ctx, c, nil, "contracts", id)
}

// ApplyContract puts one in force.
func (c *Client) ApplyContract(ctx context.Context, w gen.ContractWish) (*Answer[gen.ContractApplied], error) {
	return send[gen.ContractApplied](ctx, c, http.MethodPost, w, "contracts")
}

// EndContract ends one.
func (c *Client) EndContract(ctx context.Context, id string) (*Answer[gen.Contract], error) {
	return send[gen.Contract](ctx, c, http.MethodDelete, nil, "contracts", id)
}

// ContractVersions lists the versions of a contract.
func (c *Client) ContractVersions(ctx context.Context, id string) (*Answer[gen.ContractVersionList], error) {
	return get[gen.ContractVersionList](ctx, c, nil, "contracts", id, "versions")
}

// ContractChecks asks how the checks of a contract stand.
func (c *Client) ContractChecks(ctx context.Context, id string) (*Answer[gen.ContractChecks], error) {
	return get[gen.ContractChecks](ctx, c, nil, "contracts", id, "checks")
}

// ViolationQuery says which violations are wanted; empty: any.
type ViolationQuery struct {
	Contract, Check, Topic, State, Cursor string
	Limit                                 int
}

// Violations gives a page of violations.
func (c *Client) Violations(ctx context.Context, q ViolationQuery) (*Answer[gen.ViolationList], error) {
	v := url.Values{}
	for name, text := range map[string]string{"contract": q.Contract, "check": q.Check, "topic": q.Topic, "state": q.State, "cursor": q.Cursor} {
		if text != "" {
			v.Set(name, text)
		}
	}
	if q.Limit > 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	return get[gen.ViolationList](ctx, c, v, "violations")
}

// ActViolation acknowledges a violation, or closes it.
func (c *Client) ActViolation(ctx context.Context, contract, id string, w gen.ViolationAct) (*Answer[gen.Violation], error) {
	return send[gen.Violation](ctx, c, http.MethodPost, w, "contracts", contract, "violations", id)
}

// TestContract holds a stretch of a topic against its contract.
func (c *Client) TestContract(ctx context.Context, cluster, topic string, w gen.ContractTest) (*Answer[gen.ContractTested], error) {
	return send[gen.ContractTested](ctx, c.patient(), http.MethodPost, w, "clusters", cluster, "topics", topic, "contract-test")
}

// ProposeContract asks for a contract that a topic would have kept.
func (c *Client) ProposeContract(ctx context.Context, cluster, topic string, records int) (*Answer[gen.ContractProposal], error) {
	return get[gen.ContractProposal](ctx, c.patient(), url.Values{"records": {strconv.Itoa(records)}}, "clusters", cluster, "topics", topic, "contract-proposal")
}
