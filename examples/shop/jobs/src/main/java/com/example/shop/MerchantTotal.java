package com.example.shop;

/** What one merchant sold in one window, in hundredths of a euro. */
public class MerchantTotal {
  public String merchantId;
  public long windowStart;
  public long windowEnd;
  public long orders;
  public long items;
  public long totalCents;
}
