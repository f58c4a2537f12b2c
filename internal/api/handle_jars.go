package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/replay"
)

// uploadTime is how long a jar may take to come.
const uploadTime = 10 * time.Minute

// uploadRoute takes a jar to compare the recorded one with.
func (s *service) uploadRoute() {
	r := route{"replay-jar", "/recordings/{rec}/replays/jars", access.JobReplay, fmt.Sprintf("Upload a jar of the job to run in a diff, at most %d MiB", replay.MaxJar>>20), recording}
	o := s.operation(r)
	o.Method, o.MaxBodyBytes, o.BodyReadTimeout = http.MethodPost, replay.MaxJar, uploadTime
	s.methods[r.id] = o.Method
	huma.Register(s.huma, o, func(ctx context.Context, in *jarUpload) (*answer[ReplayJar], error) {
		body, err := s.uploadJar(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, r, err)
		}
		return &answer[ReplayJar]{Body: body}, nil
	})
}

func (s *service) uploadJar(ctx context.Context, in *jarUpload) (j ReplayJar, err error) {
	if s.Replays == nil {
		return j, errNoReplays
	}
	what := []string{fmt.Sprintf("upload a jar of %d bytes", len(in.RawBody))}
	err = s.Browser.Change(ctx, caller(ctx), access.JobReplay, target(ctx).Resource, what, "", func() (err error) {
		j, err = s.Replays.AddJar(ctx, in.RawBody)
		return err
	})
	return j, err
}
