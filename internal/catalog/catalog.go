package catalog

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/tables"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Options of a Catalog. DB and Browser are required; what else is nil is not there, and nothing comes from it.
type Options struct {
	DB        *tables.DB
	Browser   *browse.Browser
	Clusters  func(bootstrap string) string // the configured cluster of a list of bootstrap servers; empty = none is known by them
	Registry  Registry
	Contracts Contracts
	Health    []Health
	Lineage   Lineage // nil: nobody is told of recorded jobs
	// Appeared is told of a system that begins to read a stream which was known before, within the transaction that writes it down, which an error
	// undoes. It does nothing but read and write tables, and may be called again for a transaction that lost against another one. May be nil.
	Appeared func(context.Context, *tables.Tx, Edge) error
	Every    time.Duration // between two looks at the sources; 0 = 30 s
	Budget   *browse.Budget
	Now      func() time.Time
	Log      *slog.Logger
}

// Errors that callers decide on.
var (
	ErrNotFound = browse.ErrNotFound
	// ErrInput: a change or a question cannot be meant so.
	ErrInput = errors.New("that cannot be done")
	// ErrDecided: somebody decided about a proposal before.
	ErrDecided = errors.New("the proposal was decided about")
)

// Catalog is safe for concurrent use.
type Catalog struct {
	Options
	taking sync.Mutex // one writes at a time; held before mu

	mu        sync.RWMutex // guards what follows
	nodes     map[ID]*node
	ordered   []*node // by kind and name; nil = to be made
	children  map[ID][]ID
	proposals map[string]*Proposal
	revision  int64
	index     *index // of fields' names; nil = to be made
	stale     bool   // others wrote
	marked    uint64
	named     map[string][]ID // streams by their names in lower case
	tagged    map[taggedKey]*access.Tagged
	filled    filling
	toldRuns  map[string]string // by run: what lineage was told of it last; filling alone uses it
}

// node is an entity with what belongs to it.
type node struct {
	Entity
	fields  []Field
	edges   []*kept[Edge] // as stream or as system
	flows   []*kept[Flow] // from or to it
	marks   []Mark
	text    string    // what searches look through, in lower case; empty = to be made
	slot    int32     // in the index, where text is there
	told    bool      // something is said of a field beyond its name
	written time.Time // Last as the tables have it
}

// kept is a row with the time of it that the tables have.
type kept[T any] struct {
	row     T
	written time.Time
}

// Open brings the tables up to date and reads them. Errors: tables.ErrVersion.
func Open(ctx context.Context, o Options) (*Catalog, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Clusters == nil {
		o.Clusters = func(string) string { return "" }
	}
	o.Every = cmp.Or(o.Every, 30*time.Second)
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	if err := o.DB.Migrate(ctx, "catalog", files); err != nil {
		return nil, err
	}
	c := &Catalog{Options: o, toldRuns: map[string]string{}}
	return c, c.load(ctx)
}

// of is a node that is there, made where it is not. mu is held for writing.
func (c *Catalog) of(e Entity) *node {
	n := c.nodes[e.ID]
	if n == nil {
		n = &node{Entity: e}
		c.nodes[e.ID] = n
		c.ordered = nil
		if e.Kind == Stream {
			name := strings.ToLower(e.Name)
			c.named[name] = append(c.named[name], e.ID)
		}
		if e.Parent != "" {
			c.children[e.Parent] = append(c.children[e.Parent], e.ID)
		}
	}
	return n
}

// inOrder lists all nodes by kind and name. mu is held for writing.
func (c *Catalog) inOrder() []*node {
	if c.ordered == nil {
		c.ordered = make([]*node, 0, len(c.nodes))
		for _, n := range c.nodes {
			c.ordered = append(c.ordered, n)
		}
		slices.SortFunc(c.ordered, func(a, b *node) int {
			return cmp.Or(cmp.Compare(rankOf(a.Kind), rankOf(b.Kind)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
		})
	}
	return c.ordered
}

func rankOf(k Kind) int { return slices.Index(Kinds, k) }

// prepare makes what searches go through, and gives all nodes in order. They are read under mu alone.
func (c *Catalog) prepare() {
	c.mu.RLock()
	ready := c.prepared()
	c.mu.RUnlock()
	if ready {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.index == nil || c.index.full(len(c.nodes)) {
		c.index = newIndex()
		for _, n := range c.nodes {
			n.text = ""
		}
	}
	for _, n := range c.inOrder() {
		if n.text == "" {
			n.text = textOf(n)
			c.index.add(n)
		}
	}
	c.marked = 0
}

// prepared says whether nothing has to be made before a search. mu is held.
func (c *Catalog) prepared() bool { return c.ordered != nil && c.index != nil && c.marked == 0 }

// touch says that what belongs to a node is other now. mu is held for writing.
func (c *Catalog) touch(n *node) {
	n.text = ""
	c.marked++
}

// retag says that fields of a node may be called otherwise now. mu is held for writing.
func (c *Catalog) retag(n *node) {
	c.touch(n)
	for k := range c.tagged {
		if k.topic == n.Name {
			delete(c.tagged, k)
		}
	}
}
