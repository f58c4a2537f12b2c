package config

// Share is what of recordings may be had by link.
type Share struct {
	Links string // off, login or open
	Quota int64  // bytes of the links' files; 0 = no limit
}

// The words of Share.Links.
const (
	LinksOff   = "off"
	LinksLogin = "login"
	LinksOpen  = "open"
)

// shareSettings are those of Share, in the order of the reference page.
func shareSettings() []Setting {
	return []Setting{
		{"share-links", LinksLogin, "", "Who may fetch an incident file by its link (docs/guides/share.md): login (whoever has the link and is logged in), open (whoever has the link) or off (nobody, and none is made).",
			choice(func(s *Server) *string { return &s.Share.Links }, LinksOff, LinksLogin, LinksOpen)},
		{"share-links-quota", "5GiB", "size", "What the files of links may hold together; over it new ones are refused; 0: no limit.",
			func(s *Server, v string) (err error) { s.Share.Quota, err = size(v); return err }},
	}
}
