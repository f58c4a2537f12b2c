package api

// CatalogBrief is an entity of the catalog in lists.
type CatalogBrief struct {
	ID      string            `json:"id" doc:"Its kind, a colon, and what it is called within the kind: stream:prod/orders, job:order-totals."`
	Kind    string            `json:"kind" enum:"stream,job,schema,contract,group,service,principal,team,person,operator,program,incident"`
	Name    string            `json:"name"`
	Cluster string            `json:"cluster,omitempty" doc:"Of streams, groups and principals. kafka://host:port: no configured cluster is known by that server; local: nobody told."`
	Parent  string            `json:"parent,omitempty" doc:"Id of what it is a part of."`
	Owners  []string          `json:"owners" doc:"team:NAME and person:ID."`
	Tags    []string          `json:"tags"`
	Fields  int               `json:"fields" doc:"Of a stream: how many are known."`
	Doc     string            `json:"doc,omitempty" doc:"The first line of what people say of it."`
	First   *Time             `json:"first,omitempty" doc:"When it was seen first."`
	Last    *Time             `json:"last,omitempty" doc:"When it was seen last. Absent: nothing shows that it lives."`
	Facts   map[string]string `json:"facts" doc:"What else is known, by words of the kind: partitions, retention_ms, subject, version, state, recording, hash, commit …"`
}

// CatalogHit is an entity that a search found.
type CatalogHit struct {
	CatalogBrief
	Matched []CatalogMatch `json:"matched" doc:"Where, the best first."`
}

// CatalogMatch is a place in which a word was found.
type CatalogMatch struct {
	What string `json:"what" enum:"name,field,owner,tag,doc,other"`
	Text string `json:"text" doc:"The name or the field's path; empty for others."`
}

// CatalogEntity is all that is known of an entity, as the caller may see it.
type CatalogEntity struct {
	CatalogBrief
	Contact        string            `json:"contact,omitempty" doc:"Where to call for help."`
	DocText        string            `json:"doc_text,omitempty" doc:"Markdown."`
	OwnerSource    string            `json:"owner_source,omitempty" doc:"person, contract …"`
	DocSource      string            `json:"doc_source,omitempty"`
	Editable       bool              `json:"editable" doc:"The caller may change what is said of it; else they may propose."`
	Owns           bool              `json:"owns" doc:"The caller is an owner, or in a team that is."`
	FieldList      []CatalogField    `json:"field_list" doc:"Of a stream, parents before children."`
	Masked         int               `json:"masked" doc:"Fields whose values the caller sees masked."`
	Writers        []CatalogSystem   `json:"writers" doc:"Of a stream."`
	Readers        []CatalogSystem   `json:"readers" doc:"Of a stream."`
	UnknownReaders int               `json:"unknown_readers" doc:"Readers whose fields nobody has seen: each may read any field."`
	Streams        []CatalogSystem   `json:"streams" doc:"Of a system: what it reads and writes."`
	Hidden         int               `json:"hidden" doc:"Systems or streams at it that the caller may not see."`
	Parts          []CatalogBrief    `json:"parts" doc:"A job's operators and programs, a stream's schemas and contracts, what a team owns."`
	Health         []CatalogHealth   `json:"health"`
	Changes        []CatalogChange   `json:"changes" doc:"The newest first, at most 20."`
	Proposals      []CatalogProposal `json:"proposals" doc:"That wait for an owner."`
}

// CatalogField is a field of a stream.
type CatalogField struct {
	Part      string   `json:"part" enum:"key,value"`
	Path      string   `json:"path" doc:"a.b, items[].sku, totals{}"`
	Depth     int      `json:"depth" doc:"Fields around it."`
	Type      string   `json:"type,omitempty"`
	Optional  bool     `json:"optional"`
	Doc       string   `json:"doc,omitempty"`
	Tags      []string `json:"tags"`
	TagSource string   `json:"tag_source,omitempty" doc:"person, contract, schema …"`
	Class     string   `json:"class,omitempty" doc:"Of data, by the access policy for the caller. Absent: of the fields inside of it."`
	Mask      string   `json:"mask,omitempty" doc:"What the caller sees in place of values; absent: the value."`
	Origins   []string `json:"origins" doc:"Who says that there is such a field, the best first: schema, contract, type of JOB."`
	Rule      string   `json:"rule,omitempty" doc:"Of the contract, in one line."`
	ReadBy    []string `json:"read_by" doc:"Ids of systems that are known to read it."`
	WrittenBy []string `json:"written_by"`
}

