//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// serverClient asks the server as any other team's program could: HTTP and spec/api.md, nothing of this repository's packages.
type serverClient struct {
	base string
	http *http.Client
}

func newServerClient(base string) *serverClient {
	return &serverClient{base: base, http: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
}

type view struct {
	Format string `json:"format"`
	Type   string `json:"type"`
	Reason string `json:"reason"`
	Text   string `json:"text"`
	By     string `json:"by"`
	Bytes  string `json:"bytes"`
}

type node struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"`
	Record string `json:"record"`
	Job    string `json:"job"`
	Op     string `json:"op"`
	View   *view  `json:"view"`
}

type lineage struct {
	Complete bool   `json:"complete"`
	Nodes    []node `json:"nodes"`
	Edges    []struct {
		From string `json:"from"`
		To   string `json:"to"`
		Kind string `json:"kind"`
	} `json:"edges"`
	Notes []struct {
		Kind string `json:"kind"`
		Text string `json:"text"`
	} `json:"notes"`
}

// kafka gives the places of the Kafka records in an answer but for the one asked for.
func (l lineage) kafka(asked string) set {
	found := set{}
	for _, n := range l.Nodes {
		if (n.Kind == "kafka" || n.Kind == "written" || n.Kind == "source") && n.Record != "" && n.Record != asked {
			found.add(n.Record)
		}
	}
	return found
}

func (c *serverClient) lineage(ctx context.Context, record, direction string, payload bool) (lineage, error) {
	q := url.Values{"record": {record}, "dir": {direction}, "payload": {strconv.FormatBool(payload)}}
	var v lineage
	err := c.get(ctx, "/api/v1/recordings/any/lineage?"+q.Encode(), &v)
	if isNotFound(err) {
		return lineage{}, nil // not stored yet: an empty answer, which is asked again while there is time
	}
	return v, err
}

type jobSummary struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	State string `json:"state"`
}

func (c *serverClient) jobs(ctx context.Context) ([]jobSummary, error) {
	var v struct {
		Items []jobSummary `json:"items"`
	}
	return v.Items, c.get(ctx, "/api/v1/jobs", &v)
}

type jobDetail struct {
	Name  string `json:"name"`
	State string `json:"state"`
	Gaps  int    `json:"gaps"`
	Graph struct {
		Inferred bool `json:"inferred"`
		Vertices []struct {
			Name string `json:"name"`
		} `json:"vertices"`
		Edges []json.RawMessage `json:"edges"`
	} `json:"graph"`
}

func (c *serverClient) job(ctx context.Context, id string) (jobDetail, error) {
	var v jobDetail
	return v, c.get(ctx, "/api/v1/jobs/"+id, &v)
}

// sql is what is known of a job's statements and of what became of them.
type sql struct {
	Planner    bool `json:"planner"`
	Statements []struct {
		Operation string `json:"operation"`
		Made      bool   `json:"made"`
		Source    *view  `json:"source"`
	} `json:"statements"`
	Operators []struct {
		Name       string   `json:"op_name"`
		Op         string   `json:"op"`
		Fields     []string `json:"fields"`
		Statements []int    `json:"statements"`
	} `json:"operators"`
}

func (c *serverClient) sql(ctx context.Context, recording string) (sql, error) {
	var v sql
	err := c.get(ctx, "/api/v1/recordings/"+recording+"/sql", &v)
	if isNotFound(err) {
		return sql{}, nil // nothing of it is stored yet
	}
	return v, err
}

// capsule is what rebuilds a task attempt.
type capsule struct {
	Task   string `json:"task"`
	Bytes  int64  `json:"bytes,string"`
	Stored int64  `json:"stored,string"`
	Parts  []struct {
		Name   string `json:"name"`
		Format string `json:"format"`
	} `json:"parts"`
	Missing []struct {
		Name   string `json:"name"`
		Reason string `json:"reason"`
	} `json:"missing"`
}

func (c *serverClient) capsules(ctx context.Context, recording string) ([]capsule, error) {
	var v struct {
		Items []capsule `json:"items"`
	}
	err := c.get(ctx, "/api/v1/recordings/"+recording+"/capsules", &v)
	if isNotFound(err) {
		return nil, nil
	}
	return v.Items, err
}

type channels struct {
	Compared int64 `json:"compared,string"`
	Equal    int64 `json:"equal,string"`
	Unequal  int64 `json:"unequal,string"`
}

func (c *serverClient) channels(ctx context.Context, job string) (channels, error) {
	var v channels
	return v, c.get(ctx, "/api/v1/jobs/"+job+"/channels", &v)
}

type recording struct {
	ID     string `json:"id"`
	Job    string `json:"job"`
	Blocks int64  `json:"blocks,string"`
}

func (c *serverClient) recordings(ctx context.Context) ([]recording, error) {
	var v struct {
		Items []recording `json:"items"`
	}
	return v.Items, c.get(ctx, "/api/v1/recordings", &v)
}

type attempt struct {
	Task    string
	Key     string
	Process string
}

// runningAttempts lists the newest attempts of a job that run.
func (c *serverClient) runningAttempts(ctx context.Context, job string) (list []attempt, err error) {
	var v struct {
		Graph struct {
			Vertices []struct {
				Name     string `json:"name"`
				Subtasks []struct {
					Key     string `json:"attempt_key"`
					State   string `json:"state"`
					Process string `json:"process"`
				} `json:"subtasks"`
			} `json:"vertices"`
		} `json:"graph"`
	}
	err = c.get(ctx, "/api/v1/jobs/"+job, &v)
	for _, vertex := range v.Graph.Vertices {
		for _, s := range vertex.Subtasks {
			if s.State == "running" {
				list = append(list, attempt{vertex.Name, s.Key, s.Process})
			}
		}
	}
	return list, err
}

