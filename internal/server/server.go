package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/audit"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/catalog"
	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/export"
	"github.com/sightglass/sightglass/internal/grant"
	"github.com/sightglass/sightglass/internal/identity"
	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/ingest"
	"github.com/sightglass/sightglass/internal/notify"
	"github.com/sightglass/sightglass/internal/otlp"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/replay"
	"github.com/sightglass/sightglass/internal/sidecar"
	"github.com/sightglass/sightglass/internal/steering"
	"github.com/sightglass/sightglass/internal/stepping"
	"github.com/sightglass/sightglass/internal/store/disk"
	"github.com/sightglass/sightglass/internal/store/meta"
	"github.com/sightglass/sightglass/internal/tables"
	"github.com/sightglass/sightglass/web"
)

// Server is the wired process. New opens everything and listens; Run serves until its context ends and then closes everything.
type Server struct {
	cfg     config.Server
	version string
	log     *slog.Logger
	now     func() time.Time
	started time.Time
	info    Info
	jar     string // the agent's, which holds the sidecar; empty when this binary carries none

	store     *disk.Store
	meta      *meta.DB
	tables    *tables.DB       // nil for a file that is shown
	catalog   *catalog.Catalog // nil: as tables
	fieldTags fieldTags
	lineage   *lineageSender // nil: nobody is told
	notify    *notify.Keeper // nil: as tables
	retention *retention
	house     *house
	audit     *audit.Log
	ingest    *ingest.Server
	sidecar   *sidecar.Sidecar // nil when nothing of jobs is run
	export    *otlp.Exporter   // nil when nothing is sent by OTLP
	parquet   *export.Keeper   // nil when nothing is exported in the background
	reports   *reports
	browser   *browse.Browser
	queries   *query.Engine

	background *browse.Budget // of what may wait: indexes, Parquet
	steer      *steering.Steering
	replays    *replay.Queue
	runs       replay.QueueOptions // of replays
	api        *api.API
	http       *http.Server
	ready      atomic.Bool
	fleet      *fleet
	rates      *rates
	metrics    *requests
	steps      *stepping.Stepping // nil when no code is stepped through
	rules      *rules
	clusters   *clusters
	checks     *checks.Engine   // nil for a file that is shown
	contracts  *contractsFolder // nil: no folder has contracts
	incidents  *incidents
	links      *links
	opened     event.RecordingID // of the file that is shown; zero = a server of its own
	grants     *grant.Keeper     // nil = nothing is granted here
	impact     *impact.Keeper    // nil = nobody is told what a change would come to
	gate       *identity.Gate    // nil = nobody is asked who they are

	registry *schemaRegistry // nil = there is none
	traffic  registryTraffic // of it

	agentListener net.Listener
	httpListener  net.Listener
}

// folders and files below the data folder.
const (
	storeDir = "store"
	metaFile = "meta.sqlite"
)

// New opens the data folder and both listeners. On an error nothing stays open.
func New(ctx context.Context, o Options) (_ *Server, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.UI == nil {
		o.UI = web.Files()
	}
	s := &Server{cfg: o.Config, version: o.Version, opened: o.Opened, log: o.Log, now: o.Now, started: o.Now(), metrics: newRequests(), background: browse.NewBudget()}
	defer func() {
		if err != nil {
			s.release()
		}
	}()
	if s.cfg.Data, err = filepath.Abs(s.cfg.Data); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	// Others may pass through, so that a Flink of another user reaches the agent's jar; what is secret has a mode of its own.
	if err := os.MkdirAll(s.cfg.Data, 0o711); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	if err := s.openStore(ctx); err != nil {
		return nil, err
	}
	if err := s.openTables(ctx); err != nil {
		return nil, err
	}
	if err := s.listen(ctx); err != nil {
		return nil, err
	}
	secrets, err := s.secrets()
	if err != nil {
		return nil, err
	}
	if err := s.openIngest(ctx, secrets); err != nil {
		return nil, err
	}
	s.writeJar()
	if err := s.openClusters(); err != nil {
		return nil, err
	}
	if err := s.openViews(ctx); err != nil {
		return nil, err
	}
	if err := s.openCatalog(ctx); err != nil {
		return nil, err
	}
	if err := s.openNotify(ctx); err != nil {
		return nil, err
	}
	if err := s.openSteering(ctx); err != nil {
		return nil, err
	}
	if err := s.openExport(); err != nil {
		return nil, err
	}
	if err := s.openParquet(); err != nil {
		return nil, err
	}
	if err := s.openReports(ctx, secrets); err != nil {
		return nil, err
	}
	if err := s.openReplays(ctx); err != nil {
		return nil, err
	}
	if err := s.openStepping(); err != nil {
		return nil, err
	}
	var journeys api.Journeys
	if s.export != nil {
		journeys = exported{s.export}
	}
	s.incidents = &incidents{
		store: s.store, meta: s.meta, queries: s.queries, rules: s.rules.force, replays: s.replays, runs: s.runs, data: s.cfg.Data, version: s.version, now: s.now,
	}
	s.links, err = newLinks(ctx, &links{
		incidents: s.incidents, meta: s.meta, dir: filepath.Join(s.cfg.Data, linksDir), mode: s.cfg.Share.Links, public: s.cfg.Login.PublicURL, quota: s.cfg.Share.Quota,
		free: s.store.Free, now: s.now, log: s.log,
	})
	if err != nil {
		return nil, err
	}
	gate, err := s.openGate(secrets)
	if err != nil {
		return nil, err
	}
	s.gate = gate
	if err := s.openRegistry(ctx, o, secrets); err != nil {
		return nil, err
	}
	if err := s.openImpact(ctx); err != nil {
		return nil, err
	}
	s.api, err = api.New(api.Options{
		Version: o.Version, Browser: s.browser, Host: s, House: s.house, Audit: s.audit, Steering: s.steer, Stepping: s.steps, Log: s.log, Observe: s.metrics.observe,
		Journeys: journeys, Reports: s.reports, Parquet: s, Replays: &replays{s.replays, s.cfg.Replay.Uploads, s.cfg.Replay.Sandbox == "on"},
		Authenticate: authenticator(gate, o.User), Logins: loginsOf(gate), Grants: s.grants, Spool: s.cfg.Data, Incidents: s.incidents, Links: s.links, Catalog: s.catalog, Impact: s.impact, Notify: s.notify, Contracts: s.checks, Schemas: s.registry.schemas(),
	})
	if err != nil {
		return nil, fmt.Errorf("registering routes: %w", err)
	}
	s.describe(secrets)
	s.serveHTTP(o, gate, secrets)
	return s, nil
}

