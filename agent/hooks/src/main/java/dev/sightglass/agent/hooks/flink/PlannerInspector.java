package dev.sightglass.agent.hooks.flink;

import dev.sightglass.bootstrap.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Follows a statement from its text to the operators of a job: parser, nodes of the planner,
 * transformations, stream graph, job. Works in the process that plans, which need not be one of
 * Flink's cluster. What it remembers hangs on Flink's objects and goes with them.
 */
final class PlannerInspector {
  private static final int MAX_OPERATIONS = 10_000;

  private final Omissions omissions;
  private final PlanTeller teller;
  private final AtomicLong order = new AtomicLong();

  /** By catalog manager: a table environment has one. */
  private final WeakIdentityMap<Session> sessions = new WeakIdentityMap<>();

  /** By operation, whether it modifies a table or is a query. */
  private final WeakIdentityMap<Statement> statements = new WeakIdentityMap<>();

  private final WeakIdentityMap<PlannedNode> nodes = new WeakIdentityMap<>();

  /** By transformation: the node that made it. */
  private final WeakIdentityMap<PlannedNode> owners = new WeakIdentityMap<>();

  /** By key selector: names of the fields that it takes. */
  private final WeakIdentityMap<List<String>> keys = new WeakIdentityMap<>();

  /** By stream graph. */
  private final WeakIdentityMap<Plan> plans = new WeakIdentityMap<>();

  PlannerInspector(Omissions omissions, PlanTeller teller) {
    this.omissions = omissions;
    this.teller = teller;
  }

  // ---- from text to operations

  void parsed(Object parser, String text, List<?> operations) {
    if (operations.isEmpty()) {
      return;
    }
    Session session = sessions.putIfAbsent(Mirror.field(parser, "catalogManager"), new Session());
    Statement s =
        new Statement(
            order.incrementAndGet(),
            text,
            operations.get(0).getClass().getSimpleName(),
            Clock.read(),
            session);
    for (Object o : operations) {
      statements.put(o, s);
      if (Mirror.has(o, "getOperations")) {
        // A set of statements.
        ((List<?>) Mirror.call(o, "getOperations")).forEach(part -> statements.put(part, s));
      }
    }
    session.add(s);
  }

  // ---- from operations to transformations

  /** A key selector for {@code fields} of rows of {@code type} was made. */
  void keyed(Object selector, int[] fields, Object type) {
    List<String> names = RowNames.of(type);
    if (names == null || fields.length == 0) {
      return;
    }
    List<String> of = new ArrayList<>();
    for (int f : fields) {
      of.add(names.get(f));
    }
    keys.put(selector, of);
  }

  /** A node of the planner's graph became transformations, the last of which is given. */
  void planned(Object node, Object transformation) {
    PlannedNode known = nodes.get(node);
    if (known == null) {
      PlannedNode made =
          new PlannedNode(Mirror.number(node, "getId"), node.getClass().getSimpleName());
      for (Object edge : (List<?>) Mirror.call(node, "getInputEdges")) {
        PlannedNode input = nodes.get(Mirror.call(edge, "getSource"));
        if (input != null) {
          made.inputs.add(input);
        }
      }
      known = nodes.putIfAbsent(node, made);
    }
    own(transformation, known);
  }

  /**
   * Inputs were planned before and have their owners. What a node reads that has no inputs itself
   * is the program's: a stream that became a table.
   */
  private void own(Object transformation, PlannedNode node) {
    List<Object> open = new ArrayList<>(List.of(transformation));
    for (int i = 0; i < open.size() && i < MAX_OPERATIONS; i++) {
      Object t = open.get(i);
      if (owners.get(t) != null) {
        continue;
      }
      owners.put(t, node);
      boolean reads = !node.inputs.isEmpty() || isVirtual(t);
      for (Object input : (List<?>) Mirror.call(t, "getInputs")) {
        if (reads || Mirror.text(input, "getDescription").startsWith("[" + node.id + "]:")) {
          open.add(input);
        }
      }
    }
  }

