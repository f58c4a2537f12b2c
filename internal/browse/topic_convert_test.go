package browse

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/kafka/kafkatest"
)

func ofRecord(fields ...FormField) *Form { return &Form{Kind: FormRecord, Fields: fields} }

func needs(name string, f *Form) FormField { return FormField{Name: name, Of: f, Required: true} }

func scalarForm(k FormKind) *Form { return &Form{Kind: k} }

// conversionOf converts all orders for one reader.
func conversionOf(t *testing.T, s *topicShelf, who access.Principal, c Conversion, fields ...string) (ConvertedFor, []FieldData) {
	t.Helper()
	got, err := s.ConvertTopic(within(t), who, "shop", ConvertQuery{Topic: "orders", Conversions: []Conversion{c}, Fields: fields})
	if err != nil || len(got.Of) != 1 || got.Of[0].Converted+got.Of[0].Failed+got.Of[0].NotSimulated != got.Records {
		t.Fatalf("%+v, %v", got, err)
	}
	return got.Of[0], got.Fields
}

func TestListsOfALengthThatIsNotRead(t *testing.T) {
	s, _ := topicShelved(t, topicPolicy)
	s.kafka.Write("orders", kafkatest.Record{Partition: 1, Time: 1_767_600_000_100, Value: []byte(`{"id":"x","items":[1,2,3]}`)})
	for bounds, want := range map[[2]int]int{{0, 0}: 0, {3, 3}: 0, {4, 0}: 1, {0, 2}: 1} {
		list := &Form{Kind: FormList, Items: &Form{}, Fewest: bounds[0], Most: bounds[1]}
		got, _ := conversionOf(t, s, local, Conversion{Read: ofRecord(FormField{Name: "items", Of: list}), By: ReadSchema})
		if got.Failed != want || got.NotSimulated != 0 || want > 0 && got.First[0].Path != "items" {
			t.Errorf("%v: %+v", bounds, got)
		}
	}
}

func TestRecordsAreConvertedForEachReader(t *testing.T) {
	s, _ := topicShelved(t, topicPolicy)
	s.kafka.Write("orders", kafkatest.Record{Partition: 1, Time: 1_767_600_000_100, Value: []byte(`{"id":"x","amount":"lots"}`)})
	order := func(amount FormKind) *Form {
		return ofRecord(needs("id", scalarForm(FormText)), needs("amount", scalarForm(amount)))
	}
	for name, c := range map[string]struct {
		of                       Conversion
		converted, failed, noSim int
		at                       string
	}{
		"as it is":                              {Conversion{Read: order(FormText), By: ReadJSON}, 11, 0, 0, ""},
		"a number where one record has text":    {Conversion{Read: order(FormLong), By: ReadJSON}, 10, 1, 0, "1@5 amount"},
		"a field that is gone":                  {Conversion{Read: order(FormText), Drop: []string{"amount"}, By: ReadJSON}, 0, 11, 0, "0@0 amount"},
		"a field that is gone, with a default":  {Conversion{Read: ofRecord(FormField{Name: "amount", Of: scalarForm(FormLong), Required: true, Default: true}), Drop: []string{"amount"}, By: ReadJSON}, 11, 0, 0, ""},
		"a type that cannot be simulated":       {Conversion{Written: order(FormLong), Read: order(FormLong), By: ReadJSON}, 10, 0, 1, ""},
		"a type that is read whatever it holds": {Conversion{Written: order(FormText), Read: order(FormLong), By: ReadAvro}, 0, 11, 0, "0@0 amount"},
		"valid under a schema":                  {Conversion{Read: order(FormInteger), By: ReadSchema}, 10, 1, 0, "1@5 amount"},
		"a schema that is closed":               {Conversion{Read: &Form{Kind: FormRecord, Closed: true, Fields: order(FormAny).Fields}, By: ReadSchema}, 1, 10, 0, "0@0 "},
		"a schema with an open bound":           {Conversion{Read: ofRecord(FormField{Name: "amount", Of: &Form{Kind: FormInteger, High: ptr(6.0), HighOpen: true}}), By: ReadSchema}, 6, 5, 0, "0@3 amount"},
		"a schema with a bound":                 {Conversion{Read: ofRecord(FormField{Name: "amount", Of: &Form{Kind: FormInteger, High: ptr(6.0)}}), By: ReadSchema}, 7, 4, 0, "0@4 amount"},
	} {
		got, _ := conversionOf(t, s, local, c.of)
		at := ""
		if len(got.First) > 0 {
			at = fmt.Sprintf("%d@%d %s", got.First[0].Partition, got.First[0].Offset, got.First[0].Path)
		}
		if got.Converted != c.converted || got.Failed != c.failed || got.NotSimulated != c.noSim || at != c.at {
			t.Errorf("%s: %+v", name, got)
		}
	}
	_, fields := conversionOf(t, s, local, Conversion{}, "customer.email", "amount", "nothing")
	if fields[0].NotNull != 10 || fields[1].Present != 11 || fields[1].LastOffset != 5 || fields[2].Present != 0 || fields[2].LastOffset != -1 {
		t.Errorf("%+v", fields)
	}
}

func ptr[T any](v T) *T { return &v }