// Info tells what people need to know of s.
func (s *Server) Info() Info { return s.info }

func (s *Server) openViews(ctx context.Context) (err error) {
	queries, err := query.New(query.Options{Reader: s.store, Blobs: s.store, CacheBytes: s.cfg.CacheBytes, Now: s.now})
	if err != nil {
		return fmt.Errorf("opening the read side: %w", err)
	}
	s.retention = &retention{
		limits: limits{age: s.cfg.RetainAge, size: s.cfg.RetainSize, free: s.cfg.RetainFree}, store: s.store, now: s.now, log: s.log,
		free: s.store.Free, gone: s.forget,
		ended: func(ctx context.Context, rec event.RecordingID) bool {
			job, err := queries.Job(ctx, rec)
			return err == nil && job.State.Ended()
		},
		own: func(ctx context.Context, rec event.RecordingID) ofJob {
			names := []string{rec.String()}
			if job, err := queries.Job(ctx, rec); err == nil {
				names = append(names, job.Name)
			}
			age, size := s.steer.Policy().Kept(names)
			return ofJob{age, size}
		},
		blobs: queries.NamedBlobs,
	}
	s.queries = queries
	s.house = newHouse(s.store, queries, s.cfg.PinQuota, s.now, s.log)
	if err := s.openAccess(); err != nil {
		return err
	}
	if err := s.openAudit(); err != nil {
		return err
	}
	own, err := s.ownSchemas()
	if err != nil {
		return err
	}
	looked, err := s.clusters.lookedInto(own)
	if err != nil {
		return err
	}
	o := browse.Options{Queries: queries, Policy: s.rules.force, Auditor: s.audit, Fleet: s.fleet, Clusters: looked, Environment: s.cfg.Access.Environment, FieldTags: &s.fieldTags}
	if s.cfg.UserJars != "" {
		if s.sidecar, err = sidecar.New(sidecar.Options{Dir: s.cfg.UserJars, Jar: s.jar}); err != nil {
			return fmt.Errorf("setting user-jars: %w", err)
		}
		o.Foreign = s.sidecar
	}
	if s.browser, err = browse.New(o); err != nil {
		return err
	}
	if err := s.openContracts(ctx, looked); err != nil {
		return err
	}
	s.openGrants()
	s.rules.audit = func(ctx context.Context, version, file string) error {
		who := access.Principal{ID: "service:server", Name: "the server"}
		return s.browser.Change(ctx, who, access.PolicyWrite, "policy/access", []string{"version " + version}, file+" changed", func() error { return nil })
	}
	return nil
}

// policyFile is the recording policy's below the data folder.
const policyFile = "policy.yaml"

// openSteering takes up the recording policy, before the first agent is let in.
func (s *Server) openSteering(ctx context.Context) (err error) {
	file := s.cfg.Policy
	if file == "" {
		file = filepath.Join(s.cfg.Data, policyFile)
	}
	s.steer, err = steering.New(ctx, steering.Options{
		Meta: s.meta, Agents: s.ingest, Jobs: s.browser, File: file, Wanted: s.cfg.Policy != "", Level: s.cfg.Level, Now: s.now, Log: s.log,
	})
	return err
}

