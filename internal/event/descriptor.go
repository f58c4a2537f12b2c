package event

import "errors"

// Limits of a descriptor. A descriptor beyond them is refused: it comes from a job and may be hostile.
const (
	MaxDescriptorBytes = 4 << 20
	MaxDescriptorDepth = 64
	MaxDescriptorNodes = 100_000
	MaxObjectsBytes    = 1 << 20 // of all serializers in their Java form, packed
)

// ErrDescriptor is wrapped by every error of ParseDescriptor.
var ErrDescriptor = errors.New("serializer descriptor refused")

// Serializer kinds, the values of Descriptor.T. spec/serializers.md gives fields and byte layout of each.
const (
	SerBool          = "bool"
	SerByte          = "byte"
	SerShort         = "short"
	SerChar          = "char"
	SerInt           = "int"
	SerLong          = "long"
	SerFloat         = "float"
	SerDouble        = "double"
	SerString        = "string"
	SerStringValue   = "stringvalue"
	SerBigInt        = "bigint"
	SerBigDec        = "bigdec"
	SerInstant       = "instant"
	SerLocalDate     = "localdate"
	SerLocalTime     = "localtime"
	SerLocalDateTime = "localdatetime"
	SerDate          = "date"
	SerSQLDate       = "sqldate"
	SerSQLTime       = "sqltime"
	SerSQLTimestamp  = "sqltimestamp"
	SerVoid          = "void"
	SerNullValue     = "nullvalue"
	SerEnum          = "enum"
	SerList          = "list"
	SerSet           = "set"
	SerMap           = "map"
	SerArray         = "array"
	SerPrimArray     = "primarray"
	SerStringArray   = "stringarray"
	SerTuple         = "tuple"
	SerCase          = "case"
	SerOption        = "option"
	SerEither        = "either"
	SerTaggedUnion   = "taggedunion"
	SerNullable      = "nullable"
	SerPojo          = "pojo"
	SerRow           = "row"
	SerRowData       = "rowdata"
	SerArrayData     = "arraydata"
	SerMapData       = "mapdata"
	SerDecimalData   = "decimaldata"
	SerTimestampData = "timestampdata"
	SerStringData    = "stringdata"
	SerRawData       = "rawdata"
	SerVariant       = "variant"
	SerBitmap        = "bitmap"
	SerVersioned     = "versioned"
	SerAvro          = "avro"
	SerTimeWindow    = "timewindow"
	SerGlobalWindow  = "globalwindow"
	SerVoidNamespace = "voidnamespace"
	SerTTL           = "ttl"
	SerStreamElement = "streamelement"
	SerMillis        = "millis"
	SerSortedLong    = "sortedlong"
	SerTimer         = "timer"
	SerMaskList      = "masklist"
	SerKryo          = "kryo"
	SerOpaque        = "opaque"
)

// Descriptor is the tree that the agent sends once per serializer instance: enough to read its bytes without its classes.
// Which fields a kind uses is in spec/serializers.md; the rest are zero. Children that a kind needs are never nil in a
// descriptor from ParseDescriptor.
type Descriptor struct {
	T          string
	Class      string // the serializer's class
	Of         string // the value's class
	Why        string // of opaque: why it cannot be described
	Fields     []DescriptorField
	Subclasses []DescriptorSubclass
	Names      []string    // of enum: symbol per ordinal of the serializer; of either: what its sides are called
	E          *Descriptor // element of list, masklist, set, array, primarray, option
	K, V       *Descriptor // of map; of timer: key and namespace
	L, R       *Descriptor // of either and taggedunion
	S          *Descriptor // what nullable, ttl, streamelement and rawdata wrap
	Zone       string      // of sqldate and sqltime: the job's time zone, empty for UTC
	Padding    int         // of nullable: bytes that follow the flag of a null
	RowKind    bool        // of row: the mask begins with two bits of the row's kind
	Schema     string      // of avro: the schema, JSON text
	Type       LogicalType // of arraydata and mapdata
	P, Scale   int         // of decimaldata and timestampdata

	// Object is the serializer itself, of kinds that a description says too little of; nil when it was not sent.
	Object *SerializerObject
}

// SerializerObject is a serializer in Java's own form, deflated. Only a process that has the job's classes, and nothing to
// lose, may turn it back into an object.
type SerializerObject struct {
	ID     string // SHA-256 of Packed, in hexadecimal
	Packed []byte
}

// DescriptorField is a field of a tuple, case class, POJO or Row (S is set), or of RowData (Type is set).
type DescriptorField struct {
	Name string
	S    *Descriptor
	Type LogicalType
}

// DescriptorSubclass is a subclass that a POJO serializer knows. A registered one has a tag of 0 or above, which stands in
// the bytes instead of the class name; others have Tag -1.
type DescriptorSubclass struct {
	Class string
	Tag   int
	S     *Descriptor
}

// LogicalType is a type of Flink's table stack; T is the name of its LogicalTypeRoot.
type LogicalType struct {
	T      string
	P, S   int // precision and scale
	E      *LogicalType
	K, V   *LogicalType
	Fields []LogicalField
	Raw    *Descriptor // of RAW, when the agent could describe it
}

// LogicalField is a field of a ROW or STRUCTURED_TYPE.
type LogicalField struct {
	Name string
	Type LogicalType
}
