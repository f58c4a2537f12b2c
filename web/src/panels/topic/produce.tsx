/** What writing to a topic comes to: where the record lies, or why it was not written. */
import { useState } from "react";
import { type ProblemError, toProblem } from "../../api/problem";
import type { ProduceWish } from "../../api/schema";
import { type ProducedRecord, produce } from "../../api/topic";
import { parseRecord } from "../../base/reference";
import { link } from "../../model/address";
import { placeText } from "../../model/topicView";
import { Icon } from "../../widgets/Icon";
import { Failed } from "../../widgets/states";

export type Said = { readonly made?: readonly ProducedRecord[]; readonly trouble?: ProblemError };

export function useProduce(cluster: string) {
	const [busy, setBusy] = useState(false);
	const [said, setSaid] = useState<Said>({});
	const write = async (topic: string, wish: ProduceWish) => {
		setBusy(true);
		setSaid({});
		try {
			setSaid({ made: await produce(cluster, topic, wish) });
		} catch (e) {
			setSaid({ trouble: toProblem(e) });
		} finally {
			setBusy(false);
		}
	};
	return { busy, said, write };
}

export function Produced({ cluster, said }: { readonly cluster: string; readonly said: Said }) {
	if (said.trouble !== undefined) return <Failed what="The record" head="It was not written" trouble={said.trouble} />;
	if (said.made === undefined) return null;
	return (
		<ul aria-label="What was written" role="status">
			{said.made.map((m, i) => (
				// biome-ignore lint/suspicious/noArrayIndexKey: in the order of what was sent
				<li key={i}>
					{m.error !== undefined ? (
						<span className="c-drop">
							<Icon name="failed" size="s" /> {m.error}
						</span>
					) : (
						<>
							<Icon name="ok" size="s" className="c-ok" /> Written: <Place cluster={cluster} place={m.place ?? ""} />
						</>
					)}
				</li>
			))}
		</ul>
	);
}

function Place({ cluster, place }: { readonly cluster: string; readonly place: string }) {
	const name = parseRecord(place);
	if (name?.kind !== "kafka") return <code>{place}</code>;
	return (
		<a className="link mono" href={link({ screen: "topic", cluster, topic: name.topic }, { sel: placeText(name) })}>
			{place}
		</a>
	);
}
