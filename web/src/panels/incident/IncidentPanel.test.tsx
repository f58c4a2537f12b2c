import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { answer } from "../../../mock/answers";
import { contract, contractChecks, violation } from "../../../mock/contracts";
import { recordAt } from "../../../mock/topics";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import IncidentPanel from "./IncidentPanel";

const now = Date.now() * 1000;
const principal = answer("/principal", new URLSearchParams(), "").body as { actions: string[] };
const at = "/contracts/orders/violations/v-1";
const record = "/clusters/prod/topics/orders/records/2/88121";

function open(answers: Answers = {}) {
	return openPanel(
		<IncidentPanel contract="orders" violation="v-1" />,
		{
			"/principal": { ...principal, actions: [...principal.actions, "contract:ack"] },
			[at]: violation(now),
			"/contracts/orders": contract(now),
			"/contracts/orders/checks": contractChecks(now),
			"/notifications/deliveries": listOf("notification-delivery", []),
			[record]: recordAt(2, 88121),
			...answers,
		},
		at,
	);
}

describe("a violation's page", () => {
	it("says what broke, since when, by which rule, who wrote it and whom to call", async () => {
		open();
		expect((await screen.findByRole("heading", { level: 1 })).textContent).toBe("orders/id/unique is broken");
		expect(await screen.findByText("id is unique within 24 h")).toBeTruthy();
		const text = document.body.textContent ?? "";
		for (const word of [
			"3 records of orders on prod",
			"offsets 88121 to 88140",
			"order-totals",
			"outbox-relay",
			"relay 1.4.0",
			"checkout",
			"#checkout-oncall",
			"amounts are never negative",
		])
			expect(text, word).toContain(word);
	});

	it("leads to the record, the journey, and the line that wrote it", async () => {
		open();
		const href = async (name: string) => (await screen.findByRole("link", { name })).getAttribute("href");
		expect(await href("Open the record")).toContain("/t/prod/orders#");
		expect(await href("Journey")).toBe("/r/8c1e4f0a9b7d42e6a1c3d5f708192a3b/journey/orders/2@88121");
		expect(await href("Step to the line that wrote it")).toBe("/r/8c1e4f0a9b7d42e6a1c3d5f708192a3b/step/outbox-relay.1.0.3001");
	});

	it("shows the first record as the reader may see it, or why not", async () => {
		open();
		expect(await screen.findByRole("heading", { name: "First bad record" })).toBeTruthy();
		open({ [record]: { status: 403 } });
		expect(await screen.findByText("The record orders/2@88121 may not be shown")).toBeTruthy();
		open({ [record]: { status: 404 } });
		expect(await screen.findByText("orders/2@88121 is gone")).toBeTruthy();
	});

	it("is acknowledged there", async () => {
		const { asked } = open({ [`POST ${at}`]: { ...violation(now), state: "acked", who: "lea" } });
		fireEvent.click(await screen.findByRole("button", { name: "Acknowledge orders/id/unique" }));
		fireEvent.submit(screen.getByRole("form", { name: "Acknowledge" }));
		await waitFor(() => expect(asked.find((a) => a.method === "POST")?.sent).toEqual({ state: "acked" }));
	});

	it("says who wrote it is not known, and that there is no record, where that is so", async () => {
		const { producer: _, ...unknown } = violation(now);
		open({ [at]: { ...unknown, partition: -1, first: "-1" } });
		expect(await screen.findByText(/Nobody was asked/)).toBeTruthy();
		expect(screen.queryByRole("link", { name: "Open the record" })).toBeNull();
		expect(screen.getByText("about no record in particular")).toBeTruthy();
	});

	it("says whether the writer is still looked for", async () => {
		const { producer: _, ...unknown } = violation(now);
		open({ [at]: { ...unknown, producer_search: "looking", producer_until: unknown.began } });
		expect(await screen.findByText(/No recording has the first record yet/)).toBeTruthy();
		open({ [at]: { ...unknown, producer_search: "not-found", producer_until: unknown.began } });
		expect(await screen.findByText(/No recording has the first record\. Headers/)).toBeTruthy();
	});

	it("is on its way, refused, failed, or not there", async () => {
		open({ [at]: "never" });
		expect(screen.getByText("loading the violation")).toBeTruthy();
		open({ [at]: { status: 403 } });
		expect(await screen.findByText("The violation may not be shown")).toBeTruthy();
		open({ [at]: { status: 500 } });
		expect(await screen.findByText("The violation could not be loaded")).toBeTruthy();
		open({ [at]: { status: 404 } });
		expect(await screen.findByText("There is no such violation")).toBeTruthy();
	});
});
