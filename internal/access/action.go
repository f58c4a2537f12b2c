package access

// Action is something that a principal may be allowed to do. Every route of the API names one.
type Action string

// The actions. A read gives masked views; TopicReadRaw allows decoders of the reader's choice on unmasked bytes.
const (
	ServerView      Action = "status"
	ClusterView     Action = "cluster:view" // brokers, ACLs, quotas
	TopicList       Action = "topic:list"
	TopicRead       Action = "topic:read"
	TopicReadRaw    Action = "topic:read_raw"
	TopicProduce    Action = "topic:produce"
	GroupView       Action = "group:view"
	GroupReset      Action = "group:reset"
	JobView         Action = "job:view"
	JobRead         Action = "job:read"
	JobReplay       Action = "job:replay"
	RecordingExport Action = "recording:export"
	RecordingImport Action = "recording:import"
	RecordingPin    Action = "recording:pin"
	RecordingLinks  Action = "recording:links" // links that others made: to see and to revoke them
	StoreCompact    Action = "store:compact"
	AuditRead       Action = "audit:read"
	RecordRead      Action = "record:read" // the recording policy, and what agents made of it
	RecordWrite     Action = "record:write"
	GrantRequest    Action = "grant:request" // to ask for a grant
	GrantApprove    Action = "grant:approve" // to decide about what somebody else asked for
	CatalogWrite    Action = "catalog:write" // what the catalog says of a topic or a job: owners, tags, docs
	LineageWrite    Action = "lineage:write" // to send OpenLineage events
	ImpactRun       Action = "impact:run"    // what a change would come to, on a topic or job: to ask, and to see what others asked
	ImpactAck       Action = "impact:ack"    // to say what a team thinks of it
	SchemaRead      Action = "schema:read"   // schemas, versions and settings of a registry
	SchemaRegister  Action = "schema:register"
	SchemaDelete    Action = "schema:delete"
	SchemaConfigure Action = "schema:configure" // levels, modes, imports
	NotifySubscribe Action = "notify:subscribe" // an inbox and subscriptions of one's own
	NotifyManage    Action = "notify:manage"    // other people's, and targets that reach anywhere
	ContractRead    Action = "contract:read"
	ContractWrite   Action = "contract:write"
	ContractAck     Action = "contract:ack" // to acknowledge and close violations
)

var actions = [...]Action{
	ServerView, ClusterView, TopicList, TopicRead, TopicReadRaw, TopicProduce, GroupView, GroupReset, JobView, JobRead, JobReplay,
	RecordingExport, RecordingImport, RecordingPin, RecordingLinks, StoreCompact, AuditRead, RecordRead, RecordWrite,
	GrantRequest, GrantApprove, CatalogWrite, LineageWrite, ImpactRun, ImpactAck, SchemaRead, SchemaRegister, SchemaDelete, SchemaConfigure, NotifySubscribe, NotifyManage, ContractRead, ContractWrite, ContractAck,
}

// What nobody is asked the permission for is written into the audit log under these: what people do with their own sessions and tokens, and
// what the server does by itself. No statement of a role allows or denies them.
const (
	SessionLogin   Action = "session:login"
	SessionLogout  Action = "session:logout"
	SessionEnd     Action = "session:end"
	APITokenCreate Action = "token:create"
	APITokenRevoke Action = "token:revoke"
	CatalogPropose Action = "catalog:propose" // by whoever sees the entity, for an owner to decide about
	CatalogDecide  Action = "catalog:decide"  // about a proposal: by who may write, or owns the entity
	PolicyWrite    Action = "policy:write"    // another access policy is in force
	GrantRefuse    Action = "grant:refuse"
	GrantEnd       Action = "grant:end"
	GrantExpire    Action = "grant:expire" // its time is over, or nobody decided about it in time
	NotifyAck      Action = "notify:ack"
	AuditFile      Action = "audit:file"   // a file of the log begins
	AuditRepair    Action = "audit:repair" // the end of a file was cut, since it held no whole entry
	AuditKeep      Action = "audit:keep"   // retention took files of the log away
)

// NotificationResource is what access decides on for subscriptions and inboxes.
const NotificationResource Resource = "notification"

// AuditResource is what access decides on for the audit log.
const AuditResource Resource = "audit/log"

// ContractResource is what access decides on for a contract.
func ContractResource(id string) Resource { return ResourceOf("contract", id) }

// Valid reports whether a is one of the actions; the API refuses to start with a route whose action is not.
func (a Action) Valid() bool {
	for _, known := range actions {
		if a == known {
			return true
		}
	}
	return false
}
