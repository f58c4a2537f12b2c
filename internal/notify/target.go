package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// Kind is how one is told.
type Kind string

// The kinds.
const (
	Webhook Kind = "webhook" // a signed CloudEvent by POST
	Slack   Kind = "slack"   // an incoming webhook of Slack, Mattermost and the like
	Email   Kind = "email"
	Topic   Kind = "topic" // a CloudEvent in binary mode
	Inbox   Kind = "inbox" // in the web UI
)

// Kinds are all of them.
var Kinds = []Kind{Webhook, Slack, Email, Topic, Inbox}

// Target is where one is told. Only the members of its Kind may be there. It holds no secret: of Slack's address, which is one, it has the host.
type Target struct {
	Kind Kind `json:"kind"`

	URL string `json:"url,omitempty"` // webhook: https, or http on this machine; slack: of the host alone
	// SecretFile holds the secret of a webhook, or the address of slack, and is read at each delivery. For administrators: it names a file of the
	// server's machine.
	SecretFile string `json:"secret_file,omitempty"`

	To []string `json:"to,omitempty"` // email: addresses

	Cluster string `json:"cluster,omitempty"` // topic
	Topic   string `json:"topic,omitempty"`

	// Related: inbox of each person who has one of the filter's roles, in place of the subscriber's own. For administrators.
	Related bool `json:"related,omitempty"`

	// Rate is how many may be sent in a minute; 0 = as many as the kind allows.
	Rate int `json:"rate,omitempty"`
}

// rates in a minute, where a target names none, and at the most. Slack allows one a second.
var rates = map[Kind]int{Webhook: 120, Slack: 50, Email: 30, Topic: 1200}

const (
	minSecret = 16
	maxSecret = 1024
	maxTo     = 20
)

// check refuses what is no target. secret is what goes with it, empty where one is kept already.
func (t *Target) check(secret string, kept bool) error {
	bad := func(format string, a ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrSubscription}, a...)...)
	}
	if !slices.Contains(Kinds, t.Kind) {
		return bad("there is no kind of target %q; kinds are %s", bounded(string(t.Kind)), joined(Kinds))
	}
	for _, of := range []struct {
		name  string
		there bool
		kinds []Kind
	}{
		{"url", t.URL != "", []Kind{Webhook, Slack}}, {"secret", secret != "", []Kind{Webhook, Slack}}, {"secret_file", t.SecretFile != "", []Kind{Webhook, Slack}},
		{"to", len(t.To) > 0, []Kind{Email}}, {"cluster", t.Cluster != "", []Kind{Topic}}, {"topic", t.Topic != "", []Kind{Topic}},
		{"related", t.Related, []Kind{Inbox}}, {"rate", t.Rate != 0, []Kind{Webhook, Slack, Email, Topic}},
	} {
		if of.there && !slices.Contains(of.kinds, t.Kind) {
			return bad("%s does not go with kind %s", of.name, t.Kind)
		}
	}
	if t.Rate < 0 || t.Kind != Inbox && t.Rate > rates[t.Kind] {
		return bad("rate is between 1 and %d in a minute for kind %s; leave it out for that", rates[t.Kind], t.Kind)
	}
	if secret != "" && t.SecretFile != "" {
		return bad("either secret or secret_file, not both")
	}
	if t.SecretFile != "" && !filepath.IsAbs(t.SecretFile) {
		return bad("secret_file is a whole path, from /")
	}
	has := secret != "" || t.SecretFile != "" || kept
	switch t.Kind {
	case Webhook:
		if err := addressed(t.URL); err != nil {
			return bad("url: %v", err)
		}
		if !has {
			return bad("a webhook wants a secret of %d characters or more, with which what is sent is signed, or secret_file", minSecret)
		}
		if secret != "" && (len(secret) < minSecret || len(secret) > maxSecret) {
			return bad("a secret has between %d and %d characters", minSecret, maxSecret)
		}
	case Slack:
		if !has {
			return bad("slack wants the address of an incoming webhook as its secret, or secret_file")
		}
		if t.URL != "" && secret == "" && !kept {
			return bad("the address of slack is its secret: leave url out")
		}
		if secret != "" {
			if err := addressed(secret); err != nil {
				return bad("secret: %v", err)
			}
		}
	case Email:
		if len(t.To) == 0 || len(t.To) > maxTo {
			return bad("to has between 1 and %d addresses", maxTo)
		}
		for _, to := range t.To {
			if a, err := mail.ParseAddress(to); err != nil || a.Address != to || strings.ContainsFunc(to, unprintable) || len(to) > 254 {
				return bad("to holds what is no address, as ann@example.com")
			}
		}
	case Topic:
		if t.Cluster == "" || t.Topic == "" || len(t.Cluster) > maxPattern || len(t.Topic) > 249 {
			return bad("topic wants cluster and topic")
		}
	}
	return nil
}

