package serde

import "encoding/hex"

// uuidText writes 16 bytes as 89791762-2336-4186-9674-299b90a802e2.
func uuidText(p []byte) string {
	b := make([]byte, 0, 36)
	for i, end := range []int{4, 6, 8, 10, 16} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, p[(len(b)-i)/2:end])
	}
	return string(b)
}
