package config

import (
	"fmt"
	"strings"
)

// Reference is docs/reference/config.md: every setting of the server.
func Reference() []byte {
	var b strings.Builder
	b.WriteString("# Settings of the server\n\nGenerated from the program (`make gen`).\n\n")
	b.WriteString("Each setting is a flag of `sightglass up`, a variable of the environment, and a line `name: value` in the YAML file that `--config` or\n" +
		"`SIGHTGLASS_CONFIG` names. A flag outweighs the environment, the environment the file. A name in the file that is no setting is an error.\n\n")
	b.WriteString("| setting | variable | default | unit | meaning |\n|---|---|---|---|---|\n")
	for _, s := range Settings() {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s | %s |\n", s.Name, s.Variable(), code(s.Default), s.Unit, s.Help)
	}
	return []byte(b.String())
}

func code(s string) string {
	if s == "" {
		return "–"
	}
	return "`" + s + "`"
}
