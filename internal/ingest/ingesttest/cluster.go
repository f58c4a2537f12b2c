package ingesttest

import (
	"context"
	"errors"

	"github.com/sightglass/sightglass/internal/event"
)

// Cluster is one agent for each process of a generated recording.
type Cluster struct{ Agents []*Agent }

// NewCluster makes the agents of the recordings with a seed.
func NewCluster(address string, seed uint64) *Cluster {
	c := new(Cluster)
	for _, p := range Processes(seed) {
		c.Agents = append(c.Agents, NewAgent(address, p))
	}
	return c
}

// Connect connects all agents.
func (c *Cluster) Connect(ctx context.Context) error {
	var err error
	for _, a := range c.Agents {
		err = errors.Join(err, a.Connect(ctx))
	}
	return err
}

// Output sends what Generate makes: definitions over every agent, blocks over that of their process.
func (c *Cluster) Output() Output {
	return Output{
		Define: func(d event.Definition) error {
			var err error
			for _, a := range c.Agents {
				err = errors.Join(err, a.Define(d))
			}
			return err
		},
		Block: func(p Process, raw []byte) error {
			for _, a := range c.Agents {
				if a.Process.ID == p.ID {
					return a.Block(raw)
				}
			}
			return errors.New("no agent for the process")
		},
	}
}

// Flush waits until every block was answered.
func (c *Cluster) Flush(ctx context.Context) error {
	var err error
	for _, a := range c.Agents {
		err = errors.Join(err, a.Flush(ctx))
	}
	return err
}

// Close says CLOSE on all connections.
func (c *Cluster) Close() error {
	var err error
	for _, a := range c.Agents {
		err = errors.Join(err, a.Close())
	}
	return err
}
