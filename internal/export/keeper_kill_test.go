package export

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/ingest/ingesttest"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/store/memory"
)

var keeperKills = flag.Int("kills", 12, "how often a process that writes parts is killed")

// Tell a process of this test binary to write parts into a folder.
const (
	childFolder = "SIGHTGLASS_TEST_PARTS_TO"
	childSeed   = "SIGHTGLASS_TEST_SEED"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		if err := writeParts(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// killedDemo is what a killed process exports, and what is compared with.
func killedDemo(seed uint64) ingesttest.Options {
	return ingesttest.Options{Seed: seed, Orders: 60, Traced: true, Ended: true}
}

const killedBlocks = 2 // of a part

// writeParts writes all parts there are and says on standard output what it is about to do.
func writeParts(dir string) error {
	seed, err := strconv.ParseUint(os.Getenv(childSeed), 10, 64)
	if err != nil {
		return err
	}
	kept := memory.New()
	if _, err := ingesttest.Record(context.Background(), kept, killedDemo(seed)); err != nil {
		return err
	}
	engine, err := query.New(query.Options{Reader: kept})
	if err != nil {
		return err
	}
	b, err := browse.New(browse.Options{Queries: engine, Policy: access.NewInForce(testPolicy()), Auditor: &diary{}})
	if err != nil {
		return err
	}
	k, err := NewKeeper(KeeperOptions{Folder: dir, Browser: b, Who: local, Budget: idle(), Every: time.Minute, Now: time.Now})
	if err != nil {
		return err
	}
	k.most.blocks = killedBlocks
	k.step = func(what string) { fmt.Println(what) }
	k.Round(context.Background())
	k.Round(context.Background())
	if s := k.State(); s.State != KeeperWaiting || s.Waiting != 0 {
		return fmt.Errorf("%s, %d blocks wait: %s", s.State, s.Waiting, s.Error)
	}
	return nil
}

// Processes that are killed at any moment lose and double nothing, and at no moment is a row there twice or a file torn.
func TestKilledKeepersLoseAndDoubleNothing(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng, dir := rand.New(rand.NewPCG(seed, 1)), t.TempDir()
	s := open(t, killedDemo(seed))
	killed := 0
	for ended := false; !ended; {
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), childFolder+"="+dir, childSeed+"="+strconv.FormatUint(seed, 10))
		c.Stderr = os.Stderr
		out, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		if killed < *keeperKills {
			lines := bufio.NewScanner(out)
			for n := rng.IntN(25); n >= 0 && lines.Scan(); n-- {
			}
			err = c.Process.Kill()
			killed++
		}
		_, _ = io.Copy(io.Discard, out)
		if failed := c.Wait(); err == nil && failed == nil {
			ended = killed == *keeperKills
		} else if killed == *keeperKills && c.ProcessState.Exited() {
			t.Fatalf("the process failed: %v %v", err, failed)
		}
		for _, files := range []string{"events", "records"} { // whole at all times
			if found, _ := filepath.Glob(filepath.Join(s.folder(dir), files, "*.parquet")); len(found) > 0 {
				numbersOf(t, s.folder(dir))
			}
		}
	}
	_, byHand := s.export(t, local, browse.EventQuery{})
	sameTables(t, tablesOf(t, s.folder(dir)), tablesOf(t, byHand))
	partsAreDescribed(t, s.folder(dir))
	parts, _ := filepath.Glob(s.folder(dir) + "/" + PartsDir + "/part-*")
	t.Logf("killed %d times, %d parts", killed, len(parts))
}

// Each step of a part, of the gaps and of recording.json is the last one of a process once.
func TestAKeeperMayDieAtEveryStep(t *testing.T) {
	s, dir, steps, ended := open(t, killedDemo(9)), t.TempDir(), 0, false
	for last := 1; !ended; last++ {
		k := s.keeper(t, dir, local)
		k.most.blocks = killedBlocks
		left := last
		k.step = func(string) {
			if left--; left == 0 {
				panic(errDied)
			}
		}
		ended = lives(func() { round(t, k); round(t, k) })
		if err := k.Close(); err != nil {
			t.Fatal(err)
		}
		if steps++; steps%7 == 0 {
			numbersOf(t, s.folder(dir))
		}
	}
	if steps < 20 {
		t.Errorf("it ended after %d deaths", steps)
	}
	_, byHand := s.export(t, local, browse.EventQuery{})
	sameTables(t, tablesOf(t, s.folder(dir)), tablesOf(t, byHand))
	partsAreDescribed(t, s.folder(dir))
}

var errDied = fmt.Errorf("died")

// lives tells whether do came to its end.
func lives(do func()) (alive bool) {
	defer func() {
		if r := recover(); r != nil && r != error(errDied) {
			panic(r)
		}
	}()
	do()
	return true
}
