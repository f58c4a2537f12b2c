// Package config is what the server can be told: every setting with its name, default, unit and meaning, read from flags, the
// environment and one file, in this order of weight.
//
// Only cli and server import it; all other rooms get plain values. docs/reference/config.md is printed from Settings.
package config
