package api

import (
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// compressFrom is the size below which an answer goes out as it is: gzip would make it larger or gain nothing.
const compressFrom = 1400

var writers = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is valid
	return w
}}

// compress encodes JSON answers with gzip for callers that take it. Streams stay as they are: each event must leave at once.
func compress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if !takesGzip(r.Header.Get("Accept-Encoding")) {
			next.ServeHTTP(w, r)
			return
		}
		c := &compressor{ResponseWriter: w}
		defer c.finish()
		next.ServeHTTP(c, r)
	})
}

func takesGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" {
			return strings.ReplaceAll(q, " ", "") != "q=0"
		}
	}
	return false
}

// compressor holds the beginning of an answer back until it is known whether compressing pays.
type compressor struct {
	http.ResponseWriter
	status int
	held   []byte
	gz     *gzip.Writer
	plain  bool // decided: as it is
}

func (c *compressor) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
}

func (c *compressor) Write(b []byte) (int, error) {
	switch {
	case c.plain:
		return c.ResponseWriter.Write(b)
	case c.gz != nil:
		return c.gz.Write(b)
	case !strings.Contains(c.Header().Get("Content-Type"), "json"):
		if err := c.release(); err != nil {
			return 0, err
		}
		return c.ResponseWriter.Write(b)
	}
	c.held = append(c.held, b...)
	if len(c.held) < compressFrom {
		return len(b), nil
	}
	c.Header().Set("Content-Encoding", "gzip")
	c.Header().Del("Content-Length")
	c.header()
	c.gz = writers.Get().(*gzip.Writer)
	c.gz.Reset(c.ResponseWriter)
	if _, err := c.gz.Write(c.held); err != nil {
		return 0, err
	}
	c.held = nil
	return len(b), nil
}

func (c *compressor) header() {
	if c.status != 0 {
		c.ResponseWriter.WriteHeader(c.status)
	}
}

// release sends what was held as it is.
func (c *compressor) release() error {
	c.plain = true
	c.header()
	held := c.held
	c.held = nil
	if len(held) == 0 {
		return nil
	}
	_, err := c.ResponseWriter.Write(held)
	return err
}

func (c *compressor) finish() {
	if c.gz != nil {
		_ = c.gz.Close() // the caller is gone: nobody is left to tell
		c.gz.Reset(nil)
		writers.Put(c.gz)
		return
	}
	if !c.plain {
		_ = c.release()
	}
}

// FlushError lets streams through.
func (c *compressor) FlushError() error {
	if c.gz == nil && !c.plain {
		if err := c.release(); err != nil {
			return err
		}
	}
	if c.gz != nil {
		if err := c.gz.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(c.ResponseWriter).Flush()
}

// Unwrap is for http.ResponseController.
func (c *compressor) Unwrap() http.ResponseWriter { return c.ResponseWriter }
