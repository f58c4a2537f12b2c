// Package lab installs and runs real Apache Flink clusters and Kafka brokers from the package registries, for tests, benchmarks and the demo.
//
// Nothing is downloaded by address: Flink comes from PyPI (apache-flink-libraries holds lib, opt and plugins, apache-flink holds bin and conf), Kafka
// from Maven, both by their ordinary clients. Parts are kept in a cache folder and used by every later run:
//
//	<cache>/flink-<version>/   bin conf lib opt plugins
//	<cache>/kafka-<version>/   the jars of one broker
//	<cache>/downloads/         what the clients fetched
//
// Clusters and brokers run in folders of their own, so that several can run at once from one installation. Every process that is started is known by its
// pid and stopped by it; a process outlives the program that started it unless it is stopped.
package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// CacheVariable names the environment variable that overrides the cache folder.
const CacheVariable = "SIGHTGLASS_LAB"

// Options of Open. The zero value finds the repository from the working directory and says nothing.
type Options struct {
	// Repository is the folder that holds .versions. Default: the nearest folder upwards from the working directory that has one.
	Repository string
	// Cache is where parts are installed. Default: $SIGHTGLASS_LAB, else <repository>/.lab.
	Cache string
	// Progress receives one line per step of long work. Default: discarded.
	Progress io.Writer
}

// Lab is a cache folder with parts and the knowledge of the versions that this repository is tried with. Safe for concurrent use.
type Lab struct {
	Repository string
	Cache      string
	Versions   Versions

	mu       sync.Mutex
	progress io.Writer
}

// Open finds the repository and its cache folder. It installs nothing.
func Open(o Options) (*Lab, error) {
	repository := o.Repository
	if repository == "" {
		wd, err := os.Getwd()
		if err != nil {
			return nil, fmt.Errorf("finding the working directory: %w", err)
		}
		if repository, err = findRepository(wd); err != nil {
			return nil, err
		}
	}
	versions, err := readVersions(filepath.Join(repository, ".versions"))
	if err != nil {
		return nil, err
	}
	cache := o.Cache
	if cache == "" {
		cache = os.Getenv(CacheVariable)
	}
	if cache == "" {
		cache = filepath.Join(repository, ".lab")
	}
	if cache, err = filepath.Abs(cache); err != nil {
		return nil, fmt.Errorf("resolving the cache folder: %w", err)
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, fmt.Errorf("creating the cache folder: %w", err)
	}
	progress := o.Progress
	if progress == nil {
		progress = io.Discard
	}
	return &Lab{Repository: repository, Cache: cache, Versions: versions, progress: progress}, nil
}

func findRepository(from string) (string, error) {
	for dir := from; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, ".versions")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no .versions file in %s or above it: run inside the repository", from)
		}
	}
}

// Say writes one line of progress.
func (l *Lab) Say(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.progress, format+"\n", args...)
}

// Step says what begins, says every ten seconds that it is still going on, and says how long it took.
func (l *Lab) Step(what string, work func() error) error {
	l.Say("%s ...", what)
	began := time.Now()
	done := make(chan struct{})
	var reporter sync.WaitGroup
	reporter.Go(func() {
		tick := time.NewTicker(10 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				l.Say("%s ... %s", what, time.Since(began).Round(time.Second))
			}
		}
	})
	err := work()
	close(done)
	reporter.Wait()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	l.Say("%s: done in %s", what, time.Since(began).Round(100*time.Millisecond))
	return nil
}

// installOnce fills target unless it is there. The folder appears under its name only when fill succeeded, and two processes never fill it at once.
func (l *Lab) installOnce(ctx context.Context, target string, fill func(staging string) error) error {
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	unlock, err := lockFile(ctx, target+".lock")
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	staging := target + ".partial"
	if err := os.RemoveAll(staging); err != nil {
		return fmt.Errorf("clearing a broken installation: %w", err)
	}
	if err := os.MkdirAll(staging, 0o755); err != nil {
		return fmt.Errorf("creating %s: %w", staging, err)
	}
	if err := fill(staging); err != nil {
		return err
	}
	if err := os.Rename(staging, target); err != nil {
		return fmt.Errorf("finishing the installation: %w", err)
	}
	return nil
}

// lockFile waits for the exclusive lock of a file and returns what releases it. The kernel releases it too when the process dies.
func lockFile(ctx context.Context, path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening the installation lock: %w", err)
	}
	err = Poll(ctx, 200*time.Millisecond, func() (bool, error) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return false, nil
		}
		return err == nil, err
	})
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("waiting for the installation lock %s: %w", path, err)
	}
	return func() { f.Close() }, nil
}

// Poll calls ready at once and then every interval until it says true, fails, or ctx ends.
func Poll(ctx context.Context, interval time.Duration, ready func() (bool, error)) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		ok, err := ready()
		if err != nil || ok {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}
