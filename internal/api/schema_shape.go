package api

// SchemaSubject is a subject of the registry, as lists show it.
type SchemaSubject struct {
	Subject string `json:"subject" doc:"As clients write it: orders-value, or :.context:orders-value."`
	Version int    `json:"version" doc:"The latest."`
	ID      int    `json:"id" doc:"Of its schema."`
	Type    string `json:"type" doc:"AVRO, PROTOBUF or JSON."`
	At      *Time  `json:"at,omitempty"`
}

// SchemaVersions are the versions of a subject, newest first.
type SchemaVersions struct {
	Subject string          `json:"subject"`
	Level   string          `json:"level" doc:"Of compatibility that a new version has to keep: BACKWARD, FULL_TRANSITIVE …"`
	Profile string          `json:"profile" doc:"Whose rules of compatibility."`
	Items   []SchemaVersion `json:"items"`
}

// SchemaVersion is a version of a subject.
type SchemaVersion struct {
	Version int    `json:"version"`
	ID      int    `json:"id" doc:"Of its schema."`
	Type    string `json:"type" doc:"AVRO, PROTOBUF or JSON."`
	At      *Time  `json:"at,omitempty"`
	Bytes   int    `json:"bytes" doc:"Of the text."`
}

// SchemaText is a version with its text and fields.
type SchemaText struct {
	SchemaVersion
	Subject    string            `json:"subject"`
	Schema     string            `json:"schema"`
	References []SchemaReference `json:"references"`
	Fields     []SchemaField     `json:"fields" doc:"Of records, parents before children; empty where the text cannot be read any more."`
}

// SchemaReference is a schema that another one refers to.
type SchemaReference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// SchemaField is a field of records that a schema describes.
type SchemaField struct {
	Path     string   `json:"path" doc:"As decoded records spell it: a.b, items[].sku."`
	Type     string   `json:"type"`
	Optional bool     `json:"optional" doc:"A record need not have it, or it may be null."`
	Default  string   `json:"default,omitempty" doc:"JSON; absent: it has none."`
	Doc      string   `json:"doc,omitempty"`
	Tags     []string `json:"tags"`
	Values   []string `json:"values" doc:"Of an enum or a constant."`
}

// SchemaWish asks what differs between a version and another one, or a schema that is none yet.
type SchemaWish struct {
	From       string            `json:"from,omitempty" maxLength:"16" doc:"Number of the older version; absent: the latest."`
	To         string            `json:"to,omitempty" maxLength:"16" doc:"Number of the newer version; absent: the latest, unless there is a schema."`
	Schema     string            `json:"schema,omitempty" maxLength:"1048576" doc:"Text that is no version yet: what would come of registering it."`
	Type       string            `json:"type,omitempty" enum:"AVRO,PROTOBUF,JSON" doc:"Of schema; absent: that of the older version."`
	References []SchemaReference `json:"references,omitempty" maxItems:"100" doc:"Of schema."`
}

// SchemaDifference is what differs between two schemas of a subject.
type SchemaDifference struct {
	Subject    string             `json:"subject"`
	From       int                `json:"from" doc:"The older version."`
	To         int                `json:"to" doc:"The newer version; 0: it is none yet."`
	Level      string             `json:"level"`
	Profile    string             `json:"profile"`
	Compatible bool               `json:"compatible" doc:"By the level: of a schema that is no version, against all versions that the level names."`
	Messages   []string           `json:"messages" doc:"Why a schema that is no version may not be registered, as clients are told."`
	OtherType  bool               `json:"other_type" doc:"The schemas are of different languages: nothing is compared."`
	Fields     []SchemaChange     `json:"fields" doc:"That differ."`
	Rules      []SchemaRuleBroken `json:"rules" doc:"What readers meet, breaking ones first."`
}

// SchemaChange is a field that two schemas do not have alike.
type SchemaChange struct {
	Path     string       `json:"path"`
	Change   string       `json:"change" enum:"added,removed,changed"`
	Breaking bool         `json:"breaking" doc:"A rule that the level asks for is broken at it."`
	Before   *SchemaField `json:"before,omitempty"`
	After    *SchemaField `json:"after,omitempty"`
}

// SchemaRuleBroken is a difference that a reader meets.
type SchemaRuleBroken struct {
	Direction string `json:"direction" enum:"backward,forward" doc:"backward: readers with the newer schema read older records. forward: readers with the older schema read newer records."`
	Kind      string `json:"kind"`
	Pointer   string `json:"pointer,omitempty"`
	Path      string `json:"path,omitempty" doc:"Of the field; absent: it is about none."`
	Breaking  bool   `json:"breaking" doc:"The reader cannot read it."`
	Asked     bool   `json:"asked" doc:"The level asks for this direction."`
	Message   string `json:"message"`
	Advice    string `json:"advice,omitempty"`
}

// SubjectPath names a subject.
type SubjectPath struct {
	Subject string `path:"subject" maxLength:"1000"`
}

type (
	subjectsRequest struct {
		Q      string `query:"q" maxLength:"1000" doc:"Part of the name."`
		Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"200"`
		Cursor string `query:"cursor" maxLength:"1100" doc:"next of a page before."`
	}
	schemaVersionRequest struct {
		SubjectPath
		Version string `path:"version" maxLength:"16" doc:"Number, or latest."`
	}
	schemaDifferenceRequest struct {
		SubjectPath
		Body SchemaWish
	}
)
