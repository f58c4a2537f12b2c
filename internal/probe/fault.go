package probe

import "strconv"

// Error is bytes that are not a value of the format and schema, or that pass the limits. It holds nothing of the record but a place.
type Error struct {
	Off int    // byte of the record that could not be read
	Why string // for people
}

func (e *Error) Error() string { return e.Why + " at byte " + strconv.Itoa(e.Off) }

// Faults are what is odd about a record that could be read all the same. Trees say the same in the reasons of their nodes.
type Faults uint16

// The faults. Those of Broken make a record that does not conform to its format and schema; the others are legal.
const (
	FaultUTF8     Faults = 1 << iota // text that is no UTF-8: what is wrong in it shows as U+FFFD
	FaultSymbol                      // a number of an enum that the schema does not have
	FaultRange                       // an int of more than 32 bits, a bool that is neither 0 nor 1, a time of day beyond a day, nanoseconds beyond a second
	FaultLeftOver                    // bytes behind the value
	FaultNumber                      // a decimal of more than 1024 bytes, which is not read: its cell is opaque
	FaultForm                        // a Protobuf field in another wire type than the schema says
	FaultRequired                    // a required Protobuf field is not there

	FaultTwice   // a member of an object that is on a wanted path, or a single Protobuf field, is there more than once: the last holds
	FaultMerged  // a Protobuf message that its schema has once is there more than once: trees merge all, and cells below may be of one of them
	FaultUnknown // a Protobuf field that the schema does not have
	FaultUnread  // a wanted place holds a Protobuf type that only trees show: Any, Struct, Value, ListValue; its cell is opaque
)

// Broken are the faults of records that do not conform.
const Broken = FaultUTF8 | FaultSymbol | FaultRange | FaultLeftOver | FaultNumber | FaultForm | FaultRequired

var faultNames = []string{"text is not UTF-8", "a symbol that the schema does not have", "a number out of range", "bytes are left over after the value",
	"a number of more than 1024 bytes", "a field in another form than the schema says", "a required field is not there", "a field occurs more than once", "a message occurs more than once",
	"a field is not in the schema", "a type that is not read"}

// String lists the faults in words.
func (f Faults) String() string {
	text := ""
	for i, name := range faultNames {
		if f>>i&1 == 0 {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += name
	}
	return text
}
