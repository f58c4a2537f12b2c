package browse

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/event"
	"github.com/sightglass/sightglass/internal/query"
	"github.com/sightglass/sightglass/internal/serde"
)

// Shapes of views: in lists a page of them must stay small, of one moment everything that fits a screen is shown.
var (
	listShape   = access.Shape{Runes: 240, Tree: true, Value: 4 << 10, Bytes: 4 << 10}
	momentShape = access.Shape{Runes: 240, Tree: true, Value: 64 << 10, Bytes: 64 << 10}
	nodeShape   = access.Shape{Runes: 240, Tree: true, Value: 4 << 10}
	lineShape   = access.Shape{Runes: 400, Tree: true, Value: 4 << 10}
	askShape    = access.Shape{Runes: 240} // of listShape what filters look at; where the one line is not made from the tree
)

// asked renders e for a filter or an index: as a list does, without what is only shown.
func (r renderer) asked(e query.Event) Event {
	if r.shape == listShape && (e.Lane == event.LaneOut || e.Lane == event.LaneSrc) {
		r.shape = askShape
	}
	return r.event(e)
}

// renderer turns events into what one principal may see.
type renderer struct {
	*Browser
	ctx    context.Context
	who    access.Principal
	shape  access.Shape
	policy *access.Policy // of the whole answer, whatever comes into force meanwhile

	decoder string // of records of topics; empty = auto
}

func (b *Browser) renderer(ctx context.Context, who access.Principal, shape access.Shape) renderer {
	return renderer{Browser: b, ctx: ctx, who: who, shape: shape, policy: b.policy(ctx)}
}

// event renders e. Payload is rendered when the scan read it.
func (r renderer) event(e query.Event) Event {
	out := Event{Event: e, Text: line(&e)}
	if len(e.Body) > 0 {
		out.Body = r.body(&e)
		if text := bodyLine(&e, out.Body); text != "" {
			out.Text = text
		}
	}
	if !e.HasPayload {
		return out
	}
	switch e.Lane {
	case event.LaneOut:
		if e.Kind == event.KindRecord {
			c := r.decoders.named(e.Serializer, e.Fields)
			element := c.decoder.DecodeElementOf(r.job(&e), e.Value)
			out.View = r.view(&e, access.PartValue, e.Value, element.Value)
			out.TypeName = c.name
		}
	case event.LaneSrc:
		if e.Kind == event.KindSourceRecord {
			out.View = r.detected(&e, access.PartValue, e.Value)
			out.KeyView = r.detected(&e, access.PartKey, e.Key)
			out.Headers = r.headers(&e)
		}
	case event.LaneState:
		out.Access = r.stateAccess(&e, access.PartState)
		out.Text = stepLine(&e, out.Access)
	case event.LaneTrace:
		if e.Kind == event.KindDropped {
			r.drop(&e, &out)
			break
		}
		if e.Kind != event.KindWritten && e.Kind != event.KindWriteFailed {
			out.Access = r.stateAccess(&e, access.PartTimer)
			if e.State != nil {
				out.Text = stepLine(&e, out.Access)
			}
			break
		}
		// A write whose bytes were not kept has neither; a tombstone has a key.
		if !e.Value.Null() || !e.Key.Null() {
			out.View = r.detected(&e, access.PartValue, e.Value)
			out.KeyView = r.detected(&e, access.PartKey, e.Key)
			out.Headers = r.headers(&e)
		}
	case event.LaneJob:
		if language := languageOf(e.Kind); language != "" && !e.Value.Null() {
			source := r.source(&e, e.Value, language)
			out.Text = joined(out.Text, bounded(strings.Join(strings.Fields(source.Text), " ")))
		}
	case event.LaneLog:
		part := access.PartException
		if e.Kind == event.KindLogLine {
			part = access.PartLog
		}
		out.View = r.detected(&e, part, e.Value)
	case event.LaneEnv:
		r.envValue(&out, &e)
		return out
	}
	if out.Access != nil {
		out.KeyView = out.Access.Key
	}
	if out.View != nil {
		if e.Kind != event.KindWriteFailed && e.Kind != event.KindDropped { // the reason says more
			out.Text = out.View.Text()
		}
		switch e.Kind {
		case event.KindException:
			out.Text = exceptionLine(out.View)
		case event.KindLogLine:
			out.Text = logLine(out.View)
		}
	}
	return out
}

func (r renderer) job(e *query.Event) serde.Job { return decodingJob{r.Browser, r.ctx, e.Recording} }

// Sources of lane env whose bytes say something to people; those of barriers and other events are Flink's own.
const (
	envRandomBytes = 13
	envTransient   = 17
	envAsyncResult = 21
)

// envValue shows the bytes that a task took from outside; the one line stays that of the source.
func (r renderer) envValue(out *Event, e *query.Event) {
	if e.Value.Null() {
		return
	}
	switch e.What {
	case envRandomBytes, envAsyncResult:
		out.View = r.detected(e, access.PartValue, e.Value)
	case envTransient:
		out.View = r.detected(e, access.PartState, e.Value)
	}
}