type gap struct {
	Attempt string `json:"attempt_key"`

	Lane   string `json:"lane"`
	Reason string `json:"reason"`
	Text   string `json:"text"`
	Task   string `json:"task"`
}

func (c *serverClient) gaps(ctx context.Context, recording string) ([]gap, error) {
	var v struct {
		Items []gap `json:"items"`
	}
	return v.Items, c.get(ctx, "/api/v1/recordings/"+recording+"/gaps", &v)
}

type dropCount struct {
	Op     string `json:"op"`
	Reason string `json:"reason"`
	Kept   bool   `json:"kept"`
	Count  int64  `json:"count,string"`
}

func (c *serverClient) drops(ctx context.Context, job string) ([]dropCount, error) {
	var v struct {
		Items []dropCount `json:"items"`
	}
	err := c.get(ctx, "/api/v1/jobs/"+job+"/drops", &v)
	if isNotFound(err) {
		return nil, nil // nothing of it is stored yet
	}
	return v.Items, err
}

type recordedEvent struct {
	Lane     string `json:"lane"`
	Kind     string `json:"kind"`
	Op       string `json:"op"`
	Position string `json:"position"`
	Element  string `json:"element"`
	Kafka    string `json:"kafka"`
	Text     string `json:"text"`
	View     *view  `json:"view"`

	Transaction *struct {
		ID      string `json:"id"`
		Step    string `json:"step"`
		Outcome string `json:"outcome"`
	} `json:"transaction"`
}

// writes gives what the invocation at a position wrote.
func (c *serverClient) writes(ctx context.Context, recording, position string) ([]recordedEvent, error) {
	var v struct {
		Writes []recordedEvent `json:"writes"`
	}
	return v.Writes, c.get(ctx, "/api/v1/recordings/"+recording+"/at/"+position, &v)
}

// events reads all events of an operator and a kind, page by page.
func (c *serverClient) events(ctx context.Context, recording, op, kind string) ([]recordedEvent, error) {
	var all []recordedEvent
	q := url.Values{"op": {op}, "kind": {kind}, "limit": {"1000"}}
	for {
		var page struct {
			Items []recordedEvent `json:"items"`
			Next  string          `json:"next"`
		}
		if err := c.get(ctx, "/api/v1/recordings/"+recording+"/events?"+q.Encode(), &page); isNotFound(err) {
			return nil, nil // nothing of it is stored yet
		} else if err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			return all, nil
		}
		q.Set("cursor", page.Next)
	}
}

// eventsOf reads the records of a key that sources took in, oldest first.
func (c *serverClient) eventsOf(ctx context.Context, recording, key string) ([]recordedEvent, error) {
	var page struct {
		Items []recordedEvent `json:"items"`
	}
	q := url.Values{"kind": {"source-record"}, "key": {key}, "order": {"asc"}}
	err := c.get(ctx, "/api/v1/recordings/"+recording+"/events?"+q.Encode(), &page)
	return page.Items, err
}

// oldest is the time of the first event of a recording.
func (c *serverClient) oldest(ctx context.Context, recording string) (time.Time, error) {
	var page struct {
		Items []struct {
			Time time.Time `json:"time"`
		} `json:"items"`
	}
	if err := c.get(ctx, "/api/v1/recordings/"+recording+"/events?order=asc&limit=1", &page); err != nil {
		return time.Time{}, err
	}
	if len(page.Items) == 0 {
		return time.Time{}, fmt.Errorf("recording %s has no events", recording)
	}
	return page.Items[0].Time, nil
}

type process struct {
	Process   string `json:"process"`
	PID       int    `json:"pid"`
	Role      string `json:"role"`
	Connected bool   `json:"connected"`
	Reason    string `json:"reason"`
	Off       bool   `json:"off"`
	Counters  *struct {
		Errors     int64 `json:"errors,string"`
		LostEvents int64 `json:"lost_events,string"`
	} `json:"counters"`
	Hooks []struct {
		ID     string `json:"id"`
		State  string `json:"state"`
		Detail string `json:"detail"`
	} `json:"hooks"`
}

func (c *serverClient) agents(ctx context.Context) ([]process, error) {
	var v struct {
		Items []process `json:"items"`
	}
	return v.Items, c.get(ctx, "/api/v1/agents", &v)
}

func (c *serverClient) get(ctx context.Context, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return fmt.Errorf("asking %s: %w", path, err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("asking %s: %w", path, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 256<<20))
	if err != nil {
		return fmt.Errorf("reading the answer to %s: %w", path, err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("asking %s: %w", path, &statusError{response.StatusCode, string(body[:min(len(body), 500)])})
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("reading the answer to %s: %w", path, err)
	}
	return nil
}

// statusError is an answer that is no success.
type statusError struct {
	code int
	text string
}

func (e *statusError) Error() string { return fmt.Sprintf("status %d: %s", e.code, e.text) }

func isNotFound(err error) bool {
	var status *statusError
	return errors.As(err, &status) && status.code == http.StatusNotFound
}

// decode reads the JSON of an answer.
func decode(response *http.Response, into any) error {
	body, err := io.ReadAll(io.LimitReader(response.Body, 256<<20))
	if err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}
