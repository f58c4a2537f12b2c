package ingesttest

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/wire"
)

// Agent speaks the wire as a process would. It keeps blocks until they are acked and sends them again on the next
// connection. Safe for concurrent use.
type Agent struct {
	Address string
	Token   string
	TLS     *tls.Config // default: plain TCP
	Process Process
	Stop    func(wire.Control) // called for each CONTROL; may be nil

	sent sync.WaitGroup // readers of connections
	mu   struct {
		sync.Mutex
		changed     *sync.Cond
		conn        net.Conn
		w           *bufio.Writer
		definitions []event.Definition
		unacked     []parcel // oldest first
		next        int      // of unacked: the first that was not sent on this connection
		frame       uint64
		credit      int64
		acked       map[BlockID]bool
		nacks       []wire.Nack
		haves       []wire.Have
		refused     *wire.Refuse
		ended       error
		made        map[laneName]uint64
	}
}

type laneName struct {
	recording event.RecordingID
	attempt   event.Key
	lane      event.Lane
}

// BlockID names a block.
type BlockID struct {
	Recording event.RecordingID
	Attempt   event.Key
	Lane      event.Lane
	Number    uint64
}

type parcel struct {
	id    BlockID
	raw   []byte
	frame uint64 // on this connection; 0 = not sent
}

// NewAgent makes an agent that is not connected.
func NewAgent(address string, p Process) *Agent {
	a := &Agent{Address: address, Process: p}
	a.mu.changed = sync.NewCond(&a.mu.Mutex)
	a.mu.acked = make(map[BlockID]bool)
	a.mu.made = make(map[laneName]uint64)
	return a
}

// ErrRefused is returned by Connect when the server says no; Refused has its words.
var ErrRefused = errors.New("refused")

// Connect says HELLO, waits for WELCOME, and sends again what was not acked.
func (a *Agent) Connect(ctx context.Context) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", a.Address)
	if err != nil {
		return err
	}
	if a.TLS != nil {
		conn = tls.Client(conn, a.TLS)
	}
	now := time.Now().UnixMicro()
	hello := &wire.Hello{
		Protocol: wire.Protocol, Agent: "test", Process: hex.EncodeToString(a.Process.ID[:]), Role: a.Process.Role,
		Host: a.Process.Host, PID: int64(a.Process.PID), Java: "17", Flink: "2.3.0", Token: a.Token, StartedUS: now, NowUS: now,
		ClockGranularityUS: 1, Hooks: []wire.Hook{{ID: "out", State: "installed", Class: "RecordWriter"}},
	}
	if _, err := conn.Write(wire.Append(nil, hello)); err != nil {
		return errors.Join(err, conn.Close())
	}
	frames := wire.NewReader(bufio.NewReader(conn))
	f, err := frames.Next()
	if err != nil {
		return errors.Join(fmt.Errorf("waiting for an answer: %w", err), conn.Close())
	}
	m, err := wire.Decode(f)
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	switch m := m.(type) {
	case *wire.Refuse:
		a.mu.Lock()
		a.mu.refused = m
		a.mu.Unlock()
		return errors.Join(ErrRefused, conn.Close())
	case *wire.Welcome:
		a.mu.Lock()
		defer a.mu.Unlock()
		a.mu.conn, a.mu.w, a.mu.credit, a.mu.frame, a.mu.next, a.mu.ended = conn, bufio.NewWriter(conn), m.Credit, 0, 0, nil
		a.sent.Go(func() { a.read(conn, frames) })
		if len(a.mu.definitions) > 0 {
			_, err = a.mu.w.Write(wire.Append(nil, &wire.Define{Definitions: a.mu.definitions}))
		}
		if err == nil {
			err = a.sendLocked()
		}
		return err
	}
	return errors.Join(fmt.Errorf("answer of type %d", f.Type), conn.Close())
}

// read handles what the server sends.
func (a *Agent) read(conn net.Conn, frames *wire.Reader) {
	err := func() error {
		for {
			f, err := frames.Next()
			if err != nil {
				return err
			}
			m, err := wire.Decode(f)
			if err != nil {
				return err
			}
			if err := a.handle(m); err != nil {
				return err
			}
		}
	}()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.mu.conn == conn {
		a.mu.conn, a.mu.ended = nil, err
	}
	_ = conn.Close()
	a.mu.changed.Broadcast()
}

