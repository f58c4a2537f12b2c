package com.example.shop;

import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInfo;

/** One order, as the web shop publishes it. Amounts are in hundredths of the currency. */
public class Order {
  public String orderId;
  public long eventTime;
  public String merchantId;
  public Customer customer;

  @TypeInfo(ItemsType.class)
  public List<Item> items;

  public String currency;
  public long totalCents;

  /** Who ordered. */
  public static class Customer {
    public String name;
    public String email;
    public String phone;
    public String cardNumber;
  }

  /** One line of the order. */
  public static class Item {
    public String sku;
    public String title;
    public int quantity;
    public long unitCents;
  }
}
