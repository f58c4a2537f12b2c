package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/sightglass/sightglass/internal/access"
	"github.com/sightglass/sightglass/internal/browse"
	"github.com/sightglass/sightglass/internal/notify"
)

// notifications is the target of routes about inboxes and subscriptions. Whose they are, handlers decide.
func notifications(*service, huma.Context) (browse.Target, error) {
	return browse.Target{Resource: access.NotificationResource}, nil
}

// notificationRoutes are about what people are told. An inbox and what one is told of hold what its reader may see now; a token has those of its owner.
func (s *service) notificationRoutes() {
	mine := access.NotifySubscribe
	get(s, route{"notifications", "/notifications", mine, "The caller's inbox, newest first", notifications}, s.inbox)
	get(s, route{"notifications-unread", "/notifications/unread", mine, "How much of the inbox the caller has not looked at", notifications}, s.unread)
	register(s, http.MethodPost, route{"notifications-read", "/notifications/read", mine, "Mark notifications as looked at", notifications}, s.readNotifications)
	register(s, http.MethodPost, route{"notification-ack", "/notifications/{id}/ack", mine, "Say that one takes care of it: reminders end", notifications}, s.ackNotification)
	get(s, route{"notification-deliveries", "/notifications/deliveries", mine, "What was sent for the caller's subscriptions, newest first", notifications}, s.deliveries)
	register(s, http.MethodPost, route{"notification-replay", "/notifications/deliveries/{id}/replay", mine, "Try a delivery that failed again", notifications}, s.replayDelivery)
	get(s, route{"subscriptions", "/subscriptions", mine, "The caller's subscriptions", notifications}, s.subscriptions)
	get(s, route{"subscriptions-all", "/subscriptions/all", access.NotifyManage, "Everybody's subscriptions", notifications}, s.allSubscriptions)
	register(s, http.MethodPost, route{"subscription-add", "/subscriptions", mine, "Subscribe", notifications}, s.addSubscription)
	register(s, http.MethodPut, route{"subscription-change", "/subscriptions/{id}", mine, "Change a subscription", notifications}, s.changeSubscription)
	register(s, http.MethodPost, route{"subscription-test", "/subscriptions/{id}/test", mine, "Send a test to a subscription's target, once", notifications}, s.testSubscription)
	register(s, http.MethodDelete, route{"subscription-remove", "/subscriptions/{id}", mine, "End a subscription; what waits for it is not sent", notifications}, s.removeSubscription)
	s.huma.OpenAPI().Components.Schemas.Schema(notificationDataType, true, "NotificationData") // dataschema of CloudEvents points to it
}

// notificationDataType is what CloudEvents carry.
var notificationDataType = reflect.TypeFor[NotificationData]()

// errNotHere: a file is shown.
var errNotHere = problem(http.StatusConflict, "this server tells nobody of anything", "subscribe on the server that has recorded it")

// keeper refuses where nobody is told of anything, and takes note of the caller's roles.
func (s *service) keeper(ctx context.Context) (*notify.Keeper, error) {
	if s.Notify == nil {
		return nil, errNotHere
	}
	return s.Notify, s.Notify.Seen(ctx, caller(ctx))
}

// managesNotifications tells whether the caller has to do with other people's.
func (s *service) managesNotifications(ctx context.Context) bool {
	return s.Browser.DecideIn(ctx, caller(ctx), access.NotifyManage, access.NotificationResource).Allowed
}

// seen tells of an event whether the caller may see what it is about, with the roles that they have now.
func (s *service) told(ctx context.Context) func(*notify.Event) bool {
	return func(e *notify.Event) bool { return s.Browser.DecideIn(ctx, caller(ctx), e.Action, e.Resource).Allowed }
}

// mostUnread bounds what is counted.
const mostUnread = 100

