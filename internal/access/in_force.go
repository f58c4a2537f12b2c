package access

import "sync/atomic"

// InForce is the policy in force, which may be exchanged while it is used: an answer that has begun goes on with the one that it began
// with. Safe for concurrent use.
type InForce struct{ now atomic.Pointer[Policy] }

// NewInForce begins with p.
func NewInForce(p *Policy) *InForce {
	f := new(InForce)
	f.now.Store(p)
	return f
}

// Policy is the one in force. Who asks more than once for one answer keeps it.
func (f *InForce) Policy() *Policy {
	if f == nil {
		return nil
	}
	return f.now.Load()
}

// Put puts p in force.
func (f *InForce) Put(p *Policy) { f.now.Store(p) }
