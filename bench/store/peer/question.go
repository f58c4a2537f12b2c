//go:build duckdb

package peer

// Question is one of those that both engines are asked.
type Question string

// The questions.
const (
	Page      Question = "page"         // 100 events in order of time, with values: Op, From, To
	Timeline  Question = "timeline"     // counts in 100 buckets by operator and kind: From, To
	Totals    Question = "totals"       // counts by operator and kind
	LineageUp Question = "lineage-up"   // records that Record came from: Record, Depth
	LineageDn Question = "lineage-down" // records that came of it
	StateAt   Question = "state-at"     // values of State for Key at To, by namespace and key of a map
	StateOf   Question = "state-of"     // values of all states under the key of an invocation, when it was there: Attempt, Invocation
	RareText  Question = "rare-text"    // records whose key or value holds Text

	Invocation Question = "invocation" // events of one invocation, with values: Attempt, Invocation
	Drops      Question = "drops"      // records thrown away, by reason
	Gaps       Question = "gaps"       // stretches that were not recorded
	Watermarks Question = "watermarks" // the highest that each subtask got
)

// Questions lists them.
func Questions() []Question {
	return []Question{Page, Timeline, Totals, LineageUp, LineageDn, StateAt, StateOf, RareText, Invocation, Drops, Gaps, Watermarks}
}

type statement struct {
	sql   string
	takes []string // its parameters
}

// SQL is the statement of q.
func SQL(q Question) string { return statements[q].sql }

// What the statements rely on: event is in order of time; a time of the export is UTC, parameters too.
var statements = map[Question]statement{
	Page: {`
SELECT e.*, r.key, r.value
FROM events e LEFT JOIN records r USING (recording, event)
WHERE ($op = '' OR e.op = $op) AND e.time >= $from AND e.time < $to
ORDER BY e.event LIMIT 100`, []string{"op", "from", "to"}},

	Timeline: {`
SELECT op, kind, least(99, (epoch_us(time) - epoch_us($from::TIMESTAMPTZ)) * 100 // (epoch_us($to::TIMESTAMPTZ) - epoch_us($from::TIMESTAMPTZ))) AS bucket, count(*) AS n
FROM events
WHERE time >= $from AND time < $to
GROUP BY ALL ORDER BY ALL`, []string{"from", "to"}},

	Totals: {`
SELECT op, kind, count(*) AS rows, sum(n)::BIGINT AS invocations
FROM events
GROUP BY ALL ORDER BY ALL`, nil},

	// A record and an invocation take turns, so a step from record to record is two. What was sent and is no record leads nowhere.
	LineageUp: {`
WITH RECURSIVE walk(id, steps) AS (
  SELECT $record::VARCHAR, 0
  UNION
  SELECT e.from_id, walk.steps + 1
  FROM walk JOIN edges e ON e.to_id = walk.id AND (e.kind <> 'sent' OR e.what = 'record')
  WHERE walk.steps < $steps
)
SELECT id, min(steps) // 2 AS depth
FROM walk ANTI JOIN (SELECT to_id FROM edges WHERE kind = 'sent' AND what <> 'record') other ON other.to_id = walk.id
WHERE id <> $record AND NOT contains(id, '#')
GROUP BY id ORDER BY depth, id`, []string{"record", "steps"}},

	LineageDn: {`
WITH RECURSIVE walk(id, steps) AS (
  SELECT $record::VARCHAR, 0
  UNION
  SELECT e.to_id, walk.steps + 1
  FROM walk JOIN edges e ON e.from_id = walk.id AND (e.kind <> 'sent' OR e.what = 'record')
  WHERE walk.steps < $steps
)
SELECT id, min(steps) // 2 AS depth
FROM walk
WHERE id <> $record AND NOT contains(id, '#')
GROUP BY id ORDER BY depth, id`, []string{"record", "steps"}},

	// The last change of each value up to the time; a read tells as much as a write does of what was there.
	StateAt: {`
SELECT op, state, namespace, map_key, arg_max(kind, event) AS kind, arg_max(coalesce(after, ''), event) AS value, max(time) AS since
FROM state_changes
WHERE key = $key AND state = $state AND kind <> 'state-read' AND time <= $to
GROUP BY op, state, namespace, map_key
ORDER BY op, namespace, map_key`, []string{"key", "state", "to"}},

	StateOf: {`
WITH here AS (
  SELECT key, time FROM state_changes
  WHERE attempt_key = $attempt AND invocation = $invocation AND key IS NOT NULL
  LIMIT 1
)
SELECT s.op, s.state, s.namespace, s.map_key, arg_max(s.kind, s.event) AS kind, arg_max(coalesce(s.after, ''), s.event) AS value, max(s.time) AS since
FROM state_changes s JOIN here ON s.key = here.key AND s.time <= here.time
WHERE s.kind <> 'state-read'
GROUP BY s.op, s.state, s.namespace, s.map_key
ORDER BY s.op, s.state, s.namespace, s.map_key`, []string{"attempt", "invocation"}},

	Invocation: {`
SELECT e.*, r.key, r.value
FROM events e LEFT JOIN records r USING (recording, event)
WHERE e.attempt_key = $attempt AND e.invocation <= $invocation AND e.invocation + greatest(e.n, 1) > $invocation
ORDER BY e.event`, []string{"attempt", "invocation"}},

	Drops: {`
SELECT reason, sum(records)::BIGINT AS records
FROM drops
GROUP BY ALL ORDER BY ALL`, nil},

	Gaps: {`
SELECT reason, task, subtask, attempt, first, last, from_time, to_time
FROM gaps
ORDER BY from_time, task, subtask`, nil},

	Watermarks: {`
SELECT task, subtask, max(coalesce(watermark_ms, epoch_ms(watermark)))::BIGINT AS watermark
FROM watermarks
WHERE kind = 'watermark-in'
GROUP BY ALL ORDER BY ALL`, nil},

	RareText: {`
SELECT event, op, time, key, value
FROM records
WHERE contains(value, $text) OR contains(key, $text)
ORDER BY event`, []string{"text"}},
}
