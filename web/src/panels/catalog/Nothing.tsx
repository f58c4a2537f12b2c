import type { Kind } from "../../api/catalog";
import { link } from "../../model/address";
import { readTerms, withoutTerm } from "../../model/catalogTerms";
import { Empty, Lines } from "../../widgets/states";

type Props = {
	readonly q: string;
	readonly chosen: readonly Kind[];
	readonly onSearch: (q: string) => void;
	readonly onKinds: (chosen: readonly Kind[]) => void;
};

/** Nothing was found: which word to leave out. Or there is nothing at all: how the catalog fills itself. */
export function Nothing({ q, chosen, onSearch, onKinds }: Props) {
	const terms = readTerms(q);
	if (terms.length === 0 && chosen.length === 0) {
		return (
			<Empty title="The catalog has nothing yet" icon="catalog">
				<p>
					It fills itself, and nobody has to write down what it can see: from recordings (jobs, operators, the topics and fields that they
					really read and write), from clusters that the server looks into (topics, consumer groups, ACLs), from schema registries,
					contracts and OpenLineage events. What you may not see of these is not here either.
				</p>
				<p>
					The quickest way: attach a job (the{" "}
					<a className="link" href={link({ screen: "fleet" })}>
						fleet
					</a>{" "}
					has the line for Flink), or name a cluster in the file that <code>kafka-file</code> names.
				</p>
				<Lines label="a cluster to look into" lines={["clusters:", "  - name: prod", "    bootstrap: [broker-1:9092]"]} />
			</Empty>
		);
	}
	return (
		<Empty title={chosen.length === 0 ? "Nothing has all of these words" : "Nothing of these kinds has that"} icon="search">
			<p>Every word has to be found in an entity or in one of its fields.</p>
			<div className="row wrap">
				{chosen.length > 0 && (
					<button type="button" className="btn" onClick={() => onKinds([])}>
						In all kinds
					</button>
				)}
				{terms.length > 1 &&
					terms.map((t, i) => (
						// biome-ignore lint/suspicious/noArrayIndexKey: a word may stand twice
						<button key={i} type="button" className="btn" onClick={() => onSearch(withoutTerm(q, i))}>
							Without <code>{t.written}</code>
						</button>
					))}
				{terms.some((t) => t.place !== undefined) && (
					<button type="button" className="btn" onClick={() => onSearch(terms.map((t) => t.word).join(" "))}>
						Anywhere, not only there
					</button>
				)}
				<button type="button" className="btn" onClick={() => onSearch("")}>
					Show everything
				</button>
			</div>
		</Empty>
	);
}
