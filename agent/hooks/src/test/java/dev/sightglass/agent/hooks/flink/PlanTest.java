package dev.sightglass.agent.hooks.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {
  private final Session session = new Session();

  private Statement statement(long order, String operation) {
    Statement s = new Statement(order, "text " + order, operation, 0, session);
    session.add(s);
    return s;
  }

  @Test
  void partsOfASinkBelongToIt() {
    Plan plan = new Plan();
    PlannedNode left = new PlannedNode(5, "StreamExecSink");
    PlannedNode right = new PlannedNode(6, "StreamExecSink");
    plan.transformation(1, "a[5]", "", List.of(), List.of(), left);
    plan.transformation(2, "a[6]", "", List.of(), List.of(), right);
    plan.node(11, "a[5]: Writer", "");
    plan.node(12, "a[6]: Committer", "");
    plan.node(13, "other", "");
    List<Plan.Operator> all = plan.operators();
    assertSame(left, all.get(0).planned);
    assertSame(right, all.get(1).planned);
    assertNull(all.get(2).planned);
  }

  @Test
  void sinksOfOneNameAreNotToldApart() {
    Plan plan = new Plan();
    plan.transformation(1, "a", "", List.of(), List.of(), new PlannedNode(5, "S"));
    plan.transformation(2, "a", "", List.of(), List.of(), new PlannedNode(6, "S"));
    plan.node(11, "a: Writer", "");
    assertNull(plan.operators().get(0).planned);
  }

  @Test
  void aStatementMarksAllThatItsResultReads() {
    PlannedNode scan = new PlannedNode(1, "Scan");
    PlannedNode sinkA = new PlannedNode(2, "Sink");
    PlannedNode sinkB = new PlannedNode(3, "Sink");
    sinkA.inputs.add(scan);
    sinkB.inputs.add(scan);
    Statement a = statement(2, "Sink");
    Statement b = statement(3, "Sink");
    sinkA.servesFor(a);
    sinkB.servesFor(b);
    assertEquals(List.of(a, b), List.copyOf(scan.statements));
    assertEquals(List.of(a), List.copyOf(sinkA.statements));
  }

  @Test
  void aSessionRemembersWhatDefines() {
    Statement table = statement(1, "CreateTableOperation");
    Statement earlier = statement(2, "SinkModifyOperation");
    earlier.made = true;
    statement(3, "ShowTablesOperation");
    Statement view = statement(4, "CreateViewOperation");
    statement(6, "SinkModifyOperation");
    assertEquals(List.of(table, view), session.before(6));
  }
}
