package dev.sightglass.agent.hooks.drain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sightglass.bootstrap.PathTable;
import org.junit.jupiter.api.Test;

class PathTextTest {
  private static int code(int kind, int argument) {
    return argument << 3 | kind;
  }

  @Test
  void recordThroughTheChain() {
    PathText p =
        PathText.of(
            new int[] {
              code(PathTable.ROOT, 0),
              code(PathTable.ENTER, 1),
              code(PathTable.ENTER, 2),
              code(PathTable.OUTPUT, 0),
              code(PathTable.OUTPUT, 0),
              PathTable.EXIT,
              PathTable.EXIT
            });
    assertEquals("0(1(2(>0>0)))", p.text);
    assertEquals(0, p.root);
    assertArrayEquals(new int[] {1, 2}, p.entered);
    assertArrayEquals(new int[] {0, 0}, p.outputs);
  }

  @Test
  void otherRoots() {
    assertEquals("0w()", PathText.of(new int[] {code(PathTable.ROOT_OTHER, 0)}).text);
    assertEquals(
        "~(3(!))",
        PathText.of(
                new int[] {
                  PathTable.NOTHING, code(PathTable.ENTER, 3), PathTable.WRITE, PathTable.EXIT
                })
            .text);
    assertEquals(-1, PathText.of(new int[] {PathTable.NOTHING}).root);
  }

  @Test
  void anOutputAndTheOperatorAfterItStayTwoNumbers() {
    assertEquals(
        "0(>1,2(>0)>1>2)",
        PathText.of(
                new int[] {
                  code(PathTable.ROOT, 0),
                  code(PathTable.OUTPUT, 1),
                  code(PathTable.ENTER, 2),
                  code(PathTable.OUTPUT, 0),
                  PathTable.EXIT,
                  code(PathTable.OUTPUT, 1),
                  code(PathTable.OUTPUT, 2)
                })
            .text);
  }

  @Test
  void cutPathEndsWhereItWasCut() {
    assertEquals(
        "0(1(>5\u2026",
        PathText.of(
                new int[] {
                  code(PathTable.ROOT, 0),
                  code(PathTable.ENTER, 1),
                  code(PathTable.OUTPUT, 5),
                  PathTable.CUT
                })
            .text);
  }
}
