// Package demo runs the shop of examples/shop under the recorder: a Kafka broker, a Flink cluster with the agent, two jobs, a generator of orders, and
// the server that records them. It uses the built binary as a person would and knows nothing of its inside.
//
// What runs is written to state.json of the demo's folder after every start, so that Stop finds all of it even after a crash in the middle of Up.
package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sightglass/sightglass/tools/lab"
)

// Options say how to run the demo. A port of 0 is its default.
type Options struct {
	Dir       string // default: Folder
	Flink     string // as lab.Versions.Flink reads it
	Binary    string // default: bin/sightglass of the repository
	UIPort    int    // default 7170
	AgentPort int    // default 7171
	KafkaPort int    // default 19092; the controller takes the next one
	FlinkPort int    // default 18081
	Registry  int    // port of the schema registry; default 18085
	Rate      int    // orders per second; default 40
}

// Running is a demo that was started.
type Running struct {
	URL       string         `json:"url"`
	Flink     string         `json:"flink"` // version
	REST      string         `json:"flink_rest,omitempty"`
	Kafka     string         `json:"kafka,omitempty"`
	Registry  string         `json:"registry,omitempty"` // URL
	Ready     bool           `json:"ready"`              // Up came to its end
	Processes []*lab.Process `json:"processes"`          // in the order of their start
}

// ErrRunning says that the demo runs already.
var ErrRunning = errors.New("the demo runs already")

// partitions of the topics of the shop.
var partitions = map[string]int32{"orders": 4, "fx-rates": 1, "merchant-totals": 2, "alerts": 1}

// jobs of the shop, by the names that they give themselves.
var jobs = []struct{ name, class string }{
	{"order-totals", "com.example.shop.OrderTotals"},
	{"merchant-alerts", "com.example.shop.MerchantAlerts"},
}

// Folder is where the demo of a person keeps recordings, logs and what runs: <cache>/demo.
func Folder(l *lab.Lab) string { return filepath.Join(l.Cache, "demo") }

// Status tells what the last Up started in a folder; nil when nothing is known.
func Status(dir string) (*Running, error) {
	r := &Running{}
	known, err := lab.Recall(dir, r)
	if err != nil || !known {
		return nil, err
	}
	return r, nil
}

// Dead names the processes of a demo that have ended although nobody stopped them.
func (r *Running) Dead() []string {
	var dead []string
	for _, p := range r.Processes {
		if !p.Alive() {
			dead = append(dead, p.Name)
		}
	}
	return dead
}

// Stop ends what runs of the demo of a folder and forgets it. Recordings and logs stay. Stopping twice, or after a crash, does nothing or the rest.
func Stop(ctx context.Context, dir string) error {
	r, err := Status(dir)
	if err != nil || r == nil {
		return err
	}
	if err := r.stop(ctx); err != nil {
		return err
	}
	return lab.Forget(dir)
}

func (r *Running) stop(ctx context.Context) error {
	return lab.StopAll(ctx, r.Processes, 30*time.Second)
}

// Up starts the demo and waits until the server shows both jobs with records flowing. It fails with ErrRunning and the demo when one runs whole;
// what is left of a broken one is stopped first. When Up fails, it stops what it has started.
func Up(ctx context.Context, l *lab.Lab, o Options) (r *Running, err error) {
	if o.Dir == "" {
		o.Dir = Folder(l)
	}
	if r, err = Status(o.Dir); err != nil {
		return nil, err
	}
	if r != nil {
		dead := r.Dead()
		if r.Ready && len(dead) == 0 {
			return r, ErrRunning
		}
		l.Say("the last demo did not come up or has lost %q: stopping what is left of it", strings.Join(dead, ", "))
		if err := Stop(ctx, o.Dir); err != nil {
			return nil, err
		}
	}
	if o, err = o.complete(l); err != nil {
		return nil, err
	}
	r = &Running{URL: fmt.Sprintf("http://127.0.0.1:%d", o.UIPort), Flink: o.Flink}
	if err := r.up(ctx, l, o); err != nil {
		l.Say("stopping what was started")
		err = errors.Join(err, r.stop(context.WithoutCancel(ctx)), lab.Forget(o.Dir))
		return nil, err
	}
	return r, nil
}

func (o Options) complete(l *lab.Lab) (Options, error) {
	version, err := l.Versions.Flink(o.Flink)
	if err != nil {
		return o, err
	}
	o.Flink = version
	if o.Binary == "" {
		o.Binary = filepath.Join(l.Repository, "bin", "sightglass")
	}
	if _, err := os.Stat(o.Binary); err != nil {
		return o, fmt.Errorf("the demo needs %s: run make build first", o.Binary)
	}
	if o.Rate == 0 {
		o.Rate = 40
	}
	var taken []error
	for _, wish := range []struct {
		port              *int
		standard          int
		purpose, variable string
	}{
		{&o.UIPort, 7170, "the web interface", "UI"},
		{&o.AgentPort, 7171, "the agents", "AGENT"},
		{&o.KafkaPort, 19092, "Kafka", "KAFKA"},
		{&o.FlinkPort, 18081, "Flink's REST API", "FLINK"},
		{&o.Registry, 18085, "the schema registry", "REGISTRY"},
	} {
		if *wish.port == 0 {
			*wish.port = wish.standard
		}
		if err := lab.CheckPort(*wish.port, wish.purpose, "choose another with "+PortVariable(wish.variable)+"=PORT"); err != nil {
			taken = append(taken, err)
		}
	}
	return o, errors.Join(taken...)
}

// PortVariable names the environment variable that chooses a port: UI, AGENT, KAFKA, FLINK or REGISTRY.
func PortVariable(part string) string { return "SIGHTGLASS_DEMO_" + part + "_PORT" }
