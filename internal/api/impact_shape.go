package api

import (
	"maps"
	"slices"

	"github.com/sightglass/sightglass/internal/impact"
	"github.com/sightglass/sightglass/internal/language"
)

// ImpactWish is a change that somebody thinks of: one of schema, drop, contract, config and job.
type ImpactWish struct {
	Cluster    string            `json:"cluster,omitempty" maxLength:"256" doc:"Absent: the one that has the topic."`
	Topic      string            `json:"topic,omitempty" maxLength:"249" doc:"Absent: that of the subject or contract."`
	Subject    string            `json:"subject,omitempty" maxLength:"1000" doc:"Absent: TOPIC-value."`
	SchemaType string            `json:"schema_type,omitempty" enum:"AVRO,PROTOBUF,JSON" doc:"Absent: as the text looks."`
	Schema     string            `json:"schema,omitempty" maxLength:"1048576" doc:"Text of another schema."`
	References []ImpactReference `json:"references,omitempty" maxItems:"100" doc:"Schemas that it refers to; what one refers to in its turn stands before it."`
	Drop       string            `json:"drop,omitempty" maxLength:"1024" doc:"Path of a field that is to go, as customer.email."`
	Contract   string            `json:"contract,omitempty" maxLength:"1048576" doc:"Text of another version of a contract (ODCS)."`
	Config     map[string]string `json:"config,omitempty" doc:"Other settings of the topic by Kafka's names, and partitions."`
	Job        string            `json:"job,omitempty" maxLength:"256" doc:"Recording id, beginning of one, or the job's name: it gets another program."`
	Jars       []ReplayJar       `json:"jars,omitempty" maxItems:"20" doc:"Of the other program; they were uploaded before."`
	Replay     bool              `json:"replay,omitempty" doc:"Of a schema or drop: recorded jobs that read the stream run again on their last records as they would be written. Takes the right job:replay."`
	Sample     int               `json:"sample,omitempty" minimum:"0" maximum:"10000" doc:"Newest records that are tried. Absent: 1000."`
	File       string            `json:"file,omitempty" maxLength:"1000" doc:"That the text was read from, for reports."`
}

// ImpactReference is a schema that another refers to.
type ImpactReference struct {
	Name string `json:"name" maxLength:"1000"`
	Text string `json:"text" maxLength:"1048576"`
}

// ImpactRun is a report that was asked for.
type ImpactRun struct {
	ID       string         `json:"id"`
	Kind     string         `json:"kind" enum:"schema,drop,contract,topic-config,jar"`
	Title    string         `json:"title"`
	Cluster  string         `json:"cluster"`
	Topic    string         `json:"topic"`
	State    string         `json:"state" enum:"running,done,failed,cancelled"`
	Error    string         `json:"error,omitempty" doc:"Why it failed."`
	Phase    string         `json:"phase,omitempty" doc:"Of one that is made."`
	Step     int            `json:"step" doc:"Done of the phase,"`
	Steps    int            `json:"steps" doc:"of how much."`
	By       string         `json:"by" doc:"Who asked."`
	Began    *Time          `json:"began"`
	Ended    *Time          `json:"ended,omitempty"`
	Counts   ImpactCounts   `json:"counts"`
	Proposal ImpactWish     `json:"proposal"`
	Report   *ImpactReport  `json:"report,omitempty" doc:"Absent: there is none yet, or it is a list."`
	Acks     []ImpactAck    `json:"acks" doc:"What teams say, oldest first; of a team the last counts."`
	Outcome  *ImpactOutcome `json:"outcome,omitempty" doc:"What came in the seven days behind the release, beside what was predicted."`
}

// ImpactCounts is how many systems have each verdict.
type ImpactCounts struct {
	Broken  int `json:"broken"`
	Maybe   int `json:"maybe"`
	Unknown int `json:"unknown" doc:"Systems that the caller may not see are among them."`
	Safe    int `json:"safe"`
}

