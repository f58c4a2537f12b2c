package com.example.shop;

import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** Writes into a total whose it is and for which time. */
public class NameWindow
    extends ProcessWindowFunction<MerchantTotal, MerchantTotal, String, TimeWindow> {
  @Override
  public void process(
      String merchantId,
      Context context,
      Iterable<MerchantTotal> totals,
      Collector<MerchantTotal> out) {
    MerchantTotal total = totals.iterator().next();
    total.merchantId = merchantId;
    total.windowStart = context.window().getStart();
    total.windowEnd = context.window().getEnd();
    out.collect(total);
  }
}
