package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// FlinkClient asks a cluster's REST API. It knows the few resources that tests and the demo need.
type FlinkClient struct {
	base string
	http *http.Client
}

// NewFlinkClient makes a client of the API at a base address such as http://127.0.0.1:8081.
func NewFlinkClient(base string) *FlinkClient {
	return &FlinkClient{base: base, http: &http.Client{Timeout: 20 * time.Second}}
}

// Overview is the size of a cluster.
type Overview struct {
	TaskManagers   int    `json:"taskmanagers"`
	SlotsTotal     int    `json:"slots-total"`
	SlotsAvailable int    `json:"slots-available"`
	Version        string `json:"flink-version"`
}

// Overview asks for the size of the cluster.
func (c *FlinkClient) Overview(ctx context.Context) (Overview, error) {
	var v Overview
	return v, c.get(ctx, "/overview", &v)
}

// JobSummary is one job of the cluster.
type JobSummary struct {
	ID    string `json:"jid"`
	Name  string `json:"name"`
	State string `json:"state"`
	// Tasks counts the job's subtasks by state in lower case, with "total".
	Tasks map[string]int `json:"tasks"`
}

// Jobs lists all jobs that the cluster remembers.
func (c *FlinkClient) Jobs(ctx context.Context) ([]JobSummary, error) {
	var v struct {
		Jobs []JobSummary `json:"jobs"`
	}
	return v.Jobs, c.get(ctx, "/jobs/overview", &v)
}

// Job is one job with its vertices.
type Job struct {
	ID       string   `json:"jid"`
	Name     string   `json:"name"`
	State    string   `json:"state"`
	Vertices []Vertex `json:"vertices"`
}

// Vertex is one chain of operators of a job.
type Vertex struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	Parallelism int            `json:"parallelism"`
	Status      string         `json:"status"`
	Tasks       map[string]int `json:"tasks"`
	Metrics     struct {
		ReadRecords  int64 `json:"read-records"`
		WriteRecords int64 `json:"write-records"`
	} `json:"metrics"`
}

// Job asks for one job.
func (c *FlinkClient) Job(ctx context.Context, id string) (Job, error) {
	var v Job
	return v, c.get(ctx, "/jobs/"+id, &v)
}

// AwaitJob waits until a job and all its subtasks are in a state such as RUNNING or FINISHED. A job that ends in another way is an error at once.
func (c *FlinkClient) AwaitJob(ctx context.Context, id, state string) error {
	return Poll(ctx, 300*time.Millisecond, func() (bool, error) {
		job, err := c.Job(ctx, id)
		if err != nil {
			return false, ctxOnly(ctx, err)
		}
		if ended := job.State == "FAILED" || job.State == "CANCELED" || job.State == "FINISHED"; ended && job.State != state {
			reason, _ := c.RootException(ctx, id)
			return false, fmt.Errorf("job %s is %s, not %s: %s", job.Name, job.State, state, reason)
		}
		for _, v := range job.Vertices {
			if v.Status != state {
				return false, nil
			}
		}
		return job.State == state, nil
	})
}

// ctxOnly keeps an error only when it is the end of ctx: a cluster that does not answer yet is asked again.
func ctxOnly(ctx context.Context, _ error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// Cancel ends a job and waits until it has ended.
func (c *FlinkClient) Cancel(ctx context.Context, id string) error {
	if err := c.call(ctx, http.MethodPatch, "/jobs/"+id+"?mode=cancel", nil); err != nil {
		return err
	}
	return Poll(ctx, 200*time.Millisecond, func() (bool, error) {
		job, err := c.Job(ctx, id)
		if err != nil {
			return false, ctxOnly(ctx, err)
		}
		return job.State == "CANCELED" || job.State == "FAILED" || job.State == "FINISHED", nil
	})
}

// Checkpoints are the counts of a job's checkpoints.
type Checkpoints struct {
	Completed int `json:"completed"`
	Failed    int `json:"failed"`
	Total     int `json:"total"`
	Restored  int `json:"restored"`
}

// Checkpoints asks for the counts of a job's checkpoints.
func (c *FlinkClient) Checkpoints(ctx context.Context, id string) (Checkpoints, error) {
	var v struct {
		Counts Checkpoints `json:"counts"`
	}
	return v.Counts, c.get(ctx, "/jobs/"+id+"/checkpoints", &v)
}

// TriggerCheckpoint asks for a checkpoint and does not wait for it.
func (c *FlinkClient) TriggerCheckpoint(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodPost, "/jobs/"+id+"/checkpoints", nil)
}

