package event

// GapBody is the JSON body of a gap event (spec/recording.md, section 5). FirstBlock and LastBlock are set when the numbers
// of the blocks of Lane that are missing are known. Such a gap is void once all of them are stored.
type GapBody struct {
	Lane       Lane      `json:"lane"`
	Reason     GapReason `json:"reason"`
	First      uint64    `json:"first"`
	Last       uint64    `json:"last"`
	Events     uint64    `json:"events"`
	Bytes      uint64    `json:"bytes"`
	FromUS     int64     `json:"from_us"`
	ToUS       int64     `json:"to_us"`
	Text       string    `json:"text"`
	FirstBlock *uint64   `json:"first_block,omitempty"`
	LastBlock  *uint64   `json:"last_block,omitempty"`
}
