package api

import (
	"context"

	"github.com/sightglass/sightglass/internal/access"
)

// Parquet tells how the export of recordings in the background stands.
type Parquet struct {
	Folder     string `json:"folder" doc:"On the server's machine; empty: nothing is exported (setting export-parquet)."`
	State      string `json:"state" enum:"off,waiting,exporting,full,failed" doc:"waiting: for the next round; full: the disk is."`
	Error      string `json:"error,omitempty" doc:"Of the last round, when it did not end well."`
	Recordings int    `json:"recordings" doc:"That are exported."`
	Parts      int    `json:"parts" doc:"Written since the server started."`
	Events     I64    `json:"events"`
	Bytes      I64    `json:"bytes" doc:"Of files."`
	Waiting    int    `json:"waiting" doc:"Blocks that were stored and not exported when the last round ended."`
	Last       *Time  `json:"last,omitempty" doc:"End of the last round."`
}

// ParquetFolder is the export in the background, told by the process around the API.
type ParquetFolder interface {
	Parquet() Parquet
}

// parquetRoutes are about the export in the background.
func (s *service) parquetRoutes() {
	get(s, route{"parquet", "/parquet", access.ServerView, "How the export of recordings in the background stands", nil}, s.parquet)
}

func (s *service) parquet(context.Context, *none) (Parquet, error) {
	if s.Parquet == nil {
		return Parquet{State: "off"}, nil
	}
	return s.Parquet.Parquet(), nil
}
