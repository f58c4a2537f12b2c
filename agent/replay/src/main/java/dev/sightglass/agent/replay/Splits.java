package dev.sightglass.agent.replay;

import java.util.List;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;
import org.apache.flink.runtime.source.event.AddSplitEvent;
import org.apache.flink.streaming.api.operators.SourceOperator;
import org.apache.flink.streaming.runtime.tasks.StreamTask;

/** Tells sources of splits that the recording does not say that they were told of. */
final class Splits {
  private static StreamTask<?, ?> task;

  private Splits() {}

  static void of(StreamTask<?, ?> running) {
    task = running;
  }

  /**
   * @param operator id of the source, hex
   */
  @SuppressWarnings("unchecked")
  static void assign(String operator, SourceSplit split) throws Exception {
    Object chain = Members.get(task, "operatorChain");
    for (Object wrapper : (Iterable<?>) Members.call(chain, "getAllOperators")) {
      Object o = Members.call(wrapper, "getStreamOperator");
      if (o instanceof SourceOperator
          && ((SourceOperator<?, ?>) o).getOperatorID().toHexString().equals(operator)) {
        OperatorEvent event =
            new AddSplitEvent<>(
                List.of(split),
                (SimpleVersionedSerializer<SourceSplit>) Members.get(o, "splitSerializer"));
        ((SourceOperator<?, ?>) o).handleOperatorEvent(event);
      }
    }
  }
}