// CatalogSystem is a system at a stream, or a stream at a system, with the evidence for it.
type CatalogSystem struct {
	CatalogBrief
	Reads    bool              `json:"reads" doc:"The system reads the stream; else it writes it."`
	Evidence []CatalogEvidence `json:"evidence" doc:"The strongest first."`
	Known    bool              `json:"known" doc:"paths are all fields that it reads or writes; else it may be any."`
	Paths    []string          `json:"paths"`
	Reader   string            `json:"reader,omitempty" doc:"Type or schema that it reads or writes by."`
	Seen     *Time             `json:"seen,omitempty" doc:"The last evidence that it really did. Absent: there is none."`
	Stale    bool              `json:"stale" doc:"That was more than 30 days ago, or never."`
}

// CatalogEvidence is how an edge is known.
type CatalogEvidence struct {
	Kind   string   `json:"kind" enum:"recorded-records,recorded-plan,recorded-type,openlineage,declared,registry-request,consumer-group,connector,acl"`
	Detail string   `json:"detail,omitempty"`
	Known  bool     `json:"known" doc:"It knows the fields."`
	Paths  []string `json:"paths"`
	First  *Time    `json:"first,omitempty"`
	Last   *Time    `json:"last,omitempty" doc:"Absent: it says that it may, and nothing was seen of it."`
}

// CatalogHealth is one thing about a stream's health.
type CatalogHealth struct {
	Name  string `json:"name"`
	State string `json:"state" enum:"ok,broken,learning,unknown"`
	Text  string `json:"text,omitempty"`
	Link  string `json:"link,omitempty" doc:"Path in the UI."`
	At    *Time  `json:"at,omitempty"`
}

// CatalogChange is a change of what is said or known of an entity.
type CatalogChange struct {
	ID        I64      `json:"id"`
	Entity    string   `json:"entity"`
	Path      string   `json:"path,omitempty" doc:"Of a field."`
	Attribute string   `json:"attribute" enum:"owners,tags,doc,contact,members,fields"`
	By        string   `json:"by" doc:"Id of who made it."`
	Name      string   `json:"name" doc:"Of who made it, for people."`
	At        Time     `json:"at"`
	Reason    string   `json:"reason"`
	Before    []string `json:"before"`
	After     []string `json:"after"`
	Proposal  string   `json:"proposal,omitempty" doc:"Id of the proposal that it was."`
}

// CatalogProposal is a change that waits for an owner.
type CatalogProposal struct {
	ID        string   `json:"id"`
	Entity    string   `json:"entity"`
	Path      string   `json:"path,omitempty"`
	Attribute string   `json:"attribute" enum:"owners,tags,doc,contact,members"`
	Before    []string `json:"before" doc:"As it is now."`
	Values    []string `json:"values" doc:"As it is to be."`
	By        string   `json:"by"`
	Name      string   `json:"name"`
	At        Time     `json:"at"`
	Reason    string   `json:"reason"`
	State     string   `json:"state" enum:"pending,approved,refused,withdrawn"`
	DecidedBy string   `json:"decided_by,omitempty"`
	Decided   *Time    `json:"decided,omitempty"`
	Why       string   `json:"why,omitempty"`
	Decide    bool     `json:"decide" doc:"The caller may approve or refuse it now."`
	Yours     bool     `json:"yours" doc:"The caller made it, and may take it back."`
}

// CatalogEdit is what somebody wants said of an entity or a field. The values take the place of those before.
type CatalogEdit struct {
	Attribute string   `json:"attribute" enum:"owners,tags,doc,contact,members"`
	Path      string   `json:"path,omitempty" maxLength:"1024" doc:"Of a field; absent: of the entity."`
	Values    []string `json:"values" maxItems:"50" doc:"None takes away what there is."`
	Reason    string   `json:"reason" minLength:"1" maxLength:"1000"`
}

