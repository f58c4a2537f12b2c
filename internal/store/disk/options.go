package disk

import (
	"errors"
	"log/slog"
	"time"
)

// Errors of Open.
var (
	ErrLocked  = errors.New("data folder is in use by another process")
	ErrVersion = errors.New("data folder has another format")
)

// Durability is what Append promises when it returns.
type Durability uint8

const (
	// Disk: the block was fsynced and survives a power cut.
	Disk Durability = iota
	// Process: the block was written and survives kill -9; a power cut may take what came in the last SyncEvery.
	Process
)

// Options of a store. The zero value of each field but Dir means its default.
type Options struct {
	Dir        string        // the data folder; made when it is missing
	Durability Durability    // default Disk
	SealBytes  int64         // a segment is sealed when it has grown to this; default 256 MiB
	SealAge    time.Duration // or has been open for this long; default 1 h
	SyncEvery  time.Duration // how long blocks wait for fsync with Process; default 50 ms
	MaxBlob    int64         // bytes of a blob; default 1 GiB
	MinFree    int64         // bytes free on the file system below which Append returns store.ErrDiskFull; default 512 MiB, -1 = none
	PinQuota   int64         // bytes of segments that pins may hold; 0 = no limit
	Log        *slog.Logger  // default: nothing is logged

	// CompactShare has sealed segments re-coded and put together in the background, with this share of one processor while blocks come
	// in and all of one while none do; 0 = never.
	CompactShare float64

	files fileSystem // tests put faults below
	now   func() time.Time

	retryAfter   time.Duration // after a failed fsync
	compactEvery time.Duration
}

func (o Options) withDefaults() Options {
	if o.SealBytes <= 0 {
		o.SealBytes = 256 << 20
	}
	if o.SealAge <= 0 {
		o.SealAge = time.Hour
	}
	if o.SyncEvery <= 0 {
		o.SyncEvery = 50 * time.Millisecond
	}
	if o.MaxBlob <= 0 {
		o.MaxBlob = 1 << 30
	}
	switch {
	case o.MinFree == 0:
		o.MinFree = 512 << 20
	case o.MinFree < 0:
		o.MinFree = 0
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.files == nil {
		o.files = osFiles{}
	}
	if o.now == nil {
		o.now = time.Now
	}
	if o.compactEvery == 0 {
		o.compactEvery = compactEvery
	}
	if o.retryAfter == 0 {
		o.retryAfter = time.Second
	}
	return o
}
