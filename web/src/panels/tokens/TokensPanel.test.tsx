import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { sessions, tokens } from "../../../mock/login";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import TokensPanel from "./TokensPanel";

const ann = {
	id: "local:ann",
	name: "ann",
	roles: ["support", "fraud"],
	actions: ["job:view", "job:read"],
	policy: "v1",
	way: "password",
	session: "ab12cd34ef567890",
};

function open(answers: Answers = {}) {
	return openPanel(<TokensPanel />, {
		"/principal": ann,
		"/tokens": listOf("token", tokens),
		"/sessions": listOf("session", sessions),
		...answers,
	});
}

const made = { token: { ...tokens[0], name: "nightly" }, value: "sg_shown-this-once" };

describe("tokens", () => {
	it("are listed without what they show, and those that expired are marked", async () => {
		open();
		const table = await screen.findByRole("table", { name: "Tokens" });
		expect(table.textContent).toMatch(/ci.*job:view job:read/);
		expect(table.textContent).toMatch(/grafana.*all of the roles.*\(expired\).*never/);
	});

	it("are made with roles and actions that were chosen, and shown once", async () => {
		const view = open({ "POST /tokens": made });
		const form = await screen.findByRole("form", { name: "New token" });
		const button = within(form).getByRole("button", { name: "Make it" });
		expect(button.hasAttribute("disabled")).toBe(true);
		fireEvent.change(within(form).getByPlaceholderText("ci, grafana"), { target: { value: " nightly " } });
		fireEvent.change(within(form).getByRole("combobox"), { target: { value: "24" } });
		fireEvent.click(within(form).getByRole("checkbox", { name: "fraud" }));
		fireEvent.click(within(form).getByRole("checkbox", { name: "job:view" }));
		fireEvent.click(button);
		await screen.findByText("sg_shown-this-once");
		expect(view.asked.find((a) => a.method === "POST")?.sent).toEqual({
			name: "nightly",
			expires: "24h",
			roles: ["support"],
			scope: ["job:view"],
		});
		expect(screen.getByText(/is not shown again/)).toBeTruthy();
		await waitFor(() => expect(view.asked.filter((a) => a.path === "/tokens" && a.method === "GET").length).toBeGreaterThan(1));
	});

	it("says why one was not made", async () => {
		open({ "POST /tokens": { status: 422 } });
		const form = await screen.findByRole("form", { name: "New token" });
		fireEvent.change(within(form).getByPlaceholderText("ci, grafana"), { target: { value: "x" } });
		fireEvent.click(within(form).getByRole("button", { name: "Make it" }));
		await screen.findByText("It was not made");
	});

	it("are revoked only after it was asked twice", async () => {
		const view = open({ "DELETE /tokens/3f0a9c41d2b75e10": tokens[0] });
		fireEvent.click(await screen.findByRole("button", { name: "Revoke the token ci" }));
		expect(view.asked.some((a) => a.method === "DELETE")).toBe(false);
		fireEvent.click(screen.getByRole("button", { name: "Revoke it" }));
		await waitFor(() => expect(view.asked.filter((a) => a.method === "DELETE").map((a) => a.path)).toEqual(["/tokens/3f0a9c41d2b75e10"]));
	});

	it("are not made by a token that is for some actions alone", async () => {
		open({ "/principal": { ...ann, way: "token", owner: "local:ann", scope: ["job:view"] } });
		await screen.findByText(/such a token makes none/);
	});

	it("are empty, loading, failed, or not there at all", async () => {
		open({ "/tokens": listOf("token", []), "/sessions": listOf("session", []) });
		await screen.findByText("You have no tokens");
		await screen.findByText("You have no session");
		open({ "/tokens": "never" });
		await screen.findByText("loading tokens");
		open({ "/tokens": { status: 500 } });
		await screen.findByText("Your tokens could not be loaded");
		open({ "/principal": { ...ann, way: "none" } });
		await screen.findByText("Nobody logs in here");
	});
});

describe("sessions", () => {
	it("are listed, and others than this one can be ended", async () => {
		const view = open({ "DELETE /sessions/ff12cd34ef567890": listOf("session", sessions.slice(0, 1)) });
		const table = await screen.findByRole("table", { name: "Sessions" });
		expect(table.textContent).toMatch(/this one: Firefox.*10\.0\.0\.7.*name and password/);
		expect(screen.queryByRole("button", { name: "End the session from 10.0.0.7" })).toBeNull();
		fireEvent.click(screen.getByRole("button", { name: "End the session from 10.0.0.8" }));
		fireEvent.click(screen.getByRole("button", { name: "End it" }));
		await waitFor(() => expect(view.asked.some((a) => a.method === "DELETE")).toBe(true));
	});
});