// CatalogMap is a part of the lineage graph. Edges name nodes by their places in the list.
type CatalogMap struct {
	Kind    string           `json:"kind" enum:"lineage-map"`
	Version int              `json:"version"`
	Nodes   []CatalogMapNode `json:"nodes" doc:"The first is what was asked for."`
	Edges   []CatalogMapEdge `json:"edges"`
	Hidden  int              `json:"hidden" doc:"Nodes that the caller may not see; nothing behind them was followed."`
	Cut     bool             `json:"cut" doc:"There was more than fits."`
}

// CatalogMapNode is an entity, or a field of a stream.
type CatalogMapNode struct {
	ID      string   `json:"id"`
	Kind    string   `json:"kind" enum:"stream,job,schema,contract,group,service,principal,team,person,operator,program,incident"`
	Name    string   `json:"name"`
	Cluster string   `json:"cluster,omitempty"`
	Path    string   `json:"path,omitempty" doc:"Of a field."`
	Owners  []string `json:"owners"`
	Level   int      `json:"level" doc:"Steps from what was asked for; negative is upstream."`
}

// CatalogMapEdge says that records go from one node to another, or that a field comes out of another.
type CatalogMapEdge struct {
	From     int    `json:"from" doc:"Place in nodes."`
	To       int    `json:"to"`
	Evidence string `json:"evidence" enum:"recorded-records,recorded-plan,recorded-type,openlineage,declared,registry-request,consumer-group,connector,acl" doc:"The strongest."`
	Known    bool   `json:"known" doc:"Which fields go this way is known."`
	How      string `json:"how,omitempty" doc:"Of fields: identity, or the expression without its literals."`
	Via      string `json:"via,omitempty" doc:"Of fields: id of the system."`
	Seen     *Time  `json:"seen,omitempty"`
}

// CatalogWho is who writes and reads a stream, or a field of it.
type CatalogWho struct {
	Kind    string          `json:"kind" enum:"who"`
	Version int             `json:"version"`
	Entity  CatalogBrief    `json:"entity"`
	Path    string          `json:"path,omitempty"`
	Contact string          `json:"contact,omitempty"`
	Writers []CatalogSystem `json:"writers"`
	Readers []CatalogSystem `json:"readers" doc:"Of a field: those that are known to read it."`
	Unknown []CatalogSystem `json:"unknown" doc:"Of a field: systems at the stream of which nobody knows whether they read or write it."`
	Hidden  int             `json:"hidden"`
}

type catalogSearch struct {
	Q      string   `query:"q" maxLength:"400" doc:"Words, all of which have to be found. owner:, tag:, field:, doc:, name: and cluster: before a word say where. Empty: everything."`
	Kinds  []string `query:"kind,explode" maxItems:"12" doc:"Only these kinds; none: all but operators and programs."`
	Limit  int      `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Cursor string   `query:"cursor" maxLength:"16" doc:"next of a page before."`
}

// CatalogPath names an entity.
type CatalogPath struct {
	Entity string `path:"entity" maxLength:"600" doc:"Id of an entity."`
}

type catalogHistory struct {
	CatalogPath
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Cursor string `query:"cursor" maxLength:"20" doc:"next of a page before."`
}

type catalogLineage struct {
	CatalogPath
	Field     string `query:"field" maxLength:"1024" doc:"Path of a field of the stream; empty: of the whole."`
	Direction string `query:"direction" enum:"up,down,both" default:"both"`
	Depth     int    `query:"depth" minimum:"1" maximum:"20" default:"2" doc:"Steps from stream to stream."`
}

type catalogWho struct {
	CatalogPath
	Field string `query:"field" maxLength:"1024" doc:"Path of a field of the stream."`
}

type catalogEdit struct {
	CatalogPath
	Body CatalogEdit
}

// ProposalPath names a proposal.
type ProposalPath struct {
	ID string `path:"id" maxLength:"64" doc:"Of the proposal."`
}

type proposalRefusal struct {
	ProposalPath
	Body *CatalogWord
}

// CatalogWord is why a proposal is refused.
type CatalogWord struct {
	Why string `json:"why,omitempty" maxLength:"1000" doc:"For who proposed it, and for the audit log."`
}
