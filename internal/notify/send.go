package notify

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/dial"
)

// Outcome is how an attempt ended.
type Outcome struct {
	OK     bool
	Down   bool          // nobody answers there, or says that it is too much: others wait too
	Status string        // the answer's status, or what went wrong
	Detail string        // how the answer begins
	After  time.Duration // the target wants so much time
}

// send makes one attempt.
func (k *Keeper) send(ctx context.Context, c *claimed) Outcome {
	ctx, cancel := context.WithTimeout(ctx, sendWithin)
	defer cancel()
	t := &c.sub.Target
	if t.Kind == Inbox {
		return Outcome{OK: true}
	}
	secret, err := k.secret(&c.sub)
	if err != nil {
		return Outcome{Status: "not sent", Detail: bounded(err.Error())}
	}
	m := k.messageOf(c)
	switch t.Kind {
	case Webhook:
		return k.post(ctx, t.URL, secret, m)
	case Slack:
		return k.chat(ctx, secret, m)
	case Email:
		return k.mail(ctx, t.To, m)
	case Topic:
		return k.write(ctx, t, m)
	}
	return Outcome{Status: "not sent", Detail: "this program knows no such kind of target"}
}

// trouble is an attempt without an answer. An address is left out of it: it may hold a secret.
func trouble(err error) Outcome {
	o := Outcome{Down: true, Status: "no answer"}
	var inner *url.Error
	if errors.As(err, &inner) {
		err = inner.Err
	}
	var name *net.DNSError
	switch {
	case errors.Is(err, dial.ErrLinkLocal):
		o.Status, o.Down = "refused", false
		o.Detail = "its address is link-local or one that tells machines their secrets"
	case errors.Is(err, context.DeadlineExceeded):
		o.Detail = "it did not answer within " + sendWithin.String()
	case errors.As(err, &name):
		o.Detail = "its name cannot be found"
	default:
		o.Detail = prefix([]byte(err.Error()))
	}
	return o
}

// maxPrefix bounds what is kept of an answer, in characters.
const maxPrefix = 120

// prefix is how an answer begins, on one line.
func prefix(body []byte) string {
	text := strings.Join(strings.Fields(bounded(string(body))), " ")
	if runes := []rune(text); len(runes) > maxPrefix {
		return string(runes[:maxPrefix-1]) + "…"
	}
	return text
}

// retryAfter is what an answer says about when to come again, between nothing and an hour.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0
	}
	var d time.Duration
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		d = time.Duration(min(max(seconds, 0), int64(retryMost/time.Second))) * time.Second
	} else if at, err := http.ParseTime(text); err == nil {
		d = at.Sub(now)
	}
	return min(max(d, 0), retryMost)
}
