package ingest

import (
	"bufio"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/block"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/wire"
)

// connection is one agent's connection, from accept to end.
type connection struct {
	server  *Server
	net     net.Conn
	frames  *wire.Reader
	pace    *pacer
	out     *outbox
	answers chan answer
	process *process

	admitted bool // guarded by Server.mu

	// Used by the reading goroutine only.
	expected    uint64                      // frame number
	asked       map[event.DefinitionID]bool // NEED was sent
	definitions int64                       // bytes that came
	reminded    time.Time                   // of the policy
}

// readBuffer is how much of a connection is read at once.
const readBuffer = 256 << 10

// errDone ends a connection in order: the agent said CLOSE and hung up, or the server shuts down.
var errDone = errors.New("connection is done")

func newConnection(s *Server, n net.Conn) *connection {
	return &connection{
		server: s, net: n, out: newOutbox(), answers: make(chan answer, answersWaiting), expected: 1,
		asked: make(map[event.DefinitionID]bool),
	}
}

// run serves the connection until it ends. ctx ends when the server shuts down.
func (c *connection) run(ctx context.Context) {
	defer func() { _ = c.net.Close() }()
	ctx, stopReading := context.WithCancel(ctx)
	defer stopReading()
	raw := c.net
	defer context.AfterFunc(ctx, func() { _ = raw.SetReadDeadline(time.Unix(1, 0)) })() // reading ends, acks go out
	log := c.server.opt.Log.With("remote", c.net.RemoteAddr().String())
	hello, err := c.handshake(ctx)
	if err != nil {
		if !errors.Is(err, io.EOF) && ctx.Err() == nil { // a port check says nothing and hangs up
			log.Warn("agent was not let in", "error", err)
		}
		return
	}
	c.process = c.server.enter(c, hello)
	log = log.With("process", c.process.id, "host", hello.Host, "pid", hello.PID)
	log.Info("agent connected", "role", hello.Role, "flink", hello.Flink, "agent", hello.Agent)

	var group sync.WaitGroup
	var answersErr, writeErr error
	group.Go(func() {
		defer stopReading()
		writeErr = c.out.run(c.net, c.server.opt.Silence)
	})
	answered := make(chan struct{})
	group.Go(func() {
		defer close(answered)
		if answersErr = c.runAnswers(context.WithoutCancel(ctx)); answersErr != nil {
			stopReading()
			for range c.answers { // so that the reader is not kept
			}
		}
	})
	err = c.read(ctx)
	close(c.answers)
	<-answered
	c.out.close()
	group.Wait()
	c.server.leave(c)
	if answersErr != nil || writeErr != nil {
		err = errors.Join(answersErr, writeErr)
	}
	if errors.Is(err, errDone) {
		log.Info("agent left")
	} else {
		log.Warn("agent was lost", "error", err)
	}
}

// handshake takes HELLO and answers it. A refused connection is closed by the caller.
func (c *connection) handshake(ctx context.Context) (*wire.Hello, error) {
	deadline := time.Now().Add(c.server.opt.HelloWithin)
	if err := c.net.SetDeadline(deadline); err != nil {
		return nil, fmt.Errorf("setting a deadline: %w", err)
	}
	if c.server.opt.TLS != nil {
		t := tls.Server(c.net, c.server.opt.TLS)
		within, cancel := context.WithDeadline(ctx, deadline)
		defer cancel()
		if err := t.HandshakeContext(within); err != nil {
			return nil, fmt.Errorf("TLS: %w", err)
		}
		c.net = t
	}
	c.pace = &pacer{ctx: ctx, conn: c.net, silence: c.server.opt.Silence, until: deadline}
	c.frames = wire.NewReader(bufio.NewReaderSize(c.pace, readBuffer))
	c.frames.Limit(wire.MaxJSON)
	f, err := c.frames.Next()
	if err != nil {
		if errors.Is(err, wire.ErrMalformed) || errors.Is(err, wire.ErrTooLarge) {
			return nil, c.refuse(wire.RefuseMalformed, "this port speaks Sightglass's agent protocol", err)
		}
		return nil, fmt.Errorf("waiting for HELLO: %w", err)
	}
	m, err := wire.Decode(f)
	hello, ok := m.(*wire.Hello)
	switch {
	case err != nil:
		return nil, c.refuse(wire.RefuseMalformed, "HELLO is malformed", err)
	case !ok:
		return nil, c.refuse(wire.RefuseMalformed, "the first frame must be HELLO", nil)
	case hello.Protocol != wire.Protocol:
		return nil, c.refuse(wire.RefuseProtocol,
			fmt.Sprintf("this server speaks protocol %d, the agent speaks %d: use the agent that the server's `attach --jar` writes", wire.Protocol, hello.Protocol), nil)
	case !c.tokenFits(hello.Token):
		return nil, c.refuse(wire.RefuseToken, "the token is missing or wrong", nil)
	}
	if id, err := hex.DecodeString(hello.Process); err != nil || len(id) != 16 {
		return nil, c.refuse(wire.RefuseMalformed, "HELLO names no process", nil)
	}
	if !c.server.admit(c) {
		return nil, c.refuse(wire.RefuseBusy, "the server has as many agents as it may have", nil)
	}
	hello.Token = "" // nobody needs it any more
	clipHello(hello)
	c.server.counts.accepted.Add(1)
	welcome := &wire.Welcome{
		Protocol: wire.Protocol, Server: c.server.opt.Version, Credit: c.server.opt.Credit, MaxBlock: block.MaxBlock,
		Policy: c.server.policy.Load(), Blobs: c.server.opt.Blobs != nil, NowUS: c.server.now(),
	}
	c.frames.Limit(wire.MaxFrame)
	if err := c.net.SetDeadline(time.Time{}); err != nil {
		return nil, fmt.Errorf("clearing the deadline: %w", err)
	}
	return hello, c.out.send(welcome)
}

