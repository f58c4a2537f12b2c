package query

// rateSeconds is the stretch that rates are averaged over.
const rateSeconds = 10

// meter counts, and remembers the last seconds for a rate. Seconds are of the agents' clock.
type meter struct {
	total uint64
	slots [rateSeconds + 2]slot
}

type slot struct {
	second int64
	n      uint64
}

func (m *meter) add(at Wall, n uint64) {
	if n == 0 {
		return
	}
	m.total += n
	second := int64(at) / 1e6
	s := &m.slots[uint64(second)%uint64(len(m.slots))]
	if s.second > second {
		return // older than what the slot remembers
	}
	if s.second < second {
		*s = slot{second: second}
	}
	s.n += n
}

// recent is the number of the whole seconds before the one of now, at most rateSeconds of them.
func (m *meter) recent(now Wall) uint64 {
	second := int64(now) / 1e6
	var n uint64
	for _, s := range m.slots {
		if s.second < second && s.second >= second-rateSeconds {
			n += s.n
		}
	}
	return n
}

// pace turns recent counts into rates per second.
type pace struct {
	now  Wall    // the newest moment of the recording; 0 = nothing arrives any more, all rates are 0
	over float64 // seconds
}

// newPace divides by the time since the recording began while that is shorter than rateSeconds.
func newPace(began, now Wall) pace {
	return pace{now, float64(max(1, min(rateSeconds, int64(now)/1e6-int64(began)/1e6)))}
}

func (p pace) of(meters ...*meter) float64 {
	if p.now == 0 {
		return 0
	}
	var n uint64
	for _, m := range meters {
		n += m.recent(p.now)
	}
	return float64(n) / p.over
}