// ImpactReport is what a proposal comes to.
type ImpactReport struct {
	Owners   []string         `json:"owners" doc:"Of the stream."`
	Profile  string           `json:"profile,omitempty" doc:"Whose rules of compatibility."`
	Registry *ImpactRegistry  `json:"registry,omitempty" doc:"What registering the schema would come to."`
	Changes  []ImpactChange   `json:"changes"`
	Data     *ImpactData      `json:"data,omitempty" doc:"What the topic was seen to hold."`
	Systems  []ImpactSystem   `json:"systems" doc:"The worst first."`
	Hidden   int              `json:"hidden" doc:"Systems that are not shown to the caller."`
	Plan     []ImpactPlanStep `json:"plan" doc:"What is to be done before."`
	Notes    []string         `json:"notes" doc:"What could not be looked at."`
}

// ImpactRegistry is the registry's verdict.
type ImpactRegistry struct {
	Subject    string   `json:"subject"`
	Level      string   `json:"level"`
	Compatible bool     `json:"compatible"`
	Messages   []string `json:"messages"`
	Version    int      `json:"version" doc:"That is the latest; 0: none."`
}

// ImpactChange is one thing that changes.
type ImpactChange struct {
	Kind    string `json:"kind"`
	Path    string `json:"path,omitempty" doc:"Of a field."`
	From    string `json:"from,omitempty"`
	To      string `json:"to,omitempty"`
	Text    string `json:"text"`
	Advice  string `json:"advice,omitempty"`
	Pointer string `json:"pointer,omitempty" doc:"Into the schema."`
}

// ImpactData is what a topic was seen to hold.
type ImpactData struct {
	Records int              `json:"records" doc:"That were looked at."`
	Keyed   int              `json:"keyed" doc:"Of these, with a key."`
	Largest I64              `json:"largest" doc:"Bytes of the largest one; a power of two where some of it is masked."`
	Note    string           `json:"note,omitempty"`
	Valid   *ImpactConverted `json:"valid,omitempty" doc:"Of JSON Schema: records as they are, under the proposed schema."`
	Fields  []ImpactField    `json:"fields"`
}

// ImpactField is what records hold of a field that changes.
type ImpactField struct {
	Path          string  `json:"path"`
	Suppressed    bool    `json:"suppressed,omitempty" doc:"Of so few records nothing is said."`
	Present       float64 `json:"present" doc:"Share of records."`
	NotNull       float64 `json:"not_null" doc:"Share of records."`
	Hidden        bool    `json:"hidden,omitempty" doc:"Some is, to whoever asked."`
	LastPartition int32   `json:"last_partition"`
	LastOffset    I64     `json:"last_offset" doc:"Newest record where it is not null; -1: none."`
	LastTime      *Time   `json:"last_time,omitempty"`
}

// ImpactSystem is a system with its verdict.
type ImpactSystem struct {
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Kind     string           `json:"kind"`
	Role     string           `json:"role" enum:"consumer,producer,program"`
	Owners   []string         `json:"owners"`
	Verdict  string           `json:"verdict" enum:"broken,maybe,unknown,safe"`
	Why      string           `json:"why"`
	Changes  []int            `json:"changes" doc:"Indexes of the changes that touch it."`
	Known    bool             `json:"fields_known" doc:"fields are all that it reads; otherwise it may be any."`
	Fields   []string         `json:"fields"`
	Seen     *Time            `json:"seen,omitempty" doc:"Newest evidence."`
	Evidence []ImpactEvidence `json:"evidence"`
	Records  *ImpactConverted `json:"records,omitempty" doc:"Newest records, as it would read them."`
	Path     []string         `json:"path" doc:"Streams and systems by which the change reaches it; empty: it reads the stream itself."`
	Link     string           `json:"link,omitempty" doc:"Path of a page."`
}

// ImpactEvidence is what a verdict rests on.
type ImpactEvidence struct {
	Kind   string `json:"kind" doc:"edge, fields, compatibility, records, setting, contract, replay."`
	Source string `json:"source"`
	At     *Time  `json:"at,omitempty"`
	Detail string `json:"detail"`
}

// ImpactConverted is what became of the newest records for a reader.
type ImpactConverted struct {
	Of           int            `json:"of"`
	Converted    int            `json:"converted"`
	Failed       int            `json:"failed"`
	NotSimulated int            `json:"not_simulated" doc:"What would become of them cannot be told, or rests on what is masked."`
	First        []ImpactPlace  `json:"first" doc:"That failed."`
	Reasons      []ImpactReason `json:"reasons" doc:"The most frequent first."`
}

// ImpactPlace is a record that could not be read.
type ImpactPlace struct {
	Partition int32  `json:"partition"`
	Offset    I64    `json:"offset"`
	Path      string `json:"path,omitempty"`
	Reason    string `json:"reason"`
}

