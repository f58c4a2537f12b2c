/** How kinds of entities and of evidence are called and drawn. */
import type { EvidenceKind, Kind } from "../api/catalog";
import type { IconName } from "../widgets/Icon";

type Look = { readonly icon: IconName; readonly one: string; readonly many: string };

export const kindLooks: Readonly<Record<Kind, Look>> = {
	stream: { icon: "topic", one: "stream", many: "streams" },
	job: { icon: "fleet", one: "job", many: "jobs" },
	schema: { icon: "file", one: "schema", many: "schemas" },
	contract: { icon: "contract", one: "contract", many: "contracts" },
	group: { icon: "people", one: "consumer group", many: "consumer groups" },
	service: { icon: "agent", one: "service", many: "services" },
	principal: { icon: "user", one: "principal", many: "principals" },
	team: { icon: "people", one: "team", many: "teams" },
	person: { icon: "user", one: "person", many: "people" },
	operator: { icon: "fn", one: "operator", many: "operators" },
	program: { icon: "state", one: "program", many: "programs" },
	incident: { icon: "warning", one: "incident", many: "incidents" },
};

type EvidenceLook = { readonly icon: IconName; readonly words: string; readonly proves: string };

/** The strongest first. */
export const evidenceLooks: Readonly<Record<EvidenceKind, EvidenceLook>> = {
	"recorded-records": { icon: "recording", words: "recorded records", proves: "records were really read or written, by their offsets" },
	"recorded-plan": { icon: "recording", words: "recorded plan", proves: "the SQL plan of a recorded job" },
	"recorded-type": { icon: "recording", words: "recorded type", proves: "the type that a recorded job makes of records, or writes" },
	openlineage: { icon: "link", words: "OpenLineage", proves: "an event of another system" },
	declared: { icon: "contract", words: "declared", proves: "a consumer's contract" },
	"registry-request": { icon: "file", words: "registry request", proves: "a request to a schema registry" },
	"consumer-group": { icon: "people", words: "consumer group", proves: "offsets that it committed, or members with partitions" },
	connector: { icon: "join", words: "connector", proves: "topics that Connect says it uses" },
	acl: { icon: "access", words: "ACL only", proves: "it may, and nothing shows that it does" },
};
