import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { answer } from "../../../mock/answers";
import { runningImpact } from "../../../mock/impact";
import { refusedSchema, schemaDifference, schemaText, schemaVersions, subjects } from "../../../mock/schemas";
import { retype, textOf } from "../../../test/filterEditor";
import { type Answers, listOf, openPanel } from "../../../test/openPanel";
import { useAddress } from "../../model/navigation";
import SubjectPanel from "./SubjectPanel";
import SubjectsPanel from "./SubjectsPanel";

const now = Date.now() * 1000;
const principal = answer("/principal", new URLSearchParams(), "").body as { actions: string[] };

function Screen() {
	const { page, state } = useAddress();
	return page.screen === "subject" ? <SubjectPanel subject={page.subject} state={state} /> : <SubjectsPanel state={state} />;
}

function open(at: string, answers: Answers = {}) {
	return openPanel(
		<Screen />,
		{
			"/principal": { ...principal, actions: [...principal.actions, "impact:run"] },
			"/subjects": (q: URLSearchParams) =>
				listOf(
					"subject",
					subjects(now).filter((s) => s.subject.includes(q.get("q") ?? "")),
				),
			"/subjects/orders-value/versions": schemaVersions(now),
			"/subjects/orders-value/versions/2": schemaText(now, 2),
			"/subjects/orders-value/versions/1": schemaText(now, 1),
			"POST /subjects/orders-value/difference": schemaDifference,
			"POST /impact": runningImpact(now),
			...answers,
		},
		at,
	);
}
afterEach(() => window.history.replaceState(null, "", "/"));

describe("the subjects", () => {
	it("are listed and found by a part of their name", async () => {
		open("/subjects");
		expect((await screen.findByRole("table", { name: "Subjects" })).textContent).toMatch(/orders-valueAVRO21055.*pages-valueJSON17-/);
		fireEvent.change(screen.getByRole("textbox", { name: "Search subjects" }), { target: { value: "pages" } });
		await waitFor(() => expect(within(screen.getByRole("table", { name: "Subjects" })).getAllByRole("row")).toHaveLength(2));
	});

	it("are none, on their way, refused, or failed", async () => {
		open("/subjects", { "/subjects": listOf("subject", []) });
		expect(await screen.findByText("No schema is registered here")).toBeTruthy();
		open("/subjects", { "/subjects": "never" });
		expect(screen.getByText("loading the subjects")).toBeTruthy();
		open("/subjects", { "/subjects": { status: 403 } });
		expect(await screen.findByText("The subjects may not be shown")).toBeTruthy();
		open("/subjects", { "/subjects": { status: 500 } });
		expect(await screen.findByText("The subjects could not be loaded")).toBeTruthy();
	});
});

describe("a subject", () => {
	it("shows its newest version: fields, text, and what differs from the one before", async () => {
		const { asked } = open("/subjects/orders-value");
		const rows = within(await screen.findByRole("table", { name: "What differs" })).getAllByRole("row");
		expect(rows[1]?.textContent).toBe("amount changedintlong");
		expect(rows[2]?.textContent).toBe('note added-string = "-"');
		expect(asked.find((a) => a.method === "POST")?.sent).toEqual({ from: "1", to: "2" });
		expect((await screen.findByRole("table", { name: "Fields" })).textContent).toContain("pii.contact");
		expect(textOf(screen.getByRole("textbox", { name: "Text of version 2" }))).toContain('\n  "type": "record"');
		expect(screen.getByText(/rules of confluent-8\.3/).textContent).toContain("level BACKWARD");
	});

	it("shows an older version when it is chosen, which has none before it", async () => {
		open("/subjects/orders-value");
		fireEvent.click(await screen.findByRole("button", { name: "version 1" }));
		expect(await screen.findByRole("textbox", { name: "Text of version 1" })).toBeTruthy();
		expect(screen.queryByRole("table", { name: "What differs" })).toBeNull();
	});

	it("is refused, failed, or not there", async () => {
		open("/subjects/orders-value", { "/subjects/orders-value/versions": { status: 403 } });
		expect(await screen.findByText("The subject orders-value may not be shown")).toBeTruthy();
		open("/subjects/orders-value", { "/subjects/orders-value/versions": { status: 404 } });
		expect(await screen.findByText("There is no subject orders-value")).toBeTruthy();
	});
});

describe("what if a schema is registered", () => {
	it("gives the verdict, what breaks readers with advice, and who breaks", async () => {
		const { asked } = open("/subjects/orders-value#tab=register", { "POST /subjects/orders-value/difference": refusedSchema });
		retype(await screen.findByRole("textbox", { name: "Schema that is to come" }), '{"type":"string"}');
		expect(await screen.findByText("It may not be registered: level BACKWARD.")).toBeTruthy();
		expect(asked.find((a) => a.path.endsWith("/difference"))?.sent).toEqual({ schema: '{"type":"string"}' });
		expect(screen.getByText(/added, breaks readers/)).toBeTruthy();
		expect(screen.getByRole("list", { name: "Broken, and level BACKWARD asks for it" }).textContent).toContain("give who a default");
		expect(screen.getByRole("list", { name: "Broken, and level BACKWARD does not ask for it" }).textContent).toContain("customer.email");
		fireEvent.click(screen.getByRole("button", { name: "Who breaks?" }));
		await waitFor(() => expect(window.location.pathname).toBe("/impact/imp-2"));
		expect(asked.find((a) => a.path === "/impact")?.sent).toEqual({ subject: "orders-value", schema: '{"type":"string"}' });
	});

	it("says why a text is no schema", async () => {
		open("/subjects/orders-value#tab=register", {
			"POST /subjects/orders-value/difference": { status: 422, detail: "line 1: not a schema" },
		});
		retype(await screen.findByRole("textbox", { name: "Schema that is to come" }), "{");
		expect((await screen.findByRole("alert")).textContent).toContain("line 1: not a schema");
	});
});
