package server

import (
	"context"

	"github.com/sightglass/sightglass/internal/api"
)

// Status is api.Host.
func (s *Server) Status(ctx context.Context) (api.Status, error) {
	opened, err := s.openedFile(ctx)
	if err != nil {
		return api.Status{}, err
	}
	stored, counted := s.store.Stats(), s.ingest.Counters()
	all := counted.Stored()
	blocks, events, bytes := s.rates.perSecond()
	return api.Status{
		Version: s.version, UptimeSeconds: api.I64(s.now().Sub(s.started).Seconds()), Listen: s.httpListener.Addr().String(),
		AgentListen: s.info.Agents, Data: s.info.Data, FlinkLines: s.info.FlinkLines, AgentJar: s.info.AgentJar,
		Agents: counted.Connections, Recordings: stored.Recordings, Bytes: api.I64(stored.Bytes),
		Opened: opened,
		Ingest: api.Ingest{
			Blocks: api.I64(all.Blocks), Events: api.I64(all.Events), Bytes: api.I64(all.Bytes),
			BlocksPerSecond: blocks, EventsPerSecond: events, BytesPerSecond: bytes,
		},
	}, nil
}
