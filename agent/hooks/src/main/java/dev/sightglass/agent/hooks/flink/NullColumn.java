package dev.sightglass.agent.hooks.flink;

import java.lang.reflect.Array;

/** Which column of a row a sink's constraint found empty. */
final class NullColumn {
  private NullColumn() {}

  /**
   * @param enforcer the operator (1.20), or the list of constraints that it goes by (2.x)
   */
  static String of(Object enforcer, Object row) {
    Object constraints = Mirror.fieldOr(enforcer, "constraints", null);
    if (constraints == null) {
      return in(enforcer, row);
    }
    for (int i = 0; i < Array.getLength(constraints); i++) {
      String column = in(Array.get(constraints, i), row);
      if (!column.isEmpty()) {
        return column;
      }
    }
    return "";
  }

  private static String in(Object constraint, Object row) {
    int[] columns = (int[]) Mirror.fieldOr(constraint, "notNullFieldIndices", new int[0]);
    String[] names = (String[]) Mirror.fieldOr(constraint, "notNullFieldNames", null);
    String[] all = (String[]) Mirror.fieldOr(constraint, "allFieldNames", null);
    for (int i = 0; i < columns.length; i++) {
      if ((Boolean) Mirror.call(row, "isNullAt", columns[i])) {
        return names != null ? names[i] : all != null ? all[columns[i]] : "";
      }
    }
    return "";
  }
}
