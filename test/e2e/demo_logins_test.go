//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/sightglass/sightglass/tools/lab"
	"github.com/sightglass/sightglass/tools/lab/demo"
)

// demoPolicy hides all that is somebody's; what an order is of can be seen. A number has the same token in every part.
const demoPolicy = `apiVersion: sightglass/v1
kind: AccessPolicy
masking:
  classes:
    pii.number: {rank: 30, action: token}
    pii.person: {rank: 40, action: token}
    pii.contact: {rank: 40, action: token, normalise: email}
    pii.financial: {rank: 50, action: redact}
  rules:
    - topics: [orders]
      part: value
      paths: &order {orderId: pii.number, merchantId: pii.number, eventTime: public, currency: public, totalCents: public, "items[].*": public, customer.name: pii.person, customer.email: pii.contact, customer.phone: pii.person, customer.cardNumber: pii.financial}
    - {topics: [orders], part: key, paths: {"": pii.number}}
    - {jobs: [order-totals], part: [value, state, local], paths: *order}
    - {jobs: [order-totals], part: key, paths: {"": pii.number}}
roles:
  - name: engineer
    allow: [{actions: [status, "job:view", "job:read", "job:replay", "topic:list", "topic:read", "cluster:view", "group:view"], resources: ["**"]}]
  - name: auditor
    allow: [{actions: [status, "audit:read"], resources: ["**"]}]
`

// shopPatterns are of what people and cards of the shop look like: examples/shop/generator/order.go makes them.
var shopPatterns = []string{`\bO-\d{7}\b`, `@example\.(com|org|net)`, `\+1-202-555-01\d\d`, `\b424242\d{10}\b`}

// testLogins starts the demo's server again as one that many use, with logins and a policy, and has a browser find the order that came twice with nothing personal in sight.
func testLogins(t *testing.T, l *lab.Lab, running *demo.Running, dir string) (out []byte, err error) {
	t.Helper()
	first, second := twicePlaces(t, newServerClient(running.URL))
	values := shopOrder(t, running.Kafka, first)

	data := filepath.Join(dir, "data")
	at := slices.IndexFunc(running.Processes, func(p *lab.Process) bool { return p.Name == "server" })
	if err := running.Processes[at].Stop(t.Context(), 30*time.Second); err != nil {
		t.Fatal(err)
	}
	policy, plan := filepath.Join(dir, "access.yaml"), filepath.Join(dir, "plan.json")
	if err := os.WriteFile(policy, []byte(demoPolicy), 0o600); err != nil {
		t.Fatal(err)
	}
	const password = "correct horse battery"
	binary := filepath.Join(l.Repository, "bin", "sightglass")
	for _, name := range []string{"engineer", "auditor"} {
		add := exec.CommandContext(t.Context(), binary, "user", "add", name, "--role", name, "--data", data)
		add.Stdin = strings.NewReader(password + "\n")
		if out, err := add.CombinedOutput(); err != nil {
			t.Fatalf("adding %s: %v\n%s", name, err, out)
		}
	}
	ports, err := lab.FreePorts(2)
	if err != nil {
		t.Fatal(err)
	}
	url := fmt.Sprintf("http://127.0.0.1:%d", ports[0])
	server, err := lab.Start(lab.Command{
		Name: "server with logins", Path: binary, Dir: dir, Log: filepath.Join(dir, "log", "server-logins.log"),
		Args: []string{"up", "--data", data, "--listen", strings.TrimPrefix(url, "http://"), "--agent-listen", fmt.Sprintf("127.0.0.1:%d", ports[1]),
			"--auth", "on", "--login", "users", "--access-policy", policy, "--kafka-file", filepath.Join(dir, "kafka.yaml")},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Stop(t.Context(), 30*time.Second); err != nil {
			t.Error(err)
		}
	}()
	if err := lab.AwaitHTTP(t.Context(), url+"/readyz", server); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"password": password, "job": "order-totals", "places": []string{first, second}, "values": values, "patterns": shopPatterns})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(plan, text, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "npm", "--prefix", "web", "run", "e2e")
	cmd.Dir = l.Repository
	cmd.Env = append(os.Environ(), "NO_COLOR=1", "SIGHTGLASS_URL="+url, "SIGHTGLASS_STORIES=logins", "SIGHTGLASS_PLAN="+plan,
		"SIGHTGLASS_SCREENSHOTS="+filepath.Join(l.Repository, "build", "screenshots"))
	return cmd.CombinedOutput()
}

// twicePlaces tells where the order lies that came twice.
func twicePlaces(t *testing.T, c *serverClient) (first, second string) {
	t.Helper()
	secondComing(t, c) // waits for it
	events, err := c.eventsOf(t.Context(), "order-totals", twice)
	if err != nil || len(events) == 0 {
		t.Fatalf("order %s is not there: %v", twice, err)
	}
	var places []string
	for _, e := range events {
		if !slices.Contains(places, e.Kafka) {
			places = append(places, e.Kafka)
		}
	}
	if len(places) != 2 {
		t.Fatalf("order %s lies at %v, want two places", twice, places)
	}
	return places[0], places[1]
}

// shopOrder reads what is personal in an order from the broker itself: its number first.
func shopOrder(t *testing.T, bootstrap, place string) []string {
	t.Helper()
	var partition int32
	var offset int64
	if _, err := fmt.Sscanf(place, "orders/%d@%d", &partition, &offset); err != nil {
		t.Fatalf("%s: %v", place, err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(bootstrap), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{"orders": {partition: kgo.NewOffset().At(offset)}}))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	fetched := client.PollFetches(t.Context())
	if err := fetched.Err(); err != nil {
		t.Fatal(err)
	}
	var order struct {
		OrderID    string `json:"orderId"`
		MerchantID string `json:"merchantId"`
		Customer   struct {
			Name  string `json:"name"`
			Email string `json:"email"`
			Phone string `json:"phone"`
			Card  string `json:"cardNumber"`
		} `json:"customer"`
	}
	if err := json.Unmarshal(fetched.Records()[0].Value, &order); err != nil {
		t.Fatal(err)
	}
	all := []string{order.OrderID, order.MerchantID, order.Customer.Name, order.Customer.Email, order.Customer.Phone, order.Customer.Card}
	if all[0] != twice || slices.Contains(all, "") {
		t.Fatalf("the order at %s is %q", place, all)
	}
	return all
}