func (s *service) inbox(ctx context.Context, in *inboxQuery) (out NotificationList, err error) {
	k, err := s.keeper(ctx)
	if err != nil {
		return out, err
	}
	told, group, err := inboxCursor(in.Cursor)
	if err != nil {
		return out, err
	}
	who := notify.OwnerOf(caller(ctx))
	all, more, err := k.Inbox(ctx, who, in.Open, told, group, in.Limit, s.told(ctx))
	if err != nil {
		return out, err
	}
	items := make([]Notification, 0, len(all))
	for i := range all {
		n := notificationOf(&all[i].Group)
		n.Unread, n.Told = all[i].Unread, at(all[i].Told)
		items = append(items, n)
	}
	out.List = listOf("notification", items)
	if more {
		last := all[len(all)-1]
		out.Next = strconv.FormatInt(last.Told.UnixMicro(), 10) + "." + last.ID
	}
	out.Unread, err = k.Unread(ctx, who, mostUnread, s.told(ctx))
	return out, err
}

func inboxCursor(text string) (told int64, group string, err error) {
	if text == "" {
		return 0, "", nil
	}
	us, group, _ := strings.Cut(text, ".")
	if told, err = strconv.ParseInt(us, 10, 64); err != nil || told <= 0 {
		return 0, "", problem(http.StatusBadRequest, "the cursor is of no page of this list", "begin again without a cursor")
	}
	return told, group, nil
}

func notificationOf(g *notify.Group) Notification {
	e := &g.First
	n := Notification{
		ID: g.ID, Type: string(e.Type), Severity: g.Severity.String(), Summary: notify.Summary(e), Link: e.Link, Subject: e.About(), Cluster: e.Cluster, Topic: e.Topic, Path: e.Path,
		Job: e.Job, Contract: e.Contract, Count: I64(g.Count), Since: at(g.Opened), Latest: at(g.Latest), State: "open", Closed: at(g.Closed), Acked: at(g.Acked), AckedBy: g.AckedName, Note: g.Note,
		Facts: NotificationFacts{
			Check: e.Facts.Check, Version: e.Facts.Version, Producer: e.Facts.Producer, Program: e.Facts.Program, Team: e.Facts.Team, Verdict: e.Facts.Verdict,
			First: notificationPlace(e.Facts.First), Last: notificationPlace(e.Facts.Last), Records: I64(e.Facts.Records),
		},
	}
	switch {
	case !g.Open:
		n.State = g.Why
	case !g.Acked.IsZero():
		n.State = "acked"
	}
	return n
}

func notificationPlace(p *notify.Place) *NotificationPlace {
	if p == nil {
		return nil
	}
	return &NotificationPlace{p.Partition, I64(p.Offset)}
}

func (s *service) unread(ctx context.Context, _ *none) (out UnreadNotifications, err error) {
	k, err := s.keeper(ctx)
	if err != nil {
		return out, err
	}
	out.Unread, err = k.Unread(ctx, notify.OwnerOf(caller(ctx)), mostUnread, s.told(ctx))
	return out, err
}

func (s *service) readNotifications(ctx context.Context, in *notificationsRead) (out UnreadNotifications, err error) {
	k, err := s.keeper(ctx)
	if err != nil {
		return out, err
	}
	who := notify.OwnerOf(caller(ctx))
	var ids []string
	if in.Body != nil {
		ids = in.Body.IDs
	}
	if err := k.Read(ctx, who, ids); err != nil {
		return out, err
	}
	out.Unread, err = k.Unread(ctx, who, mostUnread, s.told(ctx))
	return out, err
}

func (s *service) ackNotification(ctx context.Context, in *notificationAck) (out Notification, err error) {
	k, err := s.keeper(ctx)
	if err != nil {
		return out, err
	}
	who := caller(ctx)
	g, err := k.Group(ctx, in.ID)
	if err != nil {
		return out, err
	}
	told, err := k.Told(ctx, in.ID, notify.OwnerOf(who))
	if err != nil {
		return out, err
	}
	if !s.told(ctx)(&g.First) || !told && !s.managesNotifications(ctx) { // it is not told that there is one
		return out, notify.ErrNotFound
	}
	note := ""
	if in.Body != nil {
		note = in.Body.Note
	}
	err = s.Browser.Change(ctx, who, access.NotifyAck, g.First.Resource, []string{"notification " + g.ID, "type " + string(g.First.Type)}, note, func() (err error) {
		g, err = k.Ack(ctx, who, in.ID, note)
		return err
	})
	return notificationOf(&g), err
}

