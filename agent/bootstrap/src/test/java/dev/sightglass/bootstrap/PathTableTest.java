package dev.sightglass.bootstrap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PathTableTest {
  private final PathTable table = new PathTable();

  private int number(int... codes) {
    int hash = 0;
    for (int c : codes) {
      hash = hash * 31 + c;
    }
    return table.number(codes, 0, codes.length, hash);
  }

  @Test
  void samePathHasTheSameNumber() {
    int a = number(6, 9, 2);
    int b = number(6, 9, 9, 2, 2);
    assertNotEquals(a, b);
    assertEquals(a, number(6, 9, 2));
    assertEquals(a, number(6, 9, 2));
    assertEquals(b, number(6, 9, 9, 2, 2));
    assertArrayEquals(new int[] {6, 9, 2}, table.codes(a));
  }

  @Test
  void equalHashesOfDifferentPathsAreToldApart() {
    // 31 * 1 + 0 == 31 * 0 + 31, and length alone would not tell them apart either.
    int a = table.number(new int[] {1, 0}, 0, 2, 31);
    int b = table.number(new int[] {0, 31}, 0, 2, 31);
    assertNotEquals(a, b);
    assertEquals(a, table.number(new int[] {1, 0}, 0, 2, 31));
    assertEquals(b, table.number(new int[] {0, 31}, 0, 2, 31));
  }

  @Test
  void everyPathKeepsItsNumberWhileTheTableGrows() {
    SplittableRandom random = new SplittableRandom(11);
    List<int[]> paths = new ArrayList<>();
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      int[] p = new int[1 + random.nextInt(8)];
      p[0] = i << 3;
      for (int k = 1; k < p.length; k++) {
        p[k] = random.nextInt();
      }
      paths.add(p);
      numbers.add(number(p));
    }
    for (int i = 0; i < paths.size(); i++) {
      assertEquals(numbers.get(i), number(paths.get(i)));
      assertArrayEquals(paths.get(i), table.codes(numbers.get(i)));
    }
  }

  @Test
  void aFullTableCallsNewPathsUnknownAndKeepsTheOld() {
    for (int i = 0; i < PathTable.LIMIT; i++) {
      assertEquals(i + 1, number(i));
    }
    assertEquals(0, number(-5));
    assertEquals(17, number(16));
  }
}
