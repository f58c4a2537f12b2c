package e2e.languages;

import org.apache.flink.table.functions.ScalarFunction;

/** Called by the code that Flink generates for a statement. */
public class Grade extends ScalarFunction {
  private static final long serialVersionUID = 1;

  public String eval(Long number) {
    long rest = number % 3;
    String grade = rest == 0 ? "good" : "fair";
    return grade + rest;
  }
}