// tokenFits compares in constant time; hashing first hides the length as well.
func (c *connection) tokenFits(token string) bool {
	if c.server.opt.Token == "" {
		return true
	}
	have, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(c.server.opt.Token))
	return subtle.ConstantTimeCompare(have[:], want[:]) == 1
}

// clipHello bounds the texts that are kept for each process.
func clipHello(h *wire.Hello) {
	for _, s := range []*string{&h.Agent, &h.Role, &h.Host, &h.Java, &h.Flink} {
		*s = clip(*s)
	}
	h.Hooks = clipHooks(h.Hooks)
}

const (
	maxText  = 512
	maxHooks = 512
)

func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	n := maxText
	for n > 0 && s[n]&0xc0 == 0x80 { // not within a rune
		n--
	}
	return s[:n]
}

func clipHooks(hooks []wire.Hook) []wire.Hook {
	if len(hooks) > maxHooks {
		hooks = hooks[:maxHooks]
	}
	for i := range hooks {
		h := &hooks[i]
		h.ID, h.State, h.Class, h.Detail = clip(h.ID), clip(h.State), clip(h.Class), clip(h.Detail)
	}
	return hooks
}

// refuse tells the agent why and returns the reason as an error.
func (c *connection) refuse(reason wire.RefuseReason, text string, cause error) error {
	c.server.counts.refused[reason].Add(1)
	err := fmt.Errorf("refused: %s", text)
	if cause != nil {
		err = fmt.Errorf("refused: %s: %w", text, cause)
	}
	if e := c.net.SetDeadline(time.Now().Add(refuseWithin)); e != nil {
		return err
	}
	if _, e := c.net.Write(wire.Append(nil, &wire.Refuse{Reason: reason, Text: text})); e != nil {
		return err
	}
	// Closing with unread input would reset the connection and may take the answer away from the agent.
	if half, ok := c.net.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		_, _ = io.CopyN(io.Discard, c.net, refuseDrain)
	}
	return err
}

const (
	refuseWithin = time.Second
	refuseDrain  = 1 << 20
)

// pacer gives reads their deadlines: some bytes within the silence, and a whole frame by until.
type pacer struct {
	ctx     context.Context // nothing is read after its end
	conn    net.Conn
	silence time.Duration
	until   time.Time

	begun time.Time // of the stretch in which came is counted
	came  int
	short bool // the last read took all that was there
}

// An agent that sends much sends block by block. To wake for each costs more than to take it in: while so much comes within a stretch,
// a read that would take the rest waits a little for more. Acks are then that much later, and wait for an fsync anyhow.
const (
	gatherStretch = 32 * time.Millisecond
	gatherBytes   = 512 << 10
	gatherFor     = 4 * time.Millisecond
)

// gather tells how long to wait for more: not at all, unless much comes in little pieces.
func (p *pacer) gather(now time.Time) time.Duration {
	if now.Sub(p.begun) > gatherStretch {
		p.came /= 2
		if now.Sub(p.begun) > 2*gatherStretch {
			p.came = 0
		}
		p.begun = now
	}
	if p.short && p.came >= gatherBytes {
		return gatherFor
	}
	return 0
}

// frameWithin bounds a frame as a whole, so that nobody holds a connection by single bytes.
const frameWithin = 5 * time.Minute

func (p *pacer) nextFrame() { p.until = time.Now().Add(max(frameWithin, p.silence)) }

func (p *pacer) Read(b []byte) (int, error) {
	now := time.Now()
	if wait := p.gather(now); wait > 0 {
		time.Sleep(wait)
	}
	deadline := now.Add(p.silence)
	if p.until.Before(deadline) {
		deadline = p.until
	}
	if err := p.conn.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	if p.ctx.Err() != nil { // looked at after the deadline was set: who ends ctx sets one that has passed
		return 0, os.ErrDeadlineExceeded
	}
	n, err := p.conn.Read(b)
	p.took(n, len(b))
	return n, err
}

func (p *pacer) took(n, room int) {
	p.came += n
	p.short = n < room
}

// read handles frames until the connection ends.
func (c *connection) read(ctx context.Context) error {
	for {
		c.pace.nextFrame()
		f, err := c.frames.Next()
		if ctx.Err() != nil {
			return errDone
		}
		if err != nil {
			return c.readError(err)
		}
		m, err := wire.Decode(f)
		if err != nil {
			return err
		}
		c.process.seen(c.server.opt.Now())
		if m == nil {
			continue
		}
		if err := c.handle(ctx, m); err != nil {
			return err
		}
	}
}

func (c *connection) readError(err error) error {
	switch {
	case errors.Is(err, io.EOF) && c.process.saidClose():
		return errDone
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("silent for %s", c.server.opt.Silence)
	}
	return fmt.Errorf("reading: %w", err)
}