// RootException is the text of the failure that a job saw last, empty when there was none.
func (c *FlinkClient) RootException(ctx context.Context, id string) (string, error) {
	var v struct {
		History struct {
			Entries []struct {
				Stacktrace string `json:"stacktrace"`
			} `json:"entries"`
		} `json:"exceptionHistory"`
	}
	if err := c.get(ctx, "/jobs/"+id+"/exceptions", &v); err != nil || len(v.History.Entries) == 0 {
		return "", err
	}
	return v.History.Entries[0].Stacktrace, nil
}

// Metric adds one numeric metric over all subtasks of a vertex.
func (c *FlinkClient) Metric(ctx context.Context, job, vertex, name string) (float64, error) {
	var v []struct {
		Sum float64 `json:"sum"`
	}
	path := "/jobs/" + job + "/vertices/" + vertex + "/subtasks/metrics?agg=sum&get=" + url.QueryEscape(name)
	if err := c.get(ctx, path, &v); err != nil {
		return 0, err
	}
	if len(v) == 0 {
		return 0, fmt.Errorf("vertex %s has no metric %s", vertex, name)
	}
	return v[0].Sum, nil
}

// Configuration gives the configuration of the JobManager as it runs.
func (c *FlinkClient) Configuration(ctx context.Context) (map[string]string, error) {
	var v []struct{ Key, Value string }
	if err := c.get(ctx, "/jobmanager/config", &v); err != nil {
		return nil, err
	}
	conf := make(map[string]string, len(v))
	for _, entry := range v {
		conf[entry.Key] = entry.Value
	}
	return conf, nil
}

// UploadJar puts a jar into the cluster, and gives the name that RunJar wants.
func (c *FlinkClient) UploadJar(ctx context.Context, path string) (name string, err error) {
	jar, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("uploading a jar: %w", err)
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("jarfile", filepath.Base(path))
	if err == nil {
		_, err = part.Write(jar)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return "", fmt.Errorf("uploading a jar: %w", err)
	}
	var v struct {
		Filename string `json:"filename"`
	}
	if err := c.send(ctx, http.MethodPost, "/jars/upload", w.FormDataContentType(), &form, &v); err != nil {
		return "", err
	}
	return filepath.Base(v.Filename), nil
}

// RunJar runs a program of an uploaded jar inside of the JobManager, and gives the id of its job.
func (c *FlinkClient) RunJar(ctx context.Context, name, class string) (job string, err error) {
	var v struct {
		Job string `json:"jobid"`
	}
	return v.Job, c.call(ctx, http.MethodPost, "/jars/"+name+"/run?entry-class="+url.QueryEscape(class), &v)
}

func (c *FlinkClient) get(ctx context.Context, path string, into any) error {
	return c.call(ctx, http.MethodGet, path, into)
}

func (c *FlinkClient) call(ctx context.Context, method, path string, into any) error {
	return c.send(ctx, method, path, "", nil, into)
}

func (c *FlinkClient) send(ctx context.Context, method, path, kind string, form io.Reader, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, form)
	if err != nil {
		return fmt.Errorf("asking Flink: %w", err)
	}
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("asking Flink: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<20))
	if err != nil {
		return fmt.Errorf("reading Flink's answer to %s: %w", path, err)
	}
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("asking Flink %s %s: %w", method, path, &StatusError{Code: response.StatusCode, Text: strings.TrimSpace(string(body[:min(len(body), 2000)]))})
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("reading Flink's answer to %s: %w", path, err)
	}
	return nil
}

// StatusError is an answer of the API that is no success.
type StatusError struct {
	Code int
	Text string
}

func (e *StatusError) Error() string { return "status " + strconv.Itoa(e.Code) + ": " + e.Text }

// IsNotFound says whether the API does not know what was asked for.
func IsNotFound(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && status.Code == http.StatusNotFound
}