func (s *service) subscriptions(ctx context.Context, _ *none) (List[NotificationSubscription], error) {
	return s.subscriptionsOf(ctx, notify.OwnerOf(caller(ctx)))
}

func (s *service) allSubscriptions(ctx context.Context, _ *none) (List[NotificationSubscription], error) {
	return s.subscriptionsOf(ctx, "")
}

func (s *service) subscriptionsOf(ctx context.Context, owner string) (out List[NotificationSubscription], err error) {
	k, err := s.keeper(ctx)
	if err != nil {
		return out, err
	}
	all, err := k.Subscriptions(ctx, owner)
	if err != nil {
		return out, err
	}
	items := make([]NotificationSubscription, 0, len(all))
	for i := range all {
		items = append(items, subscriptionOf(ctx, &all[i]))
	}
	return listOf("subscription", items), nil
}

func subscriptionOf(ctx context.Context, x *notify.Subscription) NotificationSubscription {
	f, t := &x.Filter, &x.Target
	out := NotificationSubscription{
		ID: x.ID, Name: x.Name, Owner: x.Owner, OwnerName: x.OwnerName, Yours: x.Owner == notify.OwnerOf(caller(ctx)), HasSecret: x.HasSecret, Paused: x.Paused,
		After: I64(x.After / time.Second), Remind: I64(x.Remind / time.Second), Created: at(x.Created), Changed: at(x.Changed),
		Filter: NotificationFilter{
			Types: textsOf(f.Types), Severity: f.Severity, Topics: f.Topics, Jobs: f.Jobs, Subjects: f.Subjects, Contracts: f.Contracts, Roles: textsOf(f.Roles), As: f.As,
		},
		Target: NotificationTarget{Kind: string(t.Kind), URL: t.URL, SecretFile: t.SecretFile, To: t.To, Cluster: t.Cluster, Topic: t.Topic, Related: t.Related, Rate: t.Rate},
	}
	if !out.Yours { // many webhooks have a secret in their address
		out.Target.URL = t.Host()
	}
	return out
}

func textsOf[T ~string](all []T) (out []string) {
	for _, w := range all {
		out = append(out, string(w))
	}
	return out
}

func kinds[T ~string](all []string) (out []T) {
	for _, w := range all {
		out = append(out, T(w))
	}
	return out
}

// wish reads what somebody wants. Seconds beyond what a duration holds are more than is allowed in any case.
func wish(w *NotificationWish) notify.Wish {
	seconds := func(n I64) time.Duration {
		return time.Duration(min(max(int64(n), -1), int64(10*365*24*time.Hour/time.Second))) * time.Second
	}
	f, t := &w.Filter, &w.Target
	if t.Kind == string(notify.Slack) {
		t.URL = "" // it is what is shown of the secret, or the secret at the wrong place
	}
	return notify.Wish{
		Name: strings.TrimSpace(w.Name), After: seconds(w.After), Remind: seconds(w.Remind), Paused: w.Paused,
		Filter: notify.Filter{
			Types: kinds[notify.Type](f.Types), Severity: f.Severity, Topics: f.Topics, Jobs: f.Jobs, Subjects: f.Subjects, Contracts: f.Contracts, Roles: kinds[notify.Role](f.Roles), As: f.As,
		},
		Target: notify.Target{Kind: notify.Kind(t.Kind), URL: t.URL, SecretFile: t.SecretFile, To: t.To, Cluster: t.Cluster, Topic: t.Topic, Related: t.Related, Rate: t.Rate},
	}
}

