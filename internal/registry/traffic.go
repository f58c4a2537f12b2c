package registry

import "time"

// Traffic is one request that a client made of a registry: evidence of who reads and writes what.
type Traffic struct {
	At        time.Time
	Client    string // User-Agent
	Version   string // Confluent-Client-Version
	Principal string // who it was, as far as the registry knows
	IP        string
	Kind      RequestKind
	Subject   string // as the client wrote it; empty where the request names none
	Numbered  string // the version that it names, empty = none
	ID        int    // of the schema, 0 = none
	Status    int    // HTTP
}

// RequestKind says what a request does.
type RequestKind string

// The kinds that say something of a client. A lookup or a registration is made by who writes records; who fetches an id reads records with it.
const (
	RequestFetchID       RequestKind = "fetch_id"
	RequestFetchVersion  RequestKind = "fetch_version"
	RequestRegister      RequestKind = "register"
	RequestLookup        RequestKind = "lookup"
	RequestCompatibility RequestKind = "compatibility"
	RequestDelete        RequestKind = "delete"
	RequestList          RequestKind = "list"
	RequestSettings      RequestKind = "settings"
	RequestOther         RequestKind = "other"
)

// Observer is told of traffic. It must not block: what it does with it happens elsewhere.
type Observer interface{ Observe(Traffic) }
