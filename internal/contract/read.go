package contract

import (
	"errors"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/sightglass/sightglass/internal/document"
)

// MaxText is how long a contract may be, in bytes.
const MaxText = document.MaxText

// Read reads a contract. The error is Problems, which name every mistake, or nil.
func Read(text string) (*Contract, error) {
	d := document.NewReader("a contract")
	root := d.Root(text)
	if err := d.Err(); err != nil {
		var bad document.Problems
		if errors.As(err, &bad) {
			return nil, fromDocument(bad)
		}
		return nil, Problems{{Line: 1, Text: err.Error()}}
	}
	if root == nil || document.Follow(root).Kind != yaml.MappingNode {
		return nil, Problems{{Line: 1, Text: "a contract has members, as in apiVersion: v3.1.0"}}
	}
	if bad := validate(root); len(bad) > 0 {
		return nil, bad
	}
	r := &reader{c: &Contract{}, ids: map[string]bool{}}
	r.contract(part{n: root})
	if len(r.problems) > 0 {
		return nil, r.problems.sorted()
	}
	return r.c, nil
}

// reader reads what the standard's schema let through: kinds of nodes are right, meanings may not be.
type reader struct {
	c        *Contract
	problems Problems
	ids      map[string]bool // of checks
}

func (r *reader) contract(p part) {
	c := r.c
	c.ID, c.Version, c.APIVersion, c.Status = p.text("id"), p.text("version"), p.text("apiVersion"), p.text("status")
	c.Name, c.Domain, c.Tenant, c.Product = p.text("name"), p.text("domain"), p.text("tenant"), p.text("dataProduct")
	c.Description = strings.TrimSpace(p.at("description").text("purpose"))
	if len(c.ID) > 200 {
		r.fail(p.at("id"), "an id has at most 200 characters")
	}
	for _, t := range p.at("tags").list() {
		c.Tags = append(c.Tags, t.n.Value)
	}
	r.people(p)
	for _, s := range p.at("servers").list() {
		if s.text("type") == "kafka" {
			c.Servers = append(c.Servers, Server{s.text("server"), s.text("host"), s.text("environment"), s.text("format")})
		}
	}
	own := r.custom(p, "the contract", map[string]func(part){
		"sightglass.subject": nil, "sightglass.objective": nil, "sightglass.quarantine": nil,
		"sightglass.reads": func(v part) { r.reads(v) }, "sightglass.reader": nil,
	})
	r.readers(own["sightglass.reader"])
	topics := map[string]bool{}
	for _, s := range p.at("schema").list() {
		if kind := s.text("physicalType"); kind != "" && kind != "topic" {
			r.note(s, "%s is a %s and no topic: it is not checked here", s.text("name"), kind)
			continue
		}
		before := len(c.Streams)
		r.stream(s, p, own)
		for _, made := range c.Streams[before:] { // the second one has its dead letters
			if topics[made.Topic] {
				r.fail(s, "topic %s is there twice", made.Topic)
			}
			topics[made.Topic] = true
		}
	}
}

// people are owners and channels.
func (r *reader) people(p part) {
	members := p.at("team").list() // a list of members is the form before 3.1
	if p.at("team").is(yaml.MappingNode) {
		r.c.Team, members = p.at("team").text("name"), p.at("team").at("members").list()
	}
	for _, m := range members {
		if m.text("dateOut") == "" {
			r.c.Owners = append(r.c.Owners, Owner{m.text("username"), m.text("name"), m.text("role")})
		}
	}
	for _, s := range p.at("support").list() {
		r.c.Support = append(r.c.Support, Channel{s.text("channel"), s.text("tool"), s.text("scope"), s.text("url")})
	}
}

// reads are fields of other streams that a consumer uses: topic#path, or topic for all of it.
func (r *reader) reads(v part) {
	if !v.is(yaml.SequenceNode) {
		r.fail(v, "sightglass.reads is a list of topic#path")
		return
	}
	for _, x := range v.list() {
		topic, path, _ := strings.Cut(x.n.Value, "#")
		if topic == "" {
			r.fail(x, "what is read is topic#path, or topic for all of it")
			continue
		}
		r.c.Reads = append(r.c.Reads, Use{topic, path})
	}
}

// custom gives the custom properties of a part by name. Names of Sightglass's that mean nothing there are mistakes: a promise that nobody keeps
// because of a typing error is worse than none.
func (r *reader) custom(p part, of string, known map[string]func(part)) map[string]part {
	out := map[string]part{}
	for _, x := range p.at("customProperties").list() {
		name := x.text("property")
		if !strings.HasPrefix(name, "sightglass.") {
			continue
		}
		read, ok := known[name]
		switch {
		case !ok:
			names := make([]string, 0, len(known))
			for k := range known {
				names = append(names, k)
			}
			r.fail(x.at("property"), "%s has no property %s; it may have %s", of, name, joined(names))
		case out[name].there():
			r.fail(x.at("property"), "%s is there twice", name)
		default:
			out[name] = x.at("value")
			if read != nil {
				read(out[name])
			}
		}
	}
	return out
}