  /** No operator of the job. */
  private static boolean isVirtual(Object transformation) {
    return transformation.getClass().getSimpleName().equals("PartitionTransformation");
  }

  /** The planner made {@code transformations} of {@code operations}. */
  void translated(List<?> operations, List<?> transformations) {
    boolean paired = operations.size() == transformations.size();
    for (int i = 0; i < transformations.size(); i++) {
      PlannedNode root = owners.get(transformations.get(i));
      if (root == null) {
        continue;
      }
      for (int j = 0; j < operations.size(); j++) {
        if (!paired || i == j) {
          statementsOf(operations.get(j)).forEach(root::servesFor);
        }
      }
    }
  }

  /** The statement of an operation, or those of the queries that it was built of. */
  private Set<Statement> statementsOf(Object operation) {
    Set<Statement> found = new TreeSet<>((a, b) -> Long.compare(a.order, b.order));
    List<Object> open = new ArrayList<>(List.of(operation));
    for (int i = 0; i < open.size() && i < MAX_OPERATIONS; i++) {
      Object o = open.get(i);
      Statement s = statements.get(o);
      if (s != null) {
        found.add(s);
      } else if (Mirror.has(o, "getChild")) {
        open.add(Mirror.call(o, "getChild"));
      } else if (Mirror.has(o, "getChildren")) {
        open.addAll((List<?>) Mirror.call(o, "getChildren"));
      }
    }
    return found;
  }

  // ---- from transformations to the job

  /** A stream graph was made; jobs without a table among their parts need no plan. */
  void generated(Object generator, Object graph) {
    Plan plan = new Plan();
    List<Object> open = new ArrayList<>((List<?>) Mirror.field(generator, "transformations"));
    Map<Object, Boolean> seen = new IdentityHashMap<>();
    for (int i = 0; i < open.size() && i < MAX_OPERATIONS; i++) {
      Object t = open.get(i);
      if (seen.put(t, true) == null) {
        transformation(plan, t);
        open.addAll((List<?>) Mirror.call(t, "getInputs"));
      }
    }
    if (plan.hasTables()) {
      for (Object node : (Iterable<?>) Mirror.call(graph, "getStreamNodes")) {
        plan.node(
            Mirror.number(node, "getId"),
            Mirror.text(node, "getOperatorName"),
            Mirror.text(node, "getOperatorDescription"));
      }
      plans.put(graph, plan);
    }
  }

  private void transformation(Plan plan, Object t) {
    plan.transformation(
        Mirror.number(t, "getId"),
        Mirror.text(t, "getName"),
        Mirror.text(t, "getDescription"),
        // Types that are not known throw.
        omissions.get(() -> RowNames.of(Mirror.call(t, "getOutputType")), List.<String>of()),
        key(t),
        owners.get(t));
  }

  /**
   * Names of a key's fields. The inputs of a join may call them by different names: then a field is
   * named by both, as in {@code id=order_id}.
   */
  private List<String> key(Object t) {
    List<String> key = List.of();
    for (String getter :
        new String[] {"getStateKeySelector", "getStateKeySelector1", "getStateKeySelector2"}) {
      List<String> names = Mirror.has(t, getter) ? keys.get(Mirror.call(t, getter)) : null;
      if (names == null) {
        continue;
      }
      if (!key.isEmpty() && key.size() == names.size()) {
        String[] both = new String[key.size()];
        for (int i = 0; i < both.length; i++) {
          String a = key.get(i);
          both[i] = a.equals(names.get(i)) ? a : a + "=" + names.get(i);
        }
        key = Arrays.asList(both);
      } else {
        key = names;
      }
    }
    return key;
  }

  /** A job was handed in, and taken. */
  void submitted(Object graph, Object client) {
    Plan plan = plans.get(graph);
    if (plan != null) {
      teller.tell(Mirror.id(Mirror.call(client, "getJobID")), plan);
    }
  }
}
