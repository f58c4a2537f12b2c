import { act, fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { auditEntries, auditPage, auditStatus } from "../../../mock/audit";
import { openPanel } from "../../../test/openPanel";
import { parseState } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import { useAddress } from "../../model/navigation";
import AuditPanel from "./AuditPanel";

/** The panel with the state of its address, as the page has it. */
function Audit() {
	return <AuditPanel state={useAddress().state} />;
}

const served = { "/audit": (q: URLSearchParams) => auditPage(q), "/audit/status": auditStatus };
const about = (seq: number) => screen.findByRole("region", { name: `Entry ${seq}` });

describe("the audit log", () => {
	it("lists who did what, newest first, and says everything of the selected entry", async () => {
		openPanel(<Audit />, served);
		const rows = within(await screen.findByRole("table", { name: "Audit log" })).getAllByRole("row");
		expect(rows).toHaveLength(auditEntries.length + 1);
		expect(rows[2]?.textContent).toContain("local:bob");
		expect(rows[3]?.textContent).toContain("denied");
		await about(140);
		fireEvent.click(rows[2] as HTMLElement);
		const side = await about(131);
		for (const text of ["value.amount > int && key == string", "pii_contact", "57", "clear"]) expect(side.textContent).toContain(text);
		act(() => void runCommand("row-down"));
		expect((await about(120)).textContent).toContain("no role of local:eve allows");
		expect(parseState(window.location.hash).sel).toBe("120");
	});

	it("says whether the chain is whole and how far it is signed", async () => {
		openPanel(<Audit />, served);
		expect(await screen.findByText("chain whole")).toBeTruthy();
		expect(screen.getAllByRole("status")[0]?.textContent).toContain("read to 96 of 140");
		openPanel(<Audit />, {
			...served,
			"/audit/status": {
				...auditStatus,
				chain: "broken",
				detail: "entry 12 (audit.jsonl, line 12): it was changed",
				bad_seq: "12",
				errors: "2",
			},
		});
		expect(await screen.findByText("chain broken")).toBeTruthy();
		expect(screen.getByText(/entry 12/)).toBeTruthy();
		expect(screen.getByText(/2 writes failed/)).toBeTruthy();
		openPanel(<Audit />, {
			...served,
			"/audit/status": {
				...auditStatus,
				sinks: [{ name: "syslog://logs:514", takes: "entries", state: "failing", to: "12", error: "connection refused" }],
			},
		});
		expect(await screen.findByText(/takes no entries: connection refused/)).toBeTruthy();
	});

	it("is filtered from the address, and asks with Enter and not with each letter", async () => {
		const { asked } = openPanel(<Audit />, served, "/admin/audit#f=who:local:bob");
		await about(131);
		const looks = () => asked.filter((a) => a.path === "/audit");
		expect(looks().map((a) => a.query.get("who"))).toEqual(["local:bob"]);
		const field = screen.getByRole("textbox", { name: /Filter by who/ });
		await userEvent.clear(field);
		await userEvent.type(field, "eve");
		expect(looks()).toHaveLength(1);
		await userEvent.type(field, "{Enter}");
		await about(120);
		expect(parseState(window.location.hash).filter).toBe("eve");
		await userEvent.click(screen.getByText("denied", { selector: "label" }));
		expect(parseState(window.location.hash).filter).toBe("who:eve outcome:denied");
		act(() => void runCommand("close"));
		await about(140);
	});

	it("goes on to older entries", async () => {
		const pages = (q: URLSearchParams) =>
			q.get("cursor") === "c1"
				? { ...auditPage(q), items: auditEntries.slice(2) }
				: { ...auditPage(q), items: auditEntries.slice(0, 2), next: "c1" };
		openPanel(<Audit />, { ...served, "/audit": pages });
		expect(await screen.findByText(/The newest 2 entries; there are older ones/)).toBeTruthy();
		await userEvent.click(screen.getByRole("button", { name: "Older" }));
		expect(await screen.findByText("6 entries")).toBeTruthy();
		expect(screen.queryByRole("button", { name: "Older" })).toBeNull();
	});

	it("says when nothing is there, nothing fits, or it may not be seen", async () => {
		openPanel(<Audit />, { ...served, "/audit": auditPage(new URLSearchParams(), true) });
		expect(await screen.findByText("Nothing is written down yet")).toBeTruthy();
		openPanel(<Audit />, served, "/admin/audit#f=who:nobody");
		expect(await screen.findByText("No entry has that")).toBeTruthy();
		await userEvent.click(screen.getByRole("button", { name: "Show all" }));
		await about(140);
		openPanel(<Audit />, {
			"/audit": { status: 403 },
			"/principal": { id: "e", name: "eve", roles: ["guest"], actions: [], policy: "p", way: "none" },
		});
		const alert = await screen.findByRole("alert");
		expect(alert.textContent).toContain("The audit log may not be shown");
		expect(await screen.findByText(/You are eve, with guest/)).toBeTruthy();
		openPanel(<Audit />, { "/audit": { status: 503 } });
		expect((await screen.findByRole("alert")).textContent).toContain("could not be loaded");
	});
});
