package com.example.shop;

import org.apache.flink.api.common.functions.AggregateFunction;

/** Adds the sales of one window up. */
public class AddUp implements AggregateFunction<Sale, MerchantTotal, MerchantTotal> {
  @Override
  public MerchantTotal createAccumulator() {
    return new MerchantTotal();
  }

  @Override
  public MerchantTotal add(Sale sale, MerchantTotal total) {
    total.orders++;
    total.items += sale.items;
    total.totalCents += sale.cents;
    return total;
  }

  @Override
  public MerchantTotal getResult(MerchantTotal total) {
    return total;
  }

  @Override
  public MerchantTotal merge(MerchantTotal a, MerchantTotal b) {
    a.orders += b.orders;
    a.items += b.items;
    a.totalCents += b.totalCents;
    return a;
  }
}
