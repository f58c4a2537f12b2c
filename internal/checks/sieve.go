package checks

// Of a Bloom filter: with 20 bits for each key and 13 of them set, one key in 10,000 that never came is taken for one that did.
const (
	sieveBits   = 20
	sieveHashes = 13
	sieveKeys   = 4_000_000 // of one span, before it is wrong more often; 10 MB
)

// sieve remembers keys of the last one to two spans in two Bloom filters: it forgets none of them, and takes few others for one of them.
type sieve struct {
	young, old []uint64
	began      int64 // time of the first key of young, ms
}

// add notes a key.
func (s *sieve) add(key uint64, at, within int64) {
	switch {
	case s.young == nil:
		s.began = at
	case at-s.began > within:
		s.old, s.young, s.began = s.young, nil, at
	}
	if s.young == nil {
		s.young = make([]uint64, sieveKeys*sieveBits/64)
	}
	for i := range uint64(sieveHashes) {
		bit := sieveBit(key, i)
		s.young[bit/64] |= 1 << (bit % 64)
	}
}

// holds says whether a key may have come before.
func (s *sieve) holds(key uint64) bool { return held(s.young, key) || held(s.old, key) }

func held(bits []uint64, key uint64) bool {
	if bits == nil {
		return false
	}
	for i := range uint64(sieveHashes) {
		if bit := sieveBit(key, i); bits[bit/64]&(1<<(bit%64)) == 0 {
			return false
		}
	}
	return true
}

// sieveBit is the place of the n-th bit of a key: two halves of one hash make as many as are needed.
func sieveBit(key, n uint64) uint64 {
	second := (key>>32 | key<<32) * 0x9e3779b97f4a7c15
	return (key + n*(second|1)) % (sieveKeys * sieveBits)
}