// ImpactReason counts records.
type ImpactReason struct {
	Path    string `json:"path,omitempty"`
	Reason  string `json:"reason"`
	Failed  bool   `json:"failed" doc:"Otherwise: not simulated."`
	Records int    `json:"records"`
}

// ImpactPlanStep is something to do before the change.
type ImpactPlanStep struct {
	Who  string `json:"who"`
	Text string `json:"text"`
}

// ImpactAckWish is what a team says of a change.
type ImpactAckWish struct {
	Team     string `json:"team" minLength:"1" maxLength:"200"`
	Decision string `json:"decision" enum:"agree,object"`
	Reason   string `json:"reason,omitempty" maxLength:"4000" doc:"Whoever objects says why."`
}

// ImpactAck is what a team said.
type ImpactAck struct {
	Team     string `json:"team"`
	Decision string `json:"decision" enum:"agree,object"`
	Reason   string `json:"reason,omitempty"`
	By       string `json:"by"`
	At       *Time  `json:"at"`
}

// ImpactOutcome is what came after a release.
type ImpactOutcome struct {
	Released *Time        `json:"released"`
	Until    *Time        `json:"until" doc:"That it was looked at."`
	Over     bool         `json:"over" doc:"The seven days are."`
	Systems  []ImpactCame `json:"systems"`
}

// ImpactCame is what came of a prediction.
type ImpactCame struct {
	System    string          `json:"system"`
	Name      string          `json:"name"`
	Predicted string          `json:"predicted,omitempty" doc:"Absent: it was not named."`
	Held      bool            `json:"held" doc:"What was predicted came, as far as can be seen."`
	Blind     bool            `json:"blind,omitempty" doc:"Whether it can read is seen of recorded jobs alone, and it is none."`
	Troubles  []ImpactTrouble `json:"troubles"`
}

// ImpactTrouble is something that went wrong.
type ImpactTrouble struct {
	Kind  string `json:"kind" enum:"violation,deserialisation,exception" doc:"Violations are the stream's own. deserialisation: records that a recorded job could not decode; exception: another one of a task that reads the stream."`
	Path  string `json:"path,omitempty"`
	Count I64    `json:"count"`
	First *Time  `json:"first,omitempty"`
}

// ImpactText is a report as text.
type ImpactText struct {
	Format    string `json:"format"`
	MediaType string `json:"media_type"`
	Text      string `json:"text"`
}

// proposal is what is wished; its kind is empty where it is not one thing.
func (w *ImpactWish) proposal() impact.Proposal {
	p := impact.Proposal{
		Cluster: w.Cluster, Topic: w.Topic, Subject: w.Subject, Language: language.Kind(w.SchemaType), Schema: w.Schema, Drop: w.Drop, Contract: w.Contract, Config: w.Config, Job: w.Job,
		Replay: w.Replay, Sample: w.Sample, File: w.File,
	}
	for _, r := range w.References {
		p.References = append(p.References, language.Referenced{Name: r.Name, Text: r.Text})
	}
	for _, j := range w.Jars {
		p.Jars = append(p.Jars, impact.Jar{Name: j.Name, ID: j.ID})
	}
	kinds := map[impact.Kind]bool{
		impact.OfSchema: w.Schema != "", impact.OfDrop: w.Drop != "", impact.OfContract: w.Contract != "", impact.OfConfig: len(w.Config) > 0, impact.OfJar: w.Job != "",
	}
	for k, is := range kinds {
		switch {
		case !is:
		case p.Kind != "":
			p.Kind = ""
			return p
		default:
			p.Kind = k
		}
	}
	return p
}

func impactWishOf(p *impact.Proposal) ImpactWish {
	w := ImpactWish{
		Cluster: p.Cluster, Topic: p.Topic, Subject: p.Subject, SchemaType: string(p.Language), Schema: p.Schema, Drop: p.Drop, Contract: p.Contract, Config: maps.Clone(p.Config), Job: p.Job,
		Replay: p.Replay, Sample: p.Sample, File: p.File,
	}
	for _, r := range p.References {
		w.References = append(w.References, ImpactReference{r.Name, r.Text})
	}
	for _, j := range p.Jars {
		w.Jars = append(w.Jars, ReplayJar{Name: j.Name, ID: j.ID})
	}
	return w
}

