import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { openPanel } from "../../test/openPanel";
import { NotificationBell } from "./NotificationBell";

const ann = { id: "local:ann", name: "ann", roles: ["support"], actions: ["notify:subscribe"], policy: "v1", way: "password" };

describe("the bell", () => {
	it("counts what the reader has not looked at", async () => {
		openPanel(<NotificationBell here={false} />, { "/principal": ann, "/notifications/unread": { unread: 3 } });
		const bell = await screen.findByRole("link", { name: "Notifications, 3 unread" });
		expect(bell.getAttribute("href")).toBe("/notifications");
		openPanel(<NotificationBell here />, { "/principal": ann, "/notifications/unread": { unread: 100 } });
		expect((await screen.findByRole("link", { name: "Notifications, 100 or more unread" })).textContent).toBe("99+");
	});

	it("is not there for who may not subscribe", async () => {
		const view = openPanel(<NotificationBell here={false} />, {
			"/principal": { ...ann, actions: [] },
			"/notifications/unread": { unread: 3 },
		});
		await waitFor(() => expect(view.asked.some((a) => a.path === "/principal")).toBe(true));
		expect(screen.queryByRole("link")).toBeNull();
		expect(view.asked.some((a) => a.path === "/notifications/unread")).toBe(false);
	});
});
