package api

// NotificationPlace is where a record lies.
type NotificationPlace struct {
	Partition int32 `json:"partition"`
	Offset    I64   `json:"offset"`
}

// NotificationFacts are names, places and counts; nothing in them is a value of a record.
type NotificationFacts struct {
	Check    string             `json:"check,omitempty" doc:"Rule that is broken."`
	Version  string             `json:"version,omitempty"`
	Producer string             `json:"producer,omitempty"`
	Program  string             `json:"program,omitempty" doc:"Version of the job's program."`
	Team     string             `json:"team,omitempty"`
	Verdict  string             `json:"verdict,omitempty"`
	First    *NotificationPlace `json:"first,omitempty" doc:"First record that it is about."`
	Last     *NotificationPlace `json:"last,omitempty"`
	Records  I64                `json:"records" doc:"That it is about; 0: unknown."`
}

// Notification is something that happened, with its repeats, as somebody was told.
type Notification struct {
	ID       string            `json:"id" doc:"Of the group: what repeats is one notification."`
	Type     string            `json:"type" doc:"As contract.violated; io.sightglass.TYPE.v1 in CloudEvents."`
	Severity string            `json:"severity" enum:"info,warning,critical" doc:"The highest of the group."`
	Summary  string            `json:"summary"`
	Link     string            `json:"link,omitempty" doc:"Path in the web UI."`
	Subject  string            `json:"subject" doc:"topic#path, or the next best name."`
	Cluster  string            `json:"cluster,omitempty"`
	Topic    string            `json:"topic,omitempty"`
	Path     string            `json:"path,omitempty"`
	Job      string            `json:"job,omitempty"`
	Contract string            `json:"contract,omitempty"`
	Facts    NotificationFacts `json:"facts"`
	Count    I64               `json:"count" doc:"How often it happened."`
	Since    *Time             `json:"since"`
	Latest   *Time             `json:"latest"`
	State    string            `json:"state" enum:"open,acked,recovered,quiet" doc:"quiet: without another event it was over by itself."`
	Closed   *Time             `json:"closed,omitempty"`
	Acked    *Time             `json:"acked,omitempty"`
	AckedBy  string            `json:"acked_by,omitempty"`
	Note     string            `json:"note,omitempty" doc:"Of who acknowledged it."`
	Unread   bool              `json:"unread"`
	Told     *Time             `json:"told,omitempty" doc:"When the caller was told last."`
}

// NotificationList is an inbox.
type NotificationList struct {
	List[Notification]
	Unread int `json:"unread" doc:"Of the whole inbox; counted up to 100."`
}

// NotificationData is what CloudEvents of notifications carry; nothing here answers with it.
type NotificationData struct {
	Summary  string          `json:"summary"`
	Severity string          `json:"severity" enum:"info,warning,critical"`
	Phase    string          `json:"phase" enum:"opened,raised,reminder,recovered,test" doc:"Why it is told: it began, became more severe, nobody has acknowledged it, it is over, somebody tries a subscription."`
	Link     string          `json:"link,omitempty" doc:"Into the web UI."`
	Group    string          `json:"group" doc:"The same for what belongs together."`
	Since    string          `json:"since" doc:"When the group began, RFC 3339."`
	Count    int64           `json:"count" doc:"Events of the group so far."`
	Cluster  string          `json:"cluster,omitempty"`
	Topic    string          `json:"topic,omitempty"`
	Path     string          `json:"path,omitempty"`
	Job      string          `json:"job,omitempty"`
	Subject  string          `json:"subject,omitempty" doc:"Of the schema registry."`
	Contract string          `json:"contract,omitempty"`
	Facts    CloudEventFacts `json:"facts"`
}

// CloudEventFacts are NotificationFacts in a CloudEvent, with plain numbers.
type CloudEventFacts struct {
	Check    string           `json:"check,omitempty"`
	Version  string           `json:"version,omitempty"`
	Producer string           `json:"producer,omitempty"`
	Program  string           `json:"program,omitempty"`
	Team     string           `json:"team,omitempty"`
	Verdict  string           `json:"verdict,omitempty"`
	First    *CloudEventPlace `json:"first,omitempty"`
	Last     *CloudEventPlace `json:"last,omitempty"`
	Records  int64            `json:"records,omitempty"`
	Counts   map[string]int64 `json:"counts,omitempty"`
}

// CloudEventPlace is where a record lies.
type CloudEventPlace struct {
	Partition int32 `json:"partition"`
	Offset    int64 `json:"offset"`
}

// NotificationFilter says what one wants to be told. What is empty takes everything. Of topics, jobs, subjects and contracts one has to match.
type NotificationFilter struct {
	Types     []string `json:"types,omitempty" maxItems:"20" enum:"schema.registered,schema.deleted,config.changed,impact.requested,impact.acked,contract.violated,contract.recovered,drift.detected,consumer.appeared"`
	Severity  string   `json:"severity,omitempty" enum:"info,warning,critical" doc:"The least; absent: info."`
	Topics    []string `json:"topics,omitempty" maxItems:"100" doc:"Names with * for any run of characters; prod/orders with a cluster."`
	Jobs      []string `json:"jobs,omitempty" maxItems:"100"`
	Subjects  []string `json:"subjects,omitempty" maxItems:"100" doc:"Of the schema registry."`
	Contracts []string `json:"contracts,omitempty" maxItems:"100"`
	Roles     []string `json:"roles,omitempty" maxItems:"4" enum:"owner,producer,consumer,downstream" doc:"How as stands to what it is about, as the catalog knows."`
	As        []string `json:"as,omitempty" maxItems:"100" doc:"team:NAME, job:NAME, group:NAME or a principal's id; absent: the subscriber."`
}

