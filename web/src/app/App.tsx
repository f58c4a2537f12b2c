import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { ProblemError } from "../api/problem";
import type { Address } from "../model/address";
import { followLinks, useAddress } from "../model/navigation";
import { type Theme, usePreferences } from "../model/preferences";
import { FleetPanel } from "../panels/fleet/FleetPanel";
import { LostPanel } from "../panels/lost/LostPanel";
import { ZoneProvider } from "../widgets/clock";
import { SkeletonRows } from "../widgets/states";
import { Boundary } from "./Boundary";
import { Frame } from "./Frame";
import { cssVariables, theme } from "./theme";
import { useKeys } from "./useKeys";

// The first screen is in the first script; the others come when they are opened.
const GraphPanel = lazy(() => import("../panels/graph/GraphPanel"));
const RecordingsPanel = lazy(() => import("../panels/recordings/RecordingsPanel"));
const EventsPanel = lazy(() => import("../panels/events/EventsPanel"));
const JourneyPanel = lazy(() => import("../panels/journey/JourneyPanel"));
const TimelinePanel = lazy(() => import("../panels/timeline/TimelinePanel"));
const GapsPanel = lazy(() => import("../panels/gaps/GapsPanel"));
const ReplaysPanel = lazy(() => import("../panels/replays/ReplaysPanel"));
const ReplayPanel = lazy(() => import("../panels/replays/ReplayPanel"));
const PolicyPanel = lazy(() => import("../panels/policy/PolicyPanel"));
const TokensPanel = lazy(() => import("../panels/tokens/TokensPanel"));
const GrantsPanel = lazy(() => import("../panels/grants/GrantsPanel"));
const NotificationsPanel = lazy(() => import("../panels/notifications/NotificationsPanel"));
const ContractsPanel = lazy(() => import("../panels/contracts/ContractsPanel"));
const ContractPanel = lazy(() => import("../panels/contracts/ContractPanel"));
const IncidentPanel = lazy(() => import("../panels/incident/IncidentPanel"));
const SubjectsPanel = lazy(() => import("../panels/schemas/SubjectsPanel"));
const SubjectPanel = lazy(() => import("../panels/schemas/SubjectPanel"));
const ImpactsPanel = lazy(() => import("../panels/impact/ImpactsPanel"));
const ImpactPanel = lazy(() => import("../panels/impact/ImpactPanel"));
const SqlPanel = lazy(() => import("../panels/sql/SqlPanel"));
const KeyPanel = lazy(() => import("../panels/key/KeyPanel"));
const WatermarksPanel = lazy(() => import("../panels/watermarks/WatermarksPanel"));
const InFlightPanel = lazy(() => import("../panels/inflight/InFlightPanel"));
const StepPanel = lazy(() => import("../panels/step/StepPanel"));
const AuditPanel = lazy(() => import("../panels/audit/AuditPanel"));
const ClustersPanel = lazy(() => import("../panels/topics/ClustersPanel"));
const TopicsPanel = lazy(() => import("../panels/topics/TopicsPanel"));
const TopicPanel = lazy(() => import("../panels/topic/TopicPanel"));
const GroupsPanel = lazy(() => import("../panels/groups/GroupsPanel"));
const GroupPanel = lazy(() => import("../panels/groups/GroupPanel"));
const BrokersPanel = lazy(() => import("../panels/brokers/BrokersPanel"));
const CatalogPanel = lazy(() => import("../panels/catalog/CatalogPanel"));
const EntityPanel = lazy(() => import("../panels/entity/EntityPanel"));
const AgentsPanel = lazy(() => import("../panels/agents/AgentsPanel"));

export function createQueryClient(): QueryClient {
	return new QueryClient({
		defaultOptions: {
			queries: {
				// What the server refuses, it refuses again; what did not reach it may succeed a moment later.
				retry: (failures, error) => failures < 2 && error instanceof ProblemError && (error.status === 0 || error.status >= 500),
				retryDelay: (attempt) => 400 * 2 ** attempt,
				staleTime: 1_000,
				refetchOnWindowFocus: true,
				networkMode: "always",
			},
		},
	});
}

function systemScheme(): MediaQueryList {
	return window.matchMedia("(prefers-color-scheme: light)");
}

function watchSystemScheme(listener: () => void): () => void {
	const scheme = systemScheme();
	scheme.addEventListener("change", listener);
	return () => scheme.removeEventListener("change", listener);
}

