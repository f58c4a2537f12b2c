package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/sightglass/sightglass/gen"
)

// InboxQuery chooses notifications. Zero values choose all.
type InboxQuery struct {
	Open   bool
	Limit  int
	Cursor string
}

// Notifications gives the caller's inbox, newest first.
func (c *Client) Notifications(ctx context.Context, q InboxQuery) (*Answer[gen.NotificationList], error) {
	v := url.Values{}
	if q.Open {
		v.Set("open", "true")
	}
	setNumber(v, "limit", q.Limit)
	setText(v, "cursor", q.Cursor)
	return get[gen.NotificationList](ctx, c, v, "notifications")
}

// ReadNotifications marks notifications as looked at; no ids = all.
func (c *Client) ReadNotifications(ctx context.Context, ids []string) (*Answer[gen.UnreadNotifications], error) {
	return send[gen.UnreadNotifications](ctx, c, http.MethodPost, gen.NotificationIDs{Ids: ids}, "notifications", "read")
}

// AckNotification says that the caller takes care of something.
func (c *Client) AckNotification(ctx context.Context, id, note string) (*Answer[gen.Notification], error) {
	return send[gen.Notification](ctx, c, http.MethodPost, gen.NotificationWord{Note: note}, "notifications", id, "ack")
}

// DeliveriesQuery chooses deliveries. Zero values choose the caller's own.
type DeliveriesQuery struct {
	State, Subscription string
	All                 bool
	Limit               int
	Cursor              string
}

// Deliveries gives the delivery log, newest first.
func (c *Client) Deliveries(ctx context.Context, q DeliveriesQuery) (*Answer[gen.NotificationDeliveryList], error) {
	v := url.Values{}
	setText(v, "state", q.State)
	setText(v, "subscription", q.Subscription)
	if q.All {
		v.Set("all", strconv.FormatBool(q.All))
	}
	setNumber(v, "limit", q.Limit)
	setText(v, "cursor", q.Cursor)
	return get[gen.NotificationDeliveryList](ctx, c, v, "notifications", "deliveries")
}

// ReplayDelivery tries a delivery that failed again.
func (c *Client) ReplayDelivery(ctx context.Context, id string) (*Answer[gen.NotificationDelivery], error) {
	return send[gen.NotificationDelivery](ctx, c, http.MethodPost, nil, "notifications", "deliveries", id, "replay")
}

// Subscriptions lists the caller's subscriptions, or everybody's.
func (c *Client) Subscriptions(ctx context.Context, all bool) (*Answer[gen.NotificationSubscriptionList], error) {
	if all {
		return get[gen.NotificationSubscriptionList](ctx, c, nil, "subscriptions", "all")
	}
	return get[gen.NotificationSubscriptionList](ctx, c, nil, "subscriptions")
}

// Subscribe makes a subscription.
func (c *Client) Subscribe(ctx context.Context, w gen.NotificationWish) (*Answer[gen.NotificationSubscription], error) {
	return send[gen.NotificationSubscription](ctx, c, http.MethodPost, w, "subscriptions")
}

// TestSubscription sends a test to a subscription's target.
func (c *Client) TestSubscription(ctx context.Context, id string) (*Answer[gen.NotificationOutcome], error) {
	return send[gen.NotificationOutcome](ctx, c, http.MethodPost, nil, "subscriptions", id, "test")
}

// Unsubscribe ends a subscription.
func (c *Client) Unsubscribe(ctx context.Context, id string) (*Answer[gen.NotificationSubscription], error) {
	return send[gen.NotificationSubscription](ctx, c, http.MethodDelete, nil, "subscriptions", id)
}
