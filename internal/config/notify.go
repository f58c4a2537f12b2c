package config

import (
	"time"
)

// Notify is how people and programs are told what happened to streams.
type Notify struct {
	Hosts   []string      // that anybody may name in a target; * stands for any run of characters
	Window  time.Duration // a group waits so long for its next event
	KeyFile string        // seals secrets of targets; empty = below Data

	SMTP             string // URL of a mail server; empty = no mail is sent
	SMTPPasswordFile string
	SMTPFrom         string
}

// notifySettings are those of Notify, in the order of the reference page.
func notifySettings() []Setting {
	return []Setting{
		{"notify-hosts", "", "list", "Hosts of webhooks and domains of mail addresses that whoever may subscribe may name, as hooks.slack.com,*.example.com; administrators (right notify:manage) may name any (docs/operations/notifications.md).",
			func(s *Server, v string) error { return words(&s.Notify.Hosts, v) }},
		{"notify-window", "24h", "duration", "How long what repeats is one notification: without another event for so long it is over by itself.",
			duration(func(s *Server) *time.Duration { return &s.Notify.Window })},
		{"notify-key-file", "", "file", "Key that secrets of webhooks are sealed with in the database; servers that share one need the same. Empty: one is made below the data folder, readable by the owner only.",
			text(func(s *Server) *string { return &s.Notify.KeyFile })},
		{"smtp", "", "URL", "Mail server for notifications: smtp://user@mail.example.com:587 (STARTTLS, without which nothing is sent) or smtps://user@mail.example.com:465; empty: no mail is sent.",
			text(func(s *Server) *string { return &s.Notify.SMTP })},
		{"smtp-password-file", "", "file", "Holds the password of the mail server's user; it is read at each mail.",
			text(func(s *Server) *string { return &s.Notify.SMTPPasswordFile })},
		{"smtp-from", "", "address", "Address that mails are from, as sightglass@example.com.",
			text(func(s *Server) *string { return &s.Notify.SMTPFrom })},
	}
}
