package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sightglass/sightglass/internal/config"
	"github.com/sightglass/sightglass/internal/server"
)

type storeFlags struct{ data, file string }

func (a *app) store() *cobra.Command {
	c := &cobra.Command{
		Use:   "store verify|stats|repair|compact",
		Short: "Look at the files of the data folder, and make them smaller",
		Long: `Look at the files of the data folder, without the server, and make them smaller.

  stats    what is kept: recordings, blocks, events and bytes by lane
  verify   reads every byte and names what is damaged, lost or unfinished; changes nothing, and a server may run meanwhile
  repair   does what the start of a server does: cuts unfinished ends, makes indexes again, moves foreign files to lost+found, and records a gap
           for what is lost; the server must not run
  compact  re-codes blocks and puts small segments together; a server that runs on the folder does it itself

docs/operations/store.md describes the files and the problems.

Exit 1: something that was recorded cannot be read.`,
		Example: `  sightglass store verify
  sightglass store stats --data /var/lib/sightglass
  sightglass store verify --decode -o json`,
	}
	c.AddCommand(a.storeVerify(), a.storeStats(), a.storeRepair(), a.storeCompact())
	return c
}

// where adds the flags that name the data folder.
func (f *storeFlags) where(c *cobra.Command) {
	c.Flags().SortFlags = false
	c.Flags().StringVar(&f.data, "data", "", "the data folder (SIGHTGLASS_DATA; default as of sightglass up)")
	c.Flags().StringVar(&f.file, "config", "", "file with settings of the server (SIGHTGLASS_CONFIG)")
}

// folder is the data folder that a server with the same settings would have.
func (a *app) folder(f *storeFlags) (string, error) {
	sources := []config.Source{func(name string) (string, bool) { return f.data, name == "data" && f.data != "" }, config.Environment(a.Env)}
	if path := a.setting(f.file, "SIGHTGLASS_CONFIG"); path != "" {
		source, err := config.File(path)
		if err != nil {
			return "", usage("docs/reference/config.md lists the settings", "%v", err)
		}
		sources = append(sources, source)
	}
	cfg, err := config.Load(sources...)
	if err != nil {
		return "", usage("sightglass up --help lists the settings", "%v", err)
	}
	return cfg.Data, nil
}

// look checks a store and says how far it is.
func (a *app) look(c *cobra.Command, f *storeFlags, o server.StoreOptions) (*server.StoreReport, string, error) {
	data, err := a.folder(f)
	if err != nil {
		return nil, "", err
	}
	told := time.Now()
	o.Progress = func(done, total uint64) {
		if time.Since(told) >= 2*time.Second {
			told = time.Now()
			a.hint("%s of %s", size(strconv.FormatUint(done, 10)), size(strconv.FormatUint(total, 10)))
		}
	}
	report, err := server.CheckStore(c.Context(), data, o)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", usage("--data names the folder that sightglass up printed as data", "there is no store in %s", data)
	}
	if err != nil {
		return nil, "", &failure{code: exitInternal, err: err}
	}
	return report, data, nil
}

func (a *app) storeVerify() *cobra.Command {
	var f storeFlags
	var o server.StoreOptions
	c := &cobra.Command{
		Use: "verify", Short: "Read every byte and name what is wrong; changes nothing", Args: exactly(0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			report, data, err := a.look(c, &f, o)
			if err != nil {
				return err
			}
			done, err := a.rawReport(report, data)
			if err != nil {
				return err
			}
			if !done {
				a.problems(report)
			}
			if slices.ContainsFunc(report.Problems, storeProblem.Loses) {
				return verdict(exitFound)
			}
			return nil
		},
	}
	f.where(c)
	c.Flags().BoolVar(&o.Decode, "decode", false, "decode every row as well, which takes longer")
	return c
}

