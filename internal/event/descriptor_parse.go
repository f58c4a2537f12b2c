package event

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// ParseDescriptor reads the JSON of spec/serializers.md, section 2. It refuses what is not one JSON object or is beyond the
// limits, with ErrDescriptor. Everything else is accepted: a part that is unknown or lacks something becomes an opaque
// descriptor with the reason, so that a newer agent's types stay visible as bytes.
func ParseDescriptor(body []byte) (*Descriptor, error) {
	if len(body) > MaxDescriptorBytes {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrDescriptor, len(body), MaxDescriptorBytes)
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var doc any
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("%w: not JSON", ErrDescriptor)
	}
	if dec.More() {
		return nil, fmt.Errorf("%w: more than one JSON value", ErrDescriptor)
	}
	if _, ok := doc.(map[string]any); !ok {
		return nil, fmt.Errorf("%w: not a JSON object", ErrDescriptor)
	}
	p := descriptorParser{}
	p.takeObjects(doc)
	d := p.descriptor(doc, 0)
	if p.err != nil {
		return nil, p.err
	}
	return d, nil
}

// descriptorParser counts nodes over one document; err is sticky.
type descriptorParser struct {
	nodes   int
	err     error
	objects []*SerializerObject
}

// takeObjects reads the list that the root carries. What is odd in it is left out: its values stay bytes.
func (p *descriptorParser) takeObjects(doc any) {
	m, _ := doc.(map[string]any)
	size := 0
	for _, o := range memberList(m, "objects") {
		text, _ := o.(string)
		packed, err := base64.StdEncoding.DecodeString(text)
		if size += len(packed); err != nil || size > MaxObjectsBytes {
			p.objects = nil
			return
		}
		id := sha256.Sum256(packed)
		p.objects = append(p.objects, &SerializerObject{ID: hex.EncodeToString(id[:]), Packed: packed})
	}
}

func (p *descriptorParser) enter(depth int) bool {
	if p.err != nil {
		return false
	}
	p.nodes++
	switch {
	case depth > MaxDescriptorDepth:
		p.err = fmt.Errorf("%w: nested deeper than %d", ErrDescriptor, MaxDescriptorDepth)
	case p.nodes > MaxDescriptorNodes:
		p.err = fmt.Errorf("%w: more than %d nodes", ErrDescriptor, MaxDescriptorNodes)
	}
	return p.err == nil
}

func (p *descriptorParser) descriptor(doc any, depth int) *Descriptor {
	if !p.enter(depth) {
		return opaqueDescriptor("", "", "refused")
	}
	m, ok := doc.(map[string]any)
	if !ok {
		return opaqueDescriptor("", "", "no descriptor was sent")
	}
	d := &Descriptor{T: memberText(m, "t"), Class: memberText(m, "class"), Of: memberText(m, "of")}
	if at := memberInt(m, "object", -1); at >= 0 && at < len(p.objects) {
		d.Object = p.objects[at]
	}
	if why := p.fill(d, m, depth+1); why != "" {
		return &Descriptor{T: SerOpaque, Class: d.Class, Of: d.Of, Why: why, Object: d.Object}
	}
	return d
}

