package ingest

import (
	"context"
	"errors"

	"github.com/sightglass/sightglass/internal/store"
	"github.com/sightglass/sightglass/internal/wire"
)

// answer is what becomes of one BLOCK frame.
type answer struct {
	number  uint64
	bytes   uint64 // of the whole frame, given back as credit
	durable func(context.Context) error
	nack    wire.NackReason
	text    string
}

// answersWaiting bounds the blocks of a connection that wait for fsync.
const answersWaiting = 1024

// runAnswers acks blocks in order, each when it is durable. It ends with the channel, or with the first block whose fate is
// not known: then nothing after it may be acked either.
func (c *connection) runAnswers(ctx context.Context) error {
	var ack wire.Ack
	flush := func() error {
		if ack.Credit == 0 {
			return nil
		}
		m := ack
		ack.Credit = 0
		return c.out.send(&m)
	}
	for a := range c.answers {
		if a.durable != nil {
			if len(c.answers) == 0 { // who is done need not wait for who is not
				if err := flush(); err != nil {
					return err
				}
			}
			if err := a.durable(ctx); err != nil {
				if !errors.Is(err, store.ErrDiskFull) {
					return errors.Join(err, flush())
				}
				a.nack, a.text = wire.NackDisk, "the server's disk is full"
			}
		}
		if a.nack != 0 {
			c.server.counts.nacks[a.nack].Add(1)
			if err := c.out.send(&wire.Nack{Number: a.number, Reason: a.nack, Text: a.text}); err != nil {
				return err
			}
		}
		ack.Number = a.number
		ack.Credit += a.bytes
		if len(c.answers) == 0 || ack.Credit > uint64(c.server.opt.Credit/4) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}
