package api

import (
	"net/http"

	"github.com/sightglass/sightglass/internal/access"
)

// routes registers every route with the action that it needs. The documents (OpenAPI, docs/reference/http.md) follow this order.
func (s *service) routes() {
	get(s, route{"status", "/status", access.ServerView, "The server about itself", nil}, s.status)
	get(s, route{"doctor", "/doctor", access.ServerView, "What is wrong, and what to do about it", nil}, s.doctor)
	get(s, route{"principal", "/principal", anyone, "Who the caller is and what they may do", nil}, s.principal)
	s.loginRoutes()
	s.grantRoutes()
	s.notificationRoutes()
	get(s, route{"agents", "/agents", access.JobView, "Processes with an agent, with their self-test", nil}, s.agents)

	get(s, route{"recording-policy", "/recording-policy", access.RecordRead, "What is to be recorded", recordingPolicy}, s.recordingPolicy)
	register(s, http.MethodPut, route{"recording-policy-set", "/recording-policy", access.RecordWrite, "Put a policy in force", recordingPolicy}, s.setPolicy)
	register(s, http.MethodPost, route{"recording-policy-check", "/recording-policy/check", access.RecordRead, "Mistakes in a policy's text, and what it would change", recordingPolicy}, s.checkPolicy)
	get(s, route{"recording-policy-versions", "/recording-policy/versions", access.RecordRead, "Versions that were in force, newest first", recordingPolicy}, s.policyVersions)
	get(s, route{"recording-policy-effective", "/recording-policy/effective", access.JobView, "What the policy comes to in a job, and what agents made of it", queriedJob}, s.effectivePolicy)

	get(s, route{"jobs", "/jobs", access.JobView, "Jobs: running runs, and the newest ended run of every other name", some}, s.jobs)
	get(s, route{"job", "/jobs/{job}", access.JobView, "One job with graph, attempts, processes, checkpoints, exceptions", job}, s.job)
	get(s, route{"job-channels", "/jobs/{job}/channels", access.JobView, "Counters of both ends of every channel at every barrier", job}, s.channels)
	get(s, route{"job-drops", "/jobs/{job}/drops", access.JobView, "Records that operators threw away, counted by operator, reason and subtask", job}, s.drops)
	get(s, route{"job-reports", "/jobs/{job}/reports", access.JobRead, "What Flink's own trace and event reporters told of a job, newest first", job}, s.reports)
	get(s, route{"job-doctor", "/jobs/{job}/doctor", access.JobView, "How well a job is recorded: hooks, what is not covered, what it costs", job}, s.jobDoctor)
	get(s, route{"job-levels", "/jobs/{job}/levels", access.JobView, "Changes of a job's levels for a while, by triggers and persons, newest first", job}, s.levelChanges)
	register(s, http.MethodPost, route{"job-level", "/jobs/{job}/levels", access.RecordWrite, "Change levels of a job for a while", job}, s.changeLevel)
	register(s, http.MethodDelete, route{"job-level-end", "/jobs/{job}/levels/{id}", access.RecordWrite, "End a change of levels before its time", job}, s.endLevelChange)
	stream[Live](s, route{"job-live", "/jobs/{job}/live", access.JobView, "The job and its graph, every second", job}, s.jobLive)

	get(s, route{"recordings", "/recordings", access.JobView, "What is kept", some}, s.recordings)
	get(s, route{"recording", "/recordings/{rec}", access.JobView, "One recording", recording}, s.recording)
	get(s, route{"events", "/recordings/{rec}/events", access.JobRead, "Events in order of time", recording}, s.events)
	get(s, route{"filter-completions", "/recordings/{rec}/filter/completions", access.JobRead, "What may stand at a place of a filter, and what is wrong with it", recording}, s.filterCompletions)
	stream[Event](s, route{"events-live", "/recordings/{rec}/events/live", access.JobRead, "Events as they arrive", recording}, s.eventsLive)
	get(s, route{"timeline", "/recordings/{rec}/timeline", access.JobView, "Counts of events over time", recording}, s.timeline)
	get(s, route{"tracks", "/recordings/{rec}/tracks", access.JobView, "Counts, drops by reason and watermarks of each subtask over time", recording}, s.tracks)
	get(s, route{"latency", "/recordings/{rec}/latency", access.JobView, "Latency and lateness of each operator over time", recording}, s.latency)
	get(s, route{"moment", "/recordings/{rec}/at/{position}", access.JobRead, "Everything about one invocation", recording}, s.moment)
	get(s, route{"lineage", "/recordings/{rec}/lineage", access.JobRead, "What a record came from and what it became", recordings}, s.lineage)
	get(s, route{"watermarks", "/recordings/{rec}/watermarks", access.JobView, "Watermark of each input of a task at a moment, and which one holds it back", recording}, s.watermarks)
	get(s, route{"in-flight", "/recordings/{rec}/in-flight", access.JobView, "What was sent before a checkpoint's barriers and not taken in", recording}, s.inFlight)
	get(s, route{"key-history", "/recordings/{rec}/key", access.JobRead, "All that happened under a key, in order of time", recording}, s.keyHistory)
	get(s, route{"state-history", "/recordings/{rec}/state", access.JobRead, "Versions of a key's states, with who wrote each", recording}, s.stateHistory)
	stream[LineagePart](s, route{"lineage-parts", "/recordings/{rec}/lineage/parts", access.JobRead, "The same part by part, as soon as each is found", recordings}, s.lineageParts)
	register(s, http.MethodPost, route{"journey-export", "/recordings/{rec}/journeys", access.RecordingExport, "Send the journey of a record to the OpenTelemetry collector", recordings}, s.exportJourney)
	get(s, route{"sql", "/recordings/{rec}/sql", access.JobRead, "Statements of a SQL job, and the operators that they became", recording}, s.sql)
	get(s, route{"code", "/recordings/{rec}/code/{hash}", access.JobRead, "Source of a generated class", recording}, s.code)
	get(s, route{"gaps", "/recordings/{rec}/gaps", access.JobView, "Stretches that were not recorded", recording}, s.gaps)
	get(s, route{"capsules", "/recordings/{rec}/capsules", access.JobView, "What is kept to rebuild each task attempt", recording}, s.capsules)
	download(s, route{"export-parquet", "/recordings/{rec}/export/parquet", access.RecordingExport, "A recording as Parquet files, in a tar stream", recording}, s.exportParquet)
	get(s, route{"export-test", "/recordings/{rec}/tests/{position}", access.RecordingExport, "A moment as a JUnit test in Flink's test harness, values without masks", recording}, s.exportTest)
	get(s, route{"exceptions", "/recordings/{rec}/exceptions", access.JobRead, "Exceptions with the record being handled", recording}, s.exceptions)

	s.topicRoutes()
	s.replayRoutes()
	s.stepRoutes()
	s.houseRoutes()
	s.parquetRoutes()
	s.auditRoutes()
	s.incidentRoutes()
	s.linkRoutes()
	s.catalogRoutes()
	s.impactRoutes()
	s.contractRoutes()
	s.schemaRoutes()
}