// addressed refuses what is no address of a webhook. The text is not repeated: it may hold a secret.
func addressed(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || len(text) > 2048 || u.Fragment != "" {
		return fmt.Errorf("it is no address, as https://hooks.example.com/streams")
	}
	// Hosts of other bytes would be kept as others than they were given; escapes stand for such bytes too.
	if foreign := func(r rune) bool { return r <= ' ' || r > '~' }; strings.ContainsFunc(text, foreign) || strings.ContainsFunc(u.Host, foreign) {
		return fmt.Errorf("an address has letters of ASCII only: a host's others are written xn--…, a path's as %%XX")
	}
	if u.User != nil {
		return fmt.Errorf("it holds a password, which everybody would see who may see the subscription")
	}
	switch u.Scheme {
	case "https":
		return nil
	case "http":
		if ip := net.ParseIP(u.Hostname()); u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
			return nil
		}
		return fmt.Errorf("what leaves this machine wants https")
	}
	return fmt.Errorf("it is no address that begins with https://")
}

// normal is t as it is kept: slack's address is cut down to its host.
func (t Target) normal(secret string) Target {
	if t.Kind == Slack {
		t.URL = ""
		if u, err := url.Parse(secret); err == nil && secret != "" {
			t.URL = u.Scheme + "://" + u.Host
		}
	}
	return t
}

// hosts that a target leads to, and domains of mail: what the setting notify-hosts is about.
func (t *Target) hosts() (out []string) {
	if u, err := url.Parse(t.URL); err == nil && t.URL != "" {
		out = append(out, strings.ToLower(u.Hostname()))
	}
	for _, to := range t.To {
		out = append(out, strings.ToLower(to[strings.LastIndexByte(to, '@')+1:]))
	}
	return out
}

// External tells whether it leads to a host.
func (t *Target) External() bool { return t.Kind == Webhook || t.Kind == Slack || t.Kind == Email }

// Host is the beginning of its address, up to the host: what is behind it may be a secret. Empty: it has none.
func (t *Target) Host() string {
	u, err := url.Parse(t.URL)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// Shown is the target for everybody who may see that there is one.
func (t *Target) Shown() string {
	switch t.Kind {
	case Webhook, Slack:
		at := t.Host()
		if at == "" {
			at = "as in its secret file"
		}
		return string(t.Kind) + " " + at
	case Email:
		return "email " + strings.Join(t.To, ", ")
	case Topic:
		return "topic " + t.Cluster + "/" + t.Topic
	}
	if t.Related {
		return "inbox of everybody who has the role"
	}
	return "inbox"
}

// address is what rates and pauses are about: one for all subscriptions that lead there.
func (t *Target) address(secret string) string {
	var where string
	switch t.Kind {
	case Webhook:
		where = t.URL
	case Slack:
		where = secret + t.SecretFile
	case Email:
		return "email" // one server takes all of it
	case Topic:
		where = t.Cluster + "/" + t.Topic
	default:
		return ""
	}
	sum := sha256.Sum256([]byte(where))
	return string(t.Kind) + ":" + hex.EncodeToString(sum[:12])
}

// key tells a subscriber's targets apart: who has two subscriptions for one is told once.
func (t *Target) key(owner, secret string) string {
	where := t.address(secret)
	if t.Kind == Email {
		to := slices.Clone(t.To)
		slices.Sort(to)
		where = strings.Join(to, ",")
	}
	sum := sha256.Sum256([]byte(owner + "\x00" + where))
	return string(t.Kind) + ":" + hex.EncodeToString(sum[:12])
}

func inboxKey(principal string) string { return "inbox:" + principal }
