package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// order is the JSON of topic orders. Amounts are in hundredths of the currency.
type order struct {
	OrderID    string   `json:"orderId"`
	EventTime  int64    `json:"eventTime"` // milliseconds since 1970
	MerchantID string   `json:"merchantId"`
	Customer   customer `json:"customer"`
	Items      []item   `json:"items"`
	Currency   string   `json:"currency"`
	TotalCents int64    `json:"totalCents"`
}

type customer struct {
	Name       string `json:"name"`
	Email      string `json:"email"`
	Phone      string `json:"phone"`
	CardNumber string `json:"cardNumber"`
}

type item struct {
	SKU       string `json:"sku"`
	Title     string `json:"title"`
	Quantity  int    `json:"quantity"`
	UnitCents int64  `json:"unitCents"`
}

var (
	merchants = []string{"m-atlas", "m-birch", "m-coral", "m-delta", "m-ember", "m-fjord", "m-grove", "m-harbor", "m-indigo", "m-juniper", "m-kestrel", "m-lumen"}
	firsts    = []string{"Ada", "Bruno", "Chloé", "Dmitri", "Elif", "Farid", "Grace", "Hanna", "Ines", "Jonas", "Keiko", "Lars", "Mónica", "Nils", "Olu", "Priya"}
	lasts     = []string{"Almeida", "Bergström", "Costa", "Dvořák", "Eriksen", "Fischer", "Gómez", "Haddad", "Ivanova", "Jansen", "Kowalska", "Lindqvist", "Moreau", "Novak", "Okafor", "Papadakis"}
	articles  = []struct {
		sku, title string
		cents      int64
	}{
		{"SKU-1001", "Desk lamp, brass", 4990}, {"SKU-1002", "Notebook, dotted, A5", 1290}, {"SKU-1003", "Espresso cups, set of 4", 3450},
		{"SKU-1004", "Wool blanket", 8900}, {"SKU-1005", "Trail backpack 28 l", 12900}, {"SKU-1006", "Ceramic knife", 2790},
		{"SKU-1007", "Headphones, closed", 15900}, {"SKU-1008", "Beeswax candle", 990}, {"SKU-1009", "Garden shears", 2490},
		{"SKU-1010", "Linen shirt", 5900}, {"SKU-1011", "Board game: Harbour", 3990}, {"SKU-1012", "Bicycle lock", 6490},
	}
	currencies = []string{"EUR", "EUR", "EUR", "EUR", "USD", "USD", "USD", "GBP", "GBP", "CHF", "SEK", "PLN", "JPY"}
)

// nextOrder draws an order. Its people do not exist: addresses are of domains kept for examples, phone numbers of ranges kept for fiction, card
// numbers of a test range with a right check digit.
func nextOrder(r *rand.Rand, number int, eventTime int64) order {
	first, last := firsts[r.IntN(len(firsts))], lasts[r.IntN(len(lasts))]
	o := order{
		OrderID:    fmt.Sprintf("O-%07d", number),
		EventTime:  eventTime,
		MerchantID: merchants[r.IntN(len(merchants))],
		Customer: customer{
			Name:       first + " " + last,
			Email:      fmt.Sprintf("%s.%s%d@example.%s", ascii(first), ascii(last), r.IntN(90)+10, []string{"com", "org", "net"}[r.IntN(3)]),
			Phone:      fmt.Sprintf("+1-202-555-01%02d", r.IntN(100)),
			CardNumber: cardNumber(r),
		},
		Currency: currencies[r.IntN(len(currencies))],
	}
	for range 1 + r.IntN(4) {
		a := articles[r.IntN(len(articles))]
		line := item{SKU: a.sku, Title: a.title, Quantity: 1 + r.IntN(3), UnitCents: a.cents}
		o.Items = append(o.Items, line)
		o.TotalCents += int64(line.Quantity) * line.UnitCents
	}
	return o
}

// cardNumber draws 16 digits of the test range 4242 42 that pass Luhn's check.
func cardNumber(r *rand.Rand) string {
	digits := []byte("424242")
	for len(digits) < 15 {
		digits = append(digits, byte('0'+r.IntN(10)))
	}
	sum := 0
	for i, c := range digits {
		d := int(c - '0')
		if i%2 == 0 { // with the check digit to come, every second digit counts double
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return string(append(digits, byte('0'+(10-sum%10)%10)))
}

// ascii makes a name fit for the left side of an address.
func ascii(name string) string {
	return strings.NewReplacer("é", "e", "ó", "o", "ö", "o", "ř", "r", "á", "a").Replace(strings.ToLower(name))
}
