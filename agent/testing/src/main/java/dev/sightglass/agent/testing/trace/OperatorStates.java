package dev.sightglass.agent.testing.trace;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;

/** Uses lists of an operator. */
final class OperatorStates extends RichMapFunction<Long, String> implements CheckpointedFunction {
  private static final long serialVersionUID = 1;
  static final String NAME = "operator-states";

  private final List<Long> model = new ArrayList<>();
  private transient ListState<Long> buffer;
  private transient ListState<String> offsets;

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    buffer =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("buffer", Types.LONG));
    offsets =
        context
            .getOperatorStateStore()
            .getUnionListState(new ListStateDescriptor<>("offsets", Types.STRING));
    offsets.add("start");
    plant("written", 3, "offsets", "-", "-", "-", "[start]");
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) {}

  private static void plant(Object... words) {
    Truth.plant(NAME, words);
  }

  private String text() {
    return model.toString().replace(" ", "");
  }

  @Override
  public String map(Long i) throws Exception {
    switch ((int) (i % 5)) {
      case 0:
        buffer.add(i);
        plant("written", 3, "buffer", "-", "-", "-", "[" + i + "]");
        model.add(i);
        break;
      case 1:
        buffer.addAll(List.of(i, i));
        plant("written", 3, "buffer", "-", "-", "-", "[" + i + "," + i + "]");
        model.add(i);
        model.add(i);
        break;
      case 2:
        buffer.get().forEach(ignored -> {});
        plant("read", 1, "buffer", "-", "-", "-", text());
        break;
      case 3:
        String before = text();
        buffer.update(List.of(i));
        model.clear();
        model.add(i);
        plant("written", 2, "buffer", "-", "-", before, text());
        break;
      default:
        if (i % 20 == 4) {
          plant("cleared", 0, "buffer", "-", "-", text(), "-");
          buffer.clear();
          model.clear();
        }
    }
    return "o" + i + text();
  }
}
