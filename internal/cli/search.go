package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/sightglass/sightglass/internal/client"
)

var errNothingRecorded = errors.New("nothing was recorded yet")

// jsonText is a JSON value as it came.
type jsonText = json.RawMessage

func unmarshal(raw []byte, to any) error {
	if err := json.Unmarshal(raw, to); err != nil {
		return fmt.Errorf("the answer cannot be read: %w", err)
	}
	return nil
}

// everywhere asks each recording, the newest run of every job first, until one knows the answer. what says what was looked for.
func everywhere[T any](ctx context.Context, cl *client.Client, what string, ask func(rec string) (T, error)) (rec string, found T, err error) {
	recordings, err := cl.Recordings(ctx)
	if err != nil {
		return "", found, err
	}
	for _, r := range recordings.Value.Items {
		if r.Derived.State != "" {
			continue // it tells again what the recording tells that it is of
		}
		answer, err := ask(r.ID)
		var p *client.Problem
		switch {
		case err == nil:
			return r.ID, answer, nil
		case errors.As(err, &p) && p.Status == http.StatusNotFound:
			continue
		}
		return "", found, err
	}
	if len(recordings.Value.Items) == 0 {
		return "", found, &failure{code: exitUnknown, err: errNothingRecorded, hint: "sightglass attach says what goes into Flink's configuration"}
	}
	return "", found, &failure{
		code: exitUnknown, err: fmt.Errorf("no recording knows %s", what),
		hint: "sightglass recordings lists what is kept; sightglass gaps what is missing in it",
	}
}

// isKafka tells whether a record's text is a place in Kafka, which all recordings are searched for.
func isKafka(record string) bool {
	return strings.LastIndexByte(record, '@') > strings.IndexByte(record, '/') && strings.Contains(record, "/")
}
