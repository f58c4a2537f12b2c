import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { deliveries, notifications, subscriptions } from "../../../mock/notifications";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import NotificationsPanel from "./NotificationsPanel";

const inbox = { ...listOf("notification", notifications), unread: 1 };

function open(answers: Answers = {}) {
	return openPanel(<NotificationsPanel />, {
		"/notifications": inbox,
		"/subscriptions": listOf("subscription", subscriptions),
		"/notifications/deliveries": listOf("notification-delivery", deliveries),
		...answers,
	});
}

const summary = notifications[0]?.summary ?? "";

describe("the inbox", () => {
	it("says what happened, how often, how it stands, and leads there", async () => {
		open();
		const table = await screen.findByRole("table", { name: "Inbox" });
		expect(table.textContent).toMatch(/critical.*unread: the contract orders is broken.*42.*open/);
		expect(table.textContent).toMatch(/carts-value.*acknowledged by lea.*as planned/);
		expect(within(table).getByRole("link", { name: summary }).getAttribute("href")).toBe("/t/prod/orders");
		expect(screen.getByText("1 unread")).toBeTruthy();
	});

	it("is acknowledged with a note, from the keyboard", async () => {
		const view = open({ "POST /notifications/0657fcbfb5c604467193a5f465/ack": notifications[0] });
		fireEvent.click(await screen.findByRole("button", { name: `Acknowledge ${summary}` }));
		const note = screen.getByRole("textbox", { name: "Note" });
		expect(document.activeElement).toBe(note);
		fireEvent.keyDown(note, { key: "Escape" });
		expect(screen.queryByRole("textbox", { name: "Note" })).toBeNull();
		fireEvent.click(screen.getByRole("button", { name: `Acknowledge ${summary}` }));
		fireEvent.change(screen.getByRole("textbox", { name: "Note" }), { target: { value: " INC-1 " } });
		fireEvent.submit(screen.getByRole("form", { name: "Acknowledge" }));
		await waitFor(() => expect(view.asked.find((a) => a.path.endsWith("/ack"))?.sent).toEqual({ note: "INC-1" }));
		await waitFor(() => expect(view.asked.filter((a) => a.path === "/notifications").length).toBeGreaterThan(1));
	});

	it("is marked as read, one or all", async () => {
		const view = open({ "POST /notifications/read": { unread: 0 } });
		fireEvent.click(await screen.findByRole("button", { name: `Mark as read: ${summary}` }));
		await waitFor(() => expect(view.asked.find((a) => a.path === "/notifications/read")?.sent).toEqual({ ids: [notifications[0]?.id] }));
		fireEvent.click(screen.getByRole("button", { name: "Mark all as read" }));
		await waitFor(() => expect(view.asked.filter((a) => a.path === "/notifications/read").at(-1)?.sent).toEqual({ ids: [] }));
	});

	it("has older ones", async () => {
		const page = (q: URLSearchParams) =>
			q.get("cursor") === "c"
				? { ...listOf("notification", notifications.slice(1)), unread: 1 }
				: { ...listOf("notification", notifications.slice(0, 1)), unread: 1, next: "c" };
		open({ "/notifications": page });
		fireEvent.click(await screen.findByRole("button", { name: "Older ones" }));
		await screen.findByText(/carts-value/);
	});

	it("says why something was not done", async () => {
		open({ "POST /notifications/read": { status: 500 } });
		fireEvent.click(await screen.findByRole("button", { name: "Mark all as read" }));
		await screen.findByText("That was not done");
	});
});

