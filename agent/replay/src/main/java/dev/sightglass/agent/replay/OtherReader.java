package dev.sightglass.agent.replay;

import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.core.memory.DataInputDeserializer;

/** Gives the values that a reader gave, of whatever source: they were recorded as it gave them. */
final class OtherReader extends RecordedReader {
  private final TypeSerializer<Object> type;

  /**
   * @param type output serializer of the source
   */
  OtherReader(String operator, TypeSerializer<Object> type) {
    super(operator);
    this.type = type;
  }

  @Override
  void emit(Feed step, ReaderOutput<Object> output) throws Exception {
    Object value = type.deserialize(new DataInputDeserializer(step.value));
    SourceOutput<Object> to = step.text.isEmpty() ? output : output.createOutputForSplit(step.text);
    if (step.time == Long.MIN_VALUE) {
      to.collect(value);
    } else {
      to.collect(value, step.time);
    }
  }
}
