import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { openPanel } from "../../test/openPanel";
import { UserMenu } from "./UserMenu";

const ann = {
	id: "oidc:https://login.example.com#u-1",
	name: "Ann Lee",
	roles: ["support", "fraud"],
	actions: [],
	policy: "v1",
	way: "oidc",
	until: "2026-11-23T21:00:00.000000Z",
	session: "ab12cd34ef567890",
};

describe("the user menu", () => {
	it("says who one is, how one came in and until when, and leads out", async () => {
		openPanel(<UserMenu />, { "/principal": ann });
		expect((await screen.findByRole("button", { name: "You are Ann Lee" })).getAttribute("popovertarget")).toBe("user-menu");
		const menu = document.getElementById("user-menu");
		expect(menu?.textContent).toMatch(/oidc:https:\/\/login\.example\.com#u-1.*support, fraud.*the identity provider/);
		const form = menu?.querySelector("form");
		expect(form?.getAttribute("method")).toBe("post");
		expect(form?.getAttribute("action")).toBe("/auth/logout");
		expect(menu?.querySelector("a")?.getAttribute("href")).toBe("/tokens");
	});

	it("has no way out where nobody came in", async () => {
		openPanel(<UserMenu />, { "/principal": { ...ann, way: "none", session: undefined, until: undefined } });
		await screen.findByRole("button", { name: "You are Ann Lee" });
		expect(document.querySelector("form")).toBeNull();
		expect(document.querySelector("#user-menu a")).toBeNull();
	});

	it("leads to the login when the session is over", async () => {
		openPanel(<UserMenu />, { "/principal": { status: 401 } }, "/r/abc/events");
		expect((await screen.findByRole("link", { name: "Log in" })).getAttribute("href")).toBe("/auth/login?next=%2Fr%2Fabc%2Fevents");
	});
});
