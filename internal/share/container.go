package share

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/foxglove/mcap/go/mcap"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
)

// Names in a file (spec/incident.md).
const (
	profile            = "sightglass"
	blockEncoding      = "x-sightglass-block"
	definitionEncoding = "x-sightglass-definitions"
	definitionTopic    = "definitions"
	definitionChannel  = 256 // channels of lanes have the lane's number
	manifestName       = "manifest.json"
	signatureName      = "signature.json"
	jsonType           = "application/json"
	binaryType         = "application/octet-stream"
)

// laneTopic is the topic of a lane's channel, as in lane/out and lane/out/kept.
func laneTopic(l event.Lane) string {
	if l.Kept() {
		return "lane/" + l.Base().String() + "/kept"
	}
	return "lane/" + l.String()
}

// container writes the records of a file, in the order of spec/incident.md.
type container struct {
	w        *mcap.Writer
	sums     *chunkSums
	channels map[uint16]bool
	sequence uint32
	at       uint64 // ns, log time of what has none
}

// newContainer begins a file on w. at is what definitions and attachments have as their time, µs.
func newContainer(w io.Writer, at int64) (*container, error) {
	sums := newChunkSums()
	// A chunk of its own for each message: blocks are packed already, and a reader finds each by its index.
	writer, err := mcap.NewWriter(io.MultiWriter(w, sums), &mcap.WriterOptions{
		Chunked: true, ChunkSize: 1, Compression: mcap.CompressionZSTD, IncludeCRC: true, OverrideLibrary: true,
	})
	if err != nil {
		return nil, fmt.Errorf("beginning the file: %w", err)
	}
	if err := writer.WriteHeader(&mcap.Header{Profile: profile, Library: "sightglass"}); err != nil {
		return nil, fmt.Errorf("beginning the file: %w", err)
	}
	c := &container{w: writer, sums: sums, channels: map[uint16]bool{}, at: nanos(at)}
	for i, name := range []string{"sightglass.Block", "sightglass.Definitions"} {
		schema := &mcap.Schema{ID: uint16(i + 1), Name: name, Encoding: "x-sightglass", Data: []byte("spec/incident.md")}
		if err := writer.WriteSchema(schema); err != nil {
			return nil, fmt.Errorf("beginning the file: %w", err)
		}
	}
	return c, nil
}

func nanos(us int64) uint64 { return uint64(max(us, 0)) * 1000 }

// channel writes a channel before its first message.
func (c *container) channel(id, schema uint16, topic, encoding string) error {
	if c.channels[id] {
		return nil
	}
	c.channels[id] = true
	return c.w.WriteChannel(&mcap.Channel{ID: id, SchemaID: schema, Topic: topic, MessageEncoding: encoding})
}

// block writes a block on its lane's channel.
func (c *container) block(h *block.Header, raw []byte) error {
	id := uint16(h.Lane)
	err := c.channel(id, 1, laneTopic(h.Lane), blockEncoding)
	if err == nil {
		err = c.message(id, nanos(h.WallMin), nanos(h.WallMax), raw)
	}
	if err != nil {
		return fmt.Errorf("writing block %d of lane %s: %w", h.Number, h.Lane, err)
	}
	return nil
}

func (c *container) definitions(b []byte) error {
	err := c.channel(definitionChannel, 2, definitionTopic, definitionEncoding)
	if err == nil {
		err = c.message(definitionChannel, c.at, c.at, b)
	}
	if err != nil {
		return fmt.Errorf("writing definitions: %w", err)
	}
	return nil
}

func (c *container) message(channel uint16, from, to uint64, data []byte) error {
	m := &mcap.Message{ChannelID: channel, Sequence: c.sequence, LogTime: from, PublishTime: to, Data: data}
	c.sequence++
	return c.w.WriteMessage(m)
}

func (c *container) attach(name, media string, size int64, content io.Reader) error {
	err := c.w.WriteAttachment(&mcap.Attachment{
		LogTime: c.at, CreateTime: c.at, Name: name, MediaType: media, DataSize: uint64(size), Data: content,
	})
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// finish writes the manifest, its signature, and the index.
func (c *container) finish(m *Manifest, key ed25519.PrivateKey) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	if len(raw) > maxManifest {
		return tooLarge("a manifest of %d bytes: a shorter stretch has fewer blocks", len(raw))
	}
	if err := c.attach(manifestName, jsonType, int64(len(raw)), bytes.NewReader(raw)); err != nil {
		return err
	}
	signed, err := sign(key, c.sums.statement(raw))
	if err != nil {
		return fmt.Errorf("signing: %w", err)
	}
	if err := c.attach(signatureName, jsonType, int64(len(signed)), bytes.NewReader(signed)); err != nil {
		return err
	}
	// For tools that show what MCAP files say of themselves; nothing here reads it.
	err = c.w.WriteMetadata(&mcap.Metadata{Name: profile, Metadata: map[string]string{
		"kind": m.Kind, "recording": m.Recording.ID, "job": m.Recording.Job, "made": m.Made.Format(time.RFC3339Nano), "verdict": m.Verdict.Verdict,
	}})
	if err == nil {
		err = c.w.Close()
	}
	if err != nil {
		return fmt.Errorf("ending the file: %w", err)
	}
	return nil
}
