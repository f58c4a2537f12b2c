package registry_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/registry"
	"github.com/sightglass/sightglass/internal/registry/registrytest"
	"github.com/sightglass/sightglass/internal/tables"
)

var kills = flag.Int("kills", 6, "how often two processes that register are killed")

// Tell a process of this test binary where to register, and under what name.
const (
	childPlace = "SIGHTGLASS_TEST_REGISTER_IN"
	childName  = "SIGHTGLASS_TEST_NAME"
)

func TestMain(m *testing.M) {
	if place := os.Getenv(childPlace); place != "" {
		if err := registerForEver(place, os.Getenv(childName)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// registerForEver registers schemas, every other one of them known to the other process too, and says which id each got.
func registerForEver(place, name string) error {
	ctx := context.Background()
	db, err := tables.Open(ctx, place)
	if err != nil {
		return err
	}
	r, err := registry.Open(ctx, registry.Options{DB: db, Languages: registrytest.Languages()})
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		text := fmt.Sprintf("f%d:int=0", n)
		if n%2 == 1 {
			text = name + text
		}
		v, err := r.Register(ctx, registry.ParseSubject("s", ""), registry.Request{Schema: text})
		if err != nil {
			return err
		}
		fmt.Println(v.ID, v.Version, text)
	}
}

// Two processes register on one database and are killed in the midst of it, again and again: what was acknowledged is there under its id, and no id or
// version is that of two schemas.
func TestKilledServersLoseNothingAndGiveNoIDTwice(t *testing.T) {
	place := filepath.Join(t.TempDir(), "g.sqlite")
	if url := os.Getenv("SIGHTGLASS_TEST_POSTGRES"); url != "" {
		place = url
		empty(t, url)
	}
	r, _ := openAt(t, place, nil)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	byID, byText, byVersion := map[int]string{}, map[string]int{}, map[int]string{}
	for round := range *kills {
		var all sync.WaitGroup
		var mu sync.Mutex
		for child := range 2 {
			c := exec.Command(os.Args[0])
			c.Env = append(os.Environ(), childPlace+"="+place, childName+"="+fmt.Sprintf("r%dc%d", round, child))
			c.Stderr = os.Stderr
			out, err := c.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			wanted := 5 + rng.IntN(20) // acknowledgements before the end
			wait := time.Duration(rng.IntN(3000)) * time.Microsecond
			all.Go(func() {
				lines := bufio.NewScanner(out)
				for n := 0; lines.Scan(); n++ {
					if n == wanted {
						time.Sleep(wait) // somewhere between two acknowledgements
						if err := c.Process.Kill(); err != nil {
							t.Error(err)
						}
					}
					var id, version int
					var text string
					if _, err := fmt.Sscan(lines.Text(), &id, &version, &text); err != nil {
						continue // the last line may be torn
					}
					mu.Lock()
					if other, ok := byID[id]; ok && other != text {
						t.Errorf("id %d is that of %s and of %s", id, other, text)
					}
					if other, ok := byText[text]; ok && other != id {
						t.Errorf("%s has the ids %d and %d", text, other, id)
					}
					if other, ok := byVersion[version]; ok && other != text {
						t.Errorf("version %d is %s and %s", version, other, text)
					}
					byID[id], byText[text], byVersion[version] = text, id, text
					mu.Unlock()
				}
				if err := c.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
					t.Errorf("it was to be killed: %v", err)
				}
			})
		}
		all.Wait()
	}
	if len(byID) < 10**kills/2 {
		t.Errorf("only %d schemas were registered: nothing was in the midst of anything", len(byID))
	}
	for id, text := range byID {
		if s, err := r.ByID(t.Context(), id, "", ""); err != nil || s.Text != text {
			t.Errorf("id %d was acknowledged for %s: %v, %v", id, text, s, err)
		}
	}
	d, err := r.Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	hashes := map[string]int{}
	for _, s := range d.Schemas {
		if other, ok := hashes[s.Schema]; ok {
			t.Errorf("%s has the ids %d and %d", s.Schema, other, s.ID)
		}
		hashes[s.Schema] = s.ID
	}
}
