package ingest

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/wire"
)

// Server takes agents' connections. Safe for concurrent use.
type Server struct {
	opt    Options
	counts counts
	ctx    context.Context // ends at Shutdown
	cancel context.CancelFunc
	owned  sync.WaitGroup // connections and the watch
	policy atomic.Pointer[wire.Policy]

	mu struct {
		sync.Mutex
		processes map[string]*process
		listeners []net.Listener
		strangers int // connections before HELLO
		guests    int // connections after it
		closed    bool
	}
}

// maxStrangers bounds connections that have not said HELLO yet.
const maxStrangers = 256

// New makes a server and starts its watch. Shutdown ends it.
func New(opt Options) (*Server, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	if opt.TLS != nil {
		opt.TLS = opt.TLS.Clone()
		if !slices.Contains(opt.TLS.NextProtos, wire.ALPN) {
			opt.TLS.NextProtos = append(slices.Clone(opt.TLS.NextProtos), wire.ALPN)
		}
	}
	s := &Server{opt: opt}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.mu.processes = make(map[string]*process)
	begun := opt.Now()
	s.owned.Go(func() { s.watch(s.ctx, begun) })
	return s, nil
}

func (s *Server) now() int64 { return s.opt.Now().UnixMicro() }

// Serve takes connections from l until Shutdown, and closes l. It returns nil after Shutdown.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	if s.mu.closed {
		s.mu.Unlock()
		return errors.Join(net.ErrClosed, l.Close())
	}
	s.mu.listeners = append(s.mu.listeners, l)
	s.mu.Unlock()
	defer l.Close()
	for delay := time.Duration(0); ; {
		c, err := l.Accept()
		if err == nil {
			delay = 0
			s.start(c)
			continue
		}
		if s.ctx.Err() != nil {
			return nil
		}
		var temporary interface{ Temporary() bool }
		if !errors.As(err, &temporary) || !temporary.Temporary() { // as net/http does: out of file descriptors passes
			return fmt.Errorf("taking agents' connections: %w", err)
		}
		delay = min(max(5*time.Millisecond, 2*delay), time.Second)
		s.opt.Log.Warn("connection was not taken", "error", err)
		select {
		case <-s.ctx.Done():
			return nil
		case <-time.After(delay):
		}
	}
}

// start gives a connection its goroutine.
func (s *Server) start(n net.Conn) {
	c := newConnection(s, n)
	s.mu.Lock()
	full := s.mu.strangers >= maxStrangers
	closed := s.mu.closed
	if !full && !closed {
		s.mu.strangers++
		s.owned.Add(1)
	}
	s.mu.Unlock()
	if full || closed {
		s.counts.refused[wire.RefuseBusy].Add(1)
		_ = n.Close() // a flood gets no answer
		return
	}
	go func() {
		defer s.owned.Done()
		defer s.end(c)
		c.run(s.ctx)
	}()
}

// admit turns a stranger into a guest, when there is room.
func (s *Server) admit(c *connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.guests >= s.opt.MaxConnections {
		return false
	}
	s.mu.strangers--
	s.mu.guests++
	c.admitted = true
	return true
}

func (s *Server) end(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.admitted {
		s.mu.guests--
	} else {
		s.mu.strangers--
	}
}

// enter makes c the connection of its process. An older one, which the agent must have given up, is ended.
func (s *Server) enter(c *connection, hello *wire.Hello) *process {
	now := s.opt.Now()
	s.mu.Lock()
	p := s.mu.processes[hello.Process]
	if p == nil {
		var id [16]byte
		_, _ = hex.Decode(id[:], []byte(hello.Process)) // checked by the handshake
		p = &process{id: hello.Process, key: event.ProcessKey(id)}
		p.mu.attempts = make(map[attemptID]*attempt)
		p.mu.waiting = make(map[string]chan *wire.Done)
		s.mu.processes[p.id] = p
	}
	p.mu.Lock()
	p.mu.hello, p.mu.remote = hello, c.net.RemoteAddr().String()
	old := p.mu.conn
	p.mu.conn, p.mu.since, p.mu.lastSeen, p.mu.closed, p.mu.lost = c, now, now, false, false
	p.mu.report.Hooks = hello.Hooks
	p.mu.clock = clock{}
	for _, a := range p.mu.attempts {
		a.lost = false
	}
	p.mu.Unlock()
	s.mu.Unlock()
	if old != nil {
		_ = old.net.Close()
	}
	return p
}

// leave takes c away from its process, unless another connection took its place.
func (s *Server) leave(c *connection) {
	p := c.process
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mu.conn != c {
		return
	}
	p.mu.conn, p.mu.since = nil, s.opt.Now()
	for id, w := range p.mu.waiting {
		delete(p.mu.waiting, id)
		w <- nil
	}
}

// Shutdown takes no more connections, answers every block that is stored, and closes. Agents send the rest again to the next
// server. When ctx ends first, connections are cut, and its error is returned.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.mu.closed = true
	listeners := s.mu.listeners
	s.mu.listeners = nil
	s.mu.Unlock()
	s.cancel()
	for _, l := range listeners {
		_ = l.Close()
	}
	done := make(chan struct{})
	go func() {
		s.owned.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	for _, p := range s.list() {
		if c := p.connection(); c != nil {
			_ = c.net.Close()
		}
	}
	<-done
	return fmt.Errorf("ending agents' connections: %w", ctx.Err())
}
