package otlp

import (
	"strconv"
	"strings"
)

// valid is s as protobuf wants it: a name with broken bytes would refuse the whole batch.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
