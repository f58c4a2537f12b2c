package wire

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"github.com/sightglass/sightglass/internal/event"
)

// Decode reads the message of f. Bodies and blocks in it alias the frame. It returns nil without an error for a type that
// this version does not know, which the receiver skips. Errors wrap ErrMalformed.
func Decode(f Frame) (Message, error) {
	m, err := decode(f)
	if err != nil {
		return nil, fmt.Errorf("%w: type %d: %v", ErrMalformed, f.Type, err)
	}
	return m, nil
}

func decode(f Frame) (Message, error) {
	b := f.Body
	switch f.Type {
	case TypeHello:
		return decodeJSON(b, new(Hello))
	case TypeWelcome:
		return decodeJSON(b, new(Welcome))
	case TypeControl:
		return decodeJSON(b, new(Control))
	case TypeDone:
		return decodeJSON(b, new(Done))
	case TypeClose:
		return decodeJSON(b, new(Close))
	case TypeStatus:
		return decodeJSON(b, new(Status))
	case TypeDefine:
		return decodeDefine(b)
	case TypeNeed:
		if len(b)%8 != 0 {
			return nil, fmt.Errorf("%d bytes of ids", len(b))
		}
		m := &Need{IDs: make([]event.DefinitionID, len(b)/8)}
		for i := range m.IDs {
			m.IDs[i] = event.DefinitionID(binary.BigEndian.Uint64(b[8*i:]))
		}
		return m, nil
	case TypeBlock:
		if len(b) < 8 {
			return nil, fmt.Errorf("%d bytes", len(b))
		}
		return &Block{Number: u64(b, 0), Raw: b[8:]}, nil
	case TypeAck:
		if len(b) != 16 {
			return nil, fmt.Errorf("%d bytes", len(b))
		}
		return &Ack{Number: u64(b, 0), Credit: u64(b, 8)}, nil
	case TypeNack:
		if len(b) < 9 || !utf8.Valid(b[9:]) {
			return nil, fmt.Errorf("%d bytes", len(b))
		}
		return &Nack{Number: u64(b, 0), Reason: NackReason(b[8]), Text: string(b[9:])}, nil
	case TypePing:
		if len(b) != 16 {
			return nil, fmt.Errorf("%d bytes", len(b))
		}
		return &Ping{ID: u64(b, 0), ClockUS: int64(u64(b, 8))}, nil
	case TypePong:
		if len(b) != 32 {
			return nil, fmt.Errorf("%d bytes", len(b))
		}
		return &Pong{ID: u64(b, 0), PingUS: int64(u64(b, 8)), ReceivedUS: int64(u64(b, 16)), SentUS: int64(u64(b, 24))}, nil
	case TypeBlob:
		const head = len(event.BlobHash{}) + 16
		if len(b) < head || len(b) > head+MaxPiece {
			return nil, fmt.Errorf("%d bytes", len(b))
		}
		m := &Blob{Hash: event.BlobHash(b), Size: u64(b, head-16), Offset: u64(b, head-8), Data: b[head:]}
		if m.Offset > m.Size || uint64(len(m.Data)) > m.Size-m.Offset {
			return nil, fmt.Errorf("%d bytes at %d of a blob of %d", len(m.Data), m.Offset, m.Size)
		}
		return m, nil
	case TypeHave:
		const head = len(event.BlobHash{}) + 9
		if len(b) < head || !utf8.Valid(b[head:]) {
			return nil, fmt.Errorf("%d bytes", len(b))
		}
		return &Have{Hash: event.BlobHash(b), Bytes: u64(b, head-9), State: HaveState(b[head-1]), Text: string(b[head:])}, nil
	case TypeRefuse:
		if len(b) < 1 || !utf8.Valid(b[1:]) {
			return nil, fmt.Errorf("%d bytes", len(b))
		}
		return &Refuse{Reason: RefuseReason(b[0]), Text: string(b[1:])}, nil
	}
	return nil, nil
}

func u64(b []byte, at int) uint64 { return binary.LittleEndian.Uint64(b[at:]) }

// decodeJSON takes one JSON object. The error does not quote the input.
func decodeJSON(b []byte, m Message) (Message, error) {
	if len(b) == 0 || b[0] != '{' || !utf8.Valid(b) {
		return nil, fmt.Errorf("not a JSON object")
	}
	if err := json.Unmarshal(b, m); err != nil {
		return nil, fmt.Errorf("not the JSON object that it should be")
	}
	return m, nil
}

func decodeDefine(b []byte) (Message, error) {
	m := new(Define)
	for len(b) > 0 {
		if len(b) < 5 {
			return nil, fmt.Errorf("a definition is cut")
		}
		kind, n := event.DefinitionKind(b[0]), binary.LittleEndian.Uint32(b[1:])
		b = b[5:]
		if uint64(n) > uint64(len(b)) {
			return nil, fmt.Errorf("a definition is cut")
		}
		m.Definitions = append(m.Definitions, event.NewDefinition(kind, b[:n:n]))
		b = b[n:]
	}
	return m, nil
}
