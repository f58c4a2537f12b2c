package dev.sightglass.agent.hooks.flink;

import dev.sightglass.agent.core.JsonWriter;
import dev.sightglass.agent.core.Keys;
import dev.sightglass.agent.core.Origin;
import dev.sightglass.agent.hooks.capsule.Capsules;
import dev.sightglass.agent.hooks.drain.Drain;
import dev.sightglass.agent.hooks.drain.JobRecording;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes what is known of plans into recordings: rows of kinds 75 and 76. */
final class PlanTeller {
  private static final int MAX_JOBS = 1024;

  private final ProcessIdentity process;
  private final Drain drain;
  private final Capsules capsules;

  /** Jobs that this process told of: their lane is closed, and a second one would begin anew. */
  private final Set<String> told = new LinkedHashSet<>();

  PlanTeller(ProcessIdentity process, Drain drain, Capsules capsules) {
    this.process = process;
    this.drain = drain;
    this.capsules = capsules;
  }

  /** A plan, in a recorder of its own that is closed soon. */
  void tell(byte[] job, Plan plan) {
    synchronized (told) {
      if (!told.add(Keys.hex(job))) {
        return;
      }
      if (told.size() > MAX_JOBS) {
        told.remove(told.iterator().next());
      }
    }
    JobRecording r =
        new JobRecording(
            drain.recorder(new Origin(job, process.plannerKey())), process.definition());
    List<TextRow> rows = new ArrayList<>();
    Map<Statement, Integer> numbers = new HashMap<>();
    for (Statement s : statements(plan)) {
      numbers.put(s, numbers.size() + 1);
      rows.add(TextRow.statement(body(s, numbers.get(s)), s.text));
    }
    for (Plan.Operator o : plan.operators()) {
      rows.add(TextRow.planned(body(o, numbers), o.description));
    }
    // It ends when it is told, however late that is.
    capsules.told(
        r,
        secrets -> {
          rows.forEach(row -> row.tell(r, secrets));
          r.finished();
        });
    drain.add(r);
  }

  /** What made the job, and what came before it in the same sessions; oldest first. */
  private static List<Statement> statements(Plan plan) {
    List<Statement> made = plan.made();
    Set<Statement> all = new LinkedHashSet<>(made);
    Set<Session> sessions = new LinkedHashSet<>();
    made.forEach(s -> sessions.add(s.session));
    for (Session session : sessions) {
      all.addAll(session.before(made.get(made.size() - 1).order));
    }
    List<Statement> list = new ArrayList<>(all);
    list.sort((a, b) -> Long.compare(a.order, b.order));
    return list;
  }

  private static JsonWriter body(Statement s, int number) {
    return new JsonWriter()
        .beginObject()
        .name("number")
        .value(number)
        .name("operation")
        .value(s.operation)
        .name("made")
        .value(s.made)
        .name("at_us")
        .value(s.atMicros)
        .name("length")
        .value(s.text.length())
        .endObject();
  }

  private static JsonWriter body(Plan.Operator o, Map<Statement, Integer> numbers) {
    JsonWriter j = new JsonWriter().beginObject();
    j.name("node").value(o.node);
    j.name("name").value(o.name);
    j.name("by").value("plan");
    if (o.planned != null) {
      j.name("exec").value(o.planned.id);
      j.name("type").value(o.planned.type);
    }
    names(j, "fields", o.fields);
    names(j, "key", o.key);
    j.name("statements").beginArray();
    if (o.planned != null) {
      o.planned.statements.forEach(s -> j.value(numbers.get(s)));
    }
    return j.endArray().endObject();
  }

  private static void names(JsonWriter j, String member, List<String> names) {
    j.name(member).beginArray();
    names.forEach(j::value);
    j.endArray();
  }
}
