package replay

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/sightglass/sightglass/internal/event"
)

// capsule is the body of a row of kind 74 (spec/recording.md, section 9), as far as a replay needs it.
type capsule struct {
	Of struct {
		Invokable string `json:"invokable"`
		JobType   string `json:"job_type"`
		JobID     string `json:"job_id"`
		JobName   string `json:"job_name"`
		Vertex    string `json:"vertex"`
		Execution string `json:"execution"`
		Task      struct {
			Name           string `json:"name"`
			MaxParallelism int    `json:"max_parallelism"`
			Index          int    `json:"index"`
			Parallelism    int    `json:"parallelism"`
			Attempt        int    `json:"attempt"`
			Allocation     string `json:"allocation"`
		} `json:"task"`
		Gates []struct {
			Channels []channel `json:"channels"`
			InAll    int       `json:"channels_in_all"`
		} `json:"gates"`
		Writers []struct {
			Partition     string `json:"partition"`
			Subpartitions int    `json:"subpartitions"`
			KeyGroups     int    `json:"key_groups"`
			Class         string `json:"class"`
		} `json:"writers"`
		Loader struct {
			Class       string   `json:"class"`
			ParentFirst []string `json:"parent_first"`
		} `json:"loader"`
	} `json:"of"`
	Java struct {
		Version string `json:"version"`
		Flags   any    `json:"flags"`
	} `json:"java"`
	TimeZone string `json:"time_zone"`
	Locale   string `json:"locale"`
	Encoding string `json:"encoding"`
	Parts    []struct {
		Name   string `json:"name"`
		Format string `json:"format"`
		Bytes  int64  `json:"bytes"`
		SHA256 string `json:"sha256"`
	} `json:"parts"`
	Hidden  []string `json:"hidden"`
	Missing []struct {
		Name   string `json:"name"`
		Reason string `json:"reason"`
	} `json:"missing"`
}

// channel is [partition id as Flink writes it, first subpartition, class].
type channel struct {
	Partition    string
	Subpartition int
}

func (c *channel) UnmarshalJSON(b []byte) error {
	var f [3]json.RawMessage
	if err := json.Unmarshal(b, &f); err != nil {
		return fmt.Errorf("channel of a capsule: %w", err)
	}
	if err := json.Unmarshal(f[0], &c.Partition); err != nil {
		return fmt.Errorf("channel of a capsule: %w", err)
	}
	if err := json.Unmarshal(f[1], &c.Subpartition); err != nil {
		return fmt.Errorf("channel of a capsule: %w", err)
	}
	return nil
}

func parseCapsule(body []byte) (*capsule, error) {
	c := new(capsule)
	if err := json.Unmarshal(body, c); err != nil {
		return nil, fmt.Errorf("the capsule cannot be read: %w", err)
	}
	return c, nil
}

// partitionKey is the key of a partition that Flink names dataset#number@graph_vertex_subtask_attempt.
func partitionKey(text string) (event.Key, error) {
	bad := fmt.Errorf("'%s' is no partition", text)
	id, execution, ok := strings.Cut(text, "@")
	set, number, ok2 := strings.Cut(id, "#")
	f := strings.Split(execution, "_")
	if !ok || !ok2 || len(f) != 4 {
		return 0, bad
	}
	var dataset, graph, vertex [16]byte
	for _, x := range []struct {
		to   *[16]byte
		text string
	}{{&dataset, set}, {&graph, f[0]}, {&vertex, f[1]}} {
		if n, err := hex.Decode(x.to[:], []byte(x.text)); err != nil || n != len(x.to) {
			return 0, bad
		}
	}
	var numbers [3]uint32
	for i, s := range []string{number, f[2], f[3]} {
		n, err := strconv.ParseUint(s, 10, 32)
		if err != nil {
			return 0, bad
		}
		numbers[i] = uint32(n)
	}
	return event.PartitionKey(dataset, numbers[0], event.TaskID{Graph: graph, Vertex: vertex, Subtask: numbers[1], Attempt: numbers[2]}), nil
}
