package matrix;

import java.util.List;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.MultipleConnectedStreams;
import org.apache.flink.streaming.api.operators.AbstractInput;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorV2;
import org.apache.flink.streaming.api.operators.Input;
import org.apache.flink.streaming.api.operators.MultipleInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.transformations.KeyedMultipleInputTransformation;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** A task with three inputs, which Flink's own API for users does not make. */
final class MultipleInputs {
  private MultipleInputs() {}

  static Shape shape() {
    return new Shape("multiple-inputs", 3, MultipleInputs::three);
  }

  /** Gives out an item when it has come by all three. */
  private static void three(World world) {
    KeyedMultipleInputTransformation<String> three =
        new KeyedMultipleInputTransformation<>("three", new Factory(), Types.STRING, 2, Types.LONG);
    KeySelector<Item, Long> key = item -> item.n;
    for (String name : List.of("first", "second", "third")) {
      three.addInput(world.punctual(name).keyBy(key).getTransformation(), key);
    }
    three.setUid("three");
    world.write(new MultipleConnectedStreams(world.env).transform(three));
  }

  private static final class Factory extends AbstractStreamOperatorFactory<String> {
    private static final long serialVersionUID = 1;

    @Override
    @SuppressWarnings("unchecked")
    public <T extends StreamOperator<String>> T createStreamOperator(
        StreamOperatorParameters<String> parameters) {
      return (T) new Three(parameters);
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
      return Three.class;
    }
  }

  private static final class Three extends AbstractStreamOperatorV2<String>
      implements MultipleInputStreamOperator<String> {
    private transient ValueState<Integer> came;

    Three(StreamOperatorParameters<String> parameters) {
      super(parameters, 3);
    }

    @Override
    public void open() throws Exception {
      super.open();
      came = getPartitionedState(new ValueStateDescriptor<>("came", Types.INT));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public List<Input> getInputs() {
      return List.of(new One(this, 1), new One(this, 2), new One(this, 3));
    }
  }

  private static final class One extends AbstractInput<Item, String> {
    private final Three three;

    One(Three three, int number) {
      super(three, number);
      this.three = three;
    }

    @Override
    public void processElement(StreamRecord<Item> element) throws Exception {
      int n = three.came.value() == null ? 1 : three.came.value() + 1;
      if (n < 3) {
        three.came.update(n);
        return;
      }
      three.came.clear();
      output.collect(element.replace("all of " + element.getValue()));
    }
  }
}
