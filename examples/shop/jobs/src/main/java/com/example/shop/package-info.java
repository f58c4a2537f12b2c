/**
 * Two jobs of an online shop.
 *
 * <p>{@link com.example.shop.OrderTotals} reads {@code orders} and {@code fx-rates} and writes what
 * each merchant sold per ten seconds to {@code merchant-totals}. {@link
 * com.example.shop.MerchantAlerts} reads those totals and writes the large ones to {@code alerts}.
 */
package com.example.shop;
