package lab

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestClusterFilesKeepFlinksModulesAndTakeSettings(t *testing.T) {
	home, dir := t.TempDir(), t.TempDir()
	shipped := "env:\n  java:\n    opts:\n      all: --add-exports=a/b=ALL-UNNAMED --add-opens=c/d=ALL-UNNAMED\njobmanager:\n  bind-host: localhost\n"
	if err := os.MkdirAll(filepath.Join(home, "conf"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "conf", "config.yaml"), []byte(shipped), 0o644); err != nil {
		t.Fatal(err)
	}
	o := FlinkOptions{RESTPort: 9391, RPCPort: 9392, BlobPort: 9393, Slots: 3, Conf: map[string]string{
		"env.java.default-opts.taskmanager": "-javaagent:/a.jar=h:1", "rest.port": "9999", "odd": "it's",
	}}
	if err := writeClusterFiles(home, dir, o); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "conf", "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"env.java.opts.all: '--add-exports=a/b=ALL-UNNAMED --add-opens=c/d=ALL-UNNAMED'",
		"env.java.default-opts.taskmanager: '-javaagent:/a.jar=h:1'",
		"taskmanager.numberOfTaskSlots: '3'", "jobmanager.rpc.port: '9392'", "rest.port: '9999'", "odd: 'it''s'",
	} {
		if !strings.Contains(string(text), line+"\n") {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
}

func TestAwaitJobTellsWhyAJobEnded(t *testing.T) {
	api := http.NewServeMux()
	api.HandleFunc("/jobs/1", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"jid":"1","name":"shop","state":"FAILED","vertices":[{"status":"FAILED"}]}`))
	})
	api.HandleFunc("/jobs/1/exceptions", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"exceptionHistory":{"entries":[{"stacktrace":"java.lang.Boom"}]}}`))
	})
	server := httptest.NewServer(api)
	defer server.Close()
	client := NewFlinkClient(server.URL)
	if err := client.AwaitJob(t.Context(), "1", "RUNNING"); err == nil || !strings.Contains(err.Error(), "java.lang.Boom") {
		t.Errorf("error %v", err)
	}
	if err := client.AwaitJob(t.Context(), "1", "FAILED"); err != nil {
		t.Error(err)
	}
	if _, err := client.Job(t.Context(), "2"); !IsNotFound(err) {
		t.Errorf("an unknown job: %v", err)
	}
}