// fill reads what d.T needs and returns why d cannot be used, or "".
func (p *descriptorParser) fill(d *Descriptor, m map[string]any, depth int) (why string) {
	child := func(key string) *Descriptor {
		v, ok := m[key]
		if !ok {
			why = d.T + " without " + strconv.Quote(key)
			return nil
		}
		return p.descriptor(v, depth)
	}
	switch d.T {
	case SerBool, SerByte, SerShort, SerChar, SerInt, SerLong, SerFloat, SerDouble, SerString, SerStringValue, SerBigInt, SerBigDec,
		SerInstant, SerLocalDate, SerLocalTime, SerLocalDateTime, SerDate, SerSQLTimestamp,
		SerMillis, SerSortedLong, SerVoid, SerNullValue, SerStringArray, SerStringData, SerTimeWindow, SerGlobalWindow, SerVoidNamespace, SerVariant, SerBitmap,
		SerVersioned, SerKryo:
	case SerSQLDate, SerSQLTime:
		d.Zone = memberText(m, "zone")
	case SerEnum:
		for _, n := range memberList(m, "names") {
			s, _ := n.(string)
			d.Names = append(d.Names, s)
		}
	case SerList, SerMaskList, SerSet, SerArray, SerOption:
		d.E = child("e")
	case SerPrimArray:
		d.E = &Descriptor{T: memberText(m, "e")}
		if d.E.T == "boolean" { // as Java names it
			d.E.T = SerBool
		}
		switch d.E.T {
		case SerBool, SerByte, SerShort, SerChar, SerInt, SerLong, SerFloat, SerDouble:
		default:
			why = "primitive array of an unknown type"
		}
	case SerMap:
		d.K, d.V = child("k"), child("v")
	case SerTimer:
		d.K, d.V = child("k"), child("n")
	case SerEither, SerTaggedUnion:
		d.L, d.R = child("l"), child("r")
		for _, n := range memberList(m, "names") {
			s, _ := n.(string)
			d.Names = append(d.Names, s)
		}
	case SerNullable:
		d.S, d.Padding = child("s"), memberInt(m, "padding", 0)
		if d.Padding < 0 {
			why = "nullable with negative padding"
		}
	case SerTTL, SerStreamElement, SerRawData:
		d.S = child("s")
	case SerTuple, SerCase, SerRow, SerPojo:
		d.RowKind, _ = m["rowkind"].(bool)
		for _, f := range memberList(m, "fields") {
			fm, _ := f.(map[string]any)
			d.Fields = append(d.Fields, DescriptorField{Name: memberText(fm, "name"), S: p.descriptor(fm["s"], depth)})
		}
		for _, s := range memberList(m, "subclasses") {
			sm, _ := s.(map[string]any)
			d.Subclasses = append(d.Subclasses, DescriptorSubclass{
				Class: memberText(sm, "class"), Tag: memberInt(sm, "tag", -1), S: p.descriptor(sm["s"], depth)})
		}
	case SerRowData:
		for _, f := range memberList(m, "fields") {
			fm, _ := f.(map[string]any)
			d.Fields = append(d.Fields, DescriptorField{Name: memberText(fm, "name"), Type: p.logical(fm["type"], depth)})
		}
	case SerArrayData, SerMapData:
		d.Type = p.logical(m["type"], depth)
	case SerDecimalData:
		d.P, d.Scale = memberInt(m, "p", 0), memberInt(m, "s", 0)
	case SerTimestampData:
		d.P = memberInt(m, "p", 0)
	case SerAvro:
		if d.Schema = memberText(m, "schema"); d.Schema == "" {
			why = "avro without a schema"
		}
	case SerOpaque:
		d.Why = memberText(m, "why")
	default:
		why = "serializer kind " + strconv.Quote(clipName(d.T)) + " is not known to this version"
	}
	return why
}

func (p *descriptorParser) logical(doc any, depth int) LogicalType {
	m, ok := doc.(map[string]any)
	if !ok || !p.enter(depth) {
		return LogicalType{}
	}
	t := LogicalType{T: strings.ToUpper(memberText(m, "t")), P: memberInt(m, "p", 0), S: memberInt(m, "s", 0)}
	at := func(key string) *LogicalType {
		v, ok := m[key]
		if !ok {
			return nil
		}
		l := p.logical(v, depth+1)
		return &l
	}
	t.E, t.K, t.V = at("e"), at("k"), at("v")
	for _, f := range memberList(m, "fields") {
		fm, _ := f.(map[string]any)
		t.Fields = append(t.Fields, LogicalField{Name: memberText(fm, "name"), Type: p.logical(fm["type"], depth+1)})
	}
	if raw, ok := m["raw"]; ok {
		t.Raw = p.descriptor(raw, depth+1)
	}
	return t
}

func opaqueDescriptor(class, of, why string) *Descriptor {
	return &Descriptor{T: SerOpaque, Class: class, Of: of, Why: why}
}

func memberText(m map[string]any, key string) string {
	s, _ := m[key].(string)
	return s
}

func memberList(m map[string]any, key string) []any {
	l, _ := m[key].([]any)
	return l
}

func memberInt(m map[string]any, key string, absent int) int {
	n, ok := m[key].(json.Number)
	if !ok {
		return absent
	}
	i, err := strconv.ParseInt(string(n), 10, 32)
	if err != nil {
		return absent
	}
	return int(i)
}

// clip keeps foreign names in reasons short.
func clipName(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}