func (a *app) storeStats() *cobra.Command {
	var f storeFlags
	c := &cobra.Command{
		Use: "stats", Short: "What is kept, by recording and lane", Args: exactly(0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			report, data, err := a.look(c, &f, server.StoreOptions{Heads: true})
			if err != nil {
				return err
			}
			if done, err := a.rawReport(report, data); done || err != nil {
				return err
			}
			if len(report.Recordings) == 0 {
				a.hint("Nothing is kept in %s yet.", data)
				return nil
			}
			t := newTable(
				column{head: "RECORDING"}, column{head: "LANE"}, column{head: "BLOCKS", right: true}, column{head: "EVENTS", right: true},
				column{head: "SIZE", right: true}, column{head: "B/EVENT", right: true}, column{head: "FROM"}, column{head: "TO"},
			)
			for _, r := range reportOf(report, data).Recordings {
				for _, l := range r.Lanes {
					per := "–"
					if l.Events != "0" {
						bytes, _ := strconv.ParseFloat(l.Bytes, 64)
						events, _ := strconv.ParseFloat(l.Events, 64)
						per = strconv.FormatFloat(bytes/events, 'f', 1, 64)
					}
					t.add(r.name(), l.Lane, a.count(l.Blocks), a.count(l.Events), size(l.Bytes), per, instant(r.From), instant(r.To))
				}
			}
			a.more(t.print(a, a.screen(2)), "into a pipe, or -o json")
			a.segments(report)
			return nil
		},
	}
	f.where(c)
	return c
}

// segments says in what state the files are.
func (a *app) segments(r *server.StoreReport) {
	var all, sealed, recoded, pinned int
	var bytes int64
	for _, one := range r.Recordings {
		all, sealed, recoded, pinned, bytes = all+one.Segments, sealed+one.Sealed, recoded+one.Recoded, pinned+one.Pinned, bytes+one.PinnedBytes
	}
	a.hint("%s, %d sealed, %d compacted, %d pinned (%s, %s)", plural(all, "segment"), sealed, recoded, pinned, plural(len(r.Pins), "pin"), bytesText(float64(bytes)))
}

func (a *app) storeRepair() *cobra.Command {
	var f storeFlags
	c := &cobra.Command{
		Use: "repair", Short: "Make what is damaged readable again; what is lost becomes a gap", Args: exactly(0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			// A folder that holds no store is not made one.
			if _, _, err := a.look(c, &f, server.StoreOptions{Heads: true}); err != nil {
				return err
			}
			data, err := a.folder(&f)
			if err != nil {
				return err
			}
			switch err := server.RepairStore(data, server.NewLogger(config.Server{LogFormat: "text"}, a.Err)); {
			case errors.Is(err, server.ErrInUse):
				return &failure{code: exitInternal, err: err, hint: "stop it first: its start does the same"}
			case err != nil:
				return &failure{code: exitInternal, err: err}
			}
			report, _, err := a.look(c, &f, server.StoreOptions{})
			if err != nil {
				return err
			}
			if done, err := a.rawReport(report, data); done || err != nil {
				return err
			}
			a.problems(report)
			return nil
		},
	}
	f.where(c)
	return c
}

// problems lists what is wrong, and what all of it is.
func (a *app) problems(r *server.StoreReport) {
	var blocks, bytes uint64
	segments := 0
	for _, one := range r.Recordings {
		blocks, bytes, segments = blocks+one.Blocks, bytes+uint64(one.Bytes), segments+one.Segments
	}
	if len(r.Problems) > 0 {
		t := newTable(
			column{head: "PROBLEM", style: always(amber)}, column{head: "LOSS"}, column{head: "FILE", flex: true}, column{head: "FROM", right: true},
			column{head: "TO", right: true}, column{head: "WHAT", flex: true},
		)
		for _, p := range r.Problems {
			loss := "no"
			if p.Loses() {
				loss = "yes"
			}
			t.add(string(p.Kind), loss, clean(p.File), strconv.FormatInt(p.From, 10), strconv.FormatInt(p.To, 10), clean(p.Text))
		}
		a.more(t.print(a, a.screen(3)), "into a pipe, or -o json")
	}
	lost := 0
	for _, p := range r.Problems {
		if p.Loses() {
			lost++
		}
	}
	trouble := "nothing is wrong"
	if n := len(r.Problems); n > 0 {
		trouble = fmt.Sprintf("%s, %d of them with a loss", plural(n, "problem"), lost)
	}
	a.hint("%s, %s, %s in %s, %s, %s: %s", plural(len(r.Recordings), "recording"), plural(segments, "segment"),
		size(strconv.FormatUint(bytes, 10)), a.count(strconv.FormatUint(blocks, 10))+" blocks", plural(r.Definitions, "definition"), plural(r.Blobs, "blob"), trouble)
	if lost > 0 {
		a.hint("What is damaged stays as it is until the next start, or sightglass store repair, makes gaps of it.")
	}
}

type storeProblem = server.StoreProblem

