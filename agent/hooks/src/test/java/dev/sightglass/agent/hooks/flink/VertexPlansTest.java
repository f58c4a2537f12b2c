package dev.sightglass.agent.hooks.flink;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VertexPlansTest {
  private static List<ChainedOperator> chain(String... names) {
    List<ChainedOperator> chain = new ArrayList<>();
    for (String n : names) {
      chain.add(new ChainedOperator(chain.size(), 10 + chain.size(), "id" + chain.size(), n, ""));
    }
    return chain;
  }

  @Test
  void eachOperatorHasItsLine() {
    assertArrayEquals(
        new String[] {"[1]:Scan(a)", "[2]:Calc(b)", "[3]:Calc(c)", "[5]:Sink(e)", "[4]:Calc(d)"},
        VertexPlans.lines(
            "[1]:Scan(a)\n:- [2]:Calc(b)\n:  :- [3]:Calc(c)\n:  +- [5]:Sink(e)\n+- [4]:Calc(d)\n",
            chain("Source: s[1]", "Calc[2]", "Calc[3]", "s[5]: Writer", "Calc[4]")));
  }

  @Test
  void aTreeThatDoesNotFitIsLeft() {
    // A description with a line break.
    assertNull(VertexPlans.lines("[1]:Calc(a\nb)\n+- [2]:Calc(c)\n", chain("Calc[1]", "Calc[2]")));
    // Another order than that of the chain.
    assertNull(VertexPlans.lines("[1]:A()\n+- [3]:C()\n", chain("A[1]", "B[2]")));
    // A cascade.
    assertNull(VertexPlans.lines("[1]:A() -> [2]:B()", chain("A[1]", "B[2]")));
  }
}
