package dev.sightglass.agent.hooks.flink;

import static dev.sightglass.agent.hooks.weave.Call.probe;
import static dev.sightglass.agent.hooks.weave.Value.arg;
import static dev.sightglass.agent.hooks.weave.Value.context;
import static dev.sightglass.agent.hooks.weave.Value.field;
import static dev.sightglass.agent.hooks.weave.Value.inherited;
import static dev.sightglass.agent.hooks.weave.Value.result;
import static dev.sightglass.agent.hooks.weave.Value.self;
import static dev.sightglass.agent.hooks.weave.Value.thrown;
import static dev.sightglass.agent.hooks.weave.Value.token;

import dev.sightglass.agent.hooks.weave.Hook;
import dev.sightglass.agent.hooks.weave.Place;
import dev.sightglass.agent.hooks.weave.Value;
import dev.sightglass.bootstrap.Hooks;
import java.util.List;

/** Hooks on the thread of a task: its life, elements in and out, the chain, timers, mails. */
final class TaskHooks {
  private static final String FLINK = "org/apache/flink/";
  private static final String RUNTIME = FLINK + "runtime/";
  private static final String TASKS = FLINK + "streaming/runtime/tasks/";
  private static final String IO = FLINK + "streaming/runtime/io/";
  private static final String OPERATORS = FLINK + "streaming/api/operators/";
  private static final String PARTITION = RUNTIME + "io/network/partition/";

  private TaskHooks() {}

  static void addTo(List<Hook> all) {
    life(all);
    chain(all);
    out(all);
    in(all);
    timers(all);
    mails(all);
  }

  private static void life(List<Hook> all) {
    Value task = context("task", "TaskProbe.context", self());
    all.add(
        Hook.of("task.run", RUNTIME + "taskmanager/Task")
            .aroundRare(
                "doRun",
                "\\(\\)V",
                probe("TaskProbe.enter", task),
                probe("TaskProbe.leave", task),
                probe("TaskProbe.leave", task))
            .build());
    all.add(
        Hook.of("task.state", RUNTIME + "taskmanager/Task")
            .leaveRare(
                "transitionState",
                "\\(L.*ExecutionState;L.*ExecutionState;Ljava/lang/Throwable;\\)Z",
                probe("TaskProbe.state", result(), task, arg(0), arg(1), arg(2)))
            .build());
    all.add(
        Hook.of("task.start", RUNTIME + "taskmanager/Task")
            .enterRare(
                "loadAndInstantiateInvokable",
                "\\(Ljava/lang/ClassLoader;Ljava/lang/String;L.*Environment;\\)L.*",
                probe("TaskProbe.starting", arg(0), arg(1), arg(2)))
            .build());
    all.add(
        Hook.of("task.checkpoint", TASKS + "StreamTask")
            .aroundRare(
                "performCheckpoint",
                "\\(L.*CheckpointMetaData;L.*CheckpointOptions;.*\\)Z",
                probe(
                    "TaskProbe.checkpoint",
                    field("isRunning"),
                    arg(0).call("getCheckpointId", "()J"),
                    arg(1).call("isUnalignedCheckpoint", "()Z"),
                    arg(0).call("getTimestamp", "()J"),
                    arg(1)),
                probe("TaskProbe.checkpointed", token(), self()),
                probe("TaskProbe.notCheckpointed", token()))
            .build());
    all.add(
        Hook.of("task.idle", TASKS + "mailbox/MailboxProcessor")
            .enter("suspendDefaultAction", null, probe("TaskProbe.idle"))
            .build());
  }

  private static void chain(List<Hook> all) {
    all.add(
        Hook.of("chain.operator", OPERATORS + "StreamOperatorFactoryUtil")
            .leaveRare(
                "createOperator", null, probe("TaskProbe.operator", arg(0), arg(2), result()))
            .build());
    all.add(
        Hook.of("chain.complete", TASKS + "OperatorChain")
            .leaveRare("<init>", null, probe("TaskProbe.chained"))
            .build());
    Value input = field("input");
    Value inheritedInput = inherited("input", "L" + OPERATORS + "Input;");
    all.add(push("ChainingOutput", input));
    all.add(push("CopyingChainingOutput", inheritedInput));
  }

  private static Hook push(String output, Value input) {
    Value operator = context("operator", "ChainProbe.context", input);
    return Hook.of("chain.push", TASKS + output)
        .around(
            "pushToOperator",
            "\\(L.*StreamRecord;\\)V",
            probe("ChainProbe.enter", operator),
            probe("ChainProbe.leave", operator, token()).unlessNothing(),
            probe("ChainProbe.fail", operator, token(), thrown()))
        .only(Hooks.PATHS)
        .build();
  }