// NotificationTarget is where one is told. Only members of its kind may be there.
type NotificationTarget struct {
	Kind       string   `json:"kind" enum:"webhook,slack,email,topic,inbox"`
	URL        string   `json:"url,omitempty" maxLength:"2048" doc:"webhook: its address. slack: of the address its beginning; it is a secret, and given as secret."`
	SecretFile string   `json:"secret_file,omitempty" maxLength:"1024" doc:"File on the server's machine that holds the secret; needs notify:manage."`
	To         []string `json:"to,omitempty" maxItems:"20" doc:"email: addresses."`
	Cluster    string   `json:"cluster,omitempty" maxLength:"256" doc:"topic: its cluster, by its name here."`
	Topic      string   `json:"topic,omitempty" maxLength:"249"`
	Related    bool     `json:"related,omitempty" doc:"inbox: of each person who has one of the filter's roles; needs notify:manage."`
	Rate       int      `json:"rate,omitempty" minimum:"0" maximum:"1200" doc:"At most so many in a minute; absent: as many as the kind allows."`
}

// NotificationSubscription is one that is kept. What is secret of it is not in it.
type NotificationSubscription struct {
	ID        string             `json:"id"`
	Name      string             `json:"name"`
	Owner     string             `json:"owner"`
	OwnerName string             `json:"owner_name"`
	Yours     bool               `json:"yours"`
	Filter    NotificationFilter `json:"filter"`
	Target    NotificationTarget `json:"target"`
	HasSecret bool               `json:"has_secret"`
	After     I64                `json:"after" doc:"Seconds that nobody has acknowledged it before one is told; 0: at once."`
	Remind    I64                `json:"remind" doc:"Seconds between reminders until somebody acknowledges; 0: none."`
	Paused    bool               `json:"paused"`
	Created   *Time              `json:"created"`
	Changed   *Time              `json:"changed"`
}

// NotificationWish is a subscription as somebody wants it.
type NotificationWish struct {
	Name   string             `json:"name,omitempty" maxLength:"200"`
	Filter NotificationFilter `json:"filter"`
	Target NotificationTarget `json:"target"`
	Secret string             `json:"secret,omitempty" maxLength:"2048" doc:"webhook: deliveries are signed with it; slack: the address. It is shown to nobody. Absent in a change: the one that is there."`
	After  I64                `json:"after,omitempty" doc:"Seconds; at most 30 days."`
	Remind I64                `json:"remind,omitempty" doc:"Seconds; 5 minutes to 30 days."`
	Paused bool               `json:"paused,omitempty"`
}

// NotificationOutcome is how a test ended.
type NotificationOutcome struct {
	OK     bool   `json:"ok"`
	Status string `json:"status" doc:"What the target answered, or what went wrong."`
	Detail string `json:"detail,omitempty" doc:"How its answer begins."`
}

// NotificationDelivery is a line of the delivery log.
type NotificationDelivery struct {
	ID           string `json:"id"`
	Subscription string `json:"subscription"`
	Owner        string `json:"owner"`
	Notification string `json:"notification" doc:"Id of the group."`
	Event        string `json:"event" doc:"Id of the CloudEvent."`
	Type         string `json:"type"`
	Subject      string `json:"subject"`
	Phase        string `json:"phase" enum:"opened,raised,reminder,recovered"`
	Target       string `json:"target" doc:"Without what is secret of it."`
	State        string `json:"state" enum:"pending,delivered,failed,cancelled"`
	Attempts     I64    `json:"attempts"`
	Status       string `json:"status,omitempty" doc:"What the target answered last, or what went wrong."`
	Detail       string `json:"detail,omitempty" doc:"How the answer begins, or why it is as it is."`
	Created      *Time  `json:"created"`
	Next         *Time  `json:"next,omitempty" doc:"When a pending one is tried next."`
	Done         *Time  `json:"done,omitempty"`
}

// NotificationWord is what somebody says who takes care of it.
type NotificationWord struct {
	Note string `json:"note,omitempty" maxLength:"1024"`
}

// NotificationIDs names notifications.
type NotificationIDs struct {
	IDs []string `json:"ids,omitempty" maxItems:"500" doc:"Absent: all."`
}

// UnreadNotifications counts what the caller has not looked at.
type UnreadNotifications struct {
	Unread int `json:"unread" doc:"Counted up to 100."`
}

type inboxQuery struct {
	Open   bool   `query:"open" doc:"Only what is open and nobody has acknowledged."`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	Cursor string `query:"cursor" maxLength:"64" doc:"next of the page before."`
}

type notificationPath struct {
	ID string `path:"id" maxLength:"64"`
}

type notificationAck struct {
	ID   string `path:"id" maxLength:"64"`
	Body *NotificationWord
}

type notificationsRead struct{ Body *NotificationIDs }

type subscriptionAdd struct{ Body NotificationWish }

type subscriptionChange struct {
	ID   string `path:"id" maxLength:"64"`
	Body NotificationWish
}

type deliveryQuery struct {
	State        string `query:"state" enum:"pending,delivered,failed,cancelled"`
	Subscription string `query:"subscription" maxLength:"64"`
	All          bool   `query:"all" doc:"Of everybody; needs notify:manage."`
	Limit        int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
	Cursor       string `query:"cursor" maxLength:"64" doc:"next of the page before."`
}
