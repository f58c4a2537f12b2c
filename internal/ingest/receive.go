package ingest

import (
	"context"
	"errors"
	"fmt"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/wire"
)

// Limits of what one connection may make the server keep.
const (
	maxDefinitionBytes = 256 << 20
	maxAsked           = 1 << 17
)

// handle acts on one message. An error ends the connection.
func (c *connection) handle(ctx context.Context, m wire.Message) error {
	switch m := m.(type) {
	case *wire.Block:
		return c.block(ctx, m)
	case *wire.Define:
		return c.define(ctx, m)
	case *wire.Blob:
		return c.blob(ctx, m)
	case *wire.Ping:
		now := c.server.now()
		return c.out.send(&wire.Pong{ID: m.ID, PingUS: m.ClockUS, ReceivedUS: now, SentUS: now})
	case *wire.Pong:
		c.process.pong(m, c.server.now())
	case *wire.Status:
		c.process.status(m)
		return c.remind(m)
	case *wire.Done:
		c.process.done(m)
	case *wire.Close:
		c.server.closed(c.process, m)
	default:
		return fmt.Errorf("%w: type %d does not come from an agent", wire.ErrMalformed, m.Type())
	}
	return nil
}

func (c *connection) define(ctx context.Context, m *wire.Define) error {
	for _, d := range m.Definitions {
		c.server.counts.definitions.Add(1)
		if c.definitions += int64(len(d.Body)); c.definitions > maxDefinitionBytes {
			return fmt.Errorf("more than %d bytes of definitions", maxDefinitionBytes)
		}
		if err := c.server.opt.Store.Define(context.WithoutCancel(ctx), d); err != nil {
			if errors.Is(err, store.ErrClosed) {
				return err
			}
			c.server.counts.definitionsRefused.Add(1)
			c.server.opt.Log.Warn("definition was not stored", "id", d.ID.String(), "kind", int(d.Kind), "error", err)
			continue
		}
		delete(c.asked, d.ID)
	}
	return nil
}

// block checks a block, stores it, and queues its answer.
func (c *connection) block(ctx context.Context, m *wire.Block) error {
	if m.Number != c.expected {
		return fmt.Errorf("%w: block frame %d where %d was due", wire.ErrMalformed, m.Number, c.expected)
	}
	c.expected++
	const frameHead = 8 + 8 // of the frame, and the frame number
	a := answer{number: m.Number, bytes: uint64(len(m.Raw)) + frameHead}
	h, err := block.Verify(m.Raw)
	switch {
	case len(m.Raw) > block.MaxBlock:
		a.nack, a.text = wire.NackTooLarge, fmt.Sprintf("a block has at most %d bytes", block.MaxBlock)
	case errors.Is(err, block.ErrChecksum):
		a.nack, a.text = wire.NackChecksum, err.Error()
	case errors.Is(err, block.ErrVersion):
		a.nack, a.text = wire.NackVersion, err.Error()
	case err != nil:
		a.nack, a.text = wire.NackMalformed, err.Error()
	case h.Server() || h.Number >= block.ServerNumbers:
		a.nack, a.text = wire.NackMalformed, "the block says that the server made it"
	}
	if a.nack != 0 {
		c.server.opt.Log.Warn("block was not taken", "process", c.process.id, "reason", int(a.nack), "error", a.text)
		c.answers <- a
		return nil
	}
	touch := c.server.touch(c.process, h)
	stored, durable, err := c.server.opt.Store.AppendAsync(context.WithoutCancel(ctx), h, m.Raw)
	if errors.Is(err, store.ErrDiskFull) {
		a.nack, a.text = wire.NackDisk, "the server's disk is full"
		c.answers <- a
		return nil
	}
	if err != nil {
		return fmt.Errorf("storing a block: %w", err)
	}
	a.durable = durable
	c.server.received(c.process, touch, h, m.Raw, stored)
	c.answers <- a
	return c.need(h)
}

// need asks for definitions that the block names and the store lacks, each once in a connection.
func (c *connection) need(h *block.Header) error {
	var ids []event.DefinitionID
	for _, id := range c.server.opt.Store.Missing(h.Zones.Definitions) {
		if !c.asked[id] && len(c.asked) < maxAsked {
			c.asked[id] = true
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return c.out.send(&wire.Need{IDs: ids})
}
