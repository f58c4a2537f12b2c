package avro

// Format is the schema in another form: resolved has the types that it refers to within it, as Java's Schema.toString has, so that it is the text of a
// schema without references.
func (s *schema) Format(format string) (string, bool) {
	if format != "resolved" {
		return "", false
	}
	text, _ := canonical(s.root, map[string]bool{})
	return text, true
}