// mayWrite refuses a target in Kafka that the caller may not write to.
func (s *service) mayWrite(ctx context.Context, w *notify.Wish) error {
	if w.Target.Kind != notify.Topic {
		return nil
	}
	on := access.ResourceOf("cluster", w.Target.Cluster, "topic", w.Target.Topic)
	d := s.Browser.DecideIn(ctx, caller(ctx), access.TopicProduce, on)
	if d.Allowed {
		return nil
	}
	if err := s.Browser.Note(ctx, caller(ctx), access.TopicProduce, on, access.OutcomeDenied, []string{"target of a subscription"}, d.Reason); err != nil {
		s.Log.Error("a refusal was not written into the audit log", "request_id", requestID(ctx), "error", err)
	}
	return problem(http.StatusForbidden, "notifications go into topics that one may write to: "+d.Reason, "ask for a role with topic:produce on it")
}

// said is what the audit log has of a subscription: no secret, and of an address its host.
func said(what string, id string, w *notify.Wish) []string {
	out := []string{strings.TrimSpace(what + " subscription " + id), "to " + w.Target.Shown()}
	if w.Target.SecretFile != "" {
		out = append(out, "secret file "+w.Target.SecretFile)
	}
	return out
}

func (s *service) addSubscription(ctx context.Context, in *subscriptionAdd) (out NotificationSubscription, err error) {
	k, err := s.keeper(ctx)
	if err != nil {
		return out, err
	}
	w := wish(&in.Body)
	if err := s.mayWrite(ctx, &w); err != nil {
		return out, err
	}
	err = s.Browser.Change(ctx, caller(ctx), access.NotifySubscribe, access.NotificationResource, said("add", "", &w), "", func() error {
		x, err := k.Add(ctx, caller(ctx), w, in.Body.Secret, s.managesNotifications(ctx))
		if err == nil {
			out = subscriptionOf(ctx, &x)
		}
		return err
	})
	return out, err
}

// own finds a subscription of the caller's, or one that they manage. Of others it is not told that they are there.
func (s *service) own(ctx context.Context, id string) (*notify.Keeper, notify.Subscription, access.Action, error) {
	k, err := s.keeper(ctx)
	if err != nil {
		return nil, notify.Subscription{}, "", err
	}
	x, err := k.Find(ctx, id)
	if err != nil {
		return nil, x, "", err
	}
	if x.Owner == notify.OwnerOf(caller(ctx)) {
		return k, x, access.NotifySubscribe, nil
	}
	if s.managesNotifications(ctx) {
		return k, x, access.NotifyManage, nil
	}
	return nil, notify.Subscription{}, "", notify.ErrNotFound
}

func (s *service) changeSubscription(ctx context.Context, in *subscriptionChange) (out NotificationSubscription, err error) {
	k, x, a, err := s.own(ctx, in.ID)
	if err != nil {
		return out, err
	}
	w := wish(&in.Body)
	if a == access.NotifyManage && w.Target.URL != "" && w.Target.URL == x.Target.Host() {
		w.Target.URL = x.Target.URL // as it was shown
	}
	if err := s.mayWrite(ctx, &w); err != nil {
		return out, err
	}
	err = s.Browser.Change(ctx, caller(ctx), a, access.NotificationResource, said("change", x.ID, &w), "", func() error {
		x, err := k.Update(ctx, x.ID, w, in.Body.Secret, s.managesNotifications(ctx))
		if err == nil {
			out = subscriptionOf(ctx, &x)
		}
		return err
	})
	return out, err
}

func (s *service) removeSubscription(ctx context.Context, in *notificationPath) (out NotificationSubscription, err error) {
	k, x, a, err := s.own(ctx, in.ID)
	if err != nil {
		return out, err
	}
	err = s.Browser.Change(ctx, caller(ctx), a, access.NotificationResource, said("remove", x.ID, &x.Wish), "", func() error {
		_, err := k.Remove(ctx, x.ID)
		return err
	})
	return subscriptionOf(ctx, &x), err
}

