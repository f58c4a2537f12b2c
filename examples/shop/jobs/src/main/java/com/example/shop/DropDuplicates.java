package com.example.shop;

import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** Lets the first order of each id pass, and forgets the id after a while. */
public class DropDuplicates extends KeyedProcessFunction<String, Order, Order> {
  private final Duration memory;
  private transient ValueState<Long> firstSeen;

  public DropDuplicates(Duration memory) {
    this.memory = memory;
  }

  @Override
  public void open(OpenContext context) {
    ValueStateDescriptor<Long> descriptor = new ValueStateDescriptor<>("first-seen", Types.LONG);
    descriptor.enableTimeToLive(StateTtlConfig.newBuilder(memory).build());
    firstSeen = getRuntimeContext().getState(descriptor);
  }

  @Override
  public void processElement(Order order, Context context, Collector<Order> out) throws Exception {
    if (firstSeen.value() != null) {
      return;
    }
    firstSeen.update(order.eventTime);
    out.collect(order);
  }
}
