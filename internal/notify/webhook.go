package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass/sightglass/internal/dial"
)

const (
	dialWithin = 5 * time.Second
	maxAnswer  = 16 << 10 // of an answer that is read at all
)

// newClient follows no redirect, and checks certificates by roots; nil = the system's.
func newClient(roots *x509.CertPool) *http.Client {
	t := dial.Transport(dialWithin)
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	t.TLSHandshakeTimeout, t.ResponseHeaderTimeout = dialWithin, sendWithin
	t.MaxIdleConnsPerHost, t.IdleConnTimeout = 1, time.Minute
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// signature is what a receiver checks: the time, and the HMAC-SHA256 of the time, a point and the body under the secret.
func signature(secret string, body []byte, now time.Time) string {
	t := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// post sends a signed CloudEvent in structured mode.
func (k *Keeper) post(ctx context.Context, to, secret string, m message) Outcome {
	body, err := m.event.text()
	if err != nil {
		return Outcome{Status: "not sent", Detail: "the event cannot be written"}
	}
	return k.ask(ctx, to, "application/cloudevents+json; charset=utf-8", body, map[string]string{
		"Sightglass-Signature": signature(secret, body, k.o.Now()),
		"Sightglass-Delivery":  m.delivery,
	})
}

// chat sends a text to an incoming webhook of Slack's form.
func (k *Keeper) chat(ctx context.Context, to string, m message) Outcome {
	mark := map[string]string{"info": ":information_source:", "warning": ":warning:", "critical": ":rotating_light:"}[m.event.Data.Severity]
	if m.event.Data.Phase == Over {
		mark = ":white_check_mark:"
	}
	text := mark + " *" + m.event.Data.Severity + "* " + chatText(m.summary)
	if m.more != "" {
		text += ", " + chatText(m.more)
	}
	if m.link != "" {
		text += "\n<" + strings.NewReplacer("|", "%7C", ">", "%3E", "<", "%3C").Replace(m.link) + "|Open in Sightglass>"
	}
	body, err := json.Marshal(map[string]any{"text": text, "unfurl_links": false})
	if err != nil {
		return Outcome{Status: "not sent", Detail: "the text cannot be written"}
	}
	return k.ask(ctx, to, "application/json; charset=utf-8", body, nil)
}

// chatText is text in which a chat sees no links and no mentions.
func chatText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// ask posts body and reads how the answer begins.
func (k *Keeper) ask(ctx context.Context, to, contentType string, body []byte, header map[string]string) Outcome {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return Outcome{Status: "not sent", Detail: "its address cannot be asked"}
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("User-Agent", "Sightglass")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := k.http.Do(r)
	if err != nil {
		return trouble(err)
	}
	defer func() { _ = answer.Body.Close() }()                     // it was read as far as it matters
	begin, _ := io.ReadAll(io.LimitReader(answer.Body, maxAnswer)) // the status says how it went
	o := Outcome{Status: fmt.Sprintf("HTTP %d", answer.StatusCode), Detail: prefix(begin)}
	switch s := answer.StatusCode; {
	case s >= 200 && s <= 299:
		o.OK, o.Detail = true, ""
	case s >= 300 && s <= 399:
		o.Detail = "it answers from elsewhere, and redirects are not followed"
	case s == http.StatusTooManyRequests || s >= 500:
		o.Down, o.After = true, retryAfter(answer.Header, k.o.Now())
	}
	return o
}