export function useScheme(theme: Theme): "dark" | "light" {
	const lightSystem = useSyncExternalStore(watchSystemScheme, () => systemScheme().matches);
	if (theme !== "system") return theme;
	return lightSystem ? "light" : "dark";
}

export function App() {
	const [client] = useState(createQueryClient);
	const { zone, theme: chosen } = usePreferences();
	const scheme = useScheme(chosen);
	useEffect(() => {
		document.documentElement.dataset.theme = scheme;
	}, [scheme]);
	useEffect(() => followLinks(document), []);
	return (
		<MantineProvider theme={theme} forceColorScheme={scheme} cssVariablesResolver={cssVariables}>
			<QueryClientProvider client={client}>
				<ZoneProvider value={zone}>
					<Screens />
				</ZoneProvider>
			</QueryClientProvider>
		</MantineProvider>
	);
}

function Screens() {
	const address = useAddress();
	useKeys(address.page.screen);
	return (
		<Frame address={address}>
			<Boundary key={address.page.screen}>
				<Suspense fallback={<SkeletonRows rows={8} label="the screen" />}>
					<Panel address={address} />
				</Suspense>
			</Boundary>
		</Frame>
	);
}

function Panel({ address }: { readonly address: Address }) {
	const { page, state } = address;
	switch (page.screen) {
		case "fleet":
			return <FleetPanel state={state} />;
		case "graph":
			return <GraphPanel key={page.job} job={page.job} state={state} />;
		case "recordings":
			return <RecordingsPanel state={state} />;
		case "events":
			return <EventsPanel key={page.rec} rec={page.rec} state={state} />;
		case "journey":
			return <JourneyPanel key={page.rec} rec={page.rec} record={page.record} state={state} />;
		case "timeline":
			return <TimelinePanel key={page.rec} rec={page.rec} state={state} />;
		case "gaps":
			return <GapsPanel rec={page.rec} state={state} />;
		case "sql":
			return <SqlPanel key={page.rec} rec={page.rec} state={state} />;
		case "key":
			return <KeyPanel key={page.rec} rec={page.rec} state={state} />;
		case "watermarks":
			return <WatermarksPanel key={page.rec} rec={page.rec} state={state} />;
		case "inflight":
			return <InFlightPanel key={page.rec} rec={page.rec} state={state} />;
		case "step":
			return <StepPanel key={page.rec} rec={page.rec} position={page.position} state={state} />;
		case "agents":
			return <AgentsPanel state={state} />;
		case "policy":
			return <PolicyPanel state={state} />;
		case "contracts":
			return <ContractsPanel state={state} />;
		case "contract":
			return <ContractPanel key={page.contract} contract={page.contract} state={state} />;
		case "violation":
			return <IncidentPanel key={page.violation} contract={page.contract} violation={page.violation} />;
		case "subjects":
			return <SubjectsPanel state={state} />;
		case "subject":
			return <SubjectPanel key={page.subject} subject={page.subject} state={state} />;
		case "impacts":
			return <ImpactsPanel state={state} />;
		case "impact":
			return <ImpactPanel key={page.id} id={page.id} />;
		case "tokens":
			return <TokensPanel />;
		case "notifications":
			return <NotificationsPanel />;
		case "grants":
			return <GrantsPanel />;
		case "replays":
			return <ReplaysPanel state={state} />;
		case "replay":
			return <ReplayPanel key={page.id} id={page.id} />;
		case "audit":
			return <AuditPanel state={state} />;
		case "clusters":
			return <ClustersPanel state={state} />;
		case "topics":
			return <TopicsPanel key={page.cluster} cluster={page.cluster} state={state} />;
		case "topic":
			return <TopicPanel key={`${page.cluster}/${page.topic}`} cluster={page.cluster} topic={page.topic} state={state} />;
		case "groups":
			return <GroupsPanel key={page.cluster} cluster={page.cluster} state={state} />;
		case "group":
			return <GroupPanel key={`${page.cluster}/${page.group}`} cluster={page.cluster} group={page.group} state={state} />;
		case "brokers":
			return <BrokersPanel key={page.cluster} cluster={page.cluster} />;
		case "catalog":
			return <CatalogPanel state={state} />;
		case "entity":
			return <EntityPanel key={page.id} id={page.id} state={state} />;
		case "lost":
			return <LostPanel path={page.path} />;
	}
}