  private static void out(List<Hook> all) {
    String[] partitions = {
      "BufferWritingResultPartition",
      "SortMergeResultPartition",
      "hybrid/tiered/shuffle/TieredResultPartition",
      "hybrid/HsResultPartition"
    };
    Value output = context("output", "OutProbe.context", self());
    for (String p : partitions) {
      all.add(
          Hook.of("out", PARTITION + p)
              .enter(
                  "emitRecord",
                  "\\(Ljava/nio/ByteBuffer;I\\)V",
                  probe("OutProbe.emit", output, arg(0), arg(1)))
              .enter(
                  "broadcastRecord",
                  "\\(Ljava/nio/ByteBuffer;\\)V",
                  probe("OutProbe.broadcast", output, arg(0)))
              .enter(
                  "broadcastEvent",
                  "\\(L.*AbstractEvent;Z\\)V",
                  probe("OutProbe.event", output, arg(0), arg(1)))
              .build());
    }
  }

  private static void in(List<Hook> all) {
    Value input =
        context("input", "InProbe.input", field("checkpointedInputGate"), field("inputIndex"));
    String record = FLINK + "streaming/runtime/streamrecord/StreamRecord";
    all.add(
        Hook.of("in", IO + "AbstractStreamTaskNetworkInput")
            .around(
                "processElement",
                "\\(L.*StreamElement;L.*DataOutput;\\).",
                probe("InProbe.enter", input, field("lastChannel"), arg(0).isA(record)),
                probe("InProbe.leave", input, token()),
                probe("InProbe.fail", input, token(), thrown()))
            .build());
    all.add(
        Hook.of("in.event", IO + "checkpointing/CheckpointedInputGate")
            .enterRare(
                "handleEvent",
                "\\(L.*BufferOrEvent;\\)Ljava/util/Optional;",
                probe("InProbe.event", self(), arg(0)))
            .build());
    Value valve = context("valve", "InProbe.valve", self());
    Place given = Place.beforeCall(IO + "PushingAsyncDataInput$DataOutput", "emitWatermark");
    all.add(
        Hook.of("in.watermark", FLINK + "streaming/runtime/watermarkstatus/StatusWatermarkValve")
            .atOften(
                "findAndOutputNewMin.*",
                null,
                given,
                probe("InProbe.raised", valve, field("lastOutputWatermark")))
            .atOften(
                "findAndOutputMax.*",
                null,
                given,
                probe("InProbe.raised", valve, field("lastOutputWatermark")))
            .around(
                "inputWatermark",
                null,
                null,
                probe("InProbe.watermark", valve, field("lastOutputWatermark")),
                null)
            .around(
                "inputWatermarkStatus",
                null,
                null,
                probe("InProbe.watermark", valve, field("lastOutputWatermark")),
                null)
            .build());
  }

  private static void timers(List<Hook> all) {
    String[] services = {
      "InternalTimerServiceImpl",
      "InternalTimerServiceAsyncImpl",
      "sorted/state/BatchExecutionInternalTimeService",
      "sorted/state/BatchExecutionInternalTimeServiceWithAsyncState"
    };
    String target = OPERATORS + "Triggerable";
    String shape = "(L" + OPERATORS + "InternalTimer;)V";
    Value time = arg(0).callInterface("getTimestamp", "()J");
    for (String s : services) {
      all.add(
          Hook.of("timer", OPERATORS + s)
              .redirect(
                  target,
                  "onEventTime",
                  shape,
                  probe("TimerProbe.event", self(), arg(0), time),
                  probe("TimerProbe.leave", token()),
                  probe("TimerProbe.fail", token(), thrown()))
              .redirect(
                  target,
                  "onProcessingTime",
                  shape,
                  probe("TimerProbe.processing", self(), arg(0), time),
                  probe("TimerProbe.leave", token()),
                  probe("TimerProbe.fail", token(), thrown()))
              .build());
    }
  }

  private static void mails(List<Hook> all) {
    all.add(
        Hook.of("mail", TASKS + "mailbox/Mail")
            .around(
                "run",
                "\\(\\)V",
                probe("MailProbe.mail", field("descriptionFormat")),
                probe("MailProbe.leave", token()),
                probe("MailProbe.fail", token(), thrown()))
            .build());
    all.add(
        Hook.of("mail.callback", TASKS + "StreamTask")
            .around(
                "invokeProcessingTimeCallback",
                "\\(L.*ProcessingTimeCallback;J\\)V",
                probe("MailProbe.callback", arg(0), arg(1)),
                probe("MailProbe.leave", token()),
                probe("MailProbe.fail", token(), thrown()))
            .build());
  }
}
