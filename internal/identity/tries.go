package identity

import (
	"net"
	"net/netip"
	"sync"
	"time"
)

// What slows guessing: the first tries are free, then each failure doubles the wait.
const (
	freeTries  = 5
	firstWait  = time.Second
	longestTry = 5 * time.Minute
	// triesForgotten is how long after its last failure a name or an address is new again.
	triesForgotten = 30 * time.Minute
	// maxTried bounds the names and addresses that are remembered.
	maxTried = 20_000
)

// tries counts failures by name and by address. A try is counted before it is looked at, so that many at once are no way around the count.
// Safe for concurrent use.
type tries struct {
	now func() time.Time
	mu  sync.Mutex
	of  map[string]*tried
}

type tried struct {
	failures int
	last     time.Time
	until    time.Time
}

func newTries(now func() time.Time) *tries { return &tries{now: now, of: map[string]*tried{}} }

// begin counts a try under every key, unless one of them has to wait: then nothing is counted, and wait says how long.
func (t *tries) begin(keys ...string) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	for _, k := range keys {
		if x := t.of[k]; x != nil && now.Before(x.until) {
			wait = max(wait, x.until.Sub(now))
		}
	}
	if wait > 0 {
		return wait
	}
	for _, k := range keys {
		x := t.of[k]
		if x == nil || now.Sub(x.last) > triesForgotten {
			t.makeRoom(now)
			x = &tried{}
			t.of[k] = x
		}
		x.failures++
		x.last, x.until = now, now.Add(waitAfter(x.failures))
	}
	return 0
}

// succeeded takes a try back that begin counted, and all failures of the name before it; those of the address stay, else one good password
// would pay for guessing others.
func (t *tries) succeeded(name, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if name != "" {
		delete(t.of, name)
	}
	if x := t.of[address]; x != nil {
		x.failures--
		x.until = time.Time{}
		if x.failures == 0 {
			delete(t.of, address)
		}
	}
}

func waitAfter(failures int) time.Duration {
	if failures < freeTries {
		return 0
	}
	return min(firstWait<<min(failures-freeTries, 20), longestTry)
}

// makeRoom keeps the table bounded: what is forgotten goes first, then whatever was tried longest ago.
func (t *tries) makeRoom(now time.Time) {
	if len(t.of) < maxTried {
		return
	}
	var oldest string
	for k, x := range t.of {
		if now.Sub(x.last) > triesForgotten {
			delete(t.of, k)
			continue
		}
		if oldest == "" || x.last.Before(t.of[oldest].last) {
			oldest = k
		}
	}
	if len(t.of) >= maxTried {
		delete(t.of, oldest)
	}
}

// addressKey is the address that a request comes from, without the port. Of IPv6 it is the network: one line has all of its addresses.
func addressKey(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return "address " + host
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if network, err := ip.Prefix(64); err == nil {
			return "address " + network.String()
		}
	}
	return "address " + ip.String()
}
