import type { ReactNode } from "react";
import type { Entity } from "../../api/catalog";
import type { ViewState } from "../../model/address";
import { ChangesTab } from "./ChangesTab";
import { ContractTab } from "./ContractTab";
import { ImpactTab } from "./ImpactTab";
import { LineageTab } from "./LineageTab";
import { OverviewTab } from "./OverviewTab";
import { SchemaTab } from "./SchemaTab";

export type TabProps = { readonly entity: Entity; readonly state: ViewState };

export type EntityTab = {
	/** As an address has it. */
	readonly value: string;
	readonly label: (e: Entity) => ReactNode;
	/** Absent: every entity has it. */
	readonly has?: (e: Entity) => boolean;
	readonly Body: (p: TabProps) => ReactNode;
};

/** Between which systems records go. */
const flows = new Set(["stream", "job", "group", "service", "principal", "operator", "program", "schema"]);

/** The tabs of an entity's page, in their order; the first is the page. A new one is a file and a line here. */
export const tabs: readonly EntityTab[] = [
	{ value: "overview", label: () => "Overview", Body: OverviewTab },
	{ value: "lineage", label: () => "Lineage", has: (e) => flows.has(e.kind), Body: LineageTab },
	{ value: "schema", label: () => "Schema", has: (e) => e.kind === "stream" || e.kind === "schema", Body: SchemaTab },
	{ value: "contract", label: () => "Contract", has: (e) => e.kind === "stream" || e.kind === "contract", Body: ContractTab },
	{ value: "impact", label: () => "Impact", has: (e) => e.kind === "stream" && e.cluster !== undefined, Body: ImpactTab },
	{ value: "changes", label: () => "Changes", Body: ChangesTab },
];
