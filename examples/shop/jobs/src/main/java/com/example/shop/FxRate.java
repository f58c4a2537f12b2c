package com.example.shop;

/** What one unit of a currency is worth in euros, from a moment on. */
public class FxRate {
  public String currency;
  public double euros;
  public long validFrom;
}