describe("subscriptions", () => {
	it("are tested, paused and ended", async () => {
		const view = open({
			"POST /subscriptions/0657fcbfb5c6aa0001/test": { ok: false, status: "HTTP 404", detail: "no such hook" },
			"PUT /subscriptions/0657fcbfb5c6aa0001": { ...subscriptions[0], paused: true },
			"DELETE /subscriptions/0657fcbfb5c6aa0001": subscriptions[0],
		});
		const table = await screen.findByRole("table", { name: "Subscriptions" });
		expect(table.textContent).toMatch(
			/on call: webhook https:\/\/hooks\.example\.com\/streams.*warning or worse; topics orders\*.*every 4/,
		);
		fireEvent.click(screen.getByRole("button", { name: "Send a test to on call" }));
		expect((await screen.findByText(/The test did not arrive/)).textContent).toMatch(/HTTP 404.*no such hook/);
		fireEvent.click(screen.getByRole("button", { name: "Pause on call" }));
		await waitFor(() =>
			expect(view.asked.find((a) => a.method === "PUT")?.sent).toMatchObject({
				paused: true,
				remind: "14400",
				target: { kind: "webhook" },
			}),
		);
		expect(JSON.stringify(view.asked.find((a) => a.method === "PUT")?.sent)).not.toContain("secret");
		fireEvent.click(screen.getByRole("button", { name: "End the subscription on call" }));
		expect(view.asked.some((a) => a.method === "DELETE")).toBe(false);
		fireEvent.click(screen.getByRole("button", { name: "End it" }));
		await waitFor(() => expect(view.asked.some((a) => a.method === "DELETE")).toBe(true));
	});

	it("are made for a webhook with a secret that is gone from the page then", async () => {
		const view = open({ "POST /subscriptions": subscriptions[0] });
		const form = await screen.findByRole("form", { name: "Subscribe" });
		const button = within(form).getByRole("button", { name: "Subscribe" });
		fireEvent.change(within(form).getByRole("combobox", { name: "Told by" }), { target: { value: "webhook" } });
		expect(button.hasAttribute("disabled")).toBe(true);
		fireEvent.change(within(form).getByPlaceholderText("https://hooks.example.com/streams"), {
			target: { value: "https://hooks.example.com/x" },
		});
		const secret = within(form).getByLabelText(/Secret that signs/);
		expect(secret.getAttribute("type")).toBe("password");
		fireEvent.change(secret, { target: { value: "sixteen letters and more" } });
		fireEvent.change(within(form).getByRole("combobox", { name: "From" }), { target: { value: "critical" } });
		fireEvent.change(within(form).getByPlaceholderText("orders* prod/carts"), { target: { value: "orders*, prod/carts" } });
		fireEvent.click(within(form).getByRole("checkbox", { name: "contract.violated" }));
		fireEvent.click(within(form).getByRole("checkbox", { name: "consumer" }));
		fireEvent.change(within(form).getByPlaceholderText("team:shop job:order-totals"), { target: { value: "team:shop" } });
		fireEvent.change(within(form).getByRole("combobox", { name: "Remind" }), { target: { value: "14400" } });
		fireEvent.click(button);
		await screen.findByText(/You are told by webhook/);
		expect(view.asked.find((a) => a.method === "POST")?.sent).toEqual({
			filter: {
				severity: "critical",
				types: ["contract.violated"],
				topics: ["orders*", "prod/carts"],
				roles: ["consumer"],
				as: ["team:shop"],
			},
			target: { kind: "webhook", url: "https://hooks.example.com/x" },
			secret: "sixteen letters and more",
			remind: "14400",
		});
		expect(document.body.innerHTML).not.toContain("sixteen letters");
		expect(within(form).queryByLabelText(/Secret that signs/)).toBeNull();
	});

	it("ask for what their kind needs, and forget a secret with it", async () => {
		const view = open({ "POST /subscriptions": { status: 403, detail: "the setting notify-hosts does not name the host" } });
		const form = await screen.findByRole("form", { name: "Subscribe" });
		const kind = within(form).getByRole("combobox", { name: "Told by" });
		fireEvent.change(kind, { target: { value: "slack" } });
		fireEvent.change(within(form).getByLabelText(/Address of the incoming webhook/), { target: { value: "https://hooks.slack.com/x" } });
		fireEvent.change(kind, { target: { value: "topic" } });
		fireEvent.change(within(form).getByPlaceholderText("prod/alerts"), { target: { value: "prod/alerts" } });
		fireEvent.click(within(form).getByRole("button", { name: "Subscribe" }));
		await screen.findByText("It was not made");
		expect(view.asked.find((a) => a.method === "POST")?.sent).toEqual({
			filter: { severity: "warning" },
			target: { kind: "topic", cluster: "prod", topic: "alerts" },
		});
		fireEvent.change(kind, { target: { value: "email" } });
		fireEvent.change(within(form).getByPlaceholderText("ann@example.com"), { target: { value: "ann@example.com bob@example.com" } });
		fireEvent.click(within(form).getByRole("button", { name: "Subscribe" }));
		await waitFor(() =>
			expect(view.asked.filter((a) => a.method === "POST").at(-1)?.sent).toMatchObject({
				target: { to: ["ann@example.com", "bob@example.com"] },
			}),
		);
	});
});

describe("deliveries", () => {
	it("are listed with what targets answered, and tried again", async () => {
		const view = open({ "POST /notifications/deliveries/d1/replay": { status: 409 } });
		const table = await screen.findByRole("table", { name: "Deliveries" });
		expect(table.textContent).toMatch(/failed.*35.*HTTP 503.*try later/);
		expect(table.textContent).toMatch(/pending.*no answer.*next try/);
		fireEvent.click(within(table).getByRole("button", { name: /^Try contract\.violated/ }));
		await screen.findByText("It is not tried again");
		expect(view.asked.some((a) => a.path === "/notifications/deliveries/d1/replay")).toBe(true);
	});
});

describe("notifications", () => {
	it("are empty, loading or failed", async () => {
		open({
			"/notifications": { ...listOf("notification", []), unread: 0 },
			"/subscriptions": listOf("subscription", []),
			"/notifications/deliveries": listOf("notification-delivery", []),
		});
		await screen.findByText("Nobody has told you anything");
		await screen.findByText("You have no subscriptions");
		await screen.findByText("Nothing was sent for your subscriptions");
		open({ "/notifications": "never", "/subscriptions": "never", "/notifications/deliveries": "never" });
		await screen.findByText("loading notifications");
		await screen.findByText("loading subscriptions");
		await screen.findByText("loading deliveries");
		open({ "/notifications": { status: 500 }, "/subscriptions": { status: 500 }, "/notifications/deliveries": { status: 403 } });
		await screen.findByText("The inbox could not be loaded");
		await screen.findByText("Your subscriptions could not be loaded");
		await screen.findByText("The deliveries may not be shown");
	});
});
