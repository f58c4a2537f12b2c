package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"

	"github.com/twmb/franz-go/pkg/kadm"
)

// Brokers are those of a cluster.
type Brokers struct {
	Cluster string   // its id; empty: it has none
	Brokers []Broker // by their ids
}

// Broker is one of a cluster.
type Broker struct {
	ID         int32
	Address    string // host:port as the brokers advertise it
	Rack       string
	Controller bool
	Version    string // what the requests that it knows are like, as v4.2, or "at least v4.2"; empty: Err
	Err        error  // it is known to the others and does not answer
}

// Brokers lists the brokers of the cluster, and asks each of them what it knows.
func (c *Client) Brokers(ctx context.Context) (Brokers, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	m, err := within(ctx, func() (kadm.Metadata, error) { return c.admin.BrokerMetadata(ctx) })
	if err != nil {
		return Brokers{}, fmt.Errorf("listing the brokers: %w", told(ctx, err))
	}
	versions, err := within(ctx, func() (kadm.BrokersApiVersions, error) { return c.admin.ApiVersions(ctx) })
	if err != nil {
		return Brokers{}, fmt.Errorf("listing the brokers: %w", told(ctx, err))
	}
	out := Brokers{Cluster: m.Cluster, Brokers: make([]Broker, len(m.Brokers))}
	for i, b := range m.Brokers {
		x := Broker{ID: b.NodeID, Address: net.JoinHostPort(b.Host, strconv.Itoa(int(b.Port))), Controller: b.NodeID == m.Controller}
		if b.Rack != nil {
			x.Rack = *b.Rack
		}
		switch v, ok := versions[b.NodeID]; {
		case !ok:
			x.Err = errors.New("the broker was not asked")
		case v.Err != nil:
			x.Err = told(ctx, v.Err)
		default:
			x.Version = v.VersionGuess()
		}
		out.Brokers[i] = x
	}
	slices.SortFunc(out.Brokers, func(a, b Broker) int { return int(a.ID) - int(b.ID) })
	return out, nil
}