// Whoever sees a field masked learns nothing of its values by proposing schemas.
func TestAProposalIsNoOracle(t *testing.T) {
	s, _ := topicShelved(t, topicPolicy)
	email := func(f *Form) *Form {
		return ofRecord(FormField{Name: "customer", Of: ofRecord(FormField{Name: "email", Of: f})})
	}
	symbols := &Form{Kind: FormText, Symbols: []string{"m3@example.org"}}
	if got, _ := conversionOf(t, s, local, Conversion{Read: email(symbols), By: ReadSchema}); got.Converted != 1 || got.Failed != 9 || !got.First[0].OfValue {
		t.Fatalf("who may see it: %+v", got)
	}
	for name, c := range map[string]Conversion{
		"a value":            {Read: email(symbols), By: ReadSchema},
		"a length":           {Read: email(&Form{Kind: FormText, Longest: 3}), By: ReadSchema},
		"a rewritten symbol": {Written: email(&Form{Kind: FormEnum, Symbols: symbols.Symbols}), Read: email(scalarForm(FormText)), By: ReadJSON},
		"a number in a text": {Read: email(scalarForm(FormLong)), By: ReadJSON},
		"a rewritten number": {Written: email(scalarForm(FormLong)), Read: email(scalarForm(FormLong)), By: ReadJSON},
		"a name of a member": {Read: ofRecord(needs("customer", ofRecord(needs("mobile", scalarForm(FormText))))), By: ReadJSON},
	} {
		if got, _ := conversionOf(t, s, ann, c); got.NotSimulated != 10 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got, _ := conversionOf(t, s, ann, Conversion{Read: ofRecord(needs("id", scalarForm(FormText))), Drop: []string{"id"}, By: ReadJSON}); got.Failed != 10 || got.First[0].OfValue {
		t.Errorf("a field that is dropped breaks its reader, whoever asks: %+v", got)
	}
	s.kafka.Write("letters", kafkatest.Record{Value: []byte(`{"id":"l","secret":"name"}`)})
	got, err := s.ConvertTopic(within(t), ann, "shop", ConvertQuery{Topic: "letters", Fields: []string{"secret"}, Conversions: []Conversion{{Read: ofRecord(needs("secret", scalarForm(FormText))), By: ReadJSON}}})
	if err != nil || got.Of[0].NotSimulated != 1 || got.Fields[0].Hidden != 1 {
		t.Errorf("a name that is not shown: %+v %v", got, err)
	}
}

func TestConversionsAreAuditedBeforeAnythingIsRead(t *testing.T) {
	s, n := topicShelved(t, topicPolicy)
	before := s.kafka.Fetches()
	if _, err := s.ConvertTopic(within(t), ann, "shop", ConvertQuery{Topic: "payroll"}); !errors.Is(err, ErrDenied) || s.kafka.Fetches() != before {
		t.Errorf("a topic that is not to be read: %v", err)
	}
	conversionOf(t, s, ann, Conversion{})
	if len(n.before) == 0 || n.before[len(n.before)-1] != before {
		t.Errorf("fetched %d before the entry, which saw %v", before, n.before)
	}
	intent := n.intents[len(n.intents)-1]
	if intent.Action != access.TopicRead || !slices.ContainsFunc(intent.Ranges, func(s string) bool { return strings.Contains(s, "impact") }) {
		t.Errorf("%+v", intent)
	}
}

func TestAvroRecordsAreReadByTheirOwnSchemaFirst(t *testing.T) {
	s, _ := topicShelved(t, topicPolicy)
	value := binary.BigEndian.AppendUint32([]byte{0}, 7)
	s.kafka.Write("letters", kafkatest.Record{Value: append(value, "\x06c-1\x1ac@example.org"...)})
	old := ofRecord(needs("id", scalarForm(FormText)), needs("mail", scalarForm(FormText)))
	for name, c := range map[string]struct {
		of   Conversion
		want string
	}{
		"renamed, and the reader does not know":  {Conversion{Written: ofRecord(needs("id", scalarForm(FormText)), FormField{Name: "address", Aliases: []string{"mail"}, Of: scalarForm(FormText)}), Read: old, By: ReadAvro}, "failed"},
		"renamed, and the reader has it renamed": {Conversion{Written: ofRecord(needs("id", scalarForm(FormText)), FormField{Name: "address", Aliases: []string{"mail"}, Of: scalarForm(FormText)}), Read: ofRecord(needs("address", scalarForm(FormText))), By: ReadAvro}, "converted"},
		"a union that has it":                    {Conversion{Written: old, Read: ofRecord(needs("mail", &Form{Kind: FormUnion, Branches: []*Form{scalarForm(FormNull), scalarForm(FormText)}})), By: ReadAvro}, "converted"},
		"a union that has it not":                {Conversion{Written: old, Read: ofRecord(needs("mail", &Form{Kind: FormUnion, Branches: []*Form{scalarForm(FormNull), scalarForm(FormLong)}})), By: ReadAvro}, "failed"},
		"bytes":                                  {Conversion{Written: ofRecord(needs("mail", scalarForm(FormBytes))), Read: ofRecord(needs("mail", scalarForm(FormText))), By: ReadAvro}, "converted"},
		"what is not understood":                 {Conversion{Written: ofRecord(needs("mail", &Form{Kind: FormUnknown, Why: "x"})), Read: old, By: ReadAvro}, "failed"},
		"what is not understood of one field":    {Conversion{Written: ofRecord(needs("mail", &Form{Kind: FormUnknown, Why: "x"})), Read: ofRecord(needs("mail", scalarForm(FormText))), By: ReadAvro}, "not simulated"},
	} {
		got, err := s.ConvertTopic(within(t), ann, "shop", ConvertQuery{Topic: "letters", Conversions: []Conversion{c.of}})
		if err != nil {
			t.Fatal(err)
		}
		is := map[bool]string{got.Of[0].Converted == 1: "converted", got.Of[0].Failed == 1: "failed", got.Of[0].NotSimulated == 1: "not simulated"}[true]
		if is != c.want {
			t.Errorf("%s: %+v", name, got.Of[0])
		}
	}
}
