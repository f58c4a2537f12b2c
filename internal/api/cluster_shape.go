package api

// Broker is one of a Kafka cluster.
type Broker struct {
	ID         int32  `json:"id"`
	Address    string `json:"address" doc:"As the brokers advertise it."`
	Rack       string `json:"rack,omitempty"`
	Controller bool   `json:"controller"`
	Version    string `json:"version,omitempty" doc:"Guessed by the requests that it knows."`
	Error      string `json:"error,omitempty" doc:"The others know it, and it does not answer."`
}

// ACL is one rule of a cluster's authorizer.
type ACL struct {
	Principal  string `json:"principal"`
	Host       string `json:"host" doc:"* is any."`
	Resource   string `json:"resource" doc:"TOPIC, GROUP, CLUSTER, TRANSACTIONAL_ID, DELEGATION_TOKEN or USER."`
	Name       string `json:"name"`
	Pattern    string `json:"pattern" doc:"LITERAL or PREFIXED."`
	Operation  string `json:"operation"`
	Permission string `json:"permission" doc:"ALLOW or DENY."`
}

// Quota is what clients of some kind may use.
type Quota struct {
	Entity []QuotaEntity `json:"entity"`
	Limits []QuotaLimit  `json:"limits"`
}

// QuotaEntity is a part of whom a quota is for.
type QuotaEntity struct {
	Type string `json:"type" doc:"user, client-id or ip."`
	Name string `json:"name" doc:"Empty with rest: all that have none of their own."`
	Rest bool   `json:"rest"`
}

// QuotaLimit is one limit.
type QuotaLimit struct {
	Name  string  `json:"name" doc:"As producer_byte_rate."`
	Value float64 `json:"value"`
}

// textOf is what an error says; empty for none.
func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
