package cli

import (
	"context"
	"encoding/json"
	"regexp"
	"testing"
)

func TestEventsExplain(t *testing.T) {
	r := serve(t)
	ctx := context.Background()
	out, errs, code := r.run(ctx, "", "events", "shop-totals", "--lane", "job", "--limit", "0", "--explain")
	said := regexp.MustCompile(`found by the lane, all of it: of \d+ blocks \d+ headers looked at, \d+ skipped by them, \d+ decoded; of their \d+ rows \d+ fit, \d+ given`)
	if code != 0 || out == "" || !said.MatchString(errs) {
		t.Errorf("exit %d %s", code, errs)
	}
	out, _, _ = r.run(ctx, "", "events", "shop-totals", "--limit", "5", "--explain", "-o", "json")
	var page struct {
		Explain *struct {
			Index   string `json:"index"`
			Blocks  string `json:"blocks"`
			Decoded int    `json:"decoded"`
		} `json:"explain"`
	}
	if err := json.Unmarshal([]byte(out), &page); err != nil || page.Explain == nil || page.Explain.Index != "time" || page.Explain.Decoded == 0 || page.Explain.Blocks == "0" {
		t.Errorf("%v %+v", err, page.Explain)
	}
	if out, _, _ = r.run(ctx, "", "events", "shop-totals", "--limit", "5", "-o", "json"); regexp.MustCompile(`"explain"`).MatchString(out) {
		t.Error("told without being asked")
	}
}
