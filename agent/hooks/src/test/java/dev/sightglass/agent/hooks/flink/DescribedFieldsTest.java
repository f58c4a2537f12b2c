package dev.sightglass.agent.hooks.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Descriptions as Flink 1.20 and 2.3 write them. */
class DescribedFieldsTest {
  private static final List<String> IN = List.of("x", "y");

  private static void names(String description, String... names) {
    assertEquals(List.of(names), DescribedFields.of(description, IN), description);
  }

  @Test
  void listsOfPlainNamesAreRead() {
    names(
        "[3]:TableSourceScan(table=[[default_catalog, default_database, s]], fields=[id, k])",
        "id",
        "k");
    names(
        "[2]:Calc(select=[id, UPPER(k) AS up, CASE((v > 1), 'a,b', k) AS c], where=[(k <> 'x')])",
        "id",
        "up",
        "c");
    names(
        "GlobalWindowAggregate(groupBy=[k], window=[TUMBLE(slice_end=[$slice_end], size=[1 min])],"
            + " select=[k, COUNT(count1$0) AS c, start('w$) AS window_start, end('w$) AS window_end])",
        "k",
        "c",
        "window_start",
        "window_end");
    names(
        "Join(joinType=[InnerJoin], where=[((id = id0) AND (v > w))], select=[id, v, id0, w],"
            + " leftInputSpec=[NoUniqueKey], rightInputSpec=[JoinKeyContainsUniqueKey])",
        "id",
        "v",
        "id0",
        "w");
    names(
        "OverAggregate(partitionBy=[k], orderBy=[ts ASC], window=[ ROWS BETWEEN 2 PRECEDING AND"
            + " CURRENT ROW], select=[id, COUNT(v) AS w0$o0, $SUM0(v) AS w0$o1])",
        "id",
        "w0$o0",
        "w0$o1");
  }

  @Test
  void rowsThatPassKeepTheirNames() {
    names("[4]:WatermarkAssigner(rowtime=[ts], watermark=[(ts - 1000:INTERVAL SECOND)])", "x", "y");
    names("Deduplicate(keep=[FirstRow], key=[k], order=[PROCTIME])", "x", "y");
  }

  @Test
  void whatIsNotCertainIsUnknown() {
    // The planner's own name of two fields that stand for one.
    names("LocalGroupAggregate(groupBy=[k], select=[k, SUM_RETRACT(c) AS (sum$0, count$1)])");
    // A name that is no plain one, and one that cannot be told from an expression.
    names("Calc(select=[id, UPPER(k) AS up per])");
    names("Calc(select=[(a + b)])");
    names("Calc(select=[(a AS b])");
    // Nodes whose description does not list what they emit.
    names(
        "Match(partitionBy=[k], measures=[FINAL(A.id) AS aid], define=[{A=>(PREV(A.$2, 0), 1)}])");
    names("Union(all=[true], union=[id, k])");
    names("Map");
  }
}
