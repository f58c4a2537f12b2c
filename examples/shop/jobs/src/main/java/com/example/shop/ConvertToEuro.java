package com.example.shop;

import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.BroadcastProcessFunction;
import org.apache.flink.util.Collector;

/** Values each order in euros by the latest rate of its currency. */
public class ConvertToEuro extends BroadcastProcessFunction<Order, FxRate, Sale> {
  static final MapStateDescriptor<String, Double> RATES =
      new MapStateDescriptor<>("rates", Types.STRING, Types.DOUBLE);

  @Override
  public void processElement(Order order, ReadOnlyContext context, Collector<Sale> out)
      throws Exception {
    Double euros = context.getBroadcastState(RATES).get(order.currency);
    if (euros == null) {
      throw new IllegalStateException("no exchange rate for " + order.currency);
    }
    int items = 0;
    for (Order.Item item : order.items) {
      items += item.quantity;
    }
    out.collect(
        new Sale(order.orderId, order.merchantId, Math.round(order.totalCents * euros), items));
  }

  @Override
  public void processBroadcastElement(FxRate rate, Context context, Collector<Sale> out)
      throws Exception {
    context.getBroadcastState(RATES).put(rate.currency, rate.euros);
  }
}