func (s *service) testSubscription(ctx context.Context, in *notificationPath) (out NotificationOutcome, err error) {
	k, x, a, err := s.own(ctx, in.ID)
	if err != nil {
		return out, err
	}
	err = s.Browser.Change(ctx, caller(ctx), a, access.NotificationResource, said("test", x.ID, &x.Wish), "", func() error {
		o, err := k.Test(ctx, x.ID)
		out = NotificationOutcome{o.OK, o.Status, o.Detail}
		return err
	})
	return out, err
}

func (s *service) deliveries(ctx context.Context, in *deliveryQuery) (out List[NotificationDelivery], err error) {
	k, err := s.keeper(ctx)
	if err != nil {
		return out, err
	}
	q := notify.DeliveryQuery{Owner: notify.OwnerOf(caller(ctx)), Subscription: in.Subscription, State: in.State, Before: in.Cursor, Limit: in.Limit}
	if in.All {
		if d := s.Browser.DecideIn(ctx, caller(ctx), access.NotifyManage, access.NotificationResource); !d.Allowed {
			return out, problem(http.StatusForbidden, "other people's deliveries are for administrators: "+d.Reason, "leave all out for your own")
		}
		q.Owner = ""
	}
	all, more, err := k.Deliveries(ctx, q)
	if err != nil {
		return out, err
	}
	seen, items := s.told(ctx), make([]NotificationDelivery, 0, len(all))
	for i := range all {
		if seen(&all[i].Event) {
			items = append(items, deliveryOf(&all[i]))
		}
	}
	out = listOf("notification-delivery", items)
	if more {
		out.Next = all[len(all)-1].ID
	}
	return out, nil
}

func deliveryOf(d *notify.Delivery) NotificationDelivery {
	return NotificationDelivery{
		ID: d.ID, Subscription: d.Subscription, Owner: d.Owner, Notification: d.Group, Event: d.Event.ID, Type: string(d.Event.Type), Subject: d.Event.About(), Phase: string(d.Phase),
		Target: d.Shown, State: d.State, Attempts: I64(d.Attempts), Status: d.Status, Detail: d.Detail, Created: at(d.Created), Next: at(d.Next), Done: at(d.Done),
	}
}

func (s *service) replayDelivery(ctx context.Context, in *notificationPath) (out NotificationDelivery, err error) {
	k, err := s.keeper(ctx)
	if err != nil {
		return out, err
	}
	d, err := k.Delivery(ctx, in.ID)
	if err != nil {
		return out, err
	}
	a := access.NotifySubscribe
	if d.Owner != notify.OwnerOf(caller(ctx)) {
		a = access.NotifyManage
	}
	if a == access.NotifyManage && !s.managesNotifications(ctx) || !s.told(ctx)(&d.Event) {
		return out, notify.ErrNotFound
	}
	err = s.Browser.Change(ctx, caller(ctx), a, access.NotificationResource, []string{"deliver " + d.ID + " again", "to " + d.Shown}, "", func() (err error) {
		d, err = k.Replay(ctx, d.ID)
		return err
	})
	return deliveryOf(&d), err
}

// notificationProblem is what callers are told of an error of notify; nil: it is of something else.
func notificationProblem(err error) *Problem {
	switch {
	case errors.Is(err, notify.ErrSubscription):
		return problem(http.StatusUnprocessableEntity, err.Error(), "docs/operations/notifications.md describes subscriptions")
	case errors.Is(err, notify.ErrForbidden):
		return problem(http.StatusForbidden, err.Error(), "ask somebody with the right notify:manage, or for the host in the setting notify-hosts")
	case errors.Is(err, notify.ErrNotFound):
		return problem(http.StatusNotFound, err.Error()+" with this id, or it is not yours", "sightglass notify inbox, subscriptions and deliveries list what there is")
	case errors.Is(err, notify.ErrState):
		return problem(http.StatusConflict, err.Error(), "sightglass notify inbox and deliveries show how it stands")
	}
	return nil
}
