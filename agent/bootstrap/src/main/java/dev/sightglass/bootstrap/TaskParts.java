package dev.sightglass.bootstrap;

import java.util.Arrays;

/**
 * Objects of Flink that belong to a task and carry no context of their own, found by identity:
 * there are few of them.
 */
final class TaskParts {
  private final TaskContext task;
  private GateContext[] gates = new GateContext[2];
  private int gateCount;
  private Object[] parts = new Object[4];
  private OperatorContext[] operators = new OperatorContext[4];
  private int partCount;

  TaskParts(TaskContext task) {
    this.task = task;
  }

  /** The context of a gate of this task, made when it is not there yet. */
  GateContext gate(Object gate) {
    for (int i = 0; i < gateCount; i++) {
      if (gates[i].gate == gate) {
        return gates[i];
      }
    }
    if (gateCount == gates.length) {
      gates = Arrays.copyOf(gates, gateCount * 2);
    }
    return gates[gateCount++] = new GateContext(task, gate);
  }

  /** The operator that {@code part} belongs to; for parts that carry no context of their own. */
  OperatorContext operator(Object part) {
    for (int i = 0; i < partCount; i++) {
      if (parts[i] == part) {
        return operators[i];
      }
    }
    OperatorContext c = new OperatorContext(task, Hooks.inspector().operator(task, part));
    if (partCount == parts.length) {
      parts = Arrays.copyOf(parts, partCount * 2);
      operators = Arrays.copyOf(operators, partCount * 2);
    }
    parts[partCount] = part;
    operators[partCount++] = c;
    return c;
  }
}
