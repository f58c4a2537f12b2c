package access

import "strings"

// Resource names what is acted upon, in segments: cluster/<name>/topic/<name>, cluster/<name>/group/<name>,
// flink/<environment>/job/<name>/recording/<id>, registry/context/<name>, registry/subject/<name>, policy/<name>, audit/<name>, server. ResourceOf joins segments and keeps slashes inside a segment from splitting it.
type Resource string

// insideSegment replaces what has a meaning between segments. It is made once: views ask for resources all the time.
var insideSegment = strings.NewReplacer("/", "%2F", "*", "%2A", "%", "%25")

// ResourceOf joins segments. Slashes and stars inside a segment are replaced, so that a name cannot pose as another resource.
func ResourceOf(segments ...string) Resource {
	out := make([]string, len(segments))
	for i, s := range segments {
		out[i] = insideSegment.Replace(s)
	}
	return Resource(strings.Join(out, "/"))
}

// RecordedTopic is the topic of a record that a recording holds, whatever the cluster is called elsewhere: a job names brokers, not clusters.
func RecordedTopic(topic string) Resource { return ResourceOf("cluster", "local", "topic", topic) }

// matches reports whether pattern covers r: * stands for any run within a segment, a trailing ** for any rest.
func (r Resource) matches(pattern string) bool {
	rest := strings.HasSuffix(pattern, "**")
	if rest {
		pattern = pattern[:len(pattern)-2]
	}
	return glob(pattern, string(r), rest)
}

// glob matches with one point of return, the last star: an earlier star in the same segment can do nothing that the last
// cannot, and no star crosses a slash. With rest, s may go on after pattern.
func glob(pattern, s string, rest bool) bool {
	p, i, star, from := 0, 0, -1, 0
	for {
		switch {
		case p == len(pattern) && (rest || i == len(s)):
			return true
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, i
			p++
			continue
		case p < len(pattern) && i < len(s) && pattern[p] == s[i]:
			if s[i] == '/' {
				star = -1
			}
			p++
			i++
			continue
		}
		if star < 0 || from >= len(s) || s[from] == '/' {
			return false
		}
		from++
		p, i = star+1, from
	}
}

// mayBegin tells whether pattern covers a resource that begins with whole segments, as cluster/a/topic/.
func mayBegin(pattern, beginning string) bool {
	wants, has := strings.Split(pattern, "/"), strings.Split(strings.TrimSuffix(beginning, "/"), "/")
	for i, s := range has {
		switch {
		case i < len(wants) && wants[i] == "**":
			return true
		case i >= len(wants) || !glob(wants[i], s, false):
			return false
		}
	}
	return len(wants) > len(has)
}
