package ingest

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"time"

	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/store"
)

// Writer is the part of a store that ingest needs.
type Writer interface {
	store.Writer
	Definitions(from uint64) (list []event.Definition, next uint64)
}

// Options of a server. The zero value of each field but Store means its default.
type Options struct {
	Store   Writer
	Blobs   store.BlobWriter // takes what rebuilds tasks; default: agents are told that nothing of it is kept
	Version string           // told to agents
	Token   string           // that agents must give; default: none is asked for
	TLS     *tls.Config      // default: plain TCP

	Credit         int64         // bytes of blocks that an agent may have on the way; default 16 MiB
	MaxConnections int           // default 4,096; who comes beyond is told that the server is busy
	HelloWithin    time.Duration // for TLS and HELLO; default 10 s
	Silence        time.Duration // after which a connection is ended; default 30 s
	PingEvery      time.Duration // default 10 s
	LostAfter      time.Duration // from a connection's end without CLOSE to a gap; default 60 s
	HoleAfter      time.Duration // from a skipped block number to a gap; default 15 s

	// Closed tells whether an earlier run of the server saw a process end in order; its attempts are not missed at the start.
	// Default: nothing is known of earlier runs.
	Closed func(process string) bool

	// Foreign tells whether a recording was not made here but taken in from a file: nobody waits for its processes. Default: none was.
	Foreign func(event.RecordingID) bool

	Log *slog.Logger     // default: nothing is logged
	Now func() time.Time // default time.Now
}

func (o Options) withDefaults() (Options, error) {
	if o.Store == nil {
		return o, errors.New("ingest needs a store")
	}
	set(&o.Credit, 16<<20)
	set(&o.MaxConnections, 4096)
	set(&o.HelloWithin, 10*time.Second)
	set(&o.Silence, 30*time.Second)
	set(&o.PingEvery, 10*time.Second)
	set(&o.LostAfter, time.Minute)
	set(&o.HoleAfter, 15*time.Second)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Closed == nil {
		o.Closed = func(string) bool { return false }
	}
	if o.Foreign == nil {
		o.Foreign = func(event.RecordingID) bool { return false }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o, nil
}

func set[T int | int64 | time.Duration](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}
