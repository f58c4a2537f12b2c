import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { brokers, cluster } from "../../../mock/topics";
import { listOf, openPanel } from "../../../test/openPanel";
import BrokersPanel from "./BrokersPanel";

describe("brokers", () => {
	it("stand with what is wrong with them, rules and quotas each with its own answer", async () => {
		openPanel(<BrokersPanel cluster={cluster} />, {
			[`/clusters/${cluster}/brokers`]: brokers,
			[`/clusters/${cluster}/acls`]: listOf("acl", []),
			[`/clusters/${cluster}/quotas`]: { status: 403 },
		});
		expect((await screen.findByRole("table", { name: "Brokers" })).textContent).toContain("it does not answer");
		expect(await screen.findByText("There are no rules")).toBeTruthy();
		await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("Quotas may not be shown"));
	});
});
