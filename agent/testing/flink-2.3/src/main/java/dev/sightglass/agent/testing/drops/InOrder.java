package dev.sightglass.agent.testing.drops;

import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.ArgumentTrait;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.types.Row;

/** Takes rows in the order of their time; 1.20 has no such functions. */
public class InOrder extends ProcessTableFunction<String> {
  private static final long serialVersionUID = 1;

  public void eval(@ArgumentHint(ArgumentTrait.SET_SEMANTIC_TABLE) Row r) {
    collect(r.getFieldAs("fate"));
  }
}
