package impact

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"strings"
)

// sarifSchema is where OASIS keeps the schema of the format.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID    string    `json:"id"`
		Name  string    `json:"name"`
		Short sarifText `json:"shortDescription"`
		Full  sarifText `json:"fullDescription"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Kind         string            `json:"kind"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations,omitempty"`
		HostedURI    string            `json:"hostedViewerUri,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Properties   map[string]any    `json:"properties,omitempty"`
	}
	sarifLocation struct {
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine int `json:"startLine"`
	}
	sarifLogical struct {
		Name          string `json:"name"`
		QualifiedName string `json:"fullyQualifiedName"`
		Kind          string `json:"kind"`
	}
)

// sarifRules are the verdicts as rules, in the order of their index.
var sarifRules = []struct {
	verdict     Verdict
	level, kind string
	name, short string
	full        string
}{
	{Broken, "error", "fail", "ReaderBreaks", "A reader breaks", "A system that is alive cannot read what the proposed change writes."},
	{Maybe, "warning", "fail", "ReaderMayBreak", "A reader may break", "What changes reaches what a system uses, and nothing shows that it breaks."},
	{Unknown, "warning", "fail", "ReaderUnknown", "What becomes of a reader is not known", "Which fields a system reads is not known, or it was not seen for a while."},
}

// sarif has a result for each system that is not safe, at the line of the proposal's file that its first change is about.
func sarif(r *Run, base string) (string, error) {
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "sightglass"}}, Results: []sarifResult{}}
	for _, rule := range sarifRules {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{"sightglass/" + string(rule.verdict), rule.name, sarifText{rule.short}, sarifText{rule.full}})
	}
	for i, rule := range sarifRules {
		for _, s := range worst(r.Report, rule.verdict) {
			sum := sha256.Sum256([]byte(r.Report.Stream.String() + "\x00" + s.ID + "\x00" + string(s.Verdict) + "\x00" + r.Proposal.Title()))
			out := sarifResult{
				RuleID: "sightglass/" + string(rule.verdict), RuleIndex: i, Level: rule.level, Kind: rule.kind,
				Message:      sarifText{fmt.Sprintf("%s (%s%s): %s", s.Name, s.Kind, ownersWords(s.Owners), s.Why)},
				HostedURI:    page(r, base),
				Fingerprints: map[string]string{"sightglassImpact/v1": hex.EncodeToString(sum[:16])},
				Properties:   map[string]any{"system": s.ID, "stream": r.Report.Stream.String(), "evidence": evidenceText(r.Report, s)},
			}
			at := sarifLocation{Logical: []sarifLogical{{Name: r.Report.Stream.Topic, QualifiedName: r.Report.Stream.String(), Kind: "resource"}}}
			if file := fileURI(r.Proposal.File); file != "" {
				at.Physical = &sarifPhysical{sarifArtifact{file}, &sarifRegion{lineOf(r, s)}}
			}
			out.Locations = []sarifLocation{at}
			run.Results = append(run.Results, out)
		}
	}
	b, err := json.MarshalIndent(sarifLog{sarifSchema, "2.1.0", []sarifRun{run}}, "", "  ")
	return string(b) + "\n", err
}

// fileURI is a file within a repository; what lies elsewhere has no place in a report.
func fileURI(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	if name == "" || name == "-" || path.IsAbs(name) {
		return ""
	}
	if name = path.Clean(name); strings.HasPrefix(name, "../") {
		return ""
	}
	return strings.NewReplacer("%", "%25", " ", "%20", "#", "%23", "?", "%3F").Replace(name)
}

// lineOf finds the line of the text that names what changes for a system; 1 where none does, as of what was removed.
func lineOf(r *Run, s *System) int {
	text := r.Proposal.Schema + r.Proposal.Contract
	for _, i := range s.Changes {
		c := &r.Report.Changes[i]
		name := c.Path[strings.LastIndexAny(c.Path, ".]}")+1:]
		if name == "" {
			continue
		}
		for n, line := range strings.Split(text, "\n") {
			if strings.Contains(line, `"`+name+`"`) || strings.Contains(line, " "+name+" ") || strings.Contains(line, name+":") || strings.Contains(line, "name: "+name) {
				return n + 1
			}
		}
	}
	return 1
}
