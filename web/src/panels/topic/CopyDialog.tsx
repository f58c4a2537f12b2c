import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { topicsQuestion } from "../../api/topic";
import { Icon } from "../../widgets/Icon";
import { Produced, useProduce } from "./produce";
import styles from "./TopicPanel.module.css";

type Props = { readonly cluster: string; readonly topic: string; readonly place: string };

/** Writes a record as it is, key, value and headers, into a topic of the same cluster. */
export function CopyDialog({ cluster, topic, place }: Props) {
	const id = useId();
	const topics = useQuery(topicsQuestion(cluster));
	const [into, setInto] = useState(topic);
	const [why, setWhy] = useState("");
	const { busy, said, write } = useProduce(cluster);
	return (
		<div className={styles.dialog}>
			<p>
				Key, value and headers of <b className="mono">{place}</b> are written once more, byte for byte, with the time of now. Whoever reads
				the topic gets it. It needs the right to see this topic without masks.
			</p>
			<form
				onSubmit={(e) => {
					e.preventDefault();
					void write(into.trim(), { copy: place, ...(why.trim() === "" ? {} : { why: why.trim() }) });
				}}
			>
				<fieldset className={styles.fields} disabled={busy}>
					<label htmlFor={`${id}into`}>Into topic</label>
					<div className="filter">
						<input
							id={`${id}into`}
							data-autofocus
							required
							list={`${id}topics`}
							maxLength={249}
							value={into}
							onChange={(e) => setInto(e.currentTarget.value)}
						/>
						<datalist id={`${id}topics`}>
							{topics.data?.items.map((t) => (
								<option key={t.name} value={t.name} />
							))}
						</datalist>
					</div>
					<label htmlFor={`${id}why`}>Why</label>
					<div className="filter">
						<input
							id={`${id}why`}
							placeholder="for the audit log"
							maxLength={1024}
							value={why}
							onChange={(e) => setWhy(e.currentTarget.value)}
						/>
					</div>
					<button type="submit" className={`btn main ${styles.button}`}>
						<Icon name="copy" size="s" />
						Write it
					</button>
				</fieldset>
			</form>
			<Produced cluster={cluster} said={said} />
		</div>
	);
}
