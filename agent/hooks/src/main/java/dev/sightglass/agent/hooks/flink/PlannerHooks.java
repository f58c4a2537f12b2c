package dev.sightglass.agent.hooks.flink;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.result;
import static dev.sightglass.agent.hooks.weave.Value.self;
import static dev.sightglass.agent.hooks.weave.Value.text;

import dev.sightglass.agent.hooks.weave.Hook;
import java.util.List;

/**
 * Hooks on the table planner, in whatever process it runs, and on the code that it generates, where
 * tasks compile it. Every call is rare.
 */
final class PlannerHooks {
  static final String PARSED = "parsed";
  static final String KEYED = "keyed";
  static final String PLANNED = "planned";
  static final String TRANSLATED = "translated";
  static final String GENERATED = "generated";
  static final String SUBMITTED = "submitted";
  static final String CREATING = "creating";
  static final String OPENING = "opening";
  static final String COMPILED = "compiled";

  private static final String FLINK = "org/apache/flink/";
  private static final String PLANNER = FLINK + "table/planner/";
  private static final String STREAMING = FLINK + "streaming/api/";

  private PlannerHooks() {}

  static void addTo(List<Hook> all) {
    planner(all);
    job(all);
    code(all);
  }

  private static void planner(List<Hook> all) {
    all.add(
        Hook.of("sql.parse", PLANNER + "delegation/ParserImpl")
            .leaveRare(
                "parse",
                "\\(Ljava/lang/String;\\)Ljava/util/List;",
                probe("JobProbe.job", text(PARSED), self(), arg(0), result(), text("")))
            .build());
    all.add(
        Hook.of("sql.key", PLANNER + "plan/utils/KeySelectorUtil")
            .leaveRare(
                "getRowDataSelector",
                "\\(L[^;]*ClassLoader;\\[IL[^;]*InternalTypeInfo;Ljava/lang/Class;\\)L.*",
                probe("JobProbe.job", text(KEYED), result(), arg(1), arg(2), text("")))
            .build());
    all.add(
        Hook.of("sql.node", PLANNER + "plan/nodes/exec/ExecNodeBase")
            .leaveRare(
                "translateToPlan",
                "\\(L.*Planner;\\)L.*Transformation;",
                probe("JobProbe.job", text(PLANNED), self(), result(), text(""), text("")))
            .build());
    all.add(
        Hook.of("sql.plan", PLANNER + "delegation/PlannerBase")
            .leaveRare(
                "translate",
                "\\(Ljava/util/List;\\)Ljava/util/List;",
                probe("JobProbe.job", text(TRANSLATED), self(), arg(0), result(), text("")))
            .build());
  }

  private static void job(List<Hook> all) {
    all.add(
        Hook.of("job.plan", STREAMING + "graph/StreamGraphGenerator")
            .leaveRare(
                "generate",
                "\\(\\)L.*StreamGraph;",
                probe("JobProbe.job", text(GENERATED), self(), result(), text(""), text("")))
            .build());
    all.add(
        Hook.of("job.submit", STREAMING + "environment/StreamExecutionEnvironment")
            .leaveRare(
                "executeAsync",
                "\\(L.*StreamGraph;\\)L.*JobClient;",
                probe("JobProbe.job", text(SUBMITTED), self(), arg(0), result(), text("")))
            .build());
  }

  private static void code(List<Hook> all) {
    all.add(
        Hook.of("code.compile", FLINK + "table/runtime/generated/CompileUtils")
            .leaveRare(
                "compile",
                "\\(Ljava/lang/ClassLoader;Ljava/lang/String;Ljava/lang/String;\\)Ljava/lang/Class;",
                probe("JobProbe.job", text(COMPILED), result(), arg(1), arg(2), text("")))
            .build());
    all.add(
        Hook.of("code.operator", STREAMING + "operators/StreamOperatorFactoryUtil")
            .enterRare(
                "createOperator",
                null,
                probe("JobProbe.job", text(CREATING), arg(2), text(""), text(""), text("")))
            .build());
    for (String base : new String[] {"AbstractStreamOperator", "AbstractStreamOperatorV2"}) {
      all.add(
          Hook.of("code.operator", STREAMING + "operators/" + base)
              .enterRare(
                  "initializeState",
                  "\\(L.*StreamTaskStateInitializer;\\)V",
                  probe("JobProbe.job", text(OPENING), self(), text(""), text(""), text("")))
              .build());
    }
  }
}
