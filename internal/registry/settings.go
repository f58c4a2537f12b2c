package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass/sightglass/internal/tables"
)

// Config is what holds for a subject, a context or everything. What is empty was not set there.
type Config struct {
	Alias            string    `json:"alias,omitempty"`
	Normalize        *bool     `json:"normalize,omitempty"`
	ValidateFields   *bool     `json:"validateFields,omitempty"` // kept for clients, without an effect
	Level            string    `json:"compatibilityLevel,omitempty"`
	Policy           string    `json:"compatibilityPolicy,omitempty"` // STRICT, LENIENT
	Group            string    `json:"compatibilityGroup,omitempty"`
	DefaultMetadata  *Metadata `json:"defaultMetadata,omitempty"`
	OverrideMetadata *Metadata `json:"overrideMetadata,omitempty"`
	DefaultRuleSet   *RuleSet  `json:"defaultRuleSet,omitempty"`
	OverrideRuleSet  *RuleSet  `json:"overrideRuleSet,omitempty"`
}

// Modes of subjects.
const (
	ReadWrite        = "READWRITE"
	ReadOnly         = "READONLY"
	ReadOnlyOverride = "READONLY_OVERRIDE"
	Import           = "IMPORT"
	Forward          = "FORWARD"
)

// Levels of compatibility, the default second.
const (
	LevelNone     = "NONE"
	LevelBackward = "BACKWARD"
)

var (
	levels = []string{LevelNone, LevelBackward, "BACKWARD_TRANSITIVE", "FORWARD", "FORWARD_TRANSITIVE", "FULL", "FULL_TRANSITIVE"}
	modes  = []string{ReadWrite, ReadOnly, ReadOnlyOverride, Import, Forward}
)

// setting is a row.
type setting struct {
	config *Config // nil = none
	mode   string
}

func settingOf(ctx context.Context, q queries, s Subject) (setting, error) {
	var config, mode string
	err := q.QueryRow(ctx, "SELECT config, mode FROM registry_setting WHERE context = ? AND subject = ?", s.Context, s.Name).Scan(&config, &mode)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return setting{}, nil
	case err != nil:
		return setting{}, fmt.Errorf("reading settings: %w", err)
	}
	c, err := fromText[*Config](config)
	return setting{c, mode}, err
}

