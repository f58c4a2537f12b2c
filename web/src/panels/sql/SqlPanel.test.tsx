import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { merchantAlerts } from "../../../mock/jobs";
import { calcCode, calcHash, sqlOfAlerts } from "../../../mock/sql";
import { openPanel } from "../../../test/openPanel";
import { parseAddress } from "../../model/address";
import { runCommand } from "../../model/commandBus";
import SqlPanel from "./SqlPanel";

const path = `/recordings/${merchantAlerts}/sql`;
const answers = { [path]: sqlOfAlerts, [`/recordings/${merchantAlerts}/code/${calcHash}`]: calcCode };
const here = () => parseAddress(window.location.pathname, window.location.hash).state;

describe("the SQL of a job", () => {
	it("shows statements beside the operators that they became", async () => {
		openPanel(<SqlPanel rec={merchantAlerts} state={{ sel: "calc-2" }} />, answers);
		expect((await screen.findByRole("heading", { level: 1 })).textContent).toBe("1 statement became 3 operators");
		const statements = screen.getByRole("region", { name: "Statements" });
		expect(within(statements).getByRole("group", { name: "Text of statement 2" }).textContent).toContain("INSERT INTO alerts");
		expect(within(statements).getByText("before, in the same session")).toBeTruthy();
		const row = screen.getByRole("row", { selected: true });
		expect(row.textContent).toContain("Calc[2]");
		expect(row.textContent).toContain("merchantId, totalCents, average");
		expect(screen.getByRole("button", { name: "statement 2", pressed: true })).toBeTruthy();
	});

	it("shows the description and the generated code of the selected operator", async () => {
		openPanel(<SqlPanel rec={merchantAlerts} state={{ sel: "calc-2" }} />, answers);
		expect((await screen.findByRole("group", { name: "Description" })).textContent).toContain("(totalCents / orders) AS average");
		const source = await screen.findByRole("group", { name: "Source of StreamExecCalc$7" });
		expect(source.textContent).toContain("in1.getLong(5) > 100000L");
		fireEvent.click(screen.getByRole("tab", { name: "KeyProjection$0" }));
		expect(here().tab).toBe("00aa828839df9d5f");
	});

	it("says that the text of a class was not recorded", async () => {
		openPanel(<SqlPanel rec={merchantAlerts} state={{ sel: "calc-2", tab: "00aa828839df9d5f" }} />, answers);
		expect(await screen.findByText(/Its text of 940 characters was not recorded/)).toBeTruthy();
	});

	it("selects a statement, and shows its operators alone", async () => {
		const extra = { ...sqlOfAlerts.operators[1], op: "to-text", op_name: "to-text", statements: [] };
		const more = { ...sqlOfAlerts, operators: [...sqlOfAlerts.operators, extra] };
		const { again } = openPanel(<SqlPanel rec={merchantAlerts} state={{}} />, { ...answers, [path]: more });
		expect(await screen.findByRole("cell", { name: "to-text" })).toBeTruthy();
		fireEvent.click(screen.getByRole("button", { name: "statement 2" }));
		expect(here().sel).toBe("s:2");
		again(<SqlPanel rec={merchantAlerts} state={{ sel: "s:2" }} />);
		expect(screen.queryByRole("cell", { name: "to-text" })).toBeNull();
		expect(screen.getByRole("cell", { name: "Calc[2]" })).toBeTruthy();
	});

	it("goes from operator to operator by keys", async () => {
		openPanel(<SqlPanel rec={merchantAlerts} state={{ sel: "source-merchant-totals" }} />, answers);
		await screen.findByRole("table");
		runCommand("row-down");
		expect(here().sel).toBe("calc-2");
	});

	it("says what is not known when nobody who plans has an agent", async () => {
		const alone = { planner: false, statements: [], operators: sqlOfAlerts.operators.map((o) => ({ ...o, by: "vertex", statements: [] })) };
		openPanel(<SqlPanel rec={merchantAlerts} state={{}} />, { ...answers, [path]: alone });
		expect((await screen.findByRole("heading", { level: 1 })).textContent).toBe("3 operators of the table planner");
		expect(screen.getByText(/No statement was recorded/)).toBeTruthy();
	});

	it("marks literals that are hidden", async () => {
		const [first, second] = sqlOfAlerts.statements;
		const hidden = { ...second, source: { ...second?.source, masked: [{ path: "literal", class: "unknown", action: "redact" }] } };
		openPanel(<SqlPanel rec={merchantAlerts} state={{}} />, { ...answers, [path]: { ...sqlOfAlerts, statements: [first, hidden] } });
		expect(await screen.findByText("literals hidden")).toBeTruthy();
	});

	it("says when there is none, and what failed", async () => {
		openPanel(<SqlPanel rec={merchantAlerts} state={{}} />, { [path]: { statements: [], operators: [], planner: false } });
		expect(await screen.findByText("This job has no SQL")).toBeTruthy();
		openPanel(<SqlPanel rec={merchantAlerts} state={{}} />, { [path]: { status: 404 } });
		expect((await screen.findByRole("alert")).textContent).toContain("ask for something else");
	});
});
