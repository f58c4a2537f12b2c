package kafka

import (
	"context"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/event/sealed"
)

// Copy writes a record into another topic as it is: key, value and headers. Its partition is chosen by the key, its time is now. Errors: those
// of Produce.
func (c *Client) Copy(ctx context.Context, to string, r *Record) (Produced, error) {
	return c.CopyWith(ctx, to, r, nil)
}

// CopyWith is Copy with headers behind those that the record has.
func (c *Client) CopyWith(ctx context.Context, to string, r *Record, more []MessageHeader) (Produced, error) {
	m := Message{Partition: -1, Key: bytesOf(r.Key), Value: bytesOf(r.Value)}
	for _, h := range r.Headers {
		m.Headers = append(m.Headers, MessageHeader{h.Name, bytesOf(h.Value)})
	}
	m.Headers = append(m.Headers, more...)
	made, err := c.Produce(ctx, to, []Message{m})
	if len(made) == 0 {
		return Produced{Partition: -1, Offset: -1}, err
	}
	return made[0], err
}

// bytesOf are the bytes of a payload; null stays null.
func bytesOf(p event.Payload) []byte {
	if p.Null() {
		return nil
	}
	b := p.Open(sealed.Take())
	if b == nil {
		b = []byte{}
	}
	return b
}
