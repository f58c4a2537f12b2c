package server

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
)

const folderContract = "apiVersion: v3.1.0\nkind: DataContract\nid: orders\nversion: 1.0.0\nstatus: active\nschema: [{name: orders}]\n"

// A folder's contracts are in force as they change; one with mistakes, or that is gone, leaves the one before in force, and doctor says so.
func TestContractsOfAFolderAreInForceAsTheyChange(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	file := filepath.Join(dir, "shop", "orders.odcs.yaml")
	put := func(text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put(folderContract)
	s, err := New(context.Background(), Options{Config: settings(t, map[string]string{"data": data, "contracts-folder": dir}), Version: "1"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.release()
	number := func() int64 {
		t.Helper()
		v, err := s.checks.Contract(t.Context(), "orders")
		if err != nil {
			t.Fatal(err)
		}
		if v.Source != filepath.Join("shop", "orders.odcs.yaml") || v.Who != "file" {
			t.Errorf("%+v", v)
		}
		return v.Number
	}
	s.contracts.look(t.Context())
	if n := number(); n != 1 || s.contracts.check().State != stateOK {
		t.Errorf("version %d, %+v", n, s.contracts.check())
	}
	put(strings.Replace(folderContract, "kind: DataContract", "kind: Contract of another kind", 1))
	s.contracts.look(t.Context())
	if c := s.contracts.check(); number() != 1 || c.State != stateFail || !strings.Contains(c.Fix, file) {
		t.Errorf("%+v", c)
	}
	put(strings.Replace(folderContract, "1.0.0", "1.10.0", 1))
	s.contracts.look(t.Context())
	if n := number(); n != 2 || s.contracts.check().State != stateOK {
		t.Errorf("version %d, %+v", n, s.contracts.check())
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	s.contracts.look(t.Context())
	if n := number(); n != 2 {
		t.Errorf("version %d", n)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	s.contracts.look(t.Context())
	if s.contracts.check().State != stateFail {
		t.Errorf("%+v", s.contracts.check())
	}
	if _, err := s.checks.Contracts(t.Context()); err != nil || s.checks.Budget != 5<<20 || s.checks.RecoverAfter != 5*time.Minute {
		t.Errorf("%v, %d, %s", err, s.checks.Budget, s.checks.RecoverAfter)
	}
	entries := 0
	if _, err := s.audit.Entries(t.Context(), 0, func(e *access.Entry) error {
		if e.Action == access.ContractWrite {
			entries++
		}
		return nil
	}); err != nil || entries == 0 {
		t.Errorf("%d entries in the audit log, %v", entries, err)
	}
}
