package dev.sightglass.agent.hooks.flink;

import java.util.List;

/** Names of the fields of rows of the table stack, from where the planner wrote them down. */
final class RowNames {
  private static final String INTERNAL_TYPE =
      "org.apache.flink.table.runtime.typeutils.InternalTypeInfo";

  private RowNames() {}

  /**
   * Names of the fields of a {@code TypeInformation}; null when it is not a row of the table stack.
   */
  static List<String> of(Object typeInformation) {
    if (typeInformation == null
        || !typeInformation.getClass().getName().equals(INTERNAL_TYPE)
        || !isRow(Mirror.call(typeInformation, "toLogicalType"))) {
      return null;
    }
    return List.of((String[]) Mirror.call(typeInformation, "toRowFieldNames"));
  }

  private static boolean isRow(Object logicalType) {
    return Mirror.call(logicalType, "getTypeRoot").toString().equals("ROW");
  }
}
