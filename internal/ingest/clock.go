package ingest

import "github.com/sightglass/sightglass/internal/wire"

// clockSamples is how many of the last exchanges are looked at.
const clockSamples = 8

// clock estimates how far an agent's clock is from ours, from pings: of the last samples the one with the least delay.
type clock struct {
	samples [clockSamples]clockSample
	n       int
}

type clockSample struct{ offset, delay int64 } // µs

// add takes a pong that came at receivedUS of our clock.
func (c *clock) add(p *wire.Pong, receivedUS int64) {
	s := clockSample{
		offset: ((p.ReceivedUS - p.PingUS) + (p.SentUS - receivedUS)) / 2,
		delay:  (receivedUS - p.PingUS) - (p.SentUS - p.ReceivedUS),
	}
	if s.delay < 0 { // a clock stepped in between
		return
	}
	c.samples[c.n%clockSamples] = s
	c.n++
}

// best returns what to subtract from the agent's clock to get ours, and the most that this can be wrong.
func (c *clock) best() (offset, errorUS int64, known bool) {
	n := min(c.n, clockSamples)
	if n == 0 {
		return 0, 0, false
	}
	b := c.samples[0]
	for _, s := range c.samples[1:n] {
		if s.delay < b.delay {
			b = s
		}
	}
	return b.offset, b.delay / 2, true
}