func putSetting(ctx context.Context, tx *tables.Tx, s Subject, is setting) error {
	if is.config == nil && is.mode == "" {
		_, err := tx.Exec(ctx, "DELETE FROM registry_setting WHERE context = ? AND subject = ?", s.Context, s.Name)
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO registry_setting (context, subject, config, mode) VALUES (?, ?, ?, ?)
		ON CONFLICT (context, subject) DO UPDATE SET config = excluded.config, mode = excluded.mode`, s.Context, s.Name, text(is.config), is.mode)
	return err
}

// scopes are where a setting of s is looked for, the nearest first.
func scopes(s Subject) []Subject {
	list := []Subject{s, {s.Context, ""}, {DefaultContext, ""}}
	return slices.Compact(list)
}

// effective is what holds for a subject: each member from the nearest scope that sets it.
type effective struct {
	Config
	mode string
}

func effectiveOf(ctx context.Context, q queries, s Subject) (effective, error) {
	e := effective{mode: ReadWrite}
	var mode string
	for _, at := range scopes(s) {
		is, err := settingOf(ctx, q, at)
		if err != nil {
			return e, err
		}
		if is.config != nil {
			e.Config.fill(is.config)
		}
		if mode == "" || is.mode == ReadOnlyOverride && at == (Subject{DefaultContext, ""}) {
			mode = is.mode
		}
	}
	if mode != "" {
		e.mode = mode
	}
	if e.Level == "" {
		e.Level = LevelBackward
	}
	return e, nil
}

// fill takes from o what c does not have.
func (c *Config) fill(o *Config) {
	fillText(&c.Level, o.Level)
	fillText(&c.Policy, o.Policy)
	fillText(&c.Group, o.Group)
	fillText(&c.Alias, o.Alias)
	fillAny(&c.Normalize, o.Normalize)
	fillAny(&c.ValidateFields, o.ValidateFields)
	fillAny(&c.DefaultMetadata, o.DefaultMetadata)
	fillAny(&c.OverrideMetadata, o.OverrideMetadata)
	fillAny(&c.DefaultRuleSet, o.DefaultRuleSet)
	fillAny(&c.OverrideRuleSet, o.OverrideRuleSet)
}

func fillText(to *string, from string) {
	if *to == "" {
		*to = from
	}
}

func fillAny[T any](to **T, from *T) {
	if *to == nil {
		*to = from
	}
}

// Config is what is set for s. A subject that sets nothing is CodeNoSubjectLevel, unless inherited asks for what holds for it then.
func (r *Registry) Config(ctx context.Context, s Subject, inherited bool) (Config, error) {
	if s.Name == "" && s.Context == DefaultContext || inherited {
		e, err := effectiveOf(ctx, r.db, s)
		return e.Config, err
	}
	is, err := settingOf(ctx, r.db, s)
	switch {
	case err != nil:
		return Config{}, err
	case is.config == nil:
		return Config{}, refuse(CodeNoSubjectLevel, "Subject '%s' does not have subject-level compatibility configured", shortened(s.String()))
	}
	return *is.config, nil
}

// SetConfig changes what the body of a request names: members that are there replace, null takes away, others stay. It gives the request with its
// level as it is stored. CodeLevel, CodeRuleSet, CodeSubject.
func (r *Registry) SetConfig(ctx context.Context, s Subject, body []byte) (json.RawMessage, error) {
	if err := r.mayConfigure(s); err != nil {
		return nil, err
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal(body, &given); err != nil || given == nil {
		return nil, refuse(CodeMalformed, "The request is no JSON object")
	}
	for _, name := range []string{"compatibility", "compatibilityLevel"} { // clients send back what they were given
		raw, ok := given[name]
		if !ok {
			continue
		}
		var level string
		if json.Unmarshal(raw, &level) == nil && level != "" {
			level = strings.ToUpper(level)
			if !slices.Contains(levels, level) {
				return nil, levelUnknown()
			}
			given[name] = json.RawMessage(text(level))
		} else if string(raw) != "null" {
			return nil, levelUnknown()
		}
	}
	if raw, ok := given["compatibilityPolicy"]; ok && string(raw) != "null" {
		var policy string
		_ = json.Unmarshal(raw, &policy) // what is no text is no policy either
		if policy = strings.ToUpper(policy); policy != "STRICT" && policy != "LENIENT" {
			return nil, refuse(CodeLevel, "Invalid compatibility policy. Valid values are STRICT and LENIENT")
		}
		given["compatibilityPolicy"] = json.RawMessage(text(policy))
	}
	err := r.write(ctx, func(tx *tables.Tx) error {
		is, err := settingOf(ctx, tx, s)
		if err != nil {
			return err
		}
		if is.config, err = changedConfig(is.config, given); err != nil {
			return err
		}
		if err := putSetting(ctx, tx, s, is); err != nil {
			return err
		}
		return r.note(ctx, tx, Change{Kind: ConfigChanged, Subject: s})
	})
	return json.RawMessage(text(given)), err
}

func levelUnknown() error {
	return refuse(CodeLevel, "Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive")
}

// changedConfig is old with the members of given in place of its own.
func changedConfig(old *Config, given map[string]json.RawMessage) (*Config, error) {
	members := map[string]json.RawMessage{}
	if old != nil {
		if err := json.Unmarshal([]byte(text(old)), &members); err != nil {
			return nil, err
		}
	}
	for k, v := range given {
		if k == "compatibility" {
			k = "compatibilityLevel"
		}
		members[k] = v
	}
	c := &Config{}
	if err := json.Unmarshal([]byte(text(members)), c); err != nil {
		return nil, refuse(CodeMalformed, "A member of the config has another type than it should: compatibility, alias, compatibilityGroup and compatibilityPolicy are texts, normalize is true or false")
	}
	for _, rules := range []**RuleSet{&c.DefaultRuleSet, &c.OverrideRuleSet} {
		*rules = (*rules).normal()
		if err := (*rules).check(); err != nil {
			return nil, err
		}
	}
	c.DefaultMetadata, c.OverrideMetadata = c.DefaultMetadata.normal(), c.OverrideMetadata.normal()
	if text(c) == "{}" {
		return nil, nil
	}
	return c, nil
}

// DeleteConfig takes away what is set for s and gives what was. CodeSubjectMissing when a subject set nothing.
func (r *Registry) DeleteConfig(ctx context.Context, s Subject) (Config, error) {
	if err := r.mayConfigure(s); err != nil {
		return Config{}, err
	}
	was := Config{Level: LevelBackward}
	err := r.write(ctx, func(tx *tables.Tx) error {
		is, err := settingOf(ctx, tx, s)
		switch {
		case err != nil:
			return err
		case is.config == nil && s.Name != "":
			return subjectMissing(s)
		case is.config != nil:
			was = *is.config
		}
		if err := putSetting(ctx, tx, s, setting{nil, is.mode}); err != nil {
			return err
		}
		return r.note(ctx, tx, Change{Kind: ConfigChanged, Subject: s})
	})
	return was, err
}

// Mode is what is set for s; CodeNoSubjectMode, unless inherited.
func (r *Registry) Mode(ctx context.Context, s Subject, inherited bool) (string, error) {
	if s.Name == "" && s.Context == DefaultContext || inherited {
		e, err := effectiveOf(ctx, r.db, s)
		if r.readOnly {
			e.mode = ReadOnlyOverride
		}
		return e.mode, err
	}
	is, err := settingOf(ctx, r.db, s)
	switch {
	case err != nil:
		return "", err
	case is.mode == "":
		return "", refuse(CodeNoSubjectMode, "Subject '%s' does not have subject-level mode configured", shortened(s.String()))
	}
	return is.mode, nil
}

// SetMode sets the mode of s. IMPORT is for what is empty, unless force. CodeMode, CodeNotPermitted, CodeSubject.
func (r *Registry) SetMode(ctx context.Context, s Subject, mode string, force bool) (string, error) {
	mode = strings.ToUpper(mode)
	if !slices.Contains(modes, mode) {
		return "", refuse(CodeMode, "Invalid mode. Valid values are READWRITE, READONLY, READONLY_OVERRIDE, IMPORT, and FORWARD.")
	}
	if err := r.mayConfigure(s); err != nil {
		return "", err
	}
	return mode, r.write(ctx, func(tx *tables.Tx) error {
		is, err := settingOf(ctx, tx, s)
		if err != nil {
			return err
		}
		if mode == Import && is.mode != Import && !force {
			if err := emptyBelow(ctx, tx, s); err != nil {
				return err
			}
		}
		if err := putSetting(ctx, tx, s, setting{is.config, mode}); err != nil {
			return err
		}
		return r.note(ctx, tx, Change{Kind: ModeChanged, Subject: s})
	})
}

// emptyBelow refuses IMPORT where versions are that ids of an import could contradict.
func emptyBelow(ctx context.Context, q queries, s Subject) error {
	query, args := "SELECT COUNT(*) FROM registry_subject_version WHERE deleted = 0", []any{}
	if s.Name != "" {
		query, args = query+" AND context = ? AND subject = ?", []any{s.Context, s.Name}
	} else if s.Context != DefaultContext {
		query, args = query+" AND context = ?", []any{s.Context}
	}
	var n int
	if err := q.QueryRow(ctx, query, args...).Scan(&n); err != nil {
		return fmt.Errorf("counting versions: %w", err)
	}
	if n > 0 {
		return refuse(CodeNotPermitted, "Cannot import since found existing subjects")
	}
	return nil
}

// DeleteMode takes away the mode of a subject, with recursive of all subjects below a context too, and gives what it was. CodeSubjectMissing.
func (r *Registry) DeleteMode(ctx context.Context, s Subject, recursive bool) (string, error) {
	if err := r.mayConfigure(s); err != nil {
		return "", err
	}
	was := ReadWrite
	err := r.write(ctx, func(tx *tables.Tx) error {
		is, err := settingOf(ctx, tx, s)
		switch {
		case err != nil:
			return err
		case is.mode == "" && s.Name != "":
			return subjectMissing(s)
		case is.mode != "":
			was = is.mode
		}
		if err := putSetting(ctx, tx, s, setting{is.config, ""}); err != nil {
			return err
		}
		if recursive && s.Name == "" {
			if _, err := tx.Exec(ctx, "UPDATE registry_setting SET mode = '' WHERE context = ?", s.Context); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "DELETE FROM registry_setting WHERE mode = '' AND config = ''"); err != nil {
				return err
			}
		}
		return r.note(ctx, tx, Change{Kind: ModeChanged, Subject: s})
	})
	return was, err
}

// mayConfigure says whether settings of s can be changed at all. Modes do not hold it up: one has to be able to leave them.
func (r *Registry) mayConfigure(s Subject) error {
	switch {
	case r.readOnly:
		return follows()
	case s.Name == "" && validContext(s.Context):
		return nil
	}
	return s.valid()
}

func follows() error {
	return refuse(CodeNotPermitted, "This registry follows another one and takes no changes; make them there")
}