func (s *Server) serveHTTP(o Options, g *identity.Gate, x secrets) {
	s.http = &http.Server{
		Handler:           s.handler(o, g),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // TLS handshakes of scanners and the like
	}
	if s.cfg.TLS.For(s.cfg.Listen) {
		s.httpListener = tls.NewListener(s.httpListener, x.certificate.config("h2", "http/1.1"))
	}
}

// Run serves until ctx ends or a listener fails, then shuts down within the configured time. What agents were told is stored is
// on disk when it returns.
func (s *Server) Run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var running sync.WaitGroup
	running.Go(func() {
		if err := s.http.Serve(s.httpListener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			stop(fmt.Errorf("serving %s: %w", s.info.URL, err))
		}
	})
	running.Go(func() {
		if err := s.ingest.Serve(s.agentListener); err != nil {
			stop(fmt.Errorf("serving agents on %s: %w", s.info.Agents, err))
		}
	})
	running.Go(func() {
		if err := s.reports.serve(); err != nil {
			stop(err)
		}
	})
	running.Go(func() {
		if err := s.registry.serve(); err != nil {
			stop(err)
		}
	})
	var sampling sync.WaitGroup
	sampling.Go(func() { s.registry.run(ctx) })
	sampling.Go(func() { s.sample(ctx) })
	sampling.Go(func() { s.steer.Run(ctx) })
	sampling.Go(func() { s.rules.run(ctx) })
	if s.grants != nil {
		sampling.Go(func() { s.grants.Run(ctx) })
	}
	if s.gate != nil {
		sampling.Go(func() { s.gate.Run(ctx) })
	}
	if s.notify != nil {
		sampling.Go(func() { s.notify.Run(ctx) })
	}
	sampling.Go(func() { s.retention.run(ctx) })
	sampling.Go(func() { s.house.run(ctx) })
	sampling.Go(func() { s.links.run(ctx) })
	sampling.Go(func() { s.audit.Run(ctx) })
	sampling.Go(func() { s.keepIndexes(ctx) })
	sampling.Go(func() { s.keepSums(ctx) })
	sampling.Go(func() { s.replays.Run(ctx) })
	if s.lineage != nil {
		sampling.Go(func() { s.lineage.run(ctx) })
	}
	if s.catalog != nil {
		sampling.Go(func() { s.catalog.Run(ctx) })
	}
	if s.impact != nil {
		sampling.Go(func() { s.followImpact(ctx) })
	}
	if s.checks != nil {
		sampling.Go(func() { s.checks.Run(ctx) })
	}
	if s.contracts != nil {
		sampling.Go(func() { s.contracts.run(ctx) })
	}
	if s.export != nil {
		sampling.Go(func() { s.export.Run(ctx) })
	}
	if s.parquet != nil {
		sampling.Go(func() { s.parquet.Run(ctx) })
	}
	s.ready.Store(true)
	<-ctx.Done()
	s.ready.Store(false)
	sampling.Wait() // it writes what shutdown writes once more and closes

	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.ShutdownAfter)
	defer cancel()
	var failed error
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		failed = cause
	}
	failed = errors.Join(failed, s.shutdown(deadline))
	running.Wait()
	return failed
}

// release gives back what New opened before it failed: nobody is connected yet.
func (s *Server) release() {
	if s.ingest != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = s.ingest.Shutdown(ctx) // the error that stopped New says more
	}
	_ = s.close()
}

// close closes listeners and files.
func (s *Server) close() error {
	var failed []error
	for _, l := range []net.Listener{s.httpListener, s.agentListener} {
		if l != nil {
			_ = l.Close() // closed already after a shutdown
		}
	}
	s.registry.release()
	s.reports.release()
	if err := s.closeParquet(); err != nil {
		failed = append(failed, err)
	}
	if s.steps != nil {
		s.steps.Close()
	}
	s.clusters.close()
	if s.sidecar != nil {
		s.sidecar.Close()
	}
	if s.store != nil {
		if err := s.store.Close(); err != nil {
			failed = append(failed, fmt.Errorf("closing the store: %w", err))
		}
	}
	if s.meta != nil {
		if err := s.meta.Close(); err != nil {
			failed = append(failed, fmt.Errorf("closing the metadata: %w", err))
		}
	}
	if s.tables != nil {
		if err := s.tables.Close(); err != nil {
			failed = append(failed, err)
		}
	}
	if s.audit != nil {
		if err := s.audit.Close(); err != nil {
			failed = append(failed, fmt.Errorf("closing the audit log: %w", err))
		}
	}
	return errors.Join(failed...)
}

// saveEvery is how often the list of processes is written down.
const saveEvery = 30 * time.Second

// sample keeps rates up to date, and the list of processes.
func (s *Server) sample(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	saved := s.now()
	for {
		s.rates.add(s.ingest.Counters())
		s.fleet.sample()
		if s.now().Sub(saved) >= saveEvery {
			saved = s.now()
			if err := s.fleet.save(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("the list of processes was not saved", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