func (a *Agent) handle(m wire.Message) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.mu.changed.Broadcast()
	switch m := m.(type) {
	case *wire.Ack:
		for len(a.mu.unacked) > 0 && a.mu.unacked[0].frame != 0 && a.mu.unacked[0].frame <= m.Number {
			a.mu.acked[a.mu.unacked[0].id] = true
			a.mu.unacked = a.mu.unacked[1:]
			a.mu.next--
		}
		a.mu.credit += int64(m.Credit)
		return a.sendLocked()
	case *wire.Nack:
		a.mu.nacks = append(a.mu.nacks, *m)
		for i, p := range a.mu.unacked {
			if p.frame == m.Number { // given up
				a.mu.unacked = append(a.mu.unacked[:i:i], a.mu.unacked[i+1:]...)
				a.mu.next--
				break
			}
		}
	case *wire.Have:
		a.mu.haves = append(a.mu.haves, *m)
	case *wire.Need:
		var d wire.Define
		for _, have := range a.mu.definitions {
			for _, id := range m.IDs {
				if id == have.ID {
					d.Definitions = append(d.Definitions, have)
				}
			}
		}
		return a.writeLocked(&d)
	case *wire.Ping:
		now := time.Now().UnixMicro()
		return a.writeLocked(&wire.Pong{ID: m.ID, PingUS: m.ClockUS, ReceivedUS: now, SentUS: now})
	case *wire.Control:
		if a.Stop != nil {
			a.Stop(*m)
		}
		return a.writeLocked(&wire.Done{ID: m.ID, OK: a.Stop != nil, Error: "nobody listens"})
	}
	return nil
}

func (a *Agent) writeLocked(m wire.Message) error {
	if a.mu.conn == nil {
		return nil
	}
	if _, err := a.mu.w.Write(wire.Append(nil, m)); err != nil {
		return err
	}
	return a.mu.w.Flush()
}

// sendLocked sends while credit lasts.
func (a *Agent) sendLocked() error {
	if a.mu.conn == nil {
		return nil
	}
	for a.mu.next < len(a.mu.unacked) {
		p := &a.mu.unacked[a.mu.next]
		size := int64(len(p.raw)) + 16
		if a.mu.credit < size && a.mu.next > 0 {
			break
		}
		a.mu.frame++
		p.frame = a.mu.frame
		if _, err := a.mu.w.Write(wire.Append(nil, &wire.Block{Number: p.frame, Raw: p.raw})); err != nil {
			return err
		}
		a.mu.credit -= size
		a.mu.next++
	}
	return a.mu.w.Flush()
}

// Define keeps a definition and sends it when connected.
func (a *Agent) Define(d event.Definition) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.mu.definitions = append(a.mu.definitions, d)
	return a.writeLocked(&wire.Define{Definitions: []event.Definition{d}})
}

// Block queues a block and sends it when connected and credit lasts. An error of the connection shows in Flush.
func (a *Agent) Block(raw []byte) error {
	h, err := block.ParseHeader(raw)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.mu.unacked = append(a.mu.unacked, parcel{id: BlockID{h.Recording, h.Attempt, h.Lane, h.Number}, raw: raw})
	a.mu.made[laneName{h.Recording, h.Attempt, h.Lane}] = h.Number + 1
	_ = a.sendLocked()
	return nil
}

// Send writes a message as it is.
func (a *Agent) Send(m wire.Message) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.writeLocked(m)
}

// Flush waits until every block was answered, or the connection or ctx ends.
func (a *Agent) Flush(ctx context.Context) error {
	defer context.AfterFunc(ctx, a.mu.changed.Broadcast)()
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.mu.unacked) > 0 {
		if a.mu.conn == nil {
			return fmt.Errorf("%d blocks are not acked: %w", len(a.mu.unacked), errors.Join(net.ErrClosed, a.mu.ended))
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%d blocks are not acked: %w", len(a.mu.unacked), ctx.Err())
		}
		a.mu.changed.Wait()
	}
	return nil
}

// Close says CLOSE with the number of blocks of each lane, and hangs up.
func (a *Agent) Close() error {
	a.mu.Lock()
	m := new(wire.Close)
	for l, n := range a.mu.made {
		m.Lanes = append(m.Lanes, wire.ClosedLane{Recording: l.recording.String(), Attempt: l.attempt.String(), Lane: l.lane, Blocks: n})
	}
	err := a.writeLocked(m)
	a.mu.Unlock()
	a.Cut()
	return err
}

// Cut hangs up without a word. What was not acked will be sent again.
func (a *Agent) Cut() {
	a.mu.Lock()
	if c := a.mu.conn; c != nil {
		_ = c.Close()
	}
	a.mu.Unlock()
	a.sent.Wait()
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.mu.unacked {
		a.mu.unacked[i].frame = 0
	}
}

// Acked lists the blocks that the server acked.
func (a *Agent) Acked() []BlockID {
	a.mu.Lock()
	defer a.mu.Unlock()
	var list []BlockID
	for id := range a.mu.acked {
		list = append(list, id)
	}
	return list
}

// Nacks lists the server's NACKs.
func (a *Agent) Nacks() []wire.Nack {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]wire.Nack(nil), a.mu.nacks...)
}

// Haves lists the server's answers about blobs.
func (a *Agent) Haves() []wire.Have {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]wire.Have(nil), a.mu.haves...)
}

// Refused is the server's last REFUSE, or nil.
func (a *Agent) Refused() *wire.Refuse {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.mu.refused
}

// Connected tells whether there is a connection.
func (a *Agent) Connected() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.mu.conn != nil
}