// stateAccess renders the byte strings of an event about state by the serializers of the state; nil when there are none.
func (r renderer) stateAccess(e *query.Event, part access.Part) *StateAccess {
	def := e.State
	if def == nil {
		def = &event.StateDef{}
	}
	decoded := func(p event.Payload, serializer string, part access.Part, names ...string) *access.View {
		if p.Null() {
			return nil
		}
		id, err := event.ParseDefinitionID(serializer)
		if err != nil {
			id = 0
		}
		return r.view(e, part, p, r.decoders.named(id, names).decoder.DecodeOf(r.job(e), p))
	}
	a := StateAccess{
		Key: decoded(e.Key, def.Key, access.PartKey, e.KeyFields...), Namespace: decoded(e.Namespace, def.Namespace, part),
		MapKey: decoded(e.MapKey, def.MapKey, part), Before: decoded(e.Before, def.Value, part), After: decoded(e.Value, def.Value, part),
	}
	if a == (StateAccess{}) {
		return nil
	}
	return &a
}

// exceptionLine says class and message as a log would, from the view: what it hides stays hidden.
func exceptionLine(v *access.View) string {
	class, message := memberOf(v, "class"), memberOf(v, "message")
	class = class[strings.LastIndexByte(class, '.')+1:]
	switch {
	case class == "":
		return v.Text()
	case message == "":
		return class
	}
	return bounded(class + ": " + strings.Join(strings.Fields(message), " "))
}

// logLine says level, logger and message as a log would, from the view: what it hides stays hidden.
func logLine(v *access.View) string {
	level, logger, message := memberOf(v, "level"), memberOf(v, "logger"), memberOf(v, "message")
	if level == "" {
		return v.Text()
	}
	if message == "" && memberOf(v, "withheld") != "" {
		message = "(the message is not kept)"
	}
	logger = logger[strings.LastIndexByte(logger, '.')+1:]
	return bounded(strings.ToUpper(level) + " " + joined(logger, strings.Join(strings.Fields(message), " ")))
}

// memberOf is the text of a member of the object that v shows; empty when there is none.
func memberOf(v *access.View, name string) string {
	if v.Node == nil {
		return ""
	}
	for _, n := range v.Node.Items {
		if n.Name == name {
			return n.Value
		}
	}
	return ""
}

func bounded(s string) string {
	const most = 240
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// languageOf is the language of the text that an event of lane job carries; empty when what it carries is no text.
func languageOf(k event.Kind) access.Language {
	switch k {
	case event.KindStatement:
		return access.SQL
	case event.KindCode:
		return access.Java
	case event.KindPlanned:
		return access.Description
	}
	return ""
}

func (r renderer) source(e *query.Event, p event.Payload, language access.Language) access.Source {
	return r.policy.Source(r.who, access.Subject{Resource: r.subjectOf(e), Part: access.PartSQL}, p, language)
}

func (r renderer) view(e *query.Event, part access.Part, p event.Payload, tree event.Tree) *access.View {
	what := access.Subject{Resource: r.subjectOf(e), Part: part}
	if e.Kafka != nil {
		what.Tagged = r.said.TagsOf("", e.Kafka.Topic, part)
	}
	v := r.policy.View(r.who, what, p, tree, r.shape)
	return &v
}

// detected renders bytes that nothing declares the type of. A key or value that is not there has no view.
func (r renderer) detected(e *query.Event, part access.Part, p event.Payload) *access.View {
	if p.Null() && p.Size() == 0 && part == access.PartKey {
		return nil
	}
	return r.view(e, part, p, r.detector.Detect(r.ctx, p))
}

// headers renders the headers of a Kafka record one by one, since each has a name that rules go by.
func (r renderer) headers(e *query.Event) (out []HeaderView) {
	for _, h := range serde.Headers(e.Headers) {
		hv := HeaderView{Name: h.Name}
		if !h.Value.Null() {
			hv.Value = r.view(e, access.PartHeader, h.Value, r.detector.Detect(r.ctx, h.Value))
		}
		out = append(out, hv)
	}
	return out
}

// subjectOf is the resource whose rules hold for the payload of e: its topic, or its job's recording.
func (r renderer) subjectOf(e *query.Event) access.Resource {
	if e.Kafka != nil {
		return access.RecordedTopic(e.Kafka.Topic)
	}
	return r.resourceOf(e.Recording)
}

// body reads the JSON of lanes job and gap. Members that hold messages of exceptions are payload, because messages may quote
// records: they are replaced by their views' text.
func (r renderer) body(e *query.Event) map[string]any {
	var body map[string]any
	if err := json.Unmarshal(e.Body, &body); err != nil {
		return map[string]any{"unreadable": true}
	}
	for name, v := range body {
		if text, ok := v.(string); ok && isMessage(name) {
			body[name] = r.message(r.resourceOf(e.Recording), text)
		}
	}
	return body
}

// isMessage tells which members of bodies hold messages of exceptions.
func isMessage(name string) bool {
	return name == "error" || strings.HasSuffix(name, "_error") || name == "stack"
}

// message renders the text of an exception's message in one line.
func (r renderer) message(resource access.Resource, text string) string {
	if text == "" {
		return ""
	}
	p := event.NewPayload([]byte(text))
	tree := event.NewTree(
		event.Node{Kind: event.NodeScalar, Type: "String", Len: len(text), Value: event.TextValue(event.ValueString, text)},
		event.TreeInfo{Format: event.FormatText, Type: "String", Size: len(text)})
	v := r.policy.View(r.who, access.Subject{Resource: resource, Part: access.PartException}, p, tree, lineShape)
	return v.Text()
}
