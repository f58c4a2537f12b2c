package server

import (
	"fmt"
	"strings"
	"syscall"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/api"
	"github.com/sightglass/sightglass/internal/export"
	"github.com/sightglass/sightglass/internal/policy"
)

// parquetRoom is what the export in the background leaves free on its disk beyond what retention wants: it is no reason to remove a
// recording, and none to refuse a block.
const parquetRoom = 1 << 30

// openParquet makes what writes recordings into Parquet in the background, when a folder is named.
func (s *Server) openParquet() (err error) {
	c := s.cfg.Parquet
	if c.Folder == "" {
		return nil
	}
	o := export.KeeperOptions{
		Folder: c.Folder, Browser: s.browser, Who: access.ParquetPrincipal(c.Role), Budget: s.background, Every: c.Every, Tables: c.Tables,
		Match: matching(c.Recordings), Follow: c.Keep == "recording", Owner: s.cfg.Data, Keep: max(s.cfg.RetainFree, minFree) + parquetRoom, Now: s.now,
		Failed: func(err error) {
			s.log.Warn("recordings are not exported to Parquet for now; it is tried again", "folder", c.Folder, "error", err)
		},
	}
	o.Free = func() (int64, error) { return freeIn(c.Folder) }
	s.parquet, err = export.NewKeeper(o)
	if err != nil {
		return fmt.Errorf("setting export-parquet: %w", err)
	}
	return nil
}

// matching tells whether one of some names fits one of the globs in text.
func matching(text string) func(names []string) bool {
	globs := strings.Split(text, ",")
	return func(names []string) bool {
		for _, g := range globs {
			for _, n := range names {
				if g = strings.TrimSpace(g); g != "" && policy.Match(g, n) {
					return true
				}
			}
		}
		return false
	}
}

// freeIn is how many bytes a file in the folder may take.
func freeIn(folder string) (int64, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(folder, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}

// Parquet is api.ParquetFolder.
func (s *Server) Parquet() api.Parquet {
	if s.parquet == nil {
		return api.Parquet{State: "off"}
	}
	st := s.parquet.State()
	out := api.Parquet{
		Folder: st.Folder, State: st.State, Error: st.Error, Recordings: st.Recordings, Parts: st.Parts, Events: api.I64(st.Events), Bytes: api.I64(st.Bytes),
		Waiting: st.Waiting,
	}
	if !st.Last.IsZero() {
		out.Last = &api.Time{Time: st.Last}
	}
	return out
}

// parquetMetrics tell how the export in the background stands.
func parquetMetrics() []Metric {
	of := func(value func(export.KeeperState) float64) func(*scrape) []sample {
		return func(x *scrape) []sample {
			if x.server.parquet == nil {
				return nil
			}
			return []sample{{nil, value(x.server.parquet.State())}}
		}
	}
	return []Metric{
		{"sightglass_parquet_parts_total", "counter", "", "Parts that the export in the background wrote since the start.",
			of(func(s export.KeeperState) float64 { return float64(s.Parts) })},
		{"sightglass_parquet_events_total", "counter", "", "Events in them.",
			of(func(s export.KeeperState) float64 { return float64(s.Events) })},
		{"sightglass_parquet_bytes_total", "counter", "", "Bytes of their files.",
			of(func(s export.KeeperState) float64 { return float64(s.Bytes) })},
		{"sightglass_parquet_waiting_blocks", "gauge", "", "Blocks that were stored and not exported when the last round ended.",
			of(func(s export.KeeperState) float64 { return float64(s.Waiting) })},
		{"sightglass_parquet_stopped", "gauge", "", "1 when the last round did not end well: the disk is full, or something failed.",
			of(func(s export.KeeperState) float64 { return truth(s.Error != "") })},
	}
}

// checkParquet tells how it stands; nothing when it is off.
func (s *Server) checkParquet() []api.Check {
	if s.parquet == nil {
		return nil
	}
	st := s.parquet.State()
	c := api.Check{Check: "parquet", State: stateOK, Detail: fmt.Sprintf("%s: %d recordings, %s, %d parts since the start, %d blocks wait",
		st.Folder, st.Recordings, st.State, st.Parts, st.Waiting)}
	switch {
	case st.State == export.KeeperFull:
		c.State, c.Fix = stateFail, "free space there, or export less: export-parquet-recordings, export-parquet-tables; it goes on by itself, and recording is not touched"
	case st.Error != "":
		c.State, c.Fix = stateFail, "the server's log says more; it tries again each round, and recording is not touched"
	}
	if st.Error != "" {
		c.Detail += ": " + st.Error
	}
	return []api.Check{c}
}

// closeParquet gives the folder back.
func (s *Server) closeParquet() error {
	if s.parquet == nil {
		return nil
	}
	if err := s.parquet.Close(); err != nil {
		return fmt.Errorf("leaving the folder of Parquet: %w", err)
	}
	return nil
}
