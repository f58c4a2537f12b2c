package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// client asks the server as any other program could.
type client struct {
	base string
	http *http.Client
}

func newClient(base string) *client {
	return &client{base: base, http: &http.Client{Timeout: 30 * time.Second}}
}

type channels struct {
	Compared int64 `json:"compared,string"`
	Equal    int64 `json:"equal,string"`
	Unequal  int64 `json:"unequal,string"`
}

func (c *client) channels(ctx context.Context, job string) (channels, error) {
	var v channels
	return v, c.get(ctx, "/api/v1/jobs/"+job+"/channels", &v)
}

type drops struct {
	Sums []struct {
		Reason string `json:"reason"`
		Count  int64  `json:"count,string"`
	} `json:"items"`
}

func (c *client) drops(ctx context.Context, job string) (map[string]int64, error) {
	var v drops
	if err := c.get(ctx, "/api/v1/jobs/"+job+"/drops", &v); err != nil {
		return nil, err
	}
	of := map[string]int64{}
	for _, d := range v.Sums {
		of[d.Reason] += d.Count
	}
	return of, nil
}

// entered gives how many records entered each vertex, in the newest attempts of its subtasks: Flink's own counters know only those.
func (c *client) entered(ctx context.Context, job string) (map[string]int64, error) {
	var v struct {
		Graph struct {
			Vertices []struct {
				ID       string `json:"id"`
				Subtasks []struct {
					RecordsIn int64 `json:"records_in,string"`
				} `json:"subtasks"`
			} `json:"vertices"`
		} `json:"graph"`
	}
	if err := c.get(ctx, "/api/v1/jobs/"+job, &v); err != nil {
		return nil, err
	}
	of := map[string]int64{}
	for _, vertex := range v.Graph.Vertices {
		for _, subtask := range vertex.Subtasks {
			of[vertex.ID] += subtask.RecordsIn
		}
	}
	return of, nil
}

type recorded struct {
	Task    string `json:"task"`
	Subtask int    `json:"subtask"`
	Attempt int    `json:"attempt"`
	N       int64  `json:"n"`
}

// events reads all of the kinds, page by page.
func (c *client) events(ctx context.Context, job string, kinds ...string) ([]recorded, error) {
	q := url.Values{"kind": {strings.Join(kinds, ",")}, "limit": {"1000"}}
	var all []recorded
	for {
		var page struct {
			Items []recorded `json:"items"`
			Next  string     `json:"next"`
		}
		if err := c.get(ctx, "/api/v1/recordings/"+job+"/events?"+q.Encode(), &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if page.Next == "" {
			return all, nil
		}
		q.Set("cursor", page.Next)
	}
}

func (c *client) gaps(ctx context.Context, job string) (gaps []string, err error) {
	var v struct {
		Items []struct {
			Lane, Reason, Text, Task string
		} `json:"items"`
	}
	err = c.get(ctx, "/api/v1/recordings/"+job+"/gaps", &v)
	for _, g := range v.Items {
		gaps = append(gaps, fmt.Sprintf("%s: %s %s %s", g.Task, g.Lane, g.Reason, g.Text))
	}
	return gaps, err
}

// faults are errors of hooks and lost events of all agents.
func (c *client) faults(ctx context.Context) (faults []string, err error) {
	var v struct {
		Items []struct {
			Role     string `json:"role"`
			Off      bool   `json:"off"`
			Reason   string `json:"reason"`
			Counters *struct {
				Errors     int64 `json:"errors,string"`
				LostEvents int64 `json:"lost_events,string"`
			} `json:"counters"`
			Hooks []struct {
				ID, State, Detail string
			} `json:"hooks"`
		} `json:"items"`
	}
	err = c.get(ctx, "/api/v1/agents", &v)
	for _, a := range v.Items {
		switch {
		case a.Counters == nil:
			faults = append(faults, a.Role+" reports no counters")
		case a.Off || a.Counters.Errors != 0 || a.Counters.LostEvents != 0:
			faults = append(faults, fmt.Sprintf("%s: off %t %s, %d errors, %d lost events", a.Role, a.Off, a.Reason, a.Counters.Errors, a.Counters.LostEvents))
		}
		for _, h := range a.Hooks {
			if h.State == "missing" {
				faults = append(faults, fmt.Sprintf("%s: hook %s is missing: %s", a.Role, h.ID, h.Detail))
			}
		}
	}
	return faults, err
}

func (c *client) get(ctx context.Context, path string, into any) error {
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
		return fmt.Errorf("asking %s: status %d: %s", path, response.StatusCode, body[:min(len(body), 500)])
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("reading the answer to %s: %w", path, err)
	}
	return nil
}
