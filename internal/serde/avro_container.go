package serde

import (
	"bytes"

	"github.com/sightglass/sightglass/internal/event"
)

// avroContainer reads an Avro object container file (Avro specification 1.11): magic, metadata, sync marker, blocks of
// (count, size, values, sync marker). Compressed blocks stay opaque.
type avroContainer struct{}

var containerMagic = []byte("Obj\x01")

func (avroContainer) decode(in *input, n *event.Node) {
	n.Kind, n.Type = event.NodeList, "Avro container"
	in.take(len(containerMagic))
	schema, compression := containerHeader(in)
	sync := in.take(16)
	if in.stopped() {
		return
	}
	t, err := parseAvro(schema)
	if err != nil {
		in.opaque(n, n.Type, err.Error())
		return
	}
	n.Type = "Avro container of " + t.name
	for in.pos < in.end && !in.stopped() {
		count, size := in.zigzag(), in.zigzag()
		if in.stopped() || count < 0 || size < 0 || size > int64(in.end-in.pos) {
			in.stop("a block of the container has an impossible size")
			return
		}
		if compression != "" && compression != "null" {
			n.Items = append(n.Items, event.Node{Kind: event.NodeOpaque, Type: t.name, Off: in.pos, Len: int(size),
				Reason: "a compressed block"})
			in.left.note("a compressed block")
			in.left.nodes--
		} else {
			block := in.area(in.pos, int(size))
			for ; count > 0 && !block.stopped(); count-- {
				n.Items = append(n.Items, event.Node{})
				block.read(avro{t, false}, &n.Items[len(n.Items)-1])
			}
		}
		in.pos += int(size)
		if in.left.nodes <= 0 {
			n.Items = append(n.Items, event.Node{})
			in.read(null{}, &n.Items[len(n.Items)-1])
			return
		}
		if !bytes.Equal(in.take(16), sync) {
			in.stop("a block of the container ends without its marker")
		}
	}
}

// containerHeader reads the metadata map and returns the schema and the name of the compression.
func containerHeader(in *input) (schema, compression string) {
	for !in.stopped() {
		count := in.zigzag()
		if count == 0 {
			break
		}
		if count < 0 {
			in.zigzag()
			count = -count
		}
		for ; count != 0 && !in.stopped(); count-- {
			key, value := in.avroBytes(), in.avroBytes()
			switch string(key) {
			case "avro.schema":
				schema = string(value)
			case "avro.codec":
				compression = string(value)
			}
		}
	}
	return schema, compression
}

func (in *input) avroBytes() []byte {
	return in.take(avro{}.length(in))
}