// each makes a list of a list, never null.
func each[A, B any](list []A, of func(*A) B) []B {
	out := make([]B, len(list))
	for i := range list {
		out[i] = of(&list[i])
	}
	return out
}

// listed is a list that is never null.
func listed(list []string) []string {
	if list == nil {
		return []string{}
	}
	return slices.Clone(list)
}

func impactRunOf(r impact.Run) ImpactRun {
	out := ImpactRun{
		ID: r.ID, Kind: string(r.Proposal.Kind), Title: r.Proposal.Title(), Cluster: r.Stream.Cluster, Topic: r.Stream.Topic, State: string(r.State), Error: r.Error, Phase: r.Phase,
		Step: r.Step, Steps: r.Steps, By: r.Name, Began: at(r.At), Ended: at(r.Ended), Proposal: impactWishOf(&r.Proposal),
		Acks: each(r.Acks, func(a *impact.Ack) ImpactAck {
			return ImpactAck{a.Team, string(a.Decision), a.Reason, a.Name, at(a.At)}
		}),
	}
	if r.Report != nil {
		out.Counts = ImpactCounts(r.Report.Counts())
		out.Report = impactReportOf(r.Report)
	}
	if o := r.Outcome; o != nil {
		out.Outcome = &ImpactOutcome{at(o.Released), at(o.Until), o.Over, each(o.Systems, func(c *impact.Came) ImpactCame {
			return ImpactCame{c.System, c.Name, string(c.Predicted), c.Held, c.Blind, each(c.Troubles, func(t *impact.Trouble) ImpactTrouble {
				return ImpactTrouble{t.Kind, t.Path, I64(t.Count), at(t.First)}
			})}
		})}
	}
	return out
}

func impactReportOf(r *impact.Report) *ImpactReport {
	out := &ImpactReport{
		Owners: listed(r.Owners), Profile: r.Profile, Hidden: r.Hidden, Notes: listed(r.Notes),
		Changes: each(r.Changes, func(c *impact.Change) ImpactChange {
			return ImpactChange{c.Kind, c.Path, c.From, c.To, c.Text, c.Advice, c.Pointer}
		}),
		Plan: each(r.Plan, func(s *impact.Step) ImpactPlanStep { return ImpactPlanStep(*s) }),
		Systems: each(r.Systems, func(s *impact.System) ImpactSystem {
			return ImpactSystem{
				ID: s.ID, Name: s.Name, Kind: s.Kind, Role: s.Role, Owners: listed(s.Owners), Verdict: string(s.Verdict), Why: s.Why, Changes: append([]int{}, s.Changes...),
				Known: s.Fields.Known, Fields: listed(s.Fields.Paths), Seen: at(s.Seen), Records: impactConvertedOf(s.Records), Path: listed(s.Path), Link: s.Link,
				Evidence: each(s.Evidence, func(e *impact.Evidence) ImpactEvidence {
					return ImpactEvidence{e.Kind, e.Source, at(e.At), e.Detail}
				}),
			}
		}),
	}
	if v := r.Registry; v != nil {
		out.Registry = &ImpactRegistry{v.Subject, v.Level, v.Compatible, listed(v.Messages), v.Version}
	}
	if d := r.Data; d != nil {
		out.Data = &ImpactData{
			Records: d.Records, Keyed: d.Keyed, Largest: I64(d.Largest), Note: d.Note, Valid: impactConvertedOf(d.Valid),
			Fields: each(d.Fields, func(f *impact.FieldData) ImpactField {
				return ImpactField{f.Path, f.Suppressed, f.Present, f.NotNull, f.Hidden, f.LastPartition, I64(f.LastOffset), at(f.LastTime)}
			}),
		}
	}
	return out
}

func impactConvertedOf(r *impact.Records) *ImpactConverted {
	if r == nil {
		return nil
	}
	return &ImpactConverted{
		Of: r.Of, Converted: r.Converted, Failed: r.Failed, NotSimulated: r.NotSimulated,
		First: each(r.First, func(p *impact.Place) ImpactPlace {
			return ImpactPlace{p.Partition, I64(p.Offset), p.Path, p.Reason}
		}),
		Reasons: each(r.Reasons, func(w *impact.Reason) ImpactReason { return ImpactReason(*w) }),
	}
}