// storeReport is the answer of store verify and store stats as JSON.
type storeReport struct {
	Kind        string           `json:"kind"`
	Version     int              `json:"version"`
	Data        string           `json:"data"`
	Definitions int              `json:"definitions"`
	Blobs       int              `json:"blobs"`
	BlobBytes   string           `json:"blob_bytes"`
	Recordings  []storeRecording `json:"recordings"`
	Pins        []storePin       `json:"pins"`
	Problems    []storeTrouble   `json:"problems"`
}

type storePin struct {
	ID        string    `json:"id"`
	Recording string    `json:"recording"`
	Reason    string    `json:"reason"`
	Owner     string    `json:"owner"`
	Note      string    `json:"note"`
	From      time.Time `json:"from,omitzero"`
	To        time.Time `json:"to,omitzero"`
	Created   time.Time `json:"created"`
}

type storeRecording struct {
	ID       string      `json:"id"`
	Segments int         `json:"segments"`
	Sealed   int         `json:"sealed"`
	Recoded  int         `json:"recoded"`
	Remains  int         `json:"remains"`
	Pinned   int         `json:"pinned"`
	Held     string      `json:"pinned_bytes"`
	Blocks   string      `json:"blocks"`
	Events   string      `json:"events"`
	Bytes    string      `json:"bytes"`
	From     time.Time   `json:"from,omitzero"`
	To       time.Time   `json:"to,omitzero"`
	Lanes    []storeLane `json:"lanes"`
}

type storeLane struct {
	Lane   string `json:"lane"`
	Blocks string `json:"blocks"`
	Events string `json:"events"`
	Bytes  string `json:"bytes"`
}

type storeTrouble struct {
	Kind      string `json:"kind"`
	Loses     bool   `json:"loses"`
	Recording string `json:"recording,omitempty"`
	Segment   string `json:"segment,omitempty"`
	File      string `json:"file"`
	From      string `json:"from"`
	To        string `json:"to"`
	Text      string `json:"text"`
}

// name is how people read a recording; lanes of whole processes belong to none.
func (r storeRecording) name() string {
	if strings.Trim(r.ID, "0") == "" {
		return "processes"
	}
	return short(r.ID)
}

func reportOf(r *server.StoreReport, data string) storeReport {
	u := func(n uint64) string { return strconv.FormatUint(n, 10) }
	when := func(us int64) time.Time {
		if us == 0 {
			return time.Time{}
		}
		return time.UnixMicro(us).UTC()
	}
	out := storeReport{
		Kind: "store-report", Version: 1, Data: data, Definitions: r.Definitions, Blobs: r.Blobs, BlobBytes: strconv.FormatInt(r.BlobBytes, 10),
		Recordings: []storeRecording{}, Pins: []storePin{}, Problems: []storeTrouble{},
	}
	for _, one := range r.Recordings {
		s := storeRecording{
			ID: one.ID.String(), Segments: one.Segments, Sealed: one.Sealed, Recoded: one.Recoded, Remains: one.Remains, Pinned: one.Pinned,
			Held: strconv.FormatInt(one.PinnedBytes, 10), Blocks: u(one.Blocks), Events: u(one.Events),
			Bytes: strconv.FormatInt(one.Bytes, 10), From: when(one.WallMin), To: when(one.WallMax), Lanes: []storeLane{},
		}
		for lane, l := range one.Lanes {
			s.Lanes = append(s.Lanes, storeLane{lane.String(), u(l.Blocks), u(l.Events), strconv.FormatInt(l.Bytes, 10)})
		}
		slices.SortFunc(s.Lanes, func(a, b storeLane) int { return strings.Compare(a.Lane, b.Lane) })
		out.Recordings = append(out.Recordings, s)
	}
	for _, p := range r.Pins {
		out.Pins = append(out.Pins, storePin{p.ID, p.Recording.String(), p.Reason, p.Owner, p.Note, when(p.From), when(p.To), p.Created.UTC()})
	}
	for _, p := range r.Problems {
		t := storeTrouble{
			Kind: string(p.Kind), Loses: p.Loses(), File: p.File, From: strconv.FormatInt(p.From, 10), To: strconv.FormatInt(p.To, 10), Text: p.Text,
		}
		if p.Segment != 0 {
			t.Recording, t.Segment = p.Recording.String(), u(p.Segment)
		}
		out.Problems = append(out.Problems, t)
	}
	return out
}

func (a *app) rawReport(r *server.StoreReport, data string) (done bool, err error) {
	b, err := json.Marshal(reportOf(r, data))
	if err != nil {
		return false, fmt.Errorf("writing the report: %w", err)
	}
	return a.raw(b, false)
}
