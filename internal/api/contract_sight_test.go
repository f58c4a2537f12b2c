package api

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/checks"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
)

type oneProducer checks.Producer

func (p oneProducer) Producer(context.Context, string, string, int32, int64, time.Time) (checks.Producer, bool) {
	return checks.Producer(p), true
}

func reader(t *testing.T, allow string) *fixture {
	t.Helper()
	policy, err := access.ReadPolicy("roles: [{name: reader, allow: ["+allow+"]}]\n", access.Keys{})
	if err != nil {
		t.Fatal(err)
	}
	return openUnder(t, policy, func(*http.Request) (access.Principal, error) {
		return access.Principal{ID: "oidc:x#1", Name: "Bob", Roles: []string{"reader"}}, nil
	})
}

// Who may read a contract and not see the job that broke it is told that there is one, and not which.
func TestAViolationNamesNoJobThatMayNotBeSeen(t *testing.T) {
	for allow, want := range map[string]string{`{actions: ["contract:read"], resources: ["**"]}`: "hidden", `{actions: ["contract:read", "job:view"], resources: ["**"]}`: checks.SearchFound} {
		f := reader(t, allow)
		f.contracts.Producers = oneProducer{Recording: f.truth.Totals.String(), Job: "shop-totals", Position: "sums.0.0.7", Program: "cafe"}
		f.kafka.Write("orders", kafkatest.Record{Value: []byte(`{"id":"o-99","amount":4711}`)})
		if err := f.contracts.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, _, body := send2(t, f, http.MethodGet, Base+"/violations?check=orders/amount/range", "")
		if !strings.Contains(string(body), `"producer_search":"`+want+`"`) {
			t.Errorf("%s: %s", allow, body)
		}
		for _, word := range []string{"shop-totals", f.truth.Totals.String(), "sums.0.0.7", "cafe"} {
			if strings.Contains(string(body), word) != (want == checks.SearchFound) {
				t.Errorf("%s: %s: %s", allow, word, body)
			}
		}
	}
}

// A topic is held against a contract that one may read, and against no other.
func TestAStretchIsHeldAgainstAContractThatMayBeRead(t *testing.T) {
	for allow, want := range map[string]string{`"contract/orders"`: "orders", `"contract/a-orders"`: "a-orders", `"contract/spare"`: ""} {
		f := reader(t, `{actions: ["topic:read"], resources: ["**"]}, {actions: ["contract:read"], resources: [`+allow+`]}`)
		if _, err := f.contracts.Apply(t.Context(), strings.Replace(promise, "id: orders", "id: a-orders", 1), "ann", "", "api"); err != nil {
			t.Fatal(err)
		}
		if want == "" {
			sent[Problem](t, f, http.MethodPost, "/clusters/shop/topics/orders/contract-test", `{"since_s":"60"}`, http.StatusForbidden)
		} else if got := sent[ContractTested](t, f, http.MethodPost, "/clusters/shop/topics/orders/contract-test", `{"since_s":"60"}`, http.StatusOK); got.Contract != want {
			t.Errorf("%s: held against %s", allow, got.Contract)
		}
	}
}
