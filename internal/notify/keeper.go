package notify

import (
	"context"
	"crypto/x509"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/tables"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Errors that a caller decides by.
var (
	ErrSubscription = errors.New("the subscription cannot be made")
	ErrForbidden    = errors.New("that is for administrators")
	ErrNotFound     = errors.New("there is none")
	ErrState        = errors.New("that is not possible now")
)

// WindowDefault is how long a group waits for its next event before it is over by itself.
const WindowDefault = 24 * time.Hour

// Options of a Keeper. DB, KeyFile, URL and Policy are required.
type Options struct {
	DB *tables.DB
	// KeyFile is the key that secrets of targets are sealed with. It is made when it is needed first; servers that share a database need the same.
	KeyFile string
	// URL is the server's, under which people reach it, without a slash at its end: source of events and beginning of links.
	URL    string
	Policy *access.InForce

	Graph  Graph    // nil: nobody has a role
	Topics Topics   // nil: nothing is written to topics
	Mail   *Mail    // nil: no mail is sent
	Hosts  []string // that anybody may name in a target, with * for any run of characters; administrators may name all
	// Window is how long a group waits for its next event before it is over by itself; 0 = WindowDefault.
	Window time.Duration
	Roots  *x509.CertPool // whose certificates targets show; nil = the system's

	Now func() time.Time
	Log *slog.Logger
}

// Keeper has the subscriptions, and what is and was delivered. Safe for concurrent use; several may share a database.
type Keeper struct {
	o     Options
	seal  sealer
	http  *http.Client
	moved chan struct{} // holds one sign that something may be due
	ids   ids

	sent, failed atomic.Uint64 // attempts since the start
	troubled     atomic.Bool   // the database did not do what Run wanted
}

// Open brings the tables up to date. Nothing is sent before Run.
func Open(ctx context.Context, o Options) (*Keeper, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Window <= 0 {
		o.Window = WindowDefault
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if err := o.DB.Migrate(ctx, "notify", files); err != nil {
		return nil, err
	}
	k := &Keeper{o: o, http: newClient(o.Roots), moved: make(chan struct{}, 1)}
	if k.seal, err = openSealer(o.KeyFile); err != nil {
		return nil, fmt.Errorf("reading the key of targets' secrets: %w", err)
	}
	return k, nil
}

// nudge lets Run look for what is due. What it misses is found a second later.
func (k *Keeper) nudge() {
	select {
	case k.moved <- struct{}{}:
	default:
	}
}
