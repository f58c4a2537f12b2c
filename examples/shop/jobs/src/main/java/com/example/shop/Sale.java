package com.example.shop;

/** One order in euros, reduced to what the totals need. */
public class Sale {
  public String orderId;
  public String merchantId;
  public long cents;
  public int items;

  public Sale() {}

  public Sale(String orderId, String merchantId, long cents, int items) {
    this.orderId = orderId;
    this.merchantId = merchantId;
    this.cents = cents;
    this.items = items;
  }
}
