package event

// CodeBody is the JSON body of an event of kind code: a generated class that an operator runs (spec/recording.md, section 5).
type CodeBody struct {
	Class    string `json:"class"`
	Language string `json:"language"`
	Hash     string `json:"hash"`
	Length   int    `json:"length"` // characters of the whole text
	Text     string `json:"text"`   // where it is: here, before or withheld
}

// PlannedBody is the JSON body of an event of kind planned operator. By is plan or vertex: who told it.
type PlannedBody struct {
	Node       int      `json:"node"`
	Operator   string   `json:"operator"`
	Name       string   `json:"name"`
	By         string   `json:"by"`
	Exec       int      `json:"exec"`
	Type       string   `json:"type"`
	Fields     []string `json:"fields"`
	Key        []string `json:"key"`
	Statements []int    `json:"statements"`
}

// StatementBody is the JSON body of an event of kind statement. Made: operators of the job come from it.
type StatementBody struct {
	Number    int    `json:"number"`
	Operation string `json:"operation"`
	Made      bool   `json:"made"`
	AtUS      int64  `json:"at_us"`
	Length    int    `json:"length"`
}

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
