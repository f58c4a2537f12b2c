package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"strings"

	"github.com/sightglass/sightglass/gen"
)

// maxLine bounds one line of a stream: a bounded view with its bytes fits many times.
const maxLine = 32 << 20

// Follow yields events as they arrive, with the bytes that each came as, until ctx ends or the server closes the stream.
// after is the cursor to go on behind; empty = from now.
func (c *Client) Follow(ctx context.Context, q EventQuery, after string) iter.Seq2[Answer[gen.Event], error] {
	return streamed[gen.Event](ctx, c, q.filter(), after, "recordings", q.Recording, "events", "live")
}

// streamed yields what a stream sends, until ctx ends or the server closes it, which is an error as well.
func streamed[T any](ctx context.Context, c *Client, query url.Values, after string, path ...string) iter.Seq2[Answer[T], error] {
	return func(yield func(Answer[T], error) bool) {
		r, err := c.request(ctx, query, path...)
		if err != nil {
			yield(Answer[T]{}, err)
			return
		}
		r.Header.Set("Accept", "text/event-stream")
		if after != "" {
			r.Header.Set("Last-Event-ID", after)
		}
		response, err := c.do(r)
		if err != nil {
			yield(Answer[T]{}, err)
			return
		}
		defer response.Body.Close()
		for m, err := range messages(response.Body) {
			var a Answer[T]
			switch {
			case err != nil && ctx.Err() != nil:
				return
			case err != nil:
				err = fmt.Errorf("the stream from %s broke: %w", c.base.Host, err)
			case m.kind == "problem":
				p := &Problem{}
				if err = json.Unmarshal([]byte(m.data), &p.Problem); err == nil {
					err = p
				}
			default:
				a.Raw = json.RawMessage(m.data)
				if err = json.Unmarshal(a.Raw, &a.Value); err != nil {
					err = fmt.Errorf("what %s sent cannot be read: %w", c.base.Host, err)
				}
			}
			if !yield(a, err) || err != nil {
				return
			}
		}
	}
}

type message struct{ kind, id, data string }

// messages reads server-sent events as the HTML standard describes them.
func messages(in io.Reader) iter.Seq2[message, error] {
	return func(yield func(message, error) bool) {
		lines := bufio.NewScanner(in)
		lines.Buffer(make([]byte, 64<<10), maxLine)
		var m message
		var data []string
		for lines.Scan() {
			line := strings.TrimSuffix(lines.Text(), "\r")
			if line == "" {
				if len(data) > 0 {
					m.data = strings.Join(data, "\n")
					if !yield(m, nil) {
						return
					}
				}
				m, data = message{id: m.id}, nil
				continue
			}
			name, value, _ := strings.Cut(line, ":")
			value = strings.TrimPrefix(value, " ")
			switch name {
			case "event":
				m.kind = value
			case "id":
				m.id = value
			case "data":
				data = append(data, value)
			}
		}
		err := lines.Err()
		if err == nil {
			err = errors.New("the server closed it")
		}
		yield(message{}, err)
	}
}
