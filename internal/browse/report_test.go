package browse

import (
	"context"
	"testing"
)

func TestTextsOfReportsAreSeenAsMessagesAre(t *testing.T) {
	s := open(t)
	in := map[string]any{"exception": "canary", "job_name": "orders", "fullSize": int64(7), "list": []any{"canary"}}
	if got := everything(t, s.Reported(context.Background(), ann, s.rec, "", in)); got != `{"exception":"***","fullSize":7,"job_name":"orders","list":["***"]}` {
		t.Errorf("ann sees %s", got)
	}
	if got := everything(t, s.Reported(context.Background(), local, s.rec, "", in)); got != `{"exception":"canary","fullSize":7,"job_name":"orders","list":["canary"]}` {
		t.Errorf("the local person sees %s", got)
	}
}
