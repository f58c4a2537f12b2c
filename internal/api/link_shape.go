package api

// Link is a link to an incident file, without what opens it.
type Link struct {
	ID        string   `json:"id"`
	State     string   `json:"state" enum:"live,expired,revoked" doc:"One that has ended is listed for 30 days more; its file is gone."`
	Recording string   `json:"recording"`
	Job       string   `json:"job"`
	Owner     string   `json:"owner" doc:"Who made it."`
	Mine      bool     `json:"mine" doc:"The caller made it."`
	Created   *Time    `json:"created"`
	Expires   *Time    `json:"expires" doc:"Of the link; the file may say another time for itself."`
	Revoked   *Time    `json:"revoked,omitempty"`
	From      *Time    `json:"from,omitempty" doc:"Beginning of the stretch; absent: of the recording."`
	To        *Time    `json:"to,omitempty"`
	Roles     []string `json:"roles" doc:"Of the reader for whom values were masked."`
	Masked    bool     `json:"masked" doc:"Values are not what they were."`
	Encrypted bool     `json:"encrypted" doc:"With age, for somebody's keys."`
	Verdict   string   `json:"verdict" enum:"exact,path-equal,not-replayable,not proven"`
	Events    I64      `json:"events"`
	Bytes     I64      `json:"bytes" doc:"Of the file."`
	Downloads I64      `json:"downloads" doc:"That were begun."`
	Last      *Time    `json:"last,omitempty" doc:"Of the last download; absent: there was none."`
}

// LinkFiles are links that the caller may see.
type LinkFiles struct {
	Kind    string `json:"kind"`
	Version int    `json:"version"`
	Items   []Link `json:"items" doc:"The newest first."`
	Mode    string `json:"mode" enum:"off,login,open" doc:"Who may open one, as the setting share-links says."`
	Bytes   I64    `json:"bytes" doc:"Of the files of all links that are listed and live."`
	Quota   I64    `json:"quota" doc:"Bytes that the files of all links may hold; 0 = no limit."`
}

// LinkWish asks for an incident file and a link to it.
type LinkWish struct {
	From    string   `json:"from,omitempty" maxLength:"64" doc:"Time or -5m; widened to the checkpoint before."`
	To      string   `json:"to,omitempty" maxLength:"64" doc:"Time or -5m; widened to the checkpoint behind."`
	Around  string   `json:"around,omitempty" maxLength:"512" doc:"Position, in place of from and to."`
	As      string   `json:"as,omitempty" maxLength:"128" doc:"Role of who will read it: values are masked for it. Absent: your own."`
	State   bool     `json:"state,omitempty" doc:"With files of state, as far as they are recorded."`
	Jars    bool     `json:"jars,omitempty" doc:"With the job's jars."`
	Program bool     `json:"program,omitempty" doc:"With what runs it again: jars, and configurations and arguments as they are. Only for who sees every value; a masked recording is run again before it is there."`
	Expires string   `json:"expires,omitempty" maxLength:"32" doc:"How long the file is to be used: 30d, 12h. Absent: for ever."`
	For     []string `json:"for,omitempty" maxItems:"20" doc:"Public keys of age that the file is encrypted for; absent: it is not."`
	Lasts   string   `json:"lasts,omitempty" maxLength:"32" doc:"How long the link can be opened: 7d, 12h; 30d at most. Absent: 7d."`
}

// MadeLink is a link with the address that opens it.
type MadeLink struct {
	Link Link   `json:"link"`
	Path string `json:"path" doc:"Of the address that opens it, below the server's own. It holds the secret, is kept nowhere and cannot be had again."`
	URL  string `json:"url,omitempty" doc:"The whole address; absent: the setting public-url does not say how others reach the server."`
	Mode string `json:"mode" enum:"login,open" doc:"Who may open it, as the setting share-links says."`
}

type linkWish struct {
	RecordingPath
	Body LinkWish
}

type linkPath struct {
	ID string `path:"id" maxLength:"64" doc:"Of the link."`
}

type linkFilePath struct {
	ID     string `path:"id" doc:"Of the link."`
	Secret string `query:"secret" doc:"What stands in the link's address."`
}
