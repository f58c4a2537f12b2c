package meta

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

func TestReportsAreKeptOnceAndBounded(t *testing.T) {
	ctx := context.Background()
	d := openTest(t, filepath.Join(t.TempDir(), "meta.db"))
	for range 2 { // the second time it is sent again
		var list []Report
		for i := range 5 {
			list = append(list, Report{Recording: "a", At: time.UnixMicro(int64(i)), Digest: fmt.Sprint(i), Body: []byte(`{}`)})
		}
		if _, err := d.AddReports(ctx, list, 5); err != nil {
			t.Fatal(err)
		}
	}
	got, more, err := d.Reports(ctx, "a", 3)
	if err != nil || len(got) != 3 || !more || got[0].Digest != "4" {
		t.Fatalf("%v %v %v", got, more, err)
	}
	if n, err := d.AddReports(ctx, []Report{{Recording: "a", At: time.UnixMicro(9), Digest: "9", Body: []byte(`{}`)}}, 2); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if got, more, err = d.Reports(ctx, "a", 10); err != nil || more || len(got) != 2 || got[0].Digest != "9" || got[1].Digest != "4" {
		t.Errorf("%v %v %v", got, more, err)
	}
	if err := d.ForgetReports(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	if got, _, err = d.Reports(ctx, "a", 10); err != nil || len(got) != 0 {
		t.Errorf("%v %v", got, err)
	}
}
