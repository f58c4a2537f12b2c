package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.EventKind;
import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Keys;
import dev.sightglass.agent.core.Origin;
import dev.sightglass.agent.hooks.capsule.Capsules;
import dev.sightglass.agent.hooks.drain.Drain;
import dev.sightglass.agent.hooks.drain.JobRecording;
import dev.sightglass.bootstrap.Clock;
import dev.sightglass.bootstrap.TaskContext;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the JobManager knows: graphs, states of jobs and attempts, checkpoints. */
final class JobInspector {
  private static final int MAX_OVER = 64;
  private static final List<String> LAST = List.of("FINISHED", "CANCELED", "FAILED", "SUSPENDED");

  private final ProcessIdentity process;
  private final Drain drain;
  private final Omissions omissions;
  private final Capsules capsules;
  private final PlannerInspector planner;
  private final CodeInspector code = new CodeInspector();
  private final Map<String, Job> jobs = new ConcurrentHashMap<>();

  /**
   * Jobs of the adaptive scheduler, whose execution graphs come and go: their own states are not
   * the job's.
   */
  private final Set<String> adaptive = ConcurrentHashMap.newKeySet();

  /** Jobs that ended lately: their checkpoints may still go. */
  private final Map<String, Job> over =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Job> e) {
              return size() > MAX_OVER;
            }
          });

  /** A job that is recorded. */
  private static final class Job {
    final JobRecording recording;
    volatile String name = "";

    Job(JobRecording recording) {
      this.recording = recording;
    }
  }

  JobInspector(ProcessIdentity process, Drain drain, Omissions omissions, Capsules capsules) {
    this.capsules = capsules;
    this.process = process;
    this.drain = drain;
    this.omissions = omissions;
    this.planner = new PlannerInspector(omissions, new PlanTeller(process, drain, capsules));
  }

  void job(String what, Object self, Object a, Object b, Object c) {
    switch (what) {
      case JobHooks.EXECUTOR:
        process.setResource(resource(self));
        break;
      case JobHooks.GRAPH:
        graph(self, a, b);
        break;
      case JobHooks.STATE:
        byte[] id = Mirror.id(Mirror.call(self, "getJobID"));
        if (!adaptive.contains(Keys.hex(id))) {
          state(id, b.toString(), c instanceof Throwable ? Failure.name((Throwable) c) : "");
        }
        break;
      case JobHooks.STATUS:
        adaptive.add(Keys.hex(Mirror.id(a)));
        state(Mirror.id(a), b.toString(), "");
        break;
      case JobHooks.ATTEMPT:
        attempt(self, b, c);
        break;
      case JobHooks.TRIGGERED:
        triggered(self, a);
        break;
      case JobHooks.COMPLETED:
        completed(self, a);
        break;
      case JobHooks.FAILED:
        failed(self, a, b);
        break;
      case JobHooks.DISCARDED:
        discarded(self);
        break;
      default:
        if (!planned(what, self, a, b)) {
          compiled(what, self, a, b);
        }
    }
  }

  /** What the table planner does. */
  private boolean planned(String what, Object self, Object a, Object b) {
    switch (what) {
      case PlannerHooks.PARSED:
        planner.parsed(self, (String) a, (List<?>) b);
        return true;
      case PlannerHooks.KEYED:
        planner.keyed(self, (int[]) a, b);
        return true;
      case PlannerHooks.PLANNED:
        planner.planned(self, a);
        return true;
      case PlannerHooks.TRANSLATED:
        planner.translated((List<?>) a, (List<?>) b);
        return true;
      case PlannerHooks.GENERATED:
        planner.generated(self, a);
        return true;
      case PlannerHooks.SUBMITTED:
        planner.submitted(a, b);
        return true;
      default:
        return false;
    }
  }

  /** What tasks do with generated code; other threads compile it too, for nobody in particular. */
  private void compiled(String what, Object self, Object a, Object b) {
    TaskContext t = TaskContext.current();
    if (t == null) {
      return;
    }
    switch (what) {
      case PlannerHooks.CREATING:
        code.creating(t, self);
        break;
      case PlannerHooks.OPENING:
        code.opening(t, self);
        break;
      case PlannerHooks.COMPILED:
        code.compiled(t, (String) a, (String) b);
        break;
      default:
        throw new IllegalArgumentException(what);
    }
  }

  private static String resource(Object executor) {
    return Mirror.text(
        Mirror.call(Mirror.field(executor, "unresolvedTaskManagerLocation"), "getResourceID"),
        "getResourceIdString");
  }

  private Job job(byte[] id) {
    return jobs.computeIfAbsent(
        Keys.hex(id),
        k -> {
          JobRecording r =
              new JobRecording(drain.recorder(new Origin(id, process.key())), process.definition());
          drain.add(r);
          return new Job(r);
        });
  }

  private void graph(Object scheduler, Object graph, Object config) {
    byte[] id = Mirror.id(Mirror.call(graph, "getJobID"));
    Job job = job(id);
    job.name = omissions.get(() -> Mirror.text(graph, "getName"), "");
    ClassLoader flink = scheduler.getClass().getClassLoader();
    // Told when it is known what is secret.
    capsules.graph(
        job.recording,
        new GraphDescriber(flink, omissions, process.flink()).describe(id, graph, config));
    omissions.get(
        () -> {
          List<TextRow> rows = new VertexPlans(flink).read(graph);
          capsules.told(job.recording, s -> rows.forEach(r -> r.tell(job.recording, s)));
          return true;
        },
        false);
  }

  private void state(byte[] id, String state, String error) {
    Job job = job(id);
    job.recording.event(
        EventKind.JOB_STATE,
        new JsonWriter()
            .beginObject()
            .name("state")
            .value(state)
            .name("job_name")
            .value(job.name)
            .name("at_us")
            .value(Clock.read())
            .name("error")
            .value(error)
            .endObject(),
        null);
    if (LAST.contains(state)) {
      job.recording.finished();
      over.put(Keys.hex(id), job);
      jobs.remove(Keys.hex(id));
      adaptive.remove(Keys.hex(id));
    }
  }

  private void attempt(Object execution, Object to, Object error) {
    Object attempt = Mirror.call(execution, "getAttemptId");
    Object vertex = Mirror.call(execution, "getVertex");
    byte[] id = Mirror.id(Mirror.call(vertex, "getJobId"));
    Job job = jobs.get(Keys.hex(id));
    if (job == null) {
      // The job is over: what its attempts do now is not awaited.
      return;
    }
    String resource =
        omissions.get(
            () -> {
              Object at = Mirror.call(execution, "getAssignedResourceLocation");
              return at == null
                  ? ""
                  : Mirror.text(Mirror.call(at, "getResourceID"), "getResourceIdString");
            },
            "");
    job.recording.event(
        EventKind.ATTEMPT_STATE,
        new JsonWriter()
            .beginObject()
            .name("vertex")
            .value(Keys.hex(AttemptIds.vertex(attempt)))
            .name("subtask")
            .value(AttemptIds.subtask(attempt))
            .name("attempt")
            .value(AttemptIds.number(attempt))
            .name("execution")
            .value(attempt.toString())
            .name("state")
            .value(to.toString())
            .name("at_us")
            .value(Clock.read())
            .name("error")
            .value(error instanceof Throwable ? Failure.name((Throwable) error) : "")
            .name("resource")
            .value(resource)
            .endObject(),
        null);
  }

  // ---- checkpoints

  private Job jobOf(Object coordinator) {
    return jobs.get(Keys.hex(Mirror.id(Mirror.field(coordinator, "job"))));
  }

  private void triggered(Object coordinator, Object pending) {
    Job job = jobOf(coordinator);
    if (job != null) {
      long id = idOf(pending);
      checkpoint(job, id, "triggered", 0, 0, kind(pending, "getProps"), "", "");
    }
  }

  private static long idOf(Object checkpoint) {
    try {
      return Mirror.big(checkpoint, "getCheckpointId");
    } catch (Mirror.NoSuchMember e) {
      return Mirror.big(checkpoint, "getCheckpointID");
    }
  }

  private String kind(Object checkpoint, String properties) {
    return omissions.get(
        () ->
            Mirror.text(
                Mirror.call(Mirror.call(checkpoint, properties), "getCheckpointType"), "getName"),
        "");
  }

  private void completed(Object coordinator, Object checkpoint) {
    Job job = jobOf(coordinator);
    if (job != null) {
      long duration =
          omissions.get(
              () ->
                  Mirror.big(checkpoint, "getCompletionTimestamp")
                      - Mirror.big(checkpoint, "getTimestamp"),
              0L);
      long bytes = omissions.get(() -> Mirror.big(checkpoint, "getStateSize"), 0L);
      String path = omissions.get(() -> Mirror.text(checkpoint, "getExternalPointer"), "");
      String kind = kind(checkpoint, "getProperties");
      checkpoint(job, idOf(checkpoint), "completed", duration, bytes, kind, "", path);
    }
  }

  /** The files of a checkpoint go: nothing can be restored from it any more. */
  private void discarded(Object checkpoint) {
    String id = Keys.hex(Mirror.id(Mirror.call(checkpoint, "getJobId")));
    Job job = jobs.getOrDefault(id, over.get(id));
    if (job != null) {
      String path = omissions.get(() -> Mirror.text(checkpoint, "getExternalPointer"), "");
      checkpoint(job, idOf(checkpoint), "discarded", 0, 0, "", "", path);
    }
  }

  private void failed(Object coordinator, Object pending, Object exception) {
    Job job = jobOf(coordinator);
    if (job != null && !(Boolean) Mirror.call(pending, "isDisposed")) {
      String reason =
          omissions.get(() -> Mirror.call(exception, "getCheckpointFailureReason").toString(), "");
      checkpoint(job, idOf(pending), "failed", 0, 0, kind(pending, "getProps"), reason, "");
    }
  }

  private static void checkpoint(
      Job job,
      long id,
      String phase,
      long duration,
      long bytes,
      String kind,
      String reason,
      String path) {
    job.recording.event(
        EventKind.JOB_CHECKPOINT,
        new JsonWriter()
            .beginObject()
            .name("checkpoint")
            .value(id)
            .name("phase")
            .value(phase)
            .name("at_us")
            .value(Clock.read())
            .name("duration_ms")
            .value(duration)
            .name("bytes")
            .value(bytes)
            .name("kind")
            .value(kind)
            .name("reason")
            .value(reason)
            .name("path")
            .value(path)
            .endObject(),
        null);
  }
}
